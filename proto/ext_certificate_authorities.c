#include "proto/ext.h"

/* RFC 9846 section 4.3.4. The names are DER; pki/ looks into them. */
static hs_span read_name(hs__rd *r) {
    return hs__rd_opaque(r, NULL, 2, 1, 0xffff);
}

hs_span hs__authorities_read(hs__rd *r, const char *name, size_t min) {
    hs__rd list;
    hs__rd_vector(r, name, 2, min, 0xffff, &list);
    const hs_span authorities = hs__rd_tail(&list);
    for (size_t i = 0; hs__rd_more(&list); i++) {
        hs__rd_item(&list, i);
        (void)read_name(&list);
    }
    return authorities;
}

void hs__ext_certificate_authorities_read(hs__rd *r, hs__ext_in in, hs__extensions *e) {
    (void)in;
    e->authorities = hs__authorities_read(r, "authorities", 3);
}

void hs__ext_certificate_authorities_write(hs__wr *w, hs__ext_in in, const hs__extensions *e) {
    (void)in;
    hs__wr_opaque(w, "authorities", 2, e->authorities);
}

bool hs__authority_next(hs_span *list, hs_span *name) {
    hs__rd_root root;
    hs__rd r;
    hs__rd_init(&r, &root, *list, NULL, NULL);
    *name = read_name(&r);
    *list = hs__rd_tail(&r);
    return hs__rd_status(&r) == HS_OK;
}

void hs__authority_write(hs__wr *w, hs_span name) {
    hs__wr_opaque(w, "authority", 2, name);
}
