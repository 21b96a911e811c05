/* lasting12.h - what a connection of TLS 1.2 remembers of its handshake: for exporters, and which
 * session it runs on, so that the session goes when the connection fails. */
#ifndef HS_ENGINE_LASTING12_H
#define HS_ENGINE_LASTING12_H

#include "engine/connection.h"

/* Once the main secret is known. */
HS_MUST_CHECK hs_status hs__lasting12_new(hs_conn *c);
void hs__lasting12_free(hs_conn *c);

/* Client, handshake done: the session that the connection runs on; NULL: none. Adds a
 * reference. */
void hs__lasting12_session(hs_conn *c, hs_session *session);

/* The connection ended with a fatal alert: its session is not resumed any more (RFC 5246 7.2.2). Of
 * a ticket that a server gave out nothing is left to forget. */
void hs__forget_session12(hs_conn *c);

/* hs_export of TLS 1.2 (RFC 5705 4). */
HS_MUST_CHECK hs_status hs__export12(const hs_conn *c, const char *label, hs_span context,
                                     uint8_t *out, size_t n);

#endif
