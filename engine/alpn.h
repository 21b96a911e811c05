/* alpn.h - application-layer protocol negotiation (RFC 7301). */
#ifndef HS_ENGINE_ALPN_H
#define HS_ENGINE_ALPN_H

#include "engine/connection.h"

/* Finds a name in our own list; *own is where it stands there. */
bool hs__alpn_find(const hs_conn *c, hs_span name, hs_span *own);

/* Server: the first of our names that the client offers becomes c->alpn. No overlap is
 * no_application_protocol (RFC 7301 3.2). */
HS_MUST_CHECK hs_status hs__alpn_choose(hs_conn *c, hs_span offered);

void hs__trace_alpn(hs_conn *c, hs_span offered, const char *why);

#endif
