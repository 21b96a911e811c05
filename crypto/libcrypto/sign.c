#include <openssl/rsa.h>

#include "crypto/ecdsa_sig.h"
#include "crypto/libcrypto/internal.h"
#include "crypto/public_numbers.h"

static int pss_salt(int salt) {
    if (salt == HS__PSS_SALT_HASH)
        return RSA_PSS_SALTLEN_DIGEST;
    return salt == HS__PSS_SALT_ANY ? RSA_PSS_SALTLEN_AUTO : salt;
}

/* Defaults differ between versions (PSS salt), so everything is said. */
static bool set_scheme(const hs__lc *lc, EVP_PKEY_CTX *ctx, hs__sig_alg alg) {
    const EVP_MD *md = lc->md[alg.hash];
    bool is_pss = alg.kind == HS__SIG_RSA_PSS;
    if (alg.kind != HS__SIG_ECDSA &&
        EVP_PKEY_CTX_set_rsa_padding(ctx, is_pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) != 1)
        return false;
    if (EVP_PKEY_CTX_set_signature_md(ctx, md) != 1)
        return false;
    return !is_pss || (EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md) == 1 &&
                       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, pss_salt(alg.pss_salt)) == 1);
}

static hs_status sign_digest(const hs_provider *p, const hs__private_key *k, hs__sig_alg alg,
                             hs_span msg, uint8_t *sig, size_t *sig_n) {
    uint8_t digest[HS__HASH_MAX];
    hs_status st = hs__lc_digest(p, alg.hash, msg, NULL, 0, digest);
    if (st)
        return st;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, k->pkey, NULL);
    bool ok = ctx && EVP_PKEY_sign_init(ctx) == 1 && set_scheme(hs__lc_of(p), ctx, alg) &&
              EVP_PKEY_sign(ctx, sig, sig_n, digest, hs__hash_len(alg.hash)) == 1;
    EVP_PKEY_CTX_free(ctx);
    return ok ? HS_OK : HS_E_CRYPTO;
}

static hs_status sign_ed25519(const hs__private_key *k, hs_span msg, uint8_t *sig, size_t *sig_n) {
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (!ctx)
        return HS_E_NOMEM;
    bool ok = EVP_DigestSignInit_ex(ctx, NULL, NULL, NULL, NULL, k->pkey, NULL) == 1 &&
              EVP_DigestSign(ctx, sig, sig_n, msg.p, msg.n) == 1;
    EVP_MD_CTX_free(ctx);
    return ok ? HS_OK : HS_E_CRYPTO;
}

hs_status hs__lc_key_sign(const hs_provider *p, const hs__private_key *k, hs__sig_alg alg,
                          hs_span msg, uint8_t *sig, size_t *sig_n) {
    size_t n = HS__SIGNATURE_MAX;
    hs_status st = hs__signature_check(&k->numbers, alg);
    if (!st && alg.kind == HS__SIG_RSA_PSS && alg.pss_salt == HS__PSS_SALT_ANY)
        st = HS_E_MISUSE;
    if (st)
        return st;
    bool was_quiet = hs__lc_begin();
    st = alg.kind == HS__SIG_ED25519 ? sign_ed25519(k, msg, sig, &n)
                                     : sign_digest(p, k, alg, msg, sig, &n);
    st = hs__lc_end(was_quiet, st);
    if (!st)
        *sig_n = n;
    return st;
}

static hs_status verify_digest(const hs_provider *p, const hs__public_key *k, hs__sig_alg alg,
                               hs_span msg, hs_span sig) {
    uint8_t digest[HS__HASH_MAX];
    hs_status st = hs__lc_digest(p, alg.hash, msg, NULL, 0, digest);
    if (st)
        return st;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, k->pkey, NULL);
    if (!ctx || EVP_PKEY_verify_init(ctx) != 1 || !set_scheme(hs__lc_of(p), ctx, alg))
        st = HS_E_CRYPTO;
    else if (EVP_PKEY_verify(ctx, sig.p, sig.n, digest, hs__hash_len(alg.hash)) != 1)
        st = HS_E_BAD_SIGNATURE;
    EVP_PKEY_CTX_free(ctx);
    return st;
}

static hs_status verify_ed25519(const hs__public_key *k, hs_span msg, hs_span sig) {
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    hs_status st = HS_OK;
    if (!ctx)
        return HS_E_NOMEM;
    if (EVP_DigestVerifyInit_ex(ctx, NULL, NULL, NULL, NULL, k->pkey, NULL) != 1)
        st = HS_E_CRYPTO;
    else if (EVP_DigestVerify(ctx, sig.p, sig.n, msg.p, msg.n) != 1)
        st = HS_E_BAD_SIGNATURE;
    EVP_MD_CTX_free(ctx);
    return st;
}

hs_status hs__lc_public_verify(const hs_provider *p, const hs__public_key *k, hs__sig_alg alg,
                               hs_span msg, hs_span sig) {
    hs_span r;
    hs_span s;
    hs_status st = hs__signature_check(&k->numbers, alg);
    if (!st && alg.kind == HS__SIG_ECDSA)
        st = hs__ecdsa_sig_read(sig, hs__key_coordinate_len(k->numbers.type), &r, &s);
    if (st)
        return st;
    bool was_quiet = hs__lc_begin();
    st = alg.kind == HS__SIG_ED25519 ? verify_ed25519(k, msg, sig)
                                     : verify_digest(p, k, alg, msg, sig);
    return hs__lc_end(was_quiet, st);
}
