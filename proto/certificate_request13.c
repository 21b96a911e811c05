#include "proto/certificate_request13.h"

hs_status hs__certificate_request13_read(hs_span message, const hs__field_sink *sink,
                                         hs__rd_root *root, hs__certificate_request13 *out) {
    hs__rd r;
    hs__handshake_begin(&r, root, message, HS__HT_certificate_request, "CertificateRequest", sink);
    out->certificate_request_context = hs__rd_opaque(&r, "certificate_request_context", 1, 0, 255);
    hs__extensions_read(&r, HS__IN_CERTIFICATE_REQUEST, &out->extensions);
    return hs__rd_end(&r);
}

void hs__certificate_request13_write(hs__wr *w, const hs__certificate_request13 *m) {
    size_t mark = hs__handshake_open(w, HS__HT_certificate_request);
    hs__wr_opaque(w, "certificate_request_context", 1, m->certificate_request_context);
    hs__extensions_write(w, HS__IN_CERTIFICATE_REQUEST, &m->extensions);
    hs__handshake_close(w, mark);
}
