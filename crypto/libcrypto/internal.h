/* internal.h - what the files of the libcrypto provider share.
 *
 * Algorithms are fetched once, in hs__libcrypto_new(). Contexts are taken from pools, so a
 * connection or a key holds none that it does not need. Each slot leaves the thread's OpenSSL
 * error queue as it found it: the queue belongs to the program around us. */
#ifndef HS_CRYPTO_LIBCRYPTO_INTERNAL_H
#define HS_CRYPTO_LIBCRYPTO_INTERNAL_H

#include <openssl/err.h>
#include <openssl/evp.h>

#include "crypto/libcrypto/libcrypto.h"
#include "crypto/pool.h"

enum { HASHES = 4, AEADS = 3, AES_MODES = 3, AES_SIZES = 3, CURVES = 3, GROUPS = 5 };

/* The part that changes behind a const provider. */
typedef struct {
    hs__pool md[HASHES];     /* EVP_MD_CTX, initialised for that hash */
    hs__pool keygen[GROUPS]; /* EVP_PKEY_CTX, ready for EVP_PKEY_generate */
} hs__lc_pools;

typedef struct {
    hs_provider base;
    EVP_MD *md[HASHES];                    /* by hs__hash_id */
    EVP_CIPHER *cipher[AEADS];             /* by hs__aead_id */
    EVP_CIPHER *aes[AES_MODES][AES_SIZES]; /* by hs__aes_mode; 128, 192, 256 bits */
    EVP_PKEY *curve[CURVES];               /* parameters only: P-256, P-384, P-521 */
    uint16_t groups[GROUPS + 1];
    hs__lc_pools *pools;
} hs__lc;

struct hs__private_key {
    EVP_PKEY *pkey;
    hs__public_numbers numbers;
    uint8_t *storage; /* of the numbers */
};

struct hs__public_key {
    EVP_PKEY *pkey;
    hs__public_numbers numbers;
    uint8_t *storage;
};

static inline const hs__lc *hs__lc_of(const hs_provider *p) {
    return (const hs__lc *)p;
}

/* Around calls that can fail. end: takes our errors off the thread's queue, and a call that
 * ran out of memory gives HS_E_NOMEM, so that no peer is blamed for it. The first error tells,
 * but only if the queue was empty before (begin). */
static inline bool hs__lc_begin(void) {
    bool was_quiet = ERR_peek_error() == 0;
    (void)ERR_set_mark();
    return was_quiet;
}

static inline hs_status hs__lc_end(bool was_quiet, hs_status st) {
    if (st && was_quiet && ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE)
        st = HS_E_NOMEM;
    (void)ERR_pop_to_mark();
    return st;
}

/* hash.c */
hs_status hs__lc_hash_start(const hs_provider *p, hs__hash *h, hs__hash_id id);
hs_status hs__lc_hash_update(const hs_provider *p, hs__hash *h, const void *data, size_t n);
hs_status hs__lc_hash_snapshot(const hs_provider *p, const hs__hash *h, uint8_t *out);
hs_status hs__lc_hash_clone(const hs_provider *p, hs__hash *dst, const hs__hash *src);
void hs__lc_hash_end(const hs_provider *p, hs__hash *h);
hs_status hs__lc_digest(const hs_provider *p, hs__hash_id id, hs_span head, const hs_span *parts,
                        size_t n_parts, uint8_t *out);

/* aead.c */
hs_status hs__lc_aead_new(const hs_provider *p, hs__aead_id id, const uint8_t *key, bool seals,
                          hs__aead **out);
hs_status hs__lc_aead_seal(const hs_provider *p, hs__aead *a, const uint8_t nonce[HS__AEAD_NONCE],
                           hs_span aad, const uint8_t *in, size_t n, const uint8_t *tail,
                           size_t tail_n, uint8_t *out);
hs_status hs__lc_aead_open(const hs_provider *p, hs__aead *a, const uint8_t nonce[HS__AEAD_NONCE],
                           hs_span aad, uint8_t *buf, size_t n, size_t *len);
void hs__lc_aead_free(const hs_provider *p, hs__aead *a);

/* kex.c */
hs_status hs__lc_kex_generate(const hs_provider *p, uint16_t group, hs__kex **out, uint8_t *share,
                              size_t *share_n);
