#include "proto/ext.h"

/* RFC 6962 section 3.3.1: an empty body asks, a SignedCertificateTimestampList answers. */
static bool has_list(hs__ext_in in) {
    return in == HS__IN_CERTIFICATE || in == HS__IN_SERVER_HELLO_12;
}

void hs__ext_signed_certificate_timestamp_read(hs__rd *r, hs__ext_in in, hs__extensions *e) {
    if (!has_list(in)) {
        return;
    }
    hs__rd list;
    hs__rd_vector(r, "sct_list", 2, 1, 0xffff, &list);
    e->sct_list = hs__rd_tail(&list);
    for (size_t i = 0; hs__rd_more(&list); i++) {
        hs__rd_item(&list, i);
        (void)hs__rd_opaque(&list, NULL, 2, 1, 0xffff);
    }
}

void hs__ext_signed_certificate_timestamp_write(hs__wr *w, hs__ext_in in, const hs__extensions *e) {
    if (has_list(in)) {
        hs__wr_opaque(w, "sct_list", 2, e->sct_list);
    }
}

bool hs__sct_next(hs_span *list, hs_span *sct) {
    hs__rd_root root;
    hs__rd r;
    hs__rd_init(&r, &root, *list, NULL, NULL);
    *sct = hs__rd_opaque(&r, NULL, 2, 1, 0xffff);
    *list = hs__rd_tail(&r);
    return hs__rd_status(&r) == HS_OK;
}
