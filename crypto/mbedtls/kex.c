#include "crypto/mbedtls/compat.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/ecdh.h>

#include "crypto/ids.h"
#include "crypto/mbedtls/internal.h"

struct hs__kex {
    const hs__group_form *form;
    mbedtls_ecp_group *curve;
    mbedtls_mpi d;
};

static hs_status new_kex(const hs_provider *p, uint16_t group, hs__kex **out) {
    mbedtls_ecp_group *curve = hs__mb_curve_of_group(p, group);
    *out = NULL;
    if (!curve)
        return HS_E_UNSUPPORTED;
    hs__kex *k = calloc(1, sizeof *k);
    if (!k)
        return HS_E_NOMEM;
    k->form = hs__group_form_of(group);
    k->curve = curve;
    mbedtls_mpi_init(&k->d);
    *out = k;
    return HS_OK;
}

/* Both kinds of curve come out in their TLS form: uncompressed point, or 32 bytes. */
static hs_status write_share(const hs__kex *k, const mbedtls_ecp_point *q, uint8_t *share,
                             size_t *share_n) {
    size_t n = 0;
    int ret = mbedtls_ecp_point_write_binary(k->curve, q, MBEDTLS_ECP_PF_UNCOMPRESSED, &n, share,
                                             HS__SHARE_MAX);
    if (ret || n != k->form->client_share)
        return hs__mb_status(ret, HS_E_CRYPTO);
    *share_n = n;
    return HS_OK;
}

static hs_status make_pair(hs__kex *k, uint8_t *share, size_t *share_n) {
    mbedtls_ecp_point q;
    mbedtls_ecp_point_init(&q);
    hs_status st =
        hs__mb_status(mbedtls_ecp_gen_keypair(k->curve, &k->d, &q, hs__mb_rng, NULL), HS_E_CRYPTO);
    if (!st)
        st = write_share(k, &q, share, share_n);
    mbedtls_ecp_point_free(&q);
    return st;
}

hs_status hs__mb_kex_generate(const hs_provider *p, uint16_t group, hs__kex **out, uint8_t *share,
                              size_t *share_n) {
    hs_status st = new_kex(p, group, out);
    if (!st)
        st = make_pair(*out, share, share_n);
    if (st) {
        hs__mb_kex_free(p, *out);
        *out = NULL;
    }
    return st;
}

static hs_status write_secret(const hs__group_form *form, const mbedtls_mpi *z, uint8_t *secret) {
    int ret = form->is_nist ? mbedtls_mpi_write_binary(z, secret, form->secret)
                            : mbedtls_mpi_write_binary_le(z, secret, form->secret);
    return hs__mb_status(ret, HS_E_CRYPTO);
}

static hs_status agree(mbedtls_ecp_group *curve, const hs__group_form *form, const mbedtls_mpi *d,
                       hs_span peer, uint8_t *secret, size_t *secret_n) {
    mbedtls_ecp_point q;
    mbedtls_mpi z;
    hs_status st = hs__share_check(form->id, false, peer);
    if (st)
        return st;
    mbedtls_ecp_point_init(&q);
    mbedtls_mpi_init(&z);
    int ret = mbedtls_ecp_point_read_binary(curve, &q, peer.p, peer.n);
    /* Checks that the point is on the curve and not of low order. */
    if (!ret)
        ret = mbedtls_ecdh_compute_shared(curve, &z, &q, d, hs__mb_rng, NULL);
    st = hs__mb_status(ret, HS_E_BAD_POINT);
    if (!st)
        st = write_secret(form, &z, secret);
    if (!st)
        *secret_n = form->secret;
    mbedtls_mpi_free(&z);
    mbedtls_ecp_point_free(&q);
    return st;
}

hs_status hs__mb_kex_agree(const hs_provider *p, hs__kex *k, hs_span peer, uint8_t *secret,
                           size_t *secret_n) {
    (void)p;
    return agree(k->curve, k->form, &k->d, peer, secret, secret_n);
}

