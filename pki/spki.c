#include "pki/spki.h"

#include <stdio.h>
#include <string.h>

#include "crypto/digest.h"
#include "crypto/public_numbers.h"
#include "pki/der_write.h"
#include "pki/sigalg.h"

static const struct {
    hs__oid curve;
    hs__key_type type;
} curves[] = {
    {HS__OID_P256, HS__KEY_P256}, {HS__OID_P384, HS__KEY_P384}, {HS__OID_P521, HS__KEY_P521}};
enum { CURVES = sizeof(curves) / sizeof(curves[0]) };

/* ECParameters (RFC 5480 2.1.1): a named curve; another choice is a key that we do not know. */
static void read_curve(hs__rd *r, hs__spki *out) {
    uint8_t tag;
    if (!hs__der_next_is(r, HS__DER_OID)) {
        (void)hs__der_any(r, "parameters", &tag);
        return;
    }
    out->curve = hs__der_oid(r, "parameters", HS__DER_OID);
    const hs__oid curve = hs__oid_find(out->curve);
    for (size_t i = 0; i < CURVES; i++) {
        if (curves[i].curve == curve) {
            out->is_known = true;
            out->numbers.type = curves[i].type;
        }
    }
}

/* RFC 4055 3.1: absent parameters are no restriction. */
static void read_pss_rule(hs__rd *r, hs__spki *out) {
    bool is_weak = false;
    out->is_known = true;
    out->numbers.type = HS__KEY_RSA_PSS;
    if (hs__rd_more(r)) {
        out->has_pss_rule = true;
        hs__pss_params_read(r, "parameters", &out->pss_rule, &out->is_known, &is_weak);
    }
}

/* The parameters of the key's algorithm; says whether it is one of ours, and which. */
static void read_algorithm(hs__rd *r, hs__spki *out) {
    uint8_t tag;
    out->algorithm = hs__der_oid(r, "algorithm", HS__DER_OID);
    switch (hs__oid_find(out->algorithm)) {
    case HS__OID_RSA: /* RFC 3279 2.3.1: NULL, always */
        hs__der_null(r, "parameters");
        out->is_known = true;
        out->numbers.type = HS__KEY_RSA;
        break;
    case HS__OID_RSA_PSS:
        read_pss_rule(r, out);
        break;
    case HS__OID_EC_KEY:
        read_curve(r, out);
        break;
    case HS__OID_ED25519: /* RFC 8410 3: absent */
        out->is_known = true;
        out->numbers.type = HS__KEY_ED25519;
        break;
    default:
        if (hs__rd_more(r)) {
            (void)hs__der_any(r, "parameters", &tag);
        }
        break;
    }
}

static void read_rsa(hs__rd *r, hs__public_numbers *out) {
    hs__rd key;
    hs__der_open(r, NULL, HS__DER_SEQUENCE, &key);
    out->n = hs__der_unsigned(&key, "modulus", HS__DER_INTEGER);
    out->e = hs__der_unsigned(&key, "publicExponent", HS__DER_INTEGER);
    hs__der_close(&key);
    if (hs__rd_status(r) == HS_OK && (out->n.n == 0 || out->e.n == 0)) {
        hs__rd_fail(r, NULL, HS_E_DECODE, "is an RSA key with a zero in it");
    }
}

static void read_point(hs__rd *r, hs__public_numbers *out) {
    out->point = hs__rd_rest(r, NULL);
    if (hs__rd_status(r) == HS_OK && hs__numbers_check(out) != HS_OK) {
        hs__rd_fail(r, NULL, HS_E_DECODE, "is no %s %s",
                    out->type == HS__KEY_ED25519 ? "key for" : "uncompressed point of",
                    hs__key_type_name(out->type));
    }
}

