/* prf12.h - the pseudorandom function of TLS 1.2 (RFC 5246 section 5). */
#ifndef HS_CRYPTO_PRF12_H
#define HS_CRYPTO_PRF12_H

#include "crypto/provider.h"

enum { HS__PRF12_SEED_PARTS_MAX = 4 };

/* out = PRF(secret, label, seed[0] | seed[1] | ...)[0..n), P_hash with the hash `id`: that of
 * the cipher suite. label as the RFC writes it ("master secret", "key expansion", ...).
 * HS_E_MISUSE for more than HS__PRF12_SEED_PARTS_MAX parts. `out` overlaps no input. */
HS_MUST_CHECK hs_status hs__prf12(const hs_provider *p, hs__hash_id id, hs_span secret,
                                  const char *label, const hs_span *seed, size_t n_seed,
                                  uint8_t *out, size_t n);

#endif
