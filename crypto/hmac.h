/* hmac.h - HMAC (RFC 2104), HKDF's and PBKDF2's ground, over the provider's hash. */
#ifndef HS_CRYPTO_HMAC_H
#define HS_CRYPTO_HMAC_H

#include "crypto/provider.h"

/* out = HMAC(key, parts[0] | parts[1] | ...), hs__hash_len(id) bytes; `out` may be one of
 * the parts or the key. Nothing of the key stays in memory. */
HS_MUST_CHECK hs_status hs__hmac(const hs_provider *p, hs__hash_id id, hs_span key,
                                 const hs_span *parts, size_t n_parts, uint8_t *out);

/* A key that is used many times: both of its blocks are hashed once. */
typedef struct {
    hs__hash inner, outer, work;
    hs__hash_id id;
} hs__hmac_key;

/* `k` is zeroed or was ended; end it in any case. */
HS_MUST_CHECK hs_status hs__hmac_key_set(const hs_provider *p, hs__hmac_key *k, hs__hash_id id,
                                         hs_span key);
HS_MUST_CHECK hs_status hs__hmac_key_run(const hs_provider *p, hs__hmac_key *k,
                                         const hs_span *parts, size_t n_parts, uint8_t *out);
void hs__hmac_key_end(const hs_provider *p, hs__hmac_key *k);

#endif
