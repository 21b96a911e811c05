/* Our own Certificate and CertificateVerify (RFC 9846 4.5), on both sides. */
#include <string.h>

#include "engine/fail.h"
#include "engine/handlers.h"
#include "engine/identity.h"
#include "engine/own_auth.h"
#include "engine/signed_content.h"
#include "engine/staple.h"
#include "engine/trace_emit.h"
#include "pki/credential.h"
#include "proto/codepoints.h"

static void add_staple(const hs_conn *c, hs__extensions *e) {
    const hs_span response = hs__staple_to_send(c);
    if (response.n > 0) {
        hs__ext_set(e, HS__EXT_status_request);
        e->status_request =
            (hs__status_request){.status_type = HS__STATUS_TYPE_ocsp, .response = response};
    }
}

static hs_status send_chain(hs_conn *c) {
    hs__message m = {.type = HS__HT_certificate};
    hs__certificate13 *cert = &m.u.certificate;
    if (c->hs->credential != NULL) {
        cert->certs = hs_credential_chain(c->hs->credential, &cert->count);
        add_staple(c, &cert->leaf);
    }
    return hs__send(c, &m, NULL);
}

void hs__choose_client_identity(hs_conn *c) {
    hs__handshake *hs = c->hs;
    const hs_span schemes = hs__buffer_span(&hs->schemes_wanted);
    const hs__wanted wanted = {.version = c->version, .schemes = schemes};
    hs->credential = hs__identity_for(c, &wanted, &hs->own_scheme);
    hs__trace_choose(
        c, "certificate", hs->credential != NULL ? hs__scheme_name(hs->own_scheme) : NULL, true,
        schemes, (hs_span){NULL, 0},
        hs->credential != NULL      ? "our first certificate that can sign with one of these"
        : c->config->n_identity > 0 ? "none of ours fits: an empty Certificate goes out"
                                    : "we have none: an empty Certificate goes out");
}

hs_status hs__send_certificate(hs_conn *c, const hs__message *m, hs__state *next) {
    (void)m;
    hs__handshake *hs = c->hs;
    if (!c->is_server) {
        hs__choose_client_identity(c);
    }
    hs_status st = send_chain(c);
    if (st != HS_OK || hs->credential == NULL) {
        *next = HS__SEND_FINISHED; /* 4.5.1: without a certificate there is nothing to prove */
        return st;
    }
    size_t n;
    st = hs__buffer_room(c, &hs->to_sign, HS__SIGNED_CONTENT);
    if (st == HS_OK) {
        st = hs__signed_content(c, c->is_server, hs->to_sign.p, &n);
        hs->to_sign.n = n;
    }
    *next = HS__WAIT_SIGNED;
    return st;
}

hs_status hs__send_certificate_verify(hs_conn *c, const hs__message *m) {
    if (m->u.signature.bytes.n == 0) {
        return hs__fail(c, m->u.signature.refused, "CertificateVerify.signature",
                        "no signature was given");
    }
    hs__message cv = {.type = HS__HT_certificate_verify};
    cv.u.certificate_verify =
        (hs__certificate_verify){.algorithm = c->hs->own_scheme, .signature = m->u.signature.bytes};
    c->own_scheme = c->hs->own_scheme;
    return hs__send(c, &cv, NULL);
}

hs_status hs__on_signed(hs_conn *c, const hs__message *m, hs__state *next) {
    *next = HS__SEND_FINISHED;
    return hs__send_certificate_verify(c, m);
}
