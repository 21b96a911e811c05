#include "proto/certificate13.h"

static hs_span read_cert_data(hs__rd *r) {
    return hs__rd_opaque(r, "cert_data", 3, 1, 0xffffff);
}

static void read_entry(hs__rd *list, hs__certificate13 *out) {
    hs__extensions extensions;
    hs__rd_item(list, out->count);
    (void)read_cert_data(list);
    hs__extensions_read(list, HS__IN_CERTIFICATE, &extensions);
    if (out->count++ == 0) {
        out->leaf = extensions;
    }
    if (out->types.n_unknown == 0) {
        out->types.first_unknown = extensions.types.first_unknown;
    }
    out->types.n_unknown += extensions.types.n_unknown;
    out->types.known |= extensions.types.known;
}

hs_status hs__certificate13_read(hs_span message, const hs__field_sink *sink, hs__rd_root *root,
                                 hs__certificate13 *out) {
    *out = (hs__certificate13){.count = 0};
    hs__rd r;
    hs__handshake_begin(&r, root, message, HS__HT_certificate, "Certificate", sink);
    out->certificate_request_context = hs__rd_opaque(&r, "certificate_request_context", 1, 0, 255);
    hs__rd list;
    hs__rd_vector(&r, "certificate_list", 3, 0, 0xffffff, &list);
    out->list = hs__rd_tail(&list);
    while (hs__rd_more(&list)) {
        read_entry(&list, out);
    }
    return hs__rd_end(&r);
}

void hs__certificate13_write(hs__wr *w, const hs__certificate13 *m) {
    static const hs__extensions none;
    size_t mark = hs__handshake_open(w, HS__HT_certificate);
    hs__wr_opaque(w, "certificate_request_context", 1, m->certificate_request_context);
    size_t list = hs__wr_open(w, "certificate_list", 3);
    for (size_t i = 0; i < m->count; i++) {
        hs__wr_opaque(w, "cert_data", 3, m->certs[i]);
        hs__extensions_write(w, HS__IN_CERTIFICATE, i == 0 ? &m->leaf : &none);
    }
    hs__wr_close(w, "certificate_list", 3, list);
    hs__handshake_close(w, mark);
}

bool hs__certificate13_next(hs_span *list, hs_span *cert_data, hs_span *extensions) {
    hs__rd_root root;
    hs__rd r;
    hs__rd_init(&r, &root, *list, NULL, NULL);
    *cert_data = read_cert_data(&r);
    const hs_span block = hs__rd_opaque(&r, "extensions", 2, 0, 0xffff);
    if (extensions != NULL) {
        *extensions = block;
    }
    *list = hs__rd_tail(&r);
    return hs__rd_status(&r) == HS_OK;
}
