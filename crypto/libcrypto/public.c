#include <stdlib.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "crypto/libcrypto/internal.h"
#include "crypto/public_numbers.h"

static EVP_PKEY *rsa_from_params(const char *name, OSSL_PARAM *params) {
    EVP_PKEY *pkey = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, name, NULL);
    if (ctx && EVP_PKEY_fromdata_init(ctx) == 1)
        (void)EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params);
    EVP_PKEY_CTX_free(ctx);
    return pkey;
}

static EVP_PKEY *rsa_public(const hs__public_numbers *v) {
    EVP_PKEY *pkey = NULL;
    OSSL_PARAM *params = NULL;
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *n = BN_bin2bn(v->n.p, (int)v->n.n, NULL);
    BIGNUM *e = BN_bin2bn(v->e.p, (int)v->e.n, NULL);
    if (build && n && e && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e))
        params = OSSL_PARAM_BLD_to_param(build);
    if (params)
        pkey = rsa_from_params(hs__key_type_name(v->type), params);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    BN_free(n);
    BN_free(e);
    return pkey;
}

static hs_status make_pkey(const hs__lc *lc, const hs__public_numbers *v, EVP_PKEY **out) {
    int curve = hs__lc_curve_of_key(v->type);
    if (curve != HS__LC_NO_CURVE) {
        hs_status st = hs__lc_ec_public(lc, curve, v->point, out);
        return st == HS_E_BAD_POINT ? HS_E_BAD_PUBLIC_KEY : st;
    }
    *out = v->type == HS__KEY_ED25519
               ? EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, v->point.p, v->point.n)
               : rsa_public(v);
    return *out ? HS_OK : HS_E_BAD_PUBLIC_KEY;
}

hs_status hs__lc_public_new(const hs_provider *p, const hs__public_numbers *numbers,
                            hs__public_key **out) {
    *out = NULL;
    hs_status st = hs__numbers_check(numbers);
    if (st)
        return st;
    hs__public_key *k = calloc(1, sizeof *k);
    if (!k)
        return HS_E_NOMEM;
    bool was_quiet = hs__lc_begin();
    st = make_pkey(hs__lc_of(p), numbers, &k->pkey);
    if (!st)
        st = hs__numbers_copy(numbers, &k->numbers, &k->storage);
    st = hs__lc_end(was_quiet, st);
    if (st)
        hs__lc_public_free(p, k);
    else
        *out = k;
    return st;
}

void hs__lc_public_free(const hs_provider *p, hs__public_key *k) {
    (void)p;
    if (!k)
        return;
    EVP_PKEY_free(k->pkey);
    free(k->storage);
    free(k);
}
