/* EncryptedExtensions and CertificateRequest (RFC 9846 4.4), as the client reads them. */
#include "engine/alpn.h"
#include "engine/fail.h"
#include "engine/handlers.h"
#include "engine/trace_emit.h"
#include "proto/codepoints.h"

static hs_status check_unasked(hs_conn *c, const hs__extensions *e) {
    uint16_t type;
    if (!hs__ext_unasked(&e->types, &c->hs->hello.extensions.types, &type)) {
        return HS_OK;
    }
    const char *name = hs__extension_name(type);
    return hs__fail(c, HS_E_UNSOLICITED_EXTENSION, "EncryptedExtensions.extensions",
                    "%s(%u) was not in our ClientHello", name != NULL ? name : "unknown", type);
}

/* RFC 7301 3.2: exactly one, and one that we offered. */
static hs_status read_alpn(hs_conn *c, const hs__extensions *e) {
    if (!hs__ext_has(e, HS__EXT_application_layer_protocol_negotiation)) {
        return HS_OK;
    }
    hs_span list = e->protocol_name_list;
    hs_span name = {NULL, 0};
    if (!hs__protocol_name_next(&list, &name) || !hs__alpn_find(c, name, &c->alpn)) {
        return hs__fail(c, HS_E_ILLEGAL_VALUE,
                        "EncryptedExtensions.extensions[application_layer_protocol_negotiation]",
                        "the server chose a protocol that we did not offer");
    }
    hs__trace_alpn(c, c->hs->hello.extensions.protocol_name_list, "the server chose from our list");
    return HS_OK;
}

/* RFC 8449: their limit counts content and type, ours binds them. */
void hs__limit_records(hs_conn *c, const hs__extensions *e) {
    if (!hs__ext_has(e, HS__EXT_record_size_limit)) {
        return;
    }
    size_t limit = e->record_size_limit - 1U;
    c->max_content = limit < HS__RECORD_PLAIN_MAX ? limit : (size_t)HS__RECORD_PLAIN_MAX;
    c->rx_limited = c->config->record_size_limit != 0;
}

hs_status hs__client_on_encrypted_extensions(hs_conn *c, const hs__message *m, hs__state *next) {
    const hs__extensions *e = &m->u.encrypted_extensions.extensions;
    hs_status st = check_unasked(c, e);
    st = st == HS_OK ? read_alpn(c, e) : st;
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
