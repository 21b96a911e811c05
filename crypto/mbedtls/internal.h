/* internal.h - what the files of the mbedTLS provider share. */
#ifndef HS_CRYPTO_MBEDTLS_INTERNAL_H
#define HS_CRYPTO_MBEDTLS_INTERNAL_H

#include "crypto/mbedtls/compat.h"

#include <mbedtls/ecp.h>

#include "crypto/mbedtls/mbedtls.h"
#include "crypto/pool.h"
#include "crypto/private_der.h"

enum { CURVES = 4 };

typedef struct {
    hs_provider base;
    char version[16];
    /* Loaded, and the comb table of each generator computed, before any thread sees them:
     * from then on mbedTLS only reads them, though its prototypes do not say const. */
    mbedtls_ecp_group *curve; /* [CURVES], see hs__mb_curve_of_* */
} hs__mb;

struct hs__private_key {
    hs__public_numbers numbers;
    uint8_t *storage;        /* of the numbers */
    mbedtls_mpi scalar;      /* EC */
    mbedtls_rsa_context rsa; /* never used itself, see rsa.c */
    hs__pool *pool;          /* of mbedtls_rsa_context */
};

struct hs__public_key {
    hs__public_numbers numbers;
    uint8_t *storage;
    mbedtls_ecp_point point; /* EC */
    hs__pool *pool;          /* of mbedtls_rsa_context */
};

/* HS_OK, HS_E_NOMEM or HS_E_RANDOM where the library says so, else `otherwise`. */
hs_status hs__mb_status(int ret, hs_status otherwise);

/* The curve of a group or of a key type; NULL: none of ours. */
mbedtls_ecp_group *hs__mb_curve_of_group(const hs_provider *p, uint16_t group);
mbedtls_ecp_group *hs__mb_curve_of_key(const hs_provider *p, hs__key_type type);

uint16_t hs__mb_group_of_key(hs__key_type type); /* 0: none */

/* hash.c */
hs_status hs__mb_hash_start(const hs_provider *p, hs__hash *h, hs__hash_id id);
hs_status hs__mb_hash_update(const hs_provider *p, hs__hash *h, const void *data, size_t n);
hs_status hs__mb_hash_snapshot(const hs_provider *p, const hs__hash *h, uint8_t *out);
hs_status hs__mb_hash_clone(const hs_provider *p, hs__hash *dst, const hs__hash *src);
void hs__mb_hash_end(const hs_provider *p, hs__hash *h);
hs_status hs__mb_digest(const hs_provider *p, hs__hash_id id, hs_span head, const hs_span *parts,
                        size_t n_parts, uint8_t *out);
mbedtls_md_type_t hs__mb_md(hs__hash_id id);

/* aead.c */
hs_status hs__mb_aead_new(const hs_provider *p, hs__aead_id id, const uint8_t *key, bool seals,
                          hs__aead **out);
hs_status hs__mb_aead_seal(const hs_provider *p, hs__aead *a, const uint8_t nonce[HS__AEAD_NONCE],
                           hs_span aad, const uint8_t *in, size_t n, const uint8_t *tail,
                           size_t tail_n, uint8_t *out);
hs_status hs__mb_aead_open(const hs_provider *p, hs__aead *a, const uint8_t nonce[HS__AEAD_NONCE],
                           hs_span aad, uint8_t *buf, size_t n, size_t *len);
void hs__mb_aead_free(const hs_provider *p, hs__aead *a);

/* kex.c */
hs_status hs__mb_kex_generate(const hs_provider *p, uint16_t group, hs__kex **out, uint8_t *share,
                              size_t *share_n);
hs_status hs__mb_kex_agree(const hs_provider *p, hs__kex *k, hs_span peer, uint8_t *secret,
                           size_t *secret_n);
hs_status hs__mb_kex_respond(const hs_provider *p, uint16_t group, hs_span peer, uint8_t *share,
                             size_t *share_n, uint8_t *secret, size_t *secret_n, hs__kex **keep);
hs_status hs__mb_kex_export(const hs_provider *p, const hs__kex *k, uint8_t *priv, size_t *priv_n);
hs_status hs__mb_kex_import(const hs_provider *p, uint16_t group, hs_span priv, hs__kex **out,
                            uint8_t *share, size_t *share_n);
