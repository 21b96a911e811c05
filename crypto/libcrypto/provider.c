#include <limits.h>
#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "crypto/libcrypto/internal.h"

static const char *const md_names[HASHES] = {
    [HS__SHA1] = "SHA1", [HS__SHA256] = "SHA256", [HS__SHA384] = "SHA384", [HS__SHA512] = "SHA512"};

static const char *const cipher_names[AEADS] = {[HS__AES_128_GCM] = "AES-128-GCM",
                                                [HS__AES_256_GCM] = "AES-256-GCM",
                                                [HS__CHACHA20_POLY1305] = "ChaCha20-Poly1305"};

static const char *const aes_names[AES_MODES][AES_SIZES] = {
    [HS__AES_GCM] = {"AES-128-GCM", "AES-192-GCM", "AES-256-GCM"},
    [HS__AES_CBC] = {"AES-128-CBC", "AES-192-CBC", "AES-256-CBC"},
    [HS__AES_ECB] = {"AES-128-ECB", "AES-192-ECB", "AES-256-ECB"},
};

static const hs__key_type key_types[] = {HS__KEY_P256, HS__KEY_ED25519, HS__KEY_P384,
                                         HS__KEY_P521, HS__KEY_RSA,     HS__KEY_RSA_PSS};

static hs_status random_bytes(const hs_provider *p, void *out, size_t n) {
    (void)p;
    uint8_t *at = out;
    while (n > 0) {
        int step = n > INT_MAX ? INT_MAX : (int)n;
        if (RAND_priv_bytes(at, step) != 1)
            return HS_E_RANDOM;
        at += step;
        n -= (size_t)step;
    }
    return HS_OK;
}

static EVP_PKEY *curve_template(const char *name) {
    EVP_PKEY *pkey = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (ctx && EVP_PKEY_paramgen_init(ctx) == 1 && EVP_PKEY_CTX_set_group_name(ctx, name) == 1)
        (void)EVP_PKEY_paramgen(ctx, &pkey);
    EVP_PKEY_CTX_free(ctx);
    return pkey;
}

/* ML-KEM came with 3.5, but whether this build or its configuration has it only a try tells. */
static bool has_mlkem(void) {
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "X25519MLKEM768", NULL);
    bool has = ctx && EVP_PKEY_keygen_init(ctx) == 1;
    EVP_PKEY_CTX_free(ctx);
    return has;
}

static void list_groups(hs__lc *lc) {
    static const uint16_t classic[] = {HS__GROUP_X25519, HS__GROUP_SECP256R1, HS__GROUP_SECP384R1,
                                       HS__GROUP_SECP521R1};
    uint16_t *g = lc->groups;
    if (has_mlkem())
        *g++ = HS__GROUP_X25519MLKEM768;
    for (size_t i = 0; i < sizeof classic / sizeof classic[0]; i++)
        *g++ = classic[i];
    *g = 0;
}

static void empty_pools(hs__lc_pools *pools) {
    for (int i = 0; i < HASHES; i++) {
        for (void *ctx = hs__pool_take(&pools->md[i]); ctx; ctx = hs__pool_take(&pools->md[i]))
            EVP_MD_CTX_free(ctx);
    }
    for (int i = 0; i < GROUPS; i++) {
        hs__pool *pool = &pools->keygen[i];
        for (void *ctx = hs__pool_take(pool); ctx; ctx = hs__pool_take(pool))
            EVP_PKEY_CTX_free(ctx);
    }
    free(pools);
}

static void destroy(hs_provider *p) {
    hs__lc *lc = (hs__lc *)p;
    if (lc->pools)
        empty_pools(lc->pools);
    for (int i = 0; i < HASHES; i++)
        EVP_MD_free(lc->md[i]);
    for (int i = 0; i < AEADS; i++)
        EVP_CIPHER_free(lc->cipher[i]);
    for (int i = 0; i < AES_MODES * AES_SIZES; i++)
        EVP_CIPHER_free(lc->aes[i / AES_SIZES][i % AES_SIZES]);
    for (int i = 0; i < CURVES; i++)
        EVP_PKEY_free(lc->curve[i]);
    free(lc);
}

