/* kex.h - the key exchange of a handshake: the provider's slots, counted, timed and traced. */
#ifndef HS_ENGINE_KEX_H
#define HS_ENGINE_KEX_H

#include "engine/connection.h"

HS_MUST_CHECK hs_status hs__kex_generate(hs_conn *c, uint16_t group, hs__kex **out, uint8_t *share,
                                         size_t *share_n);

/* Client, in TLS 1.2 also server: our share for `group` with the peer's; the secret goes into
 * hs->ecdhe. */
HS_MUST_CHECK hs_status hs__kex_agree(hs_conn *c, uint16_t group, hs_span peer);

/* Server: a share of ours for the client's; the secret goes into hs->ecdhe. */
HS_MUST_CHECK hs_status hs__kex_respond(hs_conn *c, uint16_t group, hs_span peer, uint8_t *share,
                                        size_t *share_n);

void hs__kex_free_shares(hs_conn *c);

#endif
