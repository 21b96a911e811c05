#include "crypto/mbedtls/compat.h"

#include <mbedtls/ecdsa.h>

#include "crypto/ecdsa_sig.h"
#include "crypto/mbedtls/internal.h"
#include "crypto/public_numbers.h"

static hs_status write_sig(const mbedtls_mpi *r, const mbedtls_mpi *s, size_t coordinate,
                           uint8_t *sig, size_t *sig_n) {
    uint8_t bytes[2 * 66];
    int ret = mbedtls_mpi_write_binary(r, bytes, coordinate);
    if (!ret)
        ret = mbedtls_mpi_write_binary(s, bytes + coordinate, coordinate);
    if (ret)
        return hs__mb_status(ret, HS_E_CRYPTO);
    return hs__ecdsa_sig_write((hs_span){bytes, coordinate},
                               (hs_span){bytes + coordinate, coordinate}, sig, HS__SIGNATURE_MAX,
                               sig_n);
}

/* On the kept curve: mbedtls_pk_sign() copies the key and rebuilds its tables. RFC 6979. */
static hs_status sign_ecdsa(mbedtls_ecp_group *curve, const hs__private_key *k, hs__hash_id hash,
                            const uint8_t *digest, uint8_t *sig, size_t *sig_n) {
    mbedtls_mpi r;
    mbedtls_mpi s;
    mbedtls_mpi_init(&r);
    mbedtls_mpi_init(&s);
    hs_status st = hs__mb_status(mbedtls_ecdsa_sign_det_ext(curve, &r, &s, &k->scalar, digest,
                                                            hs__hash_len(hash), hs__mb_md(hash),
                                                            hs__mb_rng, NULL),
                                 HS_E_CRYPTO);
    if (!st)
        st = write_sig(&r, &s, hs__key_coordinate_len(k->numbers.type), sig, sig_n);
    mbedtls_mpi_free(&r);
    mbedtls_mpi_free(&s);
    return st;
}

hs_status hs__mb_key_sign(const hs_provider *p, const hs__private_key *k, hs__sig_alg alg,
                          hs_span msg, uint8_t *sig, size_t *sig_n) {
    uint8_t digest[HS__HASH_MAX];
    hs_status st = hs__signature_check(&k->numbers, alg);
    if (!st && alg.kind == HS__SIG_RSA_PSS && alg.pss_salt == HS__PSS_SALT_ANY)
        st = HS_E_MISUSE;
    if (!st)
        st = hs__mb_digest(p, alg.hash, msg, NULL, 0, digest);
    if (st)
        return st;
    if (alg.kind == HS__SIG_ECDSA)
        return sign_ecdsa(hs__mb_curve_of_key(p, k->numbers.type), k, alg.hash, digest, sig, sig_n);
    st = hs__mb_rsa_sign(k, alg, digest, sig);
    if (!st)
        *sig_n = k->numbers.n.n;
    return st;
}

static hs_status verify_ecdsa(mbedtls_ecp_group *curve, const hs__public_key *k, hs__hash_id hash,
                              const uint8_t *digest, hs_span sig) {
    hs_span r_bytes;
    hs_span s_bytes;
    hs_status st =
        hs__ecdsa_sig_read(sig, hs__key_coordinate_len(k->numbers.type), &r_bytes, &s_bytes);
    if (st)
        return st;
    mbedtls_mpi r;
    mbedtls_mpi s;
    mbedtls_mpi_init(&r);
    mbedtls_mpi_init(&s);
    int ret = mbedtls_mpi_read_binary(&r, r_bytes.p, r_bytes.n);
    if (!ret)
        ret = mbedtls_mpi_read_binary(&s, s_bytes.p, s_bytes.n);
    if (!ret)
        ret = mbedtls_ecdsa_verify(curve, digest, hs__hash_len(hash), &k->point, &r, &s);
    mbedtls_mpi_free(&r);
    mbedtls_mpi_free(&s);
    return hs__mb_status(ret, HS_E_BAD_SIGNATURE);
}

hs_status hs__mb_public_verify(const hs_provider *p, const hs__public_key *k, hs__sig_alg alg,
                               hs_span msg, hs_span sig) {
    uint8_t digest[HS__HASH_MAX];
    hs_status st = hs__signature_check(&k->numbers, alg);
    if (!st)
        st = hs__mb_digest(p, alg.hash, msg, NULL, 0, digest);
    if (st)
        return st;
    if (alg.kind == HS__SIG_ECDSA)
        return verify_ecdsa(hs__mb_curve_of_key(p, k->numbers.type), k, alg.hash, digest, sig);
    if (sig.n != k->numbers.n.n)
        return HS_E_BAD_SIGNATURE;
    return hs__mb_rsa_verify(k, alg, digest, sig.p);
}