static bool fetch_all(hs__lc *lc) {
    bool ok = true;
    for (int i = 0; i < HASHES && ok; i++) {
        lc->md[i] = EVP_MD_fetch(NULL, md_names[i], NULL);
        ok = lc->md[i] != NULL;
    }
    for (int i = 0; i < AEADS && ok; i++) {
        lc->cipher[i] = EVP_CIPHER_fetch(NULL, cipher_names[i], NULL);
        ok = lc->cipher[i] != NULL;
    }
    for (int i = 0; i < AES_MODES * AES_SIZES && ok; i++) {
        EVP_CIPHER **aes = &lc->aes[i / AES_SIZES][i % AES_SIZES];
        *aes = EVP_CIPHER_fetch(NULL, aes_names[i / AES_SIZES][i % AES_SIZES], NULL);
        ok = *aes != NULL;
    }
    for (int i = 0; i < CURVES && ok; i++) {
        lc->curve[i] = curve_template(hs__lc_curve_name(i));
        ok = lc->curve[i] != NULL;
    }
    return ok;
}

static const hs_provider slots = {
    .name = "libcrypto",
    .key_types = key_types,
    .n_key_types = sizeof key_types / sizeof key_types[0],
    .random = random_bytes,
    .hash_start = hs__lc_hash_start,
    .hash_update = hs__lc_hash_update,
    .hash_snapshot = hs__lc_hash_snapshot,
    .hash_clone = hs__lc_hash_clone,
    .hash_end = hs__lc_hash_end,
    .digest = hs__lc_digest,
    .aead_new = hs__lc_aead_new,
    .aead_seal = hs__lc_aead_seal,
    .aead_open = hs__lc_aead_open,
    .aead_free = hs__lc_aead_free,
    .kex_generate = hs__lc_kex_generate,
    .kex_agree = hs__lc_kex_agree,
    .kex_respond = hs__lc_kex_respond,
    .kex_export = hs__lc_kex_export,
    .kex_import = hs__lc_kex_import,
    .kex_free = hs__lc_kex_free,
    .key_load = hs__lc_key_load,
    .key_generate = hs__lc_key_generate,
    .key_public = hs__lc_key_public,
    .key_sign = hs__lc_key_sign,
    .key_write = hs__lc_key_write,
    .key_free = hs__lc_key_free,
    .public_new = hs__lc_public_new,
    .public_verify = hs__lc_public_verify,
    .public_free = hs__lc_public_free,
    .rsa_encrypt_premaster = hs__lc_rsa_encrypt_premaster,
    .rsa_premaster = hs__lc_rsa_premaster,
    .key_agree = hs__lc_key_agree,
    .rsa_public = hs__lc_rsa_public,
    .rsa_private = hs__lc_rsa_private,
    .aes_new = hs__lc_aes_new,
    .aes_update = hs__lc_aes_update,
    .aes_end = hs__lc_aes_end,
    .aes_free = hs__lc_aes_free,
    .destroy = destroy,
};

hs_status hs__libcrypto_new(hs_provider **out) {
    hs__lc *lc = calloc(1, sizeof *lc);
    hs_status st = HS_OK;
    if (!lc)
        return HS_E_NOMEM;
    lc->base = slots;
    lc->base.version = OpenSSL_version(OPENSSL_VERSION_STRING);
    lc->base.groups = lc->groups;
    if (OpenSSL_version_num() < 0x30000080L)
        lc->base.rsa_leak = "CVE-2022-4304, fixed in OpenSSL 3.0.8";
    atomic_init(&lc->base.refs, 1);
    lc->pools = calloc(1, sizeof *lc->pools);
    if (!lc->pools)
        st = HS_E_NOMEM;
    bool was_quiet = hs__lc_begin();
    if (!st && !fetch_all(lc))
        st = HS_E_CRYPTO;
    if (!st)
        list_groups(lc);
    st = hs__lc_end(was_quiet, st);
    if (st)
        destroy(&lc->base);
    else
        *out = &lc->base;
    return st;
}
