#include "pki/ocsp_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/digest.h"
#include "pki/time.h"

enum { FIXED_ROOM = 512, SHA1_LEN = 20, TIME_LEN = 15 };

/* What is hashed for the certID. */
typedef struct {
    uint8_t name[HS__HASH_MAX], key[HS__HASH_MAX];
} issuer_hashes;

/* RFC 6960 4.2.2: GeneralizedTime for every year, unlike in certificates. */
static void put_time(hs__der_out *o, int64_t t) {
    char text[64];
    hs__civil c;
    hs__civil_from_time(t, &c);
    (void)snprintf(text, sizeof(text), "%04d%02d%02d%02d%02d%02dZ", c.year, c.month, c.day, c.hour,
                   c.minute, c.second);
    hs__der_put_value(o, HS__DER_GENERALIZED_TIME, (hs_span){(const uint8_t *)text, TIME_LEN});
}

/* RFC 6960 4.1.1. SHA-1 names the issuer here and protects nothing; other hashes are not found by
 * many clients (RFC 5019 2.1.1). */
static void put_cert_id(hs__der_out *o, const hs__ocsp_template *t, const issuer_hashes *h) {
    const uint8_t *end = o->p;
    hs__der_put_value(o, HS__DER_INTEGER, t->serial);
    hs__der_put_value(o, HS__DER_OCTET_STRING, (hs_span){h->key, SHA1_LEN});
    hs__der_put_value(o, HS__DER_OCTET_STRING, (hs_span){h->name, SHA1_LEN});
    const uint8_t *alg_end = o->p;
    hs__der_put_null(o);
    hs__der_put_oid(o, HS__OID_SHA1);
    hs__der_wrap(o, HS__DER_SEQUENCE, alg_end);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
}

static void put_verdict(hs__der_out *o, const hs__ocsp_template *t) {
    const uint8_t *end = o->p;
    const uint8_t code = (uint8_t)t->reason;
    if (t->verdict != HS__OCSP_REVOKED) {
        hs__der_wrap(o, HS__DER_CONTEXT | (t->verdict == HS__OCSP_GOOD ? 0 : 2), end);
        return;
    }
    if (t->reason != HS__REASON_UNSPECIFIED) {
        hs__der_put_value(o, HS__DER_ENUMERATED, (hs_span){&code, 1});
        hs__der_wrap(o, HS__DER_CONTEXT_OPENED | 0, end);
    }
    put_time(o, t->revoked_at);
    hs__der_wrap(o, HS__DER_CONTEXT_OPENED | 1, end);
}

static void put_single(hs__der_out *o, const hs__ocsp_template *t, const issuer_hashes *h) {
    const uint8_t *end = o->p;
    put_time(o, t->next_update);
    hs__der_wrap(o, HS__DER_CONTEXT_OPENED | 0, end);
    put_time(o, t->this_update);
    put_verdict(o, t);
    put_cert_id(o, t, h);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
}

/* ResponseData: the responder and one answer. It goes by its name, which RFC 6960 4.2.1 allows:
 * GnuTLS looks for the hash of its key among subjectKeyIdentifiers, and ours are of another kind.
 */
static void put_tbs(hs__der_out *o, const hs__ocsp_template *t, const issuer_hashes *h) {
    const uint8_t *end = o->p;
    put_single(o, t, h);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
    put_time(o, t->produced);
    const uint8_t *id_end = o->p;
    hs__der_put(o, t->issuer.p, t->issuer.n);
    hs__der_wrap(o, HS__DER_CONTEXT_OPENED | 1, id_end);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
}

static size_t tbs_room(const hs__ocsp_template *t) {
    return FIXED_ROOM + t->serial.n + t->issuer.n;
}

size_t hs__ocsp_room(const hs__ocsp_template *t) {
    return tbs_room(t) + HS__SIGNED_ROOM + FIXED_ROOM;
}

/* RFC 6960 4.2.1: OCSPResponse around a BasicOCSPResponse. */
static hs_status wrap_response(hs_span basic, uint8_t *out, size_t *n) {
    static const uint8_t SUCCESSFUL = 0;
    hs__der_out o = {.start = out, .p = out + *n};
    const uint8_t *end = o.p;
    hs__der_put(&o, basic.p, basic.n);
    hs__der_wrap(&o, HS__DER_OCTET_STRING, end);
    hs__der_put_oid(&o, HS__OID_OCSP_BASIC);
    hs__der_wrap(&o, HS__DER_SEQUENCE, end);
    hs__der_wrap(&o, HS__DER_CONTEXT_OPENED | 0, end);
    hs__der_put_value(&o, HS__DER_ENUMERATED, (hs_span){&SUCCESSFUL, 1});
    hs__der_wrap(&o, HS__DER_SEQUENCE, end);
    if (o.full) {
        return HS_E_NO_SPACE;
    }
    *n = (size_t)(end - o.p);
    memmove(out, o.p, *n);
    return HS_OK;
}

hs_status hs__ocsp_issue(const hs_provider *p, const hs__ocsp_template *t,
                         const hs__private_key *key, hs__sig_alg alg, uint8_t *out, size_t *n) {
    issuer_hashes h;
    const size_t room = tbs_room(t), basic_room = room + HS__SIGNED_ROOM;
    size_t basic_n = basic_room;
    hs_status st = hs__digest(p, HS__SHA1, t->issuer, h.name);
    if (st == HS_OK) {
        st = hs__digest(p, HS__SHA1, t->issuer_key->bits, h.key);
    }
    uint8_t *buffer = st == HS_OK ? malloc(room + basic_room) : NULL;
    if (buffer == NULL) {
        return st ? st : HS_E_NOMEM;
    }
    uint8_t *basic = buffer + room;
    hs__der_out o = {.start = buffer, .p = buffer + room};
    put_tbs(&o, t, &h);
    const hs_span tbs = {o.p, (size_t)(buffer + room - o.p)};
    st = o.full ? HS_E_MISUSE
                : hs__signed_write(p, key, alg, tbs, (hs_span){NULL, 0}, basic, &basic_n);
    if (st == HS_OK) {
        st = wrap_response((hs_span){basic, basic_n}, out, n);
    }
    free(buffer);
    return st;
}
