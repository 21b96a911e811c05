/* x963kdf.h - the key derivation of ANSI X9.63 (SEC 1 3.6.1), as CMS uses it behind ECDH (RFC 5753
 * 7.1). */
#ifndef HS_CRYPTO_X963KDF_H
#define HS_CRYPTO_X963KDF_H

#include "crypto/provider.h"

/* out = the first n bytes of Hash(z | 1 | info) | Hash(z | 2 | info) | ... */
HS_MUST_CHECK hs_status hs__x963_kdf(const hs_provider *p, hs__hash_id hash, hs_span z,
                                     hs_span info, uint8_t *out, size_t n);

#endif
