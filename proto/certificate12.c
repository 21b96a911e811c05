#include "proto/certificate12.h"

#include "proto/codepoints.h"

/* ASN.1Cert. */
static hs_span read_cert(hs__rd *r) {
    return hs__rd_opaque(r, NULL, 3, 1, 0xffffff);
}

hs_status hs__certificate12_read(hs_span message, const hs__field_sink *sink, hs__rd_root *root,
                                 hs__certificate12 *out) {
    *out = (hs__certificate12){.count = 0};
    hs__rd r;
    hs__handshake_begin(&r, root, message, HS__HT_certificate, "Certificate", sink);
    hs__rd list;
    hs__rd_vector(&r, "certificate_list", 3, 0, 0xffffff, &list);
    out->list = hs__rd_tail(&list);
    for (; hs__rd_more(&list); out->count++) {
        hs__rd_item(&list, out->count);
        (void)read_cert(&list);
    }
    return hs__rd_end(&r);
}

void hs__certificate12_write(hs__wr *w, const hs__certificate12 *m) {
    size_t mark = hs__handshake_open(w, HS__HT_certificate);
    size_t list = hs__wr_open(w, "certificate_list", 3);
    for (size_t i = 0; i < m->count; i++) {
        hs__wr_opaque(w, "certificate", 3, m->certs[i]);
    }
    hs__wr_close(w, "certificate_list", 3, list);
    hs__handshake_close(w, mark);
}

bool hs__certificate12_next(hs_span *list, hs_span *cert) {
    hs__rd_root root;
    hs__rd r;
    hs__rd_init(&r, &root, *list, NULL, NULL);
    *cert = read_cert(&r);
    *list = hs__rd_tail(&r);
    return hs__rd_status(&r) == HS_OK;
}
