#include "proto/certificate_status.h"

#include "proto/ext.h"

hs_status hs__certificate_status_read(hs_span message, const hs__field_sink *sink,
                                      hs__rd_root *root, hs__certificate_status *out) {
    hs__rd r;
    hs__status_request s = {0};
    hs__handshake_begin(&r, root, message, HS__HT_certificate_status, "CertificateStatus", sink);
    hs__status_response_read(&r, &s);
    *out = (hs__certificate_status){s.status_type, s.response};
    return hs__rd_end(&r);
}

void hs__certificate_status_write(hs__wr *w, const hs__certificate_status *m) {
    const hs__status_request s = {.status_type = m->status_type, .response = m->response};
    size_t mark = hs__handshake_open(w, HS__HT_certificate_status);
    hs__status_response_write(w, &s);
    hs__handshake_close(w, mark);
}
