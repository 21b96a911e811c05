/* pkcs1.h - RSAES-PKCS1-v1_5 decoding (RFC 8017 7.2.2) of a secret whose length is known, without
 * telling anybody whether there was one: what Bleichenbacher's attack asks for. */
#ifndef HS_CRYPTO_PKCS1_H
#define HS_CRYPTO_PKCS1_H

#include "crypto/provider.h"

/* block: what came out of the private operation, `n` bytes, more than out_n + 11. out = its last
 * out_n bytes if it is 00 02 | PS, nonzero bytes | 00 | out_n bytes, and `bad` is 0; else
 * `fallback`. Constant time. `out` may be `fallback`. */
void hs__pkcs1_unpad(const uint8_t *block, size_t n, uint8_t bad, size_t out_n,
                     const uint8_t *fallback, uint8_t *out);

/* Unwraps a content key of CMS (RFC 3370 4.2.1): `out` gets key_n bytes, at most 64; random ones
 * for whatever is wrong with `ct` (RFC 3218 2.3.2), and HS_OK for these, too. Fails for local
 * reasons only; HS_E_KEY_TYPE where the key is not HS__KEY_RSA. */
HS_MUST_CHECK hs_status hs__pkcs1_decrypt(const hs_provider *p, const hs__private_key *k,
                                          hs_span ct, size_t key_n, uint8_t *out);

#endif