hs_status hs__lc_kex_agree(const hs_provider *p, hs__kex *k, hs_span peer, uint8_t *secret,
                           size_t *secret_n);
hs_status hs__lc_kex_respond(const hs_provider *p, uint16_t group, hs_span peer, uint8_t *share,
                             size_t *share_n, uint8_t *secret, size_t *secret_n, hs__kex **keep);
hs_status hs__lc_kex_export(const hs_provider *p, const hs__kex *k, uint8_t *priv, size_t *priv_n);
hs_status hs__lc_kex_import(const hs_provider *p, uint16_t group, hs_span priv, hs__kex **out,
                            uint8_t *share, size_t *share_n);
void hs__lc_kex_free(const hs_provider *p, hs__kex *k);
hs_status hs__lc_key_agree(const hs_provider *p, const hs__private_key *k, hs_span peer,
                           uint8_t *secret, size_t *secret_n);

/* ec.c: NIST curves by their index in hs__lc.curve. */
enum { HS__LC_NO_CURVE = -1 };
const char *hs__lc_curve_name(int curve);
uint16_t hs__lc_curve_group(int curve);
int hs__lc_curve_of_group(uint16_t group);
int hs__lc_curve_of_key(hs__key_type type);
hs_status hs__lc_ec_public(const hs__lc *lc, int curve, hs_span point, EVP_PKEY **out);
hs_status hs__lc_ec_private(int curve, hs_span priv, EVP_PKEY **out);
hs_status hs__lc_ec_point(const EVP_PKEY *pkey, size_t coordinate, uint8_t *point);

/* private.c */
hs_status hs__lc_key_generate(const hs_provider *p, hs__key_type type, unsigned rsa_bits,
                              hs__private_key **out);
hs_status hs__lc_key_public(const hs_provider *p, const hs__private_key *k,
                            hs__public_numbers *out);
void hs__lc_key_free(const hs_provider *p, hs__private_key *k);
hs_status hs__lc_key_adopt(EVP_PKEY *pkey, hs__private_key **out); /* takes pkey over */

/* keyfile.c */
hs_status hs__lc_key_load(const hs_provider *p, hs_span data, hs_span password,
                          hs__private_key **out);
hs_status hs__lc_key_write(const hs_provider *p, const hs__private_key *k, hs_span password,
                           char *out, size_t *out_n);

/* sign.c */
hs_status hs__lc_key_sign(const hs_provider *p, const hs__private_key *k, hs__sig_alg alg,
                          hs_span msg, uint8_t *sig, size_t *sig_n);
hs_status hs__lc_public_verify(const hs_provider *p, const hs__public_key *k, hs__sig_alg alg,
                               hs_span msg, hs_span sig);

/* public.c */
hs_status hs__lc_public_new(const hs_provider *p, const hs__public_numbers *numbers,
                            hs__public_key **out);
void hs__lc_public_free(const hs_provider *p, hs__public_key *k);

/* premaster.c */
hs_status hs__lc_rsa_public(const hs_provider *p, const hs__public_key *k, uint8_t *block);
hs_status hs__lc_rsa_private(const hs_provider *p, const hs__private_key *k, uint8_t *block);
hs_status hs__lc_rsa_encrypt_premaster(const hs_provider *p, const hs__public_key *k,
                                       const uint8_t premaster[HS__PREMASTER], uint8_t *ct,
                                       size_t *ct_n);
hs_status hs__lc_rsa_premaster(const hs_provider *p, const hs__private_key *k, hs_span ct,
                               uint16_t version, const uint8_t fallback[HS__PREMASTER],
                               uint8_t out[HS__PREMASTER]);

/* aes.c */
hs_status hs__lc_aes_new(const hs_provider *p, hs__aes_mode mode, hs_span key, hs_span iv,
                         bool encrypts, hs__aes **out);
hs_status hs__lc_aes_update(const hs_provider *p, hs__aes *a, const uint8_t *in, size_t n,
                            uint8_t *out);
hs_status hs__lc_aes_end(const hs_provider *p, hs__aes *a, uint8_t *tag, size_t tag_n);
void hs__lc_aes_free(const hs_provider *p, hs__aes *a);

#endif
