#include <stdlib.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include "crypto/libcrypto/internal.h"
#include "crypto/public_numbers.h"

/* Curves by the group name that libcrypto reports. */
static const struct {
    const char *algorithm, *group;
    hs__key_type type;
} known[] = {
    {"RSA", NULL, HS__KEY_RSA},         {"RSA-PSS", NULL, HS__KEY_RSA_PSS},
    {"EC", "prime256v1", HS__KEY_P256}, {"EC", "secp384r1", HS__KEY_P384},
    {"EC", "secp521r1", HS__KEY_P521},  {"ED25519", NULL, HS__KEY_ED25519},
};

static hs_status type_of(const EVP_PKEY *pkey, hs__key_type *type) {
    char group[64] = "";
    (void)EVP_PKEY_get_group_name(pkey, group, sizeof group, NULL);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (!EVP_PKEY_is_a(pkey, known[i].algorithm))
            continue;
        if (known[i].group && OPENSSL_strcasecmp(known[i].group, group) != 0)
            continue;
        *type = known[i].type;
        return HS_OK;
    }
    return HS_E_KEY_TYPE;
}

/* The decoders hand out a public key, too, where the file holds no private one. */
static bool has_private(const EVP_PKEY *pkey, hs__key_type type) {
    BIGNUM *d = NULL;
    size_t n = 0;
    if (type == HS__KEY_ED25519)
        return EVP_PKEY_get_raw_private_key(pkey, NULL, &n) == 1;
    bool is_ec = hs__key_coordinate_len(type) > 0;
    const char *name = is_ec ? OSSL_PKEY_PARAM_PRIV_KEY : OSSL_PKEY_PARAM_RSA_D;
    bool has = EVP_PKEY_get_bn_param(pkey, name, &d) == 1;
    BN_clear_free(d);
    return has;
}

/* Gets one RSA number as bytes. */
static hs_status rsa_number(const EVP_PKEY *pkey, const char *name, uint8_t *room, size_t room_n,
                            hs_span *out) {
    BIGNUM *v = NULL;
    hs_status st = HS_E_KEY_TYPE;
    if (EVP_PKEY_get_bn_param(pkey, name, &v) != 1)
        return HS_E_CRYPTO;
    int n = BN_num_bytes(v);
    if ((size_t)n <= room_n && BN_bn2bin(v, room) == n) {
        *out = (hs_span){room, (size_t)n};
        st = HS_OK;
    }
    BN_free(v);
    return st;
}

static hs_status read_numbers(const EVP_PKEY *pkey, hs__private_key *k) {
    uint8_t n[HS__RSA_BITS_MAX / 8];
    uint8_t e[8];
    uint8_t point[1 + 2 * 66];
    size_t coordinate = hs__key_coordinate_len(k->numbers.type);
    hs__public_numbers v = {.type = k->numbers.type};
    hs_status st;

    if (coordinate) {
        st = hs__lc_ec_point(pkey, coordinate, point);
        v.point = (hs_span){point, 1 + 2 * coordinate};
    } else if (v.type == HS__KEY_ED25519) {
        v.point = (hs_span){point, 32};
        size_t len = 32;
        st = EVP_PKEY_get_raw_public_key(pkey, point, &len) == 1 ? HS_OK : HS_E_CRYPTO;
    } else {
        st = rsa_number(pkey, OSSL_PKEY_PARAM_RSA_N, n, sizeof n, &v.n);
        if (!st)
            st = rsa_number(pkey, OSSL_PKEY_PARAM_RSA_E, e, sizeof e, &v.e);
    }
    if (!st && hs__numbers_check(&v) != HS_OK)
        st = HS_E_KEY_TYPE;
    return st ? st : hs__numbers_copy(&v, &k->numbers, &k->storage);
}

/* An EC key's two halves must belong together: a signature would betray nothing, but fail
 * only at the peer. */
static bool is_pair(EVP_PKEY *pkey) {
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    bool ok = ctx && EVP_PKEY_pairwise_check(ctx) == 1;
    EVP_PKEY_CTX_free(ctx);
    return ok;
}

/* An RSA-PSS key can be bound to one hash. Its schemes are chosen by others, so such a key
 * is of no use here; only trying two hashes tells. */
static bool is_bound_to_a_hash(EVP_PKEY *pkey) {
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    bool is_free = ctx && EVP_PKEY_sign_init(ctx) == 1 &&
                   EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1 &&
                   EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha384()) == 1;
    EVP_PKEY_CTX_free(ctx);
    return !is_free;
}

hs_status hs__lc_key_adopt(EVP_PKEY *pkey, hs__private_key **out) {
    hs__private_key *k = calloc(1, sizeof *k);
    hs_status st = HS_E_NOMEM;
    *out = NULL;
    if (!k)
        goto out;
    st = type_of(pkey, &k->numbers.type);
    if (!st && !has_private(pkey, k->numbers.type))
        st = HS_E_KEY_FORMAT;
    if (!st && hs__key_coordinate_len(k->numbers.type) && !is_pair(pkey))
        st = HS_E_KEY_FORMAT;
    if (!st && k->numbers.type == HS__KEY_RSA_PSS && is_bound_to_a_hash(pkey))
        st = HS_E_KEY_TYPE;
    if (!st)
        st = read_numbers(pkey, k);
    if (!st) {
        k->pkey = pkey;
        *out = k;
        return HS_OK;
    }
out:
    EVP_PKEY_free(pkey);
    free(k);
    return st;
}

static EVP_PKEY_CTX *keygen_ctx(const hs__lc *lc, hs__key_type type, unsigned rsa_bits) {
    int curve = hs__lc_curve_of_key(type);
    EVP_PKEY_CTX *ctx = curve == HS__LC_NO_CURVE
                            ? EVP_PKEY_CTX_new_from_name(NULL, hs__key_type_name(type), NULL)
                            : EVP_PKEY_CTX_new_from_pkey(NULL, lc->curve[curve], NULL);
    bool ok = ctx && EVP_PKEY_keygen_init(ctx) == 1;
    if (ok && (type == HS__KEY_RSA || type == HS__KEY_RSA_PSS))
        ok = EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, (int)rsa_bits) == 1;
    if (ok)
        return ctx;
    EVP_PKEY_CTX_free(ctx);
    return NULL;
}

hs_status hs__lc_key_generate(const hs_provider *p, hs__key_type type, unsigned rsa_bits,
                              hs__private_key **out) {
    bool is_rsa = type == HS__KEY_RSA || type == HS__KEY_RSA_PSS;
    EVP_PKEY *pkey = NULL;
    *out = NULL;
    if (is_rsa && (rsa_bits < HS__RSA_BITS_MIN || rsa_bits > HS__RSA_BITS_MAX))
        return HS_E_MISUSE;
    bool was_quiet = hs__lc_begin();
    EVP_PKEY_CTX *ctx = keygen_ctx(hs__lc_of(p), type, rsa_bits);
    hs_status st = HS_E_CRYPTO;
    if (ctx && EVP_PKEY_generate(ctx, &pkey) == 1)
        st = hs__lc_key_adopt(pkey, out);
    EVP_PKEY_CTX_free(ctx);
    return hs__lc_end(was_quiet, st);
}

hs_status hs__lc_key_public(const hs_provider *p, const hs__private_key *k,
                            hs__public_numbers *out) {
    (void)p;
    *out = k->numbers;
    return HS_OK;
}

void hs__lc_key_free(const hs_provider *p, hs__private_key *k) {
    (void)p;
    if (!k)
        return;
    EVP_PKEY_free(k->pkey);
    free(k->storage);
    free(k);
}
