#include "crypto/private_der.h"

#include "crypto/der.h"
#include "crypto/public_numbers.h"

#define OID(name, ...) static const uint8_t name[] = {__VA_ARGS__}
OID(rsa_encryption, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01);
OID(rsassa_pss, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a);
OID(ec_public_key, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01);
OID(prime256v1, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07);
OID(secp384r1, 0x2b, 0x81, 0x04, 0x00, 0x22);
OID(secp521r1, 0x2b, 0x81, 0x04, 0x00, 0x23);

#define IS(value, oid) hs__der_is(value, oid, sizeof oid)

static const struct {
    const uint8_t *oid;
    size_t oid_n;
    hs__key_type type;
} curves[] = {
    {prime256v1, sizeof prime256v1, HS__KEY_P256},
    {secp384r1, sizeof secp384r1, HS__KEY_P384},
    {secp521r1, sizeof secp521r1, HS__KEY_P521},
};

enum { CURVES = sizeof curves / sizeof curves[0], EC_PARAMETERS = 0xa0, EC_PUBLIC = 0xa1 };

/* RSAPrivateKey, with two primes. */
static hs_status read_rsa(hs_span der, hs__private_numbers *out) {
    hs_span seq;
    unsigned version;
    if (!hs__der_take(&der, HS__DER_SEQUENCE, &seq) || der.n != 0)
        return HS_E_KEY_FORMAT;
    if (!hs__der_take_small(&seq, &version))
        return HS_E_KEY_FORMAT;
    if (version != 0)
        return HS_E_KEY_TYPE;
    hs_span *const fields[] = {&out->n, &out->e,  &out->d,  &out->p,
                               &out->q, &out->dp, &out->dq, &out->qp};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (!hs__der_take_unsigned(&seq, fields[i]))
            return HS_E_KEY_FORMAT;
    }
    return seq.n == 0 ? HS_OK : HS_E_KEY_FORMAT;
}

static hs_status read_curve(hs_span oid, hs__key_type *type) {
    for (size_t i = 0; i < CURVES; i++) {
        if (hs__der_is(oid, curves[i].oid, curves[i].oid_n)) {
            *type = curves[i].type;
            return HS_OK;
        }
    }
    return HS_E_KEY_TYPE;
}

/* The optional [0] and [1] of ECPrivateKey; the curve of [0] counts if there is no other. */
static hs_status read_ec_options(hs_span rest, bool has_curve, hs__private_numbers *out) {
    hs_span option;
    hs_span oid;
    if (hs__der_take(&rest, EC_PARAMETERS, &option)) {
        hs__key_type type;
        if (!hs__der_take(&option, HS__DER_OID, &oid) || option.n != 0)
            return HS_E_KEY_TYPE; /* explicit curve parameters */
        hs_status st = read_curve(oid, &type);
        if (!st && has_curve && type != out->type)
            st = HS_E_KEY_FORMAT;
        if (st)
            return st;
        out->type = type;
    } else if (!has_curve) {
        return HS_E_KEY_FORMAT;
    }
    if (hs__der_take(&rest, EC_PUBLIC, &option)) {
        hs_span bits;
        if (!hs__der_take(&option, HS__DER_BIT_STRING, &bits) || option.n != 0 || bits.n < 1 ||
            bits.p[0] != 0)
            return HS_E_KEY_FORMAT;
        out->point = (hs_span){bits.p + 1, bits.n - 1};
    }
    return rest.n == 0 ? HS_OK : HS_E_KEY_FORMAT;
}

/* RFC 5915: ECPrivateKey. Its octets are as long as the order, which for our curves is as
 * long as a coordinate; older writers dropped leading zeros. */
static hs_status read_ec(hs_span der, bool has_curve, hs__private_numbers *out) {
    hs_span seq;
    unsigned version;
    if (!hs__der_take(&der, HS__DER_SEQUENCE, &seq) || der.n != 0)
        return HS_E_KEY_FORMAT;
    if (!hs__der_take_small(&seq, &version) || version != 1 ||
        !hs__der_take(&seq, HS__DER_OCTET_STRING, &out->scalar))
        return HS_E_KEY_FORMAT;
    hs_status st = read_ec_options(seq, has_curve, out);
    if (!st && out->scalar.n > hs__key_coordinate_len(out->type))
        st = HS_E_KEY_FORMAT;
    return st;
}

