/* suites.h - cipher suites and signature schemes in the terms of the crypto seam. The facts
 * themselves stand once, in proto/cipher_suites.def and proto/schemes.def. */
#ifndef HS_ENGINE_SUITES_H
#define HS_ENGINE_SUITES_H

#include "crypto/provider.h"

typedef struct {
    uint16_t id;
    hs__aead_id aead;
    hs__hash_id hash;
} hs__suite;

/* NULL for what is not a TLS 1.3 suite we speak. */
const hs__suite *hs__suite_13(uint16_t id);

/* How many records may be sealed under one key (RFC 9846 5.5). */
uint64_t hs__suite_records_per_key(const hs__suite *suite);

/* Every TLS 1.3 suite, 0-terminated, the order of RFC 9846 B.4. */
const uint16_t *hs__suite_ids(void);

typedef struct {
    uint16_t id;
    hs__key_type key;
    hs__sig_alg alg;
} hs__scheme;

/* NULL for a scheme we do not speak. */
const hs__scheme *hs__scheme_of(uint16_t id);

/* Every scheme we speak, 0-terminated, best first. */
const uint16_t *hs__scheme_ids(void);

#endif
