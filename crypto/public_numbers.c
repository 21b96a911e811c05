#include "crypto/public_numbers.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    uint8_t coordinate_len;
    uint16_t bits;
    unsigned kinds; /* bits of hs__sig_kind */
} types[] = {
    [HS__KEY_RSA] = {"RSA", 0, 0, 1u << HS__SIG_RSA_PKCS1 | 1u << HS__SIG_RSA_PSS},
    [HS__KEY_RSA_PSS] = {"RSA-PSS", 0, 0, 1u << HS__SIG_RSA_PSS},
    [HS__KEY_P256] = {"P-256", 32, 256, 1u << HS__SIG_ECDSA},
    [HS__KEY_P384] = {"P-384", 48, 384, 1u << HS__SIG_ECDSA},
    [HS__KEY_P521] = {"P-521", 66, 521, 1u << HS__SIG_ECDSA},
    [HS__KEY_ED25519] = {"Ed25519", 0, 256, 1u << HS__SIG_ED25519},
};

const char *hs__key_type_name(hs__key_type type) {
    return types[type].name;
}

size_t hs__key_coordinate_len(hs__key_type type) {
    return types[type].coordinate_len;
}

static unsigned bits_of(hs_span number) {
    unsigned top = 0;
    if (number.n == 0)
        return 0;
    for (unsigned b = number.p[0]; b; b >>= 1)
        top++;
    return (unsigned)(number.n - 1) * 8 + top;
}

unsigned hs__public_bits(const hs__public_numbers *k) {
    return types[k->type].bits ? types[k->type].bits : bits_of(k->n);
}

static bool is_odd_number(hs_span v) {
    return v.n > 0 && v.p[0] != 0 && (v.p[v.n - 1] & 1);
}

static bool is_rsa_sane(const hs__public_numbers *k) {
    unsigned bits = bits_of(k->n);
    if (!is_odd_number(k->n) || bits < HS__RSA_BITS_MIN || bits > HS__RSA_BITS_MAX)
        return false;
    /* Not 1; at most 64 bits, the bound of libcrypto for large moduli: it keeps the work
     * that a peer can ask for small. */
    return is_odd_number(k->e) && k->e.n <= 8 && bits_of(k->e) > 1;
}

hs_status hs__numbers_check(const hs__public_numbers *k) {
    size_t coordinate = types[k->type].coordinate_len;
    bool ok = false;
    if (coordinate)
        ok = k->point.n == 1 + 2 * coordinate && k->point.p[0] == 0x04;
    else if (k->type == HS__KEY_ED25519)
        ok = k->point.n == 32;
    else
        ok = is_rsa_sane(k);
    return ok ? HS_OK : HS_E_BAD_PUBLIC_KEY;
}

static hs_span put(uint8_t **at, hs_span from) {
    hs_span copy = {*at, from.n};
    if (from.n)
        memcpy(*at, from.p, from.n);
    *at += from.n;
    return copy;
}

hs_status hs__numbers_copy(const hs__public_numbers *k, hs__public_numbers *out,
                           uint8_t **storage) {
    uint8_t *at = malloc(k->point.n + k->n.n + k->e.n + 1);
    if (!at)
        return HS_E_NOMEM;
    *storage = at;
    out->type = k->type;
    out->point = put(&at, k->point);
    out->n = put(&at, k->n);
    out->e = put(&at, k->e);
    return HS_OK;
}

hs_status hs__signature_check(const hs__public_numbers *k, hs__sig_alg alg) {
    if (!(types[k->type].kinds & 1u << alg.kind))
        return HS_E_KEY_TYPE;
    if (alg.kind != HS__SIG_RSA_PSS)
        return HS_OK;
    if (alg.pss_salt < HS__PSS_SALT_HASH)
        return HS_E_MISUSE;
    /* RFC 8017 9.1.1: emLen >= hLen + sLen + 2. */
    size_t hash = hs__hash_len(alg.hash);
    size_t salt = alg.pss_salt == HS__PSS_SALT_HASH  ? hash
                  : alg.pss_salt == HS__PSS_SALT_ANY ? 0
                                                     : (size_t)alg.pss_salt;
    size_t room = (hs__public_bits(k) - 1 + 7) / 8;
    return salt <= room && room - salt >= hash + 2 ? HS_OK : HS_E_KEY_TYPE;
}
