#include "proto/certificate_verify.h"

#include "proto/codepoints.h"

hs_status hs__certificate_verify_read(hs_span message, const hs__field_sink *sink,
                                      hs__rd_root *root, hs__certificate_verify *out) {
    hs__rd r;
    hs__handshake_begin(&r, root, message, HS__HT_certificate_verify, "CertificateVerify", sink);
    out->algorithm = hs__rd_code16(&r, "algorithm", hs__scheme_name);
    out->signature = hs__rd_opaque(&r, "signature", 2, 0, 0xffff);
    return hs__rd_end(&r);
}

void hs__certificate_verify_write(hs__wr *w, const hs__certificate_verify *m) {
    size_t mark = hs__handshake_open(w, HS__HT_certificate_verify);
    hs__wr_u16(w, "algorithm", m->algorithm);
    hs__wr_opaque(w, "signature", 2, m->signature);
    hs__handshake_close(w, mark);
}
