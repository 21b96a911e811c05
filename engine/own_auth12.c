/* A client's Certificate and CertificateVerify in TLS 1.2 (RFC 5246 7.4.4, 7.4.6, 7.4.8). */
#include "engine/fail.h"
#include "engine/handlers.h"
#include "engine/own_auth.h"
#include "engine/transcript.h"
#include "proto/codepoints.h"

/* The kind of key that a scheme signs with is among the types that the server takes. */
static bool has_type_of(const hs__certificate_request12 *cr, uint16_t scheme) {
    const uint8_t type = hs__scheme_auth_12(scheme) == HS__AUTH_RSA ? HS__CLIENT_CERT_rsa_sign
                                                                    : HS__CLIENT_CERT_ecdsa_sign;
    return hs__list8_has(cr->certificate_types, type);
}

/* RFC 5246 7.4.6: our key must fit certificate_types as well, so schemes of other kinds are left
 * out. */
hs_status hs__client_on_certificate_request12(hs_conn *c, const hs__message *m, hs__state *next) {
    const hs__certificate_request12 *cr = &m->u.certificate_request12;
    const hs_span list = cr->supported_signature_algorithms;
    hs__buffer *wanted = &c->hs->schemes_wanted;
    c->hs->client_cert_wanted = true;
    *next = HS__WAIT_SHD;
    hs_status st = hs__buffer_room(c, wanted, list.n);
    for (size_t i = 0; st == HS_OK && i < hs__list16_count(list); i++) {
        st = has_type_of(cr, hs__list16_at(list, i))
                 ? hs__buffer_add(c, wanted, (hs_span){list.p + 2 * i, 2})
                 : HS_OK;
    }
    return st;
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
