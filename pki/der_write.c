#include "pki/der_write.h"

void hs__der_put_value(hs__der_out *o, uint8_t tag, hs_span content) {
    const uint8_t *end = o->p;
    hs__der_put(o, content.p, content.n);
    hs__der_wrap(o, tag, end);
}

void hs__der_put_oid(hs__der_out *o, hs__oid id) {
    hs__der_put_value(o, HS__DER_OID, hs__oid_bytes(id));
}

void hs__der_put_null(hs__der_out *o) {
    hs__der_wrap(o, HS__DER_NULL, o->p);
}

void hs__der_put_true(hs__der_out *o) {
    const uint8_t yes = 0xff;
    hs__der_put_value(o, HS__DER_BOOLEAN, (hs_span){&yes, 1});
}

void hs__der_wrap_bits(hs__der_out *o, const uint8_t *end) {
    hs__der_put(o, "", 1); /* no unused bits */
    hs__der_wrap(o, HS__DER_BIT_STRING, end);
}

void hs__der_put_named_bits(hs__der_out *o, uint32_t bits) {
    uint8_t content[3] = {0, 0, 0};
    size_t last = 0; /* number of bits up to the last one that is set (X.690 11.2.2) */
    for (size_t k = 0; k < 16; k++) {
        if ((bits >> k & 1) != 0) {
            content[1 + k / 8] |= (uint8_t)(0x80 >> k % 8);
            last = k + 1;
        }
    }
    const size_t bytes = (last + 7) / 8;
    content[0] = (uint8_t)(8 * bytes - last);
    hs__der_put_value(o, HS__DER_BIT_STRING, (hs_span){content, 1 + bytes});
}
