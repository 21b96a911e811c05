#include "proto/ext.h"

/* RFC 9846 section 4.3.1. */
void hs__ext_supported_versions_read(hs__rd *r, hs__ext_in in, hs__extensions *e) {
    if (in == HS__IN_CLIENT_HELLO) {
        e->supported_versions = hs__rd_list16(r, "versions", 1, 2, 254, hs__version_name);
    } else {
        e->selected_version = hs__rd_code16(r, "selected_version", hs__version_name);
    }
}

void hs__ext_supported_versions_write(hs__wr *w, hs__ext_in in, const hs__extensions *e) {
    if (in == HS__IN_CLIENT_HELLO) {
        hs__wr_opaque(w, "versions", 1, e->supported_versions);
    } else {
        hs__wr_u16(w, "selected_version", e->selected_version);
    }
}
