#include "cms/ber_value.h"

enum { SMALL = 512 };

hs__oid hs__ber_oid(hs__ber *b, const char *name, hs__cms_buf *content) {
    hs__cms_buf der = {NULL, 0, 0};
    hs__ber_taken t;
    hs__rd r;
    hs__ber_take(b, name, HS__DER_OID, SMALL, &der);
    hs__ber_read_taken(b, hs__cms_buf_span(&der), &t, &r);
    const hs_span oid = hs__der_oid(&r, name, HS__DER_OID);
    hs__ber_read_end(&t, &r);
    const hs__oid id = b->status == HS_OK ? hs__oid_find(oid) : HS__OID_UNKNOWN;
    const hs_status st = content != NULL ? hs__cms_buf_put(content, oid.p, oid.n) : HS_OK;
    if (st) {
        hs__ber_fail(b, name, st, "cannot be kept");
    }
    hs__cms_buf_free(&der);
    return id;
}

uint32_t hs__ber_number(hs__ber *b, const char *name, uint32_t max) {
    hs__cms_buf der = {NULL, 0, 0};
    hs__ber_taken t;
    hs__rd r;
    hs__ber_take(b, name, HS__DER_INTEGER, SMALL, &der);
    hs__ber_read_taken(b, hs__cms_buf_span(&der), &t, &r);
    const uint32_t value = hs__der_number(&r, name, HS__DER_INTEGER, max);
    hs__ber_read_end(&t, &r);
    hs__cms_buf_free(&der);
    return value;
}

hs__oid hs__ber_content_info(hs__ber *b, hs__cms_buf *type) {
    hs__ber_open(b, "ContentInfo", HS__DER_SEQUENCE);
    const hs__oid id = hs__ber_oid(b, "contentType", type);
    hs__ber_open(b, "content", HS__DER_CONTEXT_OPENED | 0);
    return id;
}
