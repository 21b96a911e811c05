#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include "crypto/libcrypto/internal.h"

static const struct {
    const char *name;
    int nid;
    uint16_t group;
    hs__key_type type;
    uint8_t coordinate;
} curves[CURVES] = {
    {"P-256", NID_X9_62_prime256v1, HS__GROUP_SECP256R1, HS__KEY_P256, 32},
    {"P-384", NID_secp384r1, HS__GROUP_SECP384R1, HS__KEY_P384, 48},
    {"P-521", NID_secp521r1, HS__GROUP_SECP521R1, HS__KEY_P521, 66},
};

const char *hs__lc_curve_name(int curve) {
    return curves[curve].name;
}

uint16_t hs__lc_curve_group(int curve) {
    return curves[curve].group;
}

int hs__lc_curve_of_group(uint16_t group) {
    for (int i = 0; i < CURVES; i++) {
        if (curves[i].group == group)
            return i;
    }
    return HS__LC_NO_CURVE;
}

int hs__lc_curve_of_key(hs__key_type type) {
    for (int i = 0; i < CURVES; i++) {
        if (curves[i].type == type)
            return i;
    }
    return HS__LC_NO_CURVE;
}

/* Copying a template's parameters is the cheapest way to an EC key from its point; the point
 * is checked to be on the curve. */
hs_status hs__lc_ec_public(const hs__lc *lc, int curve, hs_span point, EVP_PKEY **out) {
    EVP_PKEY *pkey = EVP_PKEY_new();
    *out = NULL;
    if (!pkey)
        return HS_E_NOMEM;
    if (EVP_PKEY_copy_parameters(pkey, lc->curve[curve]) != 1 ||
        EVP_PKEY_set1_encoded_public_key(pkey, point.p, point.n) != 1) {
        EVP_PKEY_free(pkey);
        return HS_E_BAD_POINT;
    }
    *out = pkey;
    return HS_OK;
}

hs_status hs__lc_ec_point(const EVP_PKEY *pkey, size_t coordinate, uint8_t *point) {
    BIGNUM *x = NULL;
    BIGNUM *y = NULL;
    int n = (int)coordinate;
    /* Not the encoded form: a key file can ask for a compressed one. */
    bool ok = EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1 &&
              EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, &y) == 1 &&
              BN_bn2binpad(x, point + 1, n) == n && BN_bn2binpad(y, point + 1 + n, n) == n;
    point[0] = 0x04;
    BN_free(x);
    BN_free(y);
    return ok ? HS_OK : HS_E_CRYPTO;
}

/* point = priv * G, HS_E_MISUSE if priv is not in 1 .. order-1. */
static hs_status public_of(int curve, const BIGNUM *priv, uint8_t *point) {
    EC_GROUP *group = EC_GROUP_new_by_curve_name(curves[curve].nid);
    EC_POINT *q = group ? EC_POINT_new(group) : NULL;
    hs_status st = HS_E_NOMEM;
    size_t n = 1 + 2 * (size_t)curves[curve].coordinate;
    if (!q)
        goto out;
    st = HS_E_MISUSE;
    if (BN_is_zero(priv) || BN_cmp(priv, EC_GROUP_get0_order(group)) >= 0)
        goto out;
    st = HS_E_CRYPTO;
    if (EC_POINT_mul(group, q, priv, NULL, NULL, NULL) == 1 &&
        EC_POINT_point2oct(group, q, POINT_CONVERSION_UNCOMPRESSED, point, n, NULL) == n)
        st = HS_OK;
out:
    EC_POINT_free(q);
    EC_GROUP_free(group);
    return st;
}

static hs_status from_data(const OSSL_PARAM *params, EVP_PKEY **out) {
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    bool ok = ctx && EVP_PKEY_fromdata_init(ctx) == 1 &&
              EVP_PKEY_fromdata(ctx, out, EVP_PKEY_KEYPAIR, (OSSL_PARAM *)params) == 1;
    EVP_PKEY_CTX_free(ctx);
    return ok ? HS_OK : HS_E_CRYPTO;
}

hs_status hs__lc_ec_private(int curve, hs_span priv, EVP_PKEY **out) {
    uint8_t point[1 + 2 * 66];
    size_t point_n = 1 + 2 * (size_t)curves[curve].coordinate;
    OSSL_PARAM *params = NULL;
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *d = BN_secure_new();
    hs_status st = HS_E_NOMEM;
    *out = NULL;

    if (!build || !d || !BN_bin2bn(priv.p, (int)priv.n, d))
        goto out;
    BN_set_flags(d, BN_FLG_CONSTTIME);
    st = public_of(curve, d, point);
    if (st)
        goto out;
    st = HS_E_CRYPTO;
    if (OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, curves[curve].name, 0) &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, point_n) &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, d))
        params = OSSL_PARAM_BLD_to_param(build);
    if (params)
        st = from_data(params, out);
out:
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    BN_clear_free(d);
    return st;
}
