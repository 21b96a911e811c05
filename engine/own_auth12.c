/* A client's Certificate and CertificateVerify in TLS 1.2 (RFC 5246 7.4.4, 7.4.6, 7.4.8). */
#include "engine/fail.h"
#include "engine/handlers.h"
#include "engine/own_auth.h"
#include "engine/transcript.h"

hs_status hs__client_on_certificate_request12(hs_conn *c, const hs__message *m, hs__state *next) {
    const hs__certificate_request12 *cr = &m->u.certificate_request12;
    c->hs->client_cert_wanted = true;
    *next = HS__WAIT_SHD;
    return hs__buffer_add(c, &c->hs->schemes_wanted, cr->supported_signature_algorithms);
}

hs_status hs__client_send_certificate12(hs_conn *c, const hs__message *m, hs__state *next) {
    (void)m;
    hs__handshake *hs = c->hs;
    hs__choose_client_identity(c);
    hs__message cert = {.type = HS__HT_certificate};
    if (hs->credential != NULL) {
        cert.u.certificate12.certs =
            hs_credential_chain(hs->credential, &cert.u.certificate12.count);
    } else {
        hs__transcript_forget(c);
    }
    *next = HS__SEND_CKE;
    return hs__send(c, &cert, NULL);
}

/* The messages so far are what is signed; nothing else needs them from here on. */
hs_status hs__client_ask_signature12(hs_conn *c, const hs__message *m, hs__state *next) {
    (void)m;
    hs__handshake *hs = c->hs;
    hs->to_sign = hs->transcript.messages;
    hs->transcript.messages = (hs__buffer){NULL, 0, 0};
    hs->transcript.keeps = false;
    *next = HS__WAIT_SIGNED;
    return HS_OK;
}

hs_status hs__client_on_signed12(hs_conn *c, const hs__message *m, hs__state *next) {
    *next = HS__SEND_CCS;
    return hs__send_certificate_verify(c, m);
}