/* PrivateKeyInfo behind its version. Attributes and the public key of version 2 may follow. */
static hs_status read_pkcs8(hs_span rest, hs__private_numbers *out) {
    hs_span alg;
    hs_span oid;
    hs_span key;
    hs_span curve;
    if (!hs__der_take(&rest, HS__DER_SEQUENCE, &alg) || !hs__der_take(&alg, HS__DER_OID, &oid) ||
        !hs__der_take(&rest, HS__DER_OCTET_STRING, &key))
        return HS_E_KEY_FORMAT;
    if (IS(oid, rsa_encryption)) {
        out->type = HS__KEY_RSA;
        return read_rsa(key, out);
    }
    if (IS(oid, rsassa_pss)) {
        /* Parameters would forbid hashes that our caller may ask for. */
        out->type = HS__KEY_RSA_PSS;
        return alg.n == 0 ? read_rsa(key, out) : HS_E_KEY_TYPE;
    }
    if (!IS(oid, ec_public_key) || !hs__der_take(&alg, HS__DER_OID, &curve))
        return HS_E_KEY_TYPE;
    hs_status st = read_curve(curve, &out->type);
    return st ? st : read_ec(key, true, out);
}

hs_status hs__private_read(hs_span der, hs__private_numbers *out) {
    hs_span whole = der;
    hs_span seq;
    unsigned version;
    *out = (hs__private_numbers){0};
    if (!hs__der_take(&der, HS__DER_SEQUENCE, &seq) || der.n != 0 ||
        !hs__der_take_small(&seq, &version) || seq.n == 0)
        return HS_E_KEY_FORMAT;
    /* What follows the version tells the three forms apart. */
    switch (seq.p[0]) {
    case HS__DER_SEQUENCE:
        return version <= 1 ? read_pkcs8(seq, out) : HS_E_KEY_FORMAT;
    case HS__DER_INTEGER:
        out->type = HS__KEY_RSA;
        return read_rsa(whole, out);
    case HS__DER_OCTET_STRING:
        return read_ec(whole, false, out);
    default:
        return HS_E_KEY_FORMAT;
    }
}

bool hs__private_is_encrypted(hs_span der) {
    hs_span seq;
    hs_span alg;
    return hs__der_take(&der, HS__DER_SEQUENCE, &seq) &&
           hs__der_take(&seq, HS__DER_SEQUENCE, &alg) && seq.n > 0 &&
           seq.p[0] == HS__DER_OCTET_STRING;
}

static void put_oid(hs__der_out *o, const uint8_t *oid, size_t n) {
    const uint8_t *end = o->p;
    hs__der_put(o, oid, n);
    hs__der_wrap(o, HS__DER_OID, end);
}

static void put_rsa(hs__der_out *o, const hs__private_numbers *k) {
    const uint8_t *end = o->p;
    const hs_span fields[] = {k->qp, k->dq, k->dp, k->q, k->p, k->d, k->e, k->n};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        hs__der_put_unsigned(o, fields[i]);
    hs__der_put_small(o, 0);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
}

static void put_ec(hs__der_out *o, const hs__private_numbers *k) {
    const uint8_t *end = o->p;
    hs__der_put(o, k->point.p, k->point.n);
    hs__der_put(o, "", 1); /* no unused bits */
    hs__der_wrap(o, HS__DER_BIT_STRING, end);
    hs__der_wrap(o, EC_PUBLIC, end);
    const uint8_t *scalar_end = o->p;
    hs__der_put(o, k->scalar.p, k->scalar.n);
    hs__der_wrap(o, HS__DER_OCTET_STRING, scalar_end);
    hs__der_put_small(o, 1);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
}

static void put_algorithm(hs__der_out *o, hs__key_type type) {
    const uint8_t *end = o->p;
    if (type == HS__KEY_RSA) {
        hs__der_wrap(o, HS__DER_NULL, o->p);
        put_oid(o, rsa_encryption, sizeof rsa_encryption);
    } else if (type == HS__KEY_RSA_PSS) {
        put_oid(o, rsassa_pss, sizeof rsassa_pss);
    } else {
        for (size_t i = 0; i < CURVES; i++) {
            if (curves[i].type == type)
                put_oid(o, curves[i].oid, curves[i].oid_n);
        }
        put_oid(o, ec_public_key, sizeof ec_public_key);
    }
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
}

hs_status hs__private_write(const hs__private_numbers *k, uint8_t *room, size_t room_n,
                            hs_span *out) {
    const uint8_t *end = room + room_n;
    hs__der_out o = {room, room + room_n, false};
    if (hs__key_coordinate_len(k->type))
        put_ec(&o, k);
    else
        put_rsa(&o, k);
    hs__der_wrap(&o, HS__DER_OCTET_STRING, end);
    put_algorithm(&o, k->type);
    hs__der_put_small(&o, 0);
    hs__der_wrap(&o, HS__DER_SEQUENCE, end);
    if (o.full)
        return HS_E_NO_SPACE;
    *out = (hs_span){o.p, (size_t)(end - o.p)};
    return HS_OK;
}
