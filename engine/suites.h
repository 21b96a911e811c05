/* suites.h - cipher suites and signature schemes in the terms of the crypto seam. The facts
 * themselves stand once, in proto/cipher_suites.def and proto/schemes.def. */
#ifndef HS_ENGINE_SUITES_H
#define HS_ENGINE_SUITES_H

#include "crypto/provider.h"
#include "proto/codepoints.h"

typedef struct {
    uint16_t id, version;
    hs__aead_id aead;
    hs__hash_id hash;
    hs__kx kx; /* TLS 1.2; else 0 */
    hs__auth auth;
} hs__suite;

/* NULL for what we do not speak. */
const hs__suite *hs__suite_of(uint16_t id);

/* The same, NULL also where it is for another version. */
const hs__suite *hs__suite_for(uint16_t id, uint16_t version);

/* TLS 1.2: bytes of each side's IV in the key block, and bytes of the nonce that every record
 * carries; TLS 1.3 has none of the latter. */
size_t hs__fixed_iv_12(const hs__suite *suite);
size_t hs__explicit_nonce(const hs__suite *suite);

/* How many records may be sealed under one key (RFC 9846 5.5). */
uint64_t hs__suite_records_per_key(const hs__suite *suite);

/* Every suite we speak, 0-terminated, best first, those of TLS 1.3 before those of TLS 1.2 and
 * the classic ones last. */
const uint16_t *hs__suite_ids(bool chacha20_first);

typedef struct {
    uint16_t id;
    hs__key_type key;
    hs__sig_alg alg;
} hs__scheme;

/* NULL for a scheme we do not speak. */
const hs__scheme *hs__scheme_of(uint16_t id);

/* May it sign in this version's handshake, and, in TLS 1.2, with suites of this `auth` (0: any)? */
bool hs__scheme_allowed(uint16_t id, uint16_t version, hs__auth auth);

/* The kind of key it signs with. In TLS 1.2 an ECDSA scheme means its hash only and goes with a key
 * on any curve: with `own`, if that is one. */
hs__key_type hs__scheme_key(const hs__scheme *scheme, uint16_t version, hs__key_type own);

/* Every scheme we speak, 0-terminated, best first. */
const uint16_t *hs__scheme_ids(void);

#endif
