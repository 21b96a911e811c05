#include "pki/signed.h"

#include <string.h>

hs_status hs__signed_write(const hs_provider *p, const hs__private_key *key, hs__sig_alg alg,
                           hs_span tbs, hs_span more, uint8_t *out, size_t *n) {
    uint8_t signature[HS__SIGNATURE_MAX];
    size_t signature_n = sizeof(signature);
    const hs_status st =
        key != NULL ? p->key_sign(p, key, alg, tbs, signature, &signature_n) : HS_OK;
    if (st) {
        return st;
    }
    hs__der_out o = {.start = out, .p = out + *n};
    const uint8_t *end = o.p;
    hs__der_put(&o, more.p, more.n);
    const uint8_t *signature_end = o.p;
    hs__der_put(&o, signature, key != NULL ? signature_n : 0);
    hs__der_wrap_bits(&o, signature_end);
    hs__sigalg_write(&o, alg);
    hs__der_put(&o, tbs.p, tbs.n);
    hs__der_wrap(&o, HS__DER_SEQUENCE, end);
    if (o.full) {
        return HS_E_NO_SPACE;
    }
    *n = (size_t)(end - o.p);
    memmove(out, o.p, *n);
    return HS_OK;
}

void hs__der_wrap_extension(hs__der_out *o, hs__oid id, bool is_critical, const uint8_t *end) {
    hs__der_wrap(o, HS__DER_OCTET_STRING, end);
    if (is_critical) {
        hs__der_put_true(o);
    }
    hs__der_put_oid(o, id);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
}

void hs__der_put_authority_key_id(hs__der_out *o, hs_span key_id) {
    const uint8_t *end = o->p;
    if (key_id.n == 0) {
        return;
    }
    hs__der_put_value(o, HS__DER_CONTEXT | 0, key_id);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
    hs__der_wrap_extension(o, HS__OID_AUTHORITY_KEY_ID, false, end);
}
