#include <string.h>

#include "proto/ext.h"

/* RFC 6066 section 3. A type that we do not know has a 16-bit length as well, so that it
 * can be passed over. */
static void read_name(hs__rd *r, bool seen[256], hs__extensions *e) {
    const uint8_t type = hs__rd_code8(r, "name_type", hs__name_type_name);
    if (seen[type]) {
        hs__rd_fail(r, "name_type", HS_E_ILLEGAL_VALUE, "type %u occurs twice", type);
        return;
    }
    seen[type] = true;
    if (type != HS__NAME_TYPE_host_name) {
        (void)hs__rd_opaque(r, "name", 2, 0, 0xffff);
        return;
    }
    e->server_name = hs__rd_text(r, "host_name", 2, 1, 0xffff);
    if (e->server_name.n > 0 && memchr(e->server_name.p, 0, e->server_name.n) != NULL) {
        hs__rd_fail(r, "host_name", HS_E_ILLEGAL_VALUE, "has a zero byte in it");
    }
}

/* A server answers with an empty body: the name was used. */
static bool has_names(hs__ext_in in) {
    return in == HS__IN_CLIENT_HELLO || in == HS__IN_CERTIFICATE_REQUEST;
}

void hs__ext_server_name_read(hs__rd *r, hs__ext_in in, hs__extensions *e) {
    if (!has_names(in)) {
        return;
    }
    bool seen[256] = {false};
    hs__rd list;
    hs__rd_vector(r, "server_name_list", 2, 1, 0xffff, &list);
    for (size_t i = 0; hs__rd_more(&list); i++) {
        hs__rd_item(&list, i);
        read_name(&list, seen, e);
    }
}

void hs__ext_server_name_write(hs__wr *w, hs__ext_in in, const hs__extensions *e) {
    if (!has_names(in)) {
        return;
    }
    size_t mark = hs__wr_open(w, "server_name_list", 2);
    hs__wr_u8(w, "name_type", HS__NAME_TYPE_host_name);
    hs__wr_opaque(w, "host_name", 2, e->server_name);
    hs__wr_close(w, "server_name_list", 2, mark);
}
