/* RSA contexts are not to be shared: an operation changes the padding mode, the blinding pair
 * and cached constants, and builds of mbedTLS without threading have no lock at all. So a key
 * keeps a pool of contexts, each used by one thread at a time, and makes copies from what
 * never changes: the private key's untouched context, or the public numbers. A copy of an
 * untouched context has no blinding pair yet and makes its own. */
#include "crypto/mbedtls/internal.h"

#include <stdlib.h>

static void free_context(mbedtls_rsa_context *rsa) {
    if (!rsa)
        return;
    mbedtls_rsa_free(rsa);
    free(rsa);
}

hs_status hs__mb_pool_new(hs__pool **out) {
    *out = calloc(1, sizeof **out);
    return *out ? HS_OK : HS_E_NOMEM;
}

void hs__mb_pool_free(hs__pool *pool) {
    if (!pool)
        return;
    for (void *rsa = hs__pool_take(pool); rsa; rsa = hs__pool_take(pool))
        free_context(rsa);
    free(pool);
}

static void put(hs__pool *pool, mbedtls_rsa_context *rsa) {
    if (rsa && !hs__pool_put(pool, rsa))
        free_context(rsa);
}

static hs_status take_empty(hs__pool *pool, mbedtls_rsa_context **out, bool *is_new) {
    *out = hs__pool_take(pool);
    *is_new = !*out;
    if (*out)
        return HS_OK;
    *out = calloc(1, sizeof **out);
    if (!*out)
        return HS_E_NOMEM;
    mb_rsa_init(*out);
    return HS_OK;
}

static hs_status take_private(const hs__private_key *k, mbedtls_rsa_context **out) {
    bool is_new;
    hs_status st = take_empty(k->pool, out, &is_new);
    if (st || !is_new)
        return st;
    st = hs__mb_status(mbedtls_rsa_copy(*out, &k->rsa), HS_E_CRYPTO);
    if (st) {
        free_context(*out);
        *out = NULL;
    }
    return st;
}

static hs_status take_public(const hs__public_key *k, mbedtls_rsa_context **out) {
    bool is_new;
    const hs__public_numbers *v = &k->numbers;
    hs_status st = take_empty(k->pool, out, &is_new);
    if (st || !is_new)
        return st;
    int ret =
        mbedtls_rsa_import_raw(*out, v->n.p, v->n.n, NULL, 0, NULL, 0, NULL, 0, v->e.p, v->e.n);
    if (!ret)
        ret = mbedtls_rsa_complete(*out);
    if (!ret)
        ret = mbedtls_rsa_check_pubkey(*out);
    st = hs__mb_status(ret, HS_E_BAD_PUBLIC_KEY);
    if (st) {
        free_context(*out);
        *out = NULL;
    }
    return st;
}

hs_status hs__mb_rsa_public_check(const hs__public_key *k) {
    mbedtls_rsa_context *rsa;
    hs_status st = take_public(k, &rsa);
    put(k->pool, rsa);
    return st;
}

static int set_padding(mbedtls_rsa_context *rsa, hs__sig_alg alg) {
    /* MGF1 takes the padding's hash, not the message's. */
    return alg.kind == HS__SIG_RSA_PSS
               ? mb_rsa_set_padding(rsa, MBEDTLS_RSA_PKCS_V21, hs__mb_md(alg.hash))
               : mb_rsa_set_padding(rsa, MBEDTLS_RSA_PKCS_V15, MBEDTLS_MD_NONE);
}

static int salt_len(hs__sig_alg alg) {
    if (alg.pss_salt == HS__PSS_SALT_HASH)
        return (int)hs__hash_len(alg.hash);
    return alg.pss_salt == HS__PSS_SALT_ANY ? MBEDTLS_RSA_SALT_LEN_ANY : alg.pss_salt;
}

hs_status hs__mb_rsa_sign(const hs__private_key *k, hs__sig_alg alg, const uint8_t *hash,
                          uint8_t *sig) {
    mbedtls_rsa_context *rsa;
    mbedtls_md_type_t md = hs__mb_md(alg.hash);
    unsigned hash_n = (unsigned)hs__hash_len(alg.hash);
    hs_status st = take_private(k, &rsa);
    if (st)
        return st;
    int ret = set_padding(rsa, alg);
    if (!ret && alg.kind == HS__SIG_RSA_PSS)
        ret = mbedtls_rsa_rsassa_pss_sign_ext(rsa, hs__mb_rng, NULL, md, hash_n, hash,
                                              salt_len(alg), sig);
    else if (!ret)
        ret = mb_rsa_sign_pkcs1(rsa, md, hash_n, hash, sig);
    put(k->pool, rsa);
    return hs__mb_status(ret, HS_E_CRYPTO);
}

hs_status hs__mb_rsa_verify(const hs__public_key *k, hs__sig_alg alg, const uint8_t *hash,
                            const uint8_t *sig) {
    mbedtls_rsa_context *rsa;
    mbedtls_md_type_t md = hs__mb_md(alg.hash);
    unsigned hash_n = (unsigned)hs__hash_len(alg.hash);
    hs_status st = take_public(k, &rsa);
    if (st)
        return st;
    int ret = set_padding(rsa, alg);
    if (!ret)
        ret = alg.kind == HS__SIG_RSA_PSS
                  ? mb_rsa_verify_pss(rsa, md, hash_n, hash, salt_len(alg), sig)
                  : mb_rsa_verify_pkcs1(rsa, md, hash_n, hash, sig);
    put(k->pool, rsa);
    return hs__mb_status(ret, HS_E_BAD_SIGNATURE);
}

hs_status hs__mb_rsa_encrypt(const hs__public_key *k, hs_span msg, uint8_t *ct) {
    mbedtls_rsa_context *rsa;
    hs_status st = take_public(k, &rsa);
    if (st)
        return st;
    int ret = mb_rsa_set_padding(rsa, MBEDTLS_RSA_PKCS_V15, MBEDTLS_MD_NONE);
    if (!ret)
        ret = mb_rsa_encrypt_pkcs1(rsa, msg.n, msg.p, ct);
    put(k->pool, rsa);
    return hs__mb_status(ret, HS_E_CRYPTO);
}

/* With a random source the library blinds. */
hs_status hs__mb_rsa_bare(const hs__private_key *k, uint8_t *block) {
    mbedtls_rsa_context *rsa;
    hs_status st = take_private(k, &rsa);
    if (st)
        return st;
    int ret = mbedtls_rsa_private(rsa, hs__mb_rng, NULL, block, block);
    put(k->pool, rsa);
    return hs__mb_status(ret, HS_E_CRYPTO);
}

hs_status hs__mb_rsa_private(const hs_provider *p, const hs__private_key *k, uint8_t *block) {
    (void)p;
    return k->numbers.type == HS__KEY_RSA ? hs__mb_rsa_bare(k, block) : HS_E_KEY_TYPE;
}

hs_status hs__mb_rsa_public(const hs_provider *p, const hs__public_key *k, uint8_t *block) {
    mbedtls_rsa_context *rsa;
    (void)p;
    if (k->numbers.type != HS__KEY_RSA)
        return HS_E_KEY_TYPE;
    hs_status st = take_public(k, &rsa);
    if (st)
        return st;
    int ret = mbedtls_rsa_public(rsa, block, block);
    put(k->pool, rsa);
    return hs__mb_status(ret, HS_E_CRYPTO);
}
