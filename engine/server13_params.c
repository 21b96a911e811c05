/* EncryptedExtensions and CertificateRequest (RFC 9846 4.4), as the server writes them. */
#include "engine/alpn.h"
#include "engine/handlers.h"
#include "engine/record_limit.h"
#include "proto/codepoints.h"

static hs_status send_encrypted_extensions(hs_conn *c) {
    hs__message m = {.type = HS__HT_encrypted_extensions};
    hs__extensions *e = &m.u.encrypted_extensions.extensions;
    uint8_t alpn[HS__ALPN_ROOM];
    if (c->hs->sni_used) {
        hs__ext_set(e, HS__EXT_server_name);
    }
    hs__alpn_answer(c, alpn, e);
    /* 4.3.7: the client took another group than we would have; our list serves its next hello. */
    if (c->group != c->config->groups.ids[0] && !c->hrr) {
        hs__ext_set(e, HS__EXT_supported_groups);
        e->supported_groups = (hs_span){c->config->groups_wire, 2 * c->config->groups.n};
    }
    hs__record_limit_answer(c, e);
    return hs__send(c, &m, NULL);
}

static hs_status send_certificate_request(hs_conn *c) {
    hs__message m = {.type = HS__HT_certificate_request};
    hs__extensions *e = &m.u.certificate_request.extensions;
    hs__ext_set(e, HS__EXT_signature_algorithms);
    e->signature_algorithms = (hs_span){c->config->schemes, c->config->schemes_n};
    return hs__send(c, &m, NULL);
}

hs_status hs__server_send_params(hs_conn *c, const hs__message *m, hs__state *next) {
    (void)m;
    hs_status st = send_encrypted_extensions(c);
    if (st == HS_OK && c->config->client_auth != HS_CLIENT_AUTH_NONE) {
        st = send_certificate_request(c);
    }
    *next = HS__SEND_CERT;
    return st;
}
