#include "proto/ext.h"

/* RFC 6066 section 8: CertificateStatusRequest. What follows a type that we do not know has
 * a form that we do not know. */
static void read_request(hs__rd *r, hs__status_request *s) {
    s->status_type = hs__rd_code8(r, "status_type", hs__status_type_name);
    if (s->status_type != HS__STATUS_TYPE_ocsp) {
        s->response = hs__rd_rest(r, "request");
        return;
    }
    hs__rd ids;
    hs__rd_vector(r, "responder_id_list", 2, 0, 0xffff, &ids);
    s->responder_id_list = hs__rd_tail(&ids);
    for (size_t i = 0; hs__rd_more(&ids); i++) {
        hs__rd_item(&ids, i);
        (void)hs__rd_opaque(&ids, NULL, 2, 1, 0xffff);
    }
    s->request_extensions = hs__rd_opaque(r, "request_extensions", 2, 0, 0xffff);
}

void hs__status_response_read(hs__rd *r, hs__status_request *s) {
    s->status_type = hs__rd_code8(r, "status_type", hs__status_type_name);
    if (s->status_type == HS__STATUS_TYPE_ocsp) {
        s->response = hs__rd_opaque(r, "response", 3, 1, 0xffffff);
    } else {
        s->response = hs__rd_rest(r, "response");
    }
}

static void write_request(hs__wr *w, const hs__status_request *s) {
    hs__wr_u8(w, "status_type", s->status_type);
    if (s->status_type == HS__STATUS_TYPE_ocsp) {
        hs__wr_opaque(w, "responder_id_list", 2, s->responder_id_list);
        hs__wr_opaque(w, "request_extensions", 2, s->request_extensions);
    } else {
        hs__wr_bytes(w, "request", s->response.p, s->response.n);
    }
}

void hs__status_response_write(hs__wr *w, const hs__status_request *s) {
    hs__wr_u8(w, "status_type", s->status_type);
    if (s->status_type == HS__STATUS_TYPE_ocsp) {
        hs__wr_opaque(w, "response", 3, s->response);
    } else {
        hs__wr_bytes(w, "response", s->response.p, s->response.n);
    }
}

/* In a CertificateRequest (RFC 9846 4.5.1.1) and a ServerHello of TLS 1.2 it is empty. */
void hs__ext_status_request_read(hs__rd *r, hs__ext_in in, hs__extensions *e) {
    if (in == HS__IN_CLIENT_HELLO) {
        read_request(r, &e->status_request);
    } else if (in == HS__IN_CERTIFICATE) {
        hs__status_response_read(r, &e->status_request);
    }
}

void hs__ext_status_request_write(hs__wr *w, hs__ext_in in, const hs__extensions *e) {
    const hs__status_request *s = &e->status_request;
    if (in == HS__IN_CLIENT_HELLO) {
        write_request(w, s);
    } else if (in == HS__IN_CERTIFICATE) {
        hs__status_response_write(w, s);
    }
}
