/* hello.h - the ClientHello in force, on both sides. */
#ifndef HS_ENGINE_HELLO_H
#define HS_ENGINE_HELLO_H

#include "engine/connection.h"

/* Copies a ClientHello into the handshake and reads it there: hs->hello. */
HS_MUST_CHECK hs_status hs__hello_keep(hs_conn *c, hs_span raw);

/* A digest of hs->hello without what may change between the two ClientHellos: key_share,
 * early_data, cookie, pre_shared_key, padding (RFC 9846 4.2.2). */
HS_MUST_CHECK hs_status hs__hello_digest(hs_conn *c, uint8_t out[32]);

#endif
