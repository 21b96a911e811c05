/* The peer's Certificate and its proofs in TLS 1.2: ServerKeyExchange of a server (RFC 8422 5.4),
 * CertificateVerify of a client (RFC 5246 7.4.8). The chain is judged when the server is done, or
 * the client has proved its key. */
#include <string.h>

#include "engine/fail.h"
#include "engine/handlers.h"
#include "engine/peer_auth.h"
#include "engine/trace_emit.h"
#include "engine/transcript.h"
#include "pki/credential.h"
#include "proto/codepoints.h"

/* ---- Certificate ------------------------------------------------------------------------- */

static hs_status keep_chain(hs_conn *c, const hs__certificate12 *cert) {
    hs_span list;
    hs_status st = hs__peer_new(c, cert->list, cert->count, &list);
    if (st != HS_OK) {
        return st;
    }
    hs__peer *peer = c->peer;
    while (peer->n < cert->count && hs__certificate12_next(&list, &peer->chain[peer->n])) {
        peer->n++;
    }
    return hs__peer_leaf_load(c);
}

/* Key transport needs a key that may decrypt (RFC 5246 7.4.2); a signing one is looked at when it
 * has signed. */
static hs_status check_use(hs_conn *c) {
    return !c->is_server && c->suite->kx == HS__KX_RSA && !hs__cert_can_decrypt(&c->hs->peer_leaf)
               ? hs__fail(c, HS_E_KEY_USAGE, "Certificate.certificate_list[0]",
                          "%s needs an RSA key whose keyUsage allows keyEncipherment",
                          hs__cipher_suite_name(c->suite->id))
               : HS_OK;
}

static hs__state after_server_certificate(const hs_conn *c) {
    const bool is_ecdhe = c->suite->kx == HS__KX_ECDHE;
    if (c->hs->v12.status_due) {
        return is_ecdhe ? HS__WAIT_CS_SKE : HS__WAIT_CS_CR_SHD;
    }
    return is_ecdhe ? HS__WAIT_SKE : HS__WAIT_CR_SHD;
}

hs_status hs__on_certificate12(hs_conn *c, const hs__message *m, hs__state *next) {
    const hs__certificate12 *cert = &m->u.certificate12;
    *next = c->is_server ? HS__WAIT_CKE : after_server_certificate(c);
    if (cert->count == 0) {
        return hs__peer_shows_none(c);
    }
    hs_status st = keep_chain(c, cert);
    return st == HS_OK ? check_use(c) : st;
}

/* ---- proofs ------------------------------------------------------------------------------ */

hs_status hs__signed_params12(hs_conn *c, hs_span params, hs__buffer *out) {
    const hs__handshake *hs = c->hs;
    const hs_span parts[] = {
        {hs->client_random, HS__RANDOM}, {hs->v12.server_random, HS__RANDOM}, params};
    hs_status st = HS_OK;
    for (size_t i = 0; st == HS_OK && i < sizeof(parts) / sizeof(parts[0]); i++) {
        st = hs__buffer_add(c, out, parts[i]);
    }
    return st;
}

hs_status hs__client_on_server_key_exchange(hs_conn *c, const hs__message *m, hs__state *next) {
    const hs__server_key_exchange *ske = &m->u.server_key_exchange;
    const uint16_t group = ske->params.group;
    if (!hs__list16_has(c->hs->hello.extensions.supported_groups, group) ||
        (hs__group_versions(group) & HS__TLS12) == 0) {
        const char *name = hs__group_name(group);
        return hs__fail(c, HS_E_ILLEGAL_VALUE, "ServerKeyExchange.params.curve_params.namedcurve",
                        "%s (%u) was not offered for TLS 1.2",
                        name != NULL ? name : "an unknown group", group);
    }
    hs_status st =
        hs__check_scheme(c, ske->algorithm, c->suite->auth, "ServerKeyExchange.algorithm");
    hs__buffer content = {NULL, 0, 0};
    st = st == HS_OK ? hs__signed_params12(c, ske->signed_params, &content) : st;
    if (st == HS_OK) {
        const hs__proof proof = {.what = "server_key_exchange",
                                 .where = "ServerKeyExchange.signature",
                                 .covers = "client_random server_random params",
                                 .scheme = ske->algorithm,
                                 .content = hs__buffer_span(&content),
                                 .signature = ske->signature};
        st = hs__check_proof(c, &proof);
    }
    hs__buffer_free(c, &content);
    c->group = group;
    if (st == HS_OK) {
        hs__trace_choose(c, "group", hs__group_name(group), false,
                         c->hs->hello.extensions.supported_groups, (hs_span){NULL, 0},
                         "the server chose from our list");
    }
    *next = HS__WAIT_CR_SHD;
    return st == HS_OK ? hs__buffer_add(c, &c->hs->v12.params, ske->params.point) : st;
}

/* It signs all messages so far, hashed with the scheme's own hash. */
hs_status hs__server_on_certificate_verify12(hs_conn *c, const hs__message *m, hs__state *next) {
    const hs__certificate_verify *cv = &m->u.certificate_verify;
    char range[HS__TRANSCRIPT_NAMES];
    hs__transcript_range(c, range);
    hs_status st = hs__check_scheme(c, cv->algorithm, (hs__auth)0, "CertificateVerify.algorithm");
    if (st == HS_OK) {
        const hs__proof proof = {.what = "certificate_verify",
                                 .where = "CertificateVerify.signature",
                                 .covers = range,
                                 .scheme = cv->algorithm,
                                 .content = hs__buffer_span(&c->hs->transcript.messages),
                                 .signature = cv->signature};
        st = hs__check_proof(c, &proof);
    }
    hs__transcript_forget(c);
    *next = HS__WAIT_VERIFIED;
    return st;
}

/* ---- the verdict ------------------------------------------------------------------------- */

hs_status hs__client_on_server_hello_done(hs_conn *c, const hs__message *m, hs__state *next) {
    (void)m;
    if (!c->hs->client_cert_wanted) {
        hs__transcript_forget(c);
    }
    *next = HS__WAIT_VERIFIED;
    return HS_OK;
}

hs_status hs__client_on_verified12(hs_conn *c, const hs__message *m, hs__state *next) {
    *next = c->hs->client_cert_wanted ? HS__SEND_CERT : HS__SEND_CKE;
    return hs__take_verdict(c, m->u.verdict);
}

hs_status hs__server_on_verified12(hs_conn *c, const hs__message *m, hs__state *next) {
    *next = HS__WAIT_CCS;
    return hs__take_verdict(c, m->u.verdict);
}
