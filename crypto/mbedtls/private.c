#include <stdlib.h>
#include <string.h>

#include "crypto/mbedtls/internal.h"
#include "crypto/public_numbers.h"

static hs_status new_key(hs__private_key **out) {
    hs__private_key *k = calloc(1, sizeof *k);
    *out = k;
    if (!k)
        return HS_E_NOMEM;
    mbedtls_mpi_init(&k->scalar);
    mb_rsa_init(&k->rsa);
    return hs__mb_pool_new(&k->pool);
}

static hs_status keep_numbers(hs__private_key *k, const hs__public_numbers *v) {
    if (hs__numbers_check(v) != HS_OK)
        return HS_E_KEY_TYPE;
    return hs__numbers_copy(v, &k->numbers, &k->storage);
}

static hs_status keep_point(hs__private_key *k, const mbedtls_ecp_group *curve, hs__key_type type,
                            const mbedtls_ecp_point *q) {
    uint8_t bytes[1 + 2 * 66];
    size_t n = 0;
    int ret = mbedtls_ecp_point_write_binary(curve, q, MBEDTLS_ECP_PF_UNCOMPRESSED, &n, bytes,
                                             sizeof bytes);
    const hs__public_numbers v = {.type = type, .point = {bytes, n}};
    return ret ? hs__mb_status(ret, HS_E_CRYPTO) : keep_numbers(k, &v);
}

static hs_status keep_modulus(hs__private_key *k, hs__key_type type) {
    uint8_t n[HS__RSA_BITS_MAX / 8];
    uint8_t e[8];
    size_t len = mbedtls_rsa_get_len(&k->rsa);
    size_t zeros = 0;
    if (len > sizeof n)
        return HS_E_KEY_TYPE;
    int ret = mbedtls_rsa_export_raw(&k->rsa, n, len, NULL, 0, NULL, 0, NULL, 0, e, sizeof e);
    while (zeros < sizeof e - 1 && e[zeros] == 0)
        zeros++;
    const hs__public_numbers v = {.type = type, .n = {n, len}, .e = {e + zeros, sizeof e - zeros}};
    return ret ? hs__mb_status(ret, HS_E_KEY_TYPE) : keep_numbers(k, &v);
}

/* The public point is computed and, if the file names one, compared. */
static hs_status fill_ec(const hs_provider *p, const hs__private_numbers *v, hs__private_key *k) {
    mbedtls_ecp_group *curve = hs__mb_curve_of_key(p, v->type);
    mbedtls_ecp_point q;
    mbedtls_ecp_point_init(&q);
    int ret = mbedtls_mpi_read_binary(&k->scalar, v->scalar.p, v->scalar.n);
    if (!ret)
        ret = mbedtls_ecp_check_privkey(curve, &k->scalar);
    if (!ret)
        ret = mbedtls_ecp_mul(curve, &q, &k->scalar, &curve->G, hs__mb_rng, NULL);
    hs_status st = hs__mb_status(ret, HS_E_KEY_FORMAT);
    if (!st)
        st = keep_point(k, curve, v->type, &q);
    mbedtls_ecp_point_free(&q);
    if (st || v->point.n != k->numbers.point.n)
        return st; /* no point in the file, or a compressed one */
    bool same = hs__ct_equal(v->point.p, k->numbers.point.p, v->point.n);
    return same ? HS_OK : HS_E_KEY_FORMAT;
}

static hs_status fill_rsa(const hs__private_numbers *v, hs__private_key *k) {
    int ret = mbedtls_rsa_import_raw(&k->rsa, v->n.p, v->n.n, v->p.p, v->p.n, v->q.p, v->q.n,
                                     v->d.p, v->d.n, v->e.p, v->e.n);
    if (!ret)
        ret = mbedtls_rsa_complete(&k->rsa);
    if (!ret)
        ret = mbedtls_rsa_check_privkey(&k->rsa);
    hs_status st = hs__mb_status(ret, HS_E_KEY_FORMAT);
    return st ? st : keep_modulus(k, v->type);
}

hs_status hs__mb_key_from_numbers(const hs_provider *p, const hs__private_numbers *v,
                                  hs__private_key **out) {
    hs_status st = new_key(out);
    if (!st)
        st = hs__key_coordinate_len(v->type) ? fill_ec(p, v, *out) : fill_rsa(v, *out);
    if (st) {
        hs__mb_key_free(p, *out);
        *out = NULL;
    }
    return st;
}

static hs_status generate_ec(const hs_provider *p, hs__key_type type, hs__private_key *k) {
    mbedtls_ecp_group *curve = hs__mb_curve_of_key(p, type);
    mbedtls_ecp_point q;
    mbedtls_ecp_point_init(&q);
    hs_status st = hs__mb_status(mbedtls_ecp_gen_keypair(curve, &k->scalar, &q, hs__mb_rng, NULL),
                                 HS_E_CRYPTO);
    if (!st)
        st = keep_point(k, curve, type, &q);
    mbedtls_ecp_point_free(&q);
    return st;
}

static hs_status generate_rsa(hs__key_type type, unsigned bits, hs__private_key *k) {
    int ret = mbedtls_rsa_gen_key(&k->rsa, hs__mb_rng, NULL, bits, 65537);
    return ret ? hs__mb_status(ret, HS_E_CRYPTO) : keep_modulus(k, type);
}

hs_status hs__mb_key_generate(const hs_provider *p, hs__key_type type, unsigned rsa_bits,
                              hs__private_key **out) {
    bool is_rsa = type == HS__KEY_RSA || type == HS__KEY_RSA_PSS;
    *out = NULL;
    if (!hs__provider_has_key_type(p, type))
        return HS_E_UNSUPPORTED;
    if (is_rsa && (rsa_bits < HS__RSA_BITS_MIN || rsa_bits > HS__RSA_BITS_MAX))
        return HS_E_MISUSE;
    hs_status st = new_key(out);
    if (!st)
        st = is_rsa ? generate_rsa(type, rsa_bits, *out) : generate_ec(p, type, *out);
    if (st) {
        hs__mb_key_free(p, *out);
        *out = NULL;
    }
    return st;
}

hs_status hs__mb_key_public(const hs_provider *p, const hs__private_key *k,
                            hs__public_numbers *out) {
    (void)p;
    *out = k->numbers;
    return HS_OK;
}

void hs__mb_key_free(const hs_provider *p, hs__private_key *k) {
    (void)p;
    if (!k)
        return;
    mbedtls_mpi_free(&k->scalar);
    mbedtls_rsa_free(&k->rsa);
    hs__mb_pool_free(k->pool);
    free(k->storage);
    free(k);
}
