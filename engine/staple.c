#include "engine/staple.h"

#include "engine/fail.h"
#include "engine/handlers.h"
#include "pki/credential.h"
#include "proto/codepoints.h"

void hs__staple_ask(const hs_conn *c, hs__extensions *e) {
    if (c->config->revocation != HS_REVOCATION_OFF) {
        hs__ext_set(e, HS__EXT_status_request);
        e->status_request = (hs__status_request){.status_type = HS__STATUS_TYPE_ocsp};
    }
}

bool hs__staple_asked(const hs_conn *c) {
    return !c->is_server && c->config->revocation != HS_REVOCATION_OFF;
}

hs_span hs__staple_to_send(const hs_conn *c) {
    const hs__extensions *e = &c->hs->hello.extensions;
    const bool asks = c->is_server && hs__ext_has(e, HS__EXT_status_request) &&
                      e->status_request.status_type == HS__STATUS_TYPE_ocsp;
    return asks && c->hs->credential != NULL ? hs__credential_staple(c->hs->credential)
                                             : (hs_span){NULL, 0};
}

/* ---- TLS 1.2: a message of its own ------------------------------------------------------- */

/* The server has promised it, and may leave it out all the same (RFC 6066 8). */
hs_status hs__client_on_certificate_status(hs_conn *c, const hs__message *m, hs__state *next) {
    const hs__certificate_status *cs = &m->u.certificate_status;
    *next = c->suite->kx == HS__KX_ECDHE ? HS__WAIT_SKE : HS__WAIT_CR_SHD;
    if (cs->status_type != HS__STATUS_TYPE_ocsp) {
        return hs__fail(c, HS_E_ILLEGAL_VALUE, "CertificateStatus.status_type",
                        "is %u, we asked for ocsp (1)", cs->status_type);
    }
    hs__buffer *kept = &c->hs->v12.staple;
    hs_status st = hs__buffer_add(c, kept, cs->response);
    c->peer->staple = hs__buffer_span(kept);
    return st;
}