/* How a curve's points and secrets look is the same for a long-term key. */
hs_status hs__mb_key_agree(const hs_provider *p, const hs__private_key *k, hs_span peer,
                           uint8_t *secret, size_t *secret_n) {
    mbedtls_ecp_group *curve = hs__mb_curve_of_key(p, k->numbers.type);
    if (!curve)
        return HS_E_KEY_TYPE;
    const hs__group_form *form = hs__group_form_of(hs__mb_group_of_key(k->numbers.type));
    return agree(curve, form, &k->scalar, peer, secret, secret_n);
}

hs_status hs__mb_kex_respond(const hs_provider *p, uint16_t group, hs_span peer, uint8_t *share,
                             size_t *share_n, uint8_t *secret, size_t *secret_n, hs__kex **keep) {
    hs__kex *k = NULL;
    if (keep)
        *keep = NULL;
    hs_status st = new_kex(p, group, &k);
    if (!st)
        st = hs__share_check(group, true, peer);
    if (!st)
        st = make_pair(k, share, share_n);
    if (!st)
        st = hs__mb_kex_agree(p, k, peer, secret, secret_n);
    if (keep && !st)
        *keep = k;
    else
        hs__mb_kex_free(p, k);
    return st;
}

hs_status hs__mb_kex_export(const hs_provider *p, const hs__kex *k, uint8_t *priv, size_t *priv_n) {
    (void)p;
    size_t n = k->form->private_len;
    int ret = k->form->is_nist ? mbedtls_mpi_write_binary(&k->d, priv, n)
                               : mbedtls_mpi_write_binary_le(&k->d, priv, n);
    if (!ret)
        *priv_n = n;
    return hs__mb_status(ret, HS_E_CRYPTO);
}

/* RFC 7748 section 5 has the bits of an X25519 private value set when it is used; mbedTLS
 * wants them set beforehand. */
static int read_private(hs__kex *k, hs_span priv) {
    uint8_t clamped[32];
    if (k->form->is_nist)
        return mbedtls_mpi_read_binary(&k->d, priv.p, priv.n);
    memcpy(clamped, priv.p, sizeof clamped);
    clamped[0] &= 0xf8;
    clamped[31] = (uint8_t)((clamped[31] & 0x7f) | 0x40);
    int ret = mbedtls_mpi_read_binary_le(&k->d, clamped, sizeof clamped);
    hs__wipe(clamped, sizeof clamped);
    return ret;
}

static hs_status import(hs__kex *k, hs_span priv, uint8_t *share, size_t *share_n) {
    mbedtls_ecp_point q;
    if (priv.n != k->form->private_len)
        return HS_E_MISUSE;
    mbedtls_ecp_point_init(&q);
    hs_status st = hs__mb_status(read_private(k, priv), HS_E_CRYPTO);
    if (!st)
        st = hs__mb_status(mbedtls_ecp_check_privkey(k->curve, &k->d), HS_E_MISUSE);
    if (!st)
        st = hs__mb_status(mbedtls_ecp_mul(k->curve, &q, &k->d, &k->curve->G, hs__mb_rng, NULL),
                           HS_E_CRYPTO);
    if (!st)
        st = write_share(k, &q, share, share_n);
    mbedtls_ecp_point_free(&q);
    return st;
}

hs_status hs__mb_kex_import(const hs_provider *p, uint16_t group, hs_span priv, hs__kex **out,
                            uint8_t *share, size_t *share_n) {
    hs_status st = new_kex(p, group, out);
    if (!st)
        st = import(*out, priv, share, share_n);
    if (st) {
        hs__mb_kex_free(p, *out);
        *out = NULL;
    }
    return st;
}

void hs__mb_kex_free(const hs_provider *p, hs__kex *k) {
    (void)p;
    if (!k)
        return;
    mbedtls_mpi_free(&k->d);
    free(k);
}