void hs__spki_read(hs__rd *r, const char *field, hs__spki *out) {
    const uint8_t *from = r->p;
    hs__rd spki;
    hs__rd algorithm;
    hs__rd bits;
    memset(out, 0, sizeof(*out));
    hs__der_open(r, field, HS__DER_SEQUENCE, &spki);
    hs__der_open(&spki, "algorithm", HS__DER_SEQUENCE, &algorithm);
    read_algorithm(&algorithm, out);
    hs__der_close(&algorithm);
    hs__der_open_bits(&spki, "subjectPublicKey", &bits);
    out->bits = (hs_span){bits.p, hs__rd_left(&bits)};
    if (!out->is_known) {
        (void)hs__rd_rest(&bits, NULL);
    } else if (out->numbers.type == HS__KEY_RSA || out->numbers.type == HS__KEY_RSA_PSS) {
        read_rsa(&bits, &out->numbers);
    } else {
        read_point(&bits, &out->numbers);
    }
    hs__der_close(&bits);
    hs__der_close(&spki);
    out->der = hs__der_since(r, from);
}

void hs__spki_text(const hs__spki *key, char *out, size_t room) {
    char algorithm[HS__OID_TEXT_MAX];
    char curve[HS__OID_TEXT_MAX];
    if (!key->is_known) {
        hs__oid_text(key->algorithm, algorithm, sizeof(algorithm));
        hs__oid_text(key->curve, curve, sizeof(curve));
        (void)snprintf(out, room, "%s%s%.24s", algorithm, key->curve.n > 0 ? " " : "",
                       key->curve.n > 0 ? curve : "");
        return;
    }
    switch (key->numbers.type) {
    case HS__KEY_RSA:
    case HS__KEY_RSA_PSS:
        (void)snprintf(out, room, "%s %u", hs__key_type_name(key->numbers.type),
                       hs__public_bits(&key->numbers));
        break;
    case HS__KEY_P256:
    case HS__KEY_P384:
    case HS__KEY_P521:
        (void)snprintf(out, room, "ECDSA %s", hs__key_type_name(key->numbers.type));
        break;
    case HS__KEY_ED25519:
        (void)snprintf(out, room, "%s", hs__key_type_name(key->numbers.type));
        break;
    }
}

/* The content of subjectPublicKey. */
static void put_key(hs__der_out *o, const hs__public_numbers *key) {
    if (key->type != HS__KEY_RSA && key->type != HS__KEY_RSA_PSS) {
        hs__der_put(o, key->point.p, key->point.n);
        return;
    }
    const uint8_t *end = o->p;
    hs__der_put_unsigned(o, key->e);
    hs__der_put_unsigned(o, key->n);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
}

static void put_algorithm(hs__der_out *o, hs__key_type type) {
    const uint8_t *end = o->p;
    switch (type) {
    case HS__KEY_RSA:
        hs__der_put_null(o);
        hs__der_put_oid(o, HS__OID_RSA);
        break;
    case HS__KEY_RSA_PSS:
        hs__der_put_oid(o, HS__OID_RSA_PSS);
        break;
    case HS__KEY_ED25519:
        hs__der_put_oid(o, HS__OID_ED25519);
        break;
    case HS__KEY_P256:
    case HS__KEY_P384:
    case HS__KEY_P521:
        for (size_t i = 0; i < CURVES; i++) {
            if (curves[i].type == type) {
                hs__der_put_oid(o, curves[i].curve);
            }
        }
        hs__der_put_oid(o, HS__OID_EC_KEY);
        break;
    }
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
}

void hs__spki_write(hs__der_out *o, const hs__public_numbers *key) {
    const uint8_t *end = o->p;
    put_key(o, key);
    hs__der_wrap_bits(o, end);
    put_algorithm(o, key->type);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
}

hs_status hs__spki_key_id(const hs_provider *p, const hs__public_numbers *key,
                          uint8_t out[HS__KEY_ID]) {
    uint8_t room[1200]; /* RSA-8192 and a long exponent */
    uint8_t digest[HS__HASH_MAX];
    hs__der_out o = {.start = room, .p = room + sizeof(room)};
    put_key(&o, key);
    if (o.full) {
        return HS_E_BAD_PUBLIC_KEY;
    }
    const hs_span written = {o.p, (size_t)(room + sizeof(room) - o.p)};
    hs_status st = hs__digest(p, HS__SHA256, written, digest);
    if (st == HS_OK) {
        memcpy(out, digest, HS__KEY_ID);
    }
    return st;
}
