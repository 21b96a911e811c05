/* alpn.h - application-layer protocol negotiation (RFC 7301). */
#ifndef HS_ENGINE_ALPN_H
#define HS_ENGINE_ALPN_H

#include "engine/connection.h"

enum { HS__ALPN_ROOM = 256 };

/* Client: what the server chose, in `message`, must be one of ours (RFC 7301 3.2). */
HS_MUST_CHECK hs_status hs__alpn_read(hs_conn *c, const char *message, const hs__extensions *e);

/* Server: the first of our names that the client offers becomes c->alpn. No overlap is
 * no_application_protocol (RFC 7301 3.2); nothing is chosen where one of us has no list. */
HS_MUST_CHECK hs_status hs__alpn_choose(hs_conn *c, const hs__extensions *e);

/* Server: puts the choice into its answer; `room` holds a name and stays until it is written. */
void hs__alpn_answer(const hs_conn *c, uint8_t room[HS__ALPN_ROOM], hs__extensions *e);

#endif
