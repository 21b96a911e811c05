/* session_context.h - under which circumstances a session was made, so that it is not resumed
 * under others (decision S2). */
#ifndef HS_ENGINE_SESSION_CONTEXT_H
#define HS_ENGINE_SESSION_CONTEXT_H

#include "engine/connection.h"
#include "engine/session.h"

/* Of a configuration: identities, trust, how the peer is checked. Once, when it is made. */
HS_MUST_CHECK hs_status hs__config_context(const hs_config *config,
                                           uint8_t out[HS__SESSION_CONTEXT]);

/* Of a connection: its configuration's, on a client with the name to verify and the protocols
 * offered. */
HS_MUST_CHECK hs_status hs__session_context(const hs_conn *c, uint8_t out[HS__SESSION_CONTEXT]);

/* A full handshake of TLS 1.2 as a session: all but times, id and ticket. Its spans are borrowed
 * from the connection. */
HS_MUST_CHECK hs_status hs__session_describe(const hs_conn *c, hs__session_state *s);

#endif