void hs__mb_kex_free(const hs_provider *p, hs__kex *k);
hs_status hs__mb_key_agree(const hs_provider *p, const hs__private_key *k, hs_span peer,
                           uint8_t *secret, size_t *secret_n);

/* private.c */
hs_status hs__mb_key_from_numbers(const hs_provider *p, const hs__private_numbers *v,
                                  hs__private_key **out);
hs_status hs__mb_key_generate(const hs_provider *p, hs__key_type type, unsigned rsa_bits,
                              hs__private_key **out);
hs_status hs__mb_key_public(const hs_provider *p, const hs__private_key *k,
                            hs__public_numbers *out);
void hs__mb_key_free(const hs_provider *p, hs__private_key *k);

/* keyfile.c */
hs_status hs__mb_key_load(const hs_provider *p, hs_span data, hs_span password,
                          hs__private_key **out);
hs_status hs__mb_key_write(const hs_provider *p, const hs__private_key *k, hs_span password,
                           char *out, size_t *out_n);

/* pbes2.c: EncryptedPrivateKeyInfo (RFC 5958) by PBES2 (RFC 8018), which 2.28 cannot do with
 * AES. open: plain has room for der.n bytes. seal: writes to the end of room. */
hs_status hs__mb_pbes2_open(const hs_provider *p, hs_span der, hs_span password, uint8_t *plain,
                            size_t *plain_n);
hs_status hs__mb_pbes2_seal(const hs_provider *p, hs_span plain, hs_span password, uint8_t *room,
                            size_t room_n, hs_span *out);

/* rsa.c */
hs_status hs__mb_rsa_sign(const hs__private_key *k, hs__sig_alg alg, const uint8_t *hash,
                          uint8_t *sig);
hs_status hs__mb_rsa_verify(const hs__public_key *k, hs__sig_alg alg, const uint8_t *hash,
                            const uint8_t *sig);
hs_status hs__mb_rsa_public_check(const hs__public_key *k);
hs_status hs__mb_rsa_encrypt(const hs__public_key *k, hs_span msg, uint8_t *ct); /* PKCS#1 v1.5 */
hs_status hs__mb_rsa_bare(const hs__private_key *k, uint8_t *block);             /* in place */
hs_status hs__mb_rsa_public(const hs_provider *p, const hs__public_key *k, uint8_t *block);
hs_status hs__mb_rsa_private(const hs_provider *p, const hs__private_key *k, uint8_t *block);
hs_status hs__mb_pool_new(hs__pool **out);
void hs__mb_pool_free(hs__pool *pool);

/* sign.c */
hs_status hs__mb_key_sign(const hs_provider *p, const hs__private_key *k, hs__sig_alg alg,
                          hs_span msg, uint8_t *sig, size_t *sig_n);
hs_status hs__mb_public_verify(const hs_provider *p, const hs__public_key *k, hs__sig_alg alg,
                               hs_span msg, hs_span sig);

/* public.c */
hs_status hs__mb_public_new(const hs_provider *p, const hs__public_numbers *numbers,
                            hs__public_key **out);
void hs__mb_public_free(const hs_provider *p, hs__public_key *k);

/* premaster.c */
hs_status hs__mb_rsa_encrypt_premaster(const hs_provider *p, const hs__public_key *k,
                                       const uint8_t premaster[HS__PREMASTER], uint8_t *ct,
                                       size_t *ct_n);
hs_status hs__mb_rsa_premaster(const hs_provider *p, const hs__private_key *k, hs_span ct,
                               uint16_t version, const uint8_t fallback[HS__PREMASTER],
                               uint8_t out[HS__PREMASTER]);

/* aes.c */
hs_status hs__mb_aes_new(const hs_provider *p, hs__aes_mode mode, hs_span key, hs_span iv,
                         bool encrypts, hs__aes **out);
hs_status hs__mb_aes_update(const hs_provider *p, hs__aes *a, const uint8_t *in, size_t n,
                            uint8_t *out);
hs_status hs__mb_aes_end(const hs_provider *p, hs__aes *a, uint8_t *tag, size_t tag_n);
void hs__mb_aes_free(const hs_provider *p, hs__aes *a);

#endif
