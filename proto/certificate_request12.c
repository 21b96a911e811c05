#include "proto/certificate_request12.h"

#include "proto/ext.h"

hs_status hs__certificate_request12_read(hs_span message, const hs__field_sink *sink,
                                         hs__rd_root *root, hs__certificate_request12 *out) {
    hs__rd r;
    hs__handshake_begin(&r, root, message, HS__HT_certificate_request, "CertificateRequest", sink);
    out->certificate_types =
        hs__rd_list8(&r, "certificate_types", 1, 1, 255, hs__client_cert_type_name);
    /* The bounds of the extension of this name: RFC 5246 7.4.4 forgot its own. */
    out->supported_signature_algorithms =
        hs__rd_list16(&r, "supported_signature_algorithms", 2, 2, 0xfffe, hs__scheme_name);
    out->certificate_authorities = hs__authorities_read(&r, "certificate_authorities", 0);
    return hs__rd_end(&r);
}

void hs__certificate_request12_write(hs__wr *w, const hs__certificate_request12 *m) {
    size_t mark = hs__handshake_open(w, HS__HT_certificate_request);
    hs__wr_opaque(w, "certificate_types", 1, m->certificate_types);
    hs__wr_opaque(w, "supported_signature_algorithms", 2, m->supported_signature_algorithms);
    hs__wr_opaque(w, "certificate_authorities", 2, m->certificate_authorities);
    hs__handshake_close(w, mark);
}
