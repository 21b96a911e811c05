#include "proto/ext.h"

/* RFC 9846 section 4.3.5. */
static void read_filter(hs__rd *r, hs__oid_filter *filter) {
    filter->certificate_extension_oid = hs__rd_opaque(r, "certificate_extension_oid", 1, 1, 255);
    filter->certificate_extension_values =
        hs__rd_opaque(r, "certificate_extension_values", 2, 0, 0xffff);
}

void hs__ext_oid_filters_read(hs__rd *r, hs__ext_in in, hs__extensions *e) {
    (void)in;
    hs__rd list;
    hs__rd_vector(r, "filters", 2, 0, 0xffff, &list);
    e->oid_filters = hs__rd_tail(&list);
    for (size_t i = 0; hs__rd_more(&list); i++) {
        hs__oid_filter filter;
        hs__rd_item(&list, i);
        read_filter(&list, &filter);
    }
}

void hs__ext_oid_filters_write(hs__wr *w, hs__ext_in in, const hs__extensions *e) {
    (void)in;
    hs__wr_opaque(w, "filters", 2, e->oid_filters);
}

bool hs__oid_filter_next(hs_span *list, hs__oid_filter *filter) {
    hs__rd_root root;
    hs__rd r;
    hs__rd_init(&r, &root, *list, NULL, NULL);
    read_filter(&r, filter);
    *list = hs__rd_tail(&r);
    return hs__rd_status(&r) == HS_OK;
}

void hs__oid_filter_write(hs__wr *w, const hs__oid_filter *filter) {
    hs__wr_opaque(w, "certificate_extension_oid", 1, filter->certificate_extension_oid);
    hs__wr_opaque(w, "certificate_extension_values", 2, filter->certificate_extension_values);
}
