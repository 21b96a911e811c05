/* EncryptedExtensions and CertificateRequest (RFC 9846 4.4), as the client reads them. */
#include "engine/alpn.h"
#include "engine/fail.h"
#include "engine/handlers.h"
#include "engine/record_limit.h"
#include "engine/server_choice.h"
#include "proto/codepoints.h"

hs_status hs__client_on_encrypted_extensions(hs_conn *c, const hs__message *m, hs__state *next) {
    const hs__extensions *e = &m->u.encrypted_extensions.extensions;
    hs_status st = hs__check_unasked(c, "EncryptedExtensions.extensions", e);
    st = st == HS_OK ? hs__alpn_read(c, "EncryptedExtensions", e) : st;
    hs__limit_records(c, e);
    *next = HS__WAIT_CERT_CR;
    return st;
}

hs_status hs__client_on_certificate_request(hs_conn *c, const hs__message *m, hs__state *next) {
    const hs__certificate_request13 *cr = &m->u.certificate_request;
    if (cr->certificate_request_context.n > 0) {
        return hs__fail(c, HS_E_ILLEGAL_VALUE, "CertificateRequest.certificate_request_context",
                        "must be empty during the handshake, has %zu bytes",
                        cr->certificate_request_context.n);
    }
    if (!hs__ext_has(&cr->extensions, HS__EXT_signature_algorithms)) {
        return hs__fail(c, HS_E_MISSING_EXTENSION,
                        "CertificateRequest.extensions[signature_algorithms]",
                        "without it no certificate can be chosen");
    }
    c->hs->client_cert_wanted = true;
    *next = HS__WAIT_CERT;
    return hs__buffer_add(c, &c->hs->schemes_wanted, cr->extensions.signature_algorithms);
}
