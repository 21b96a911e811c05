/* The peer's Certificate and CertificateVerify (RFC 9846 4.5), on both sides. The signature is
 * checked first, then the chain is judged: by us, or by the program (ASK_VERIFY). */
#include <string.h>

#include "engine/fail.h"
#include "engine/handlers.h"
#include "engine/signed_content.h"
#include "engine/trace_emit.h"
#include "engine/transcript.h"
#include "pki/certificate.h"
#include "pki/credential.h"
#include "proto/codepoints.h"

/* ---- Certificate ------------------------------------------------------------------------- */

/* The chain outlives the message: it is copied once, with the spans that point into it behind. */
static hs_status keep_chain(hs_conn *c, const hs__certificate13 *cert) {
    hs_status st = hs__buffer_add(c, &c->peer_certs, cert->list);
    if (st != HS_OK) {
        return st;
    }
    c->peer_chain = hs__alloc(c->memory, cert->count * sizeof(hs_span));
    if (c->peer_chain == NULL) {
        return HS_E_NOMEM;
    }
    hs_span list = hs__buffer_span(&c->peer_certs);
    while (c->n_peer_chain < cert->count &&
           hs__certificate13_next(&list, &c->peer_chain[c->n_peer_chain], NULL)) {
        c->n_peer_chain++;
    }
    return HS_OK;
}

static hs_status load_leaf(hs_conn *c) {
    hs__rd_root root = {.status = HS_OK};
    hs__cert *leaf = &c->hs->peer_leaf;
    hs_status st = hs__certificate_read(c->peer_chain[0], NULL, leaf, &root);
    if (st != HS_OK) {
        return hs__fail(c, st, "Certificate.certificate_list[0].cert_data", "%s: %s", root.where,
                        root.problem);
    }
    st = c->p->public_new(c->p, &leaf->key.numbers, &c->hs->peer_key);
    return st == HS_OK ? HS_OK
                       : hs__fail(c, st, "Certificate.certificate_list[0].cert_data",
                                  "its public key cannot be used");
}

static hs_status on_empty(hs_conn *c, hs__state *next) {
    if (!c->is_server) {
        return hs__fail(c, HS_E_EMPTY_CERTIFICATE, "Certificate.certificate_list",
                        "a server must show one");
    }
    *next = HS__WAIT_FINISHED;
    return c->config->client_auth == HS_CLIENT_AUTH_NEED
               ? hs__fail(c, HS_E_CERTIFICATE_REQUIRED, "Certificate.certificate_list",
                          "the client's list is empty")
               : HS_OK;
}

/* 4.5.1: extensions of an entry answer what was asked: in our ClientHello, or in our
 * CertificateRequest, which asks for none. */
static hs_status check_unasked(hs_conn *c, const hs__certificate13 *cert) {
    static const hs__ext_types nothing;
    const hs__ext_types *asked = c->is_server ? &nothing : &c->hs->hello.extensions.types;
    uint16_t type;
    if (!hs__ext_unasked(&cert->types, asked, &type)) {
        return HS_OK;
    }
    const char *name = hs__extension_name(type);
    return hs__fail(c, HS_E_UNSOLICITED_EXTENSION, "Certificate.certificate_list",
                    "%s(%u) was not asked for", name != NULL ? name : "unknown", type);
}

hs_status hs__on_certificate(hs_conn *c, const hs__message *m, hs__state *next) {
    const hs__certificate13 *cert = &m->u.certificate;
    if (cert->certificate_request_context.n > 0) {
        return hs__fail(c, HS_E_ILLEGAL_VALUE, "Certificate.certificate_request_context",
                        "must be empty during the handshake, has %zu bytes",
                        cert->certificate_request_context.n);
    }
    if (cert->count == 0) {
        return on_empty(c, next);
    }
    hs_status st = check_unasked(c, cert);
    st = st == HS_OK ? keep_chain(c, cert) : st;
    *next = HS__WAIT_CV;
    return st == HS_OK ? load_leaf(c) : st;
}

/* ---- CertificateVerify ------------------------------------------------------------------- */

/* A scheme that we offered, that TLS 1.3 allows here, and that is for the leaf's kind of key. */
static hs_status check_scheme(hs_conn *c, uint16_t id) {
    const hs_config *f = c->config;
    const hs__scheme *scheme = hs__scheme_of(id);
    const char *where = "CertificateVerify.algorithm";
    const char *name = hs__scheme_name(id);
    name = name != NULL ? name : "an unknown scheme";
    if (scheme == NULL || (hs__scheme_uses(id) & HS__USE_V13) == 0 ||
        !hs__list16_has((hs_span){f->schemes, f->schemes_n}, id)) {
        return hs__fail(c, HS_E_SCHEME_NOT_OFFERED, where, "%s (0x%04x) was not offered for it",
                        name, id);
    }
    const hs__cert *leaf = &c->hs->peer_leaf;
    return hs__cert_can_sign(leaf, scheme->key, scheme->alg)
               ? HS_OK
               : hs__fail(c, HS_E_SCHEME_NOT_OFFERED, where, "%s does not fit a %s key", name,
                          hs__key_type_name(leaf->key.numbers.type));
}

static hs_status verify(hs_conn *c, const hs__certificate_verify *cv) {
    const hs__scheme *scheme = hs__scheme_of(cv->algorithm);
    uint8_t content[HS__SIGNED_CONTENT];
    size_t n;
    hs_status st = hs__signed_content(c, !c->is_server, content, &n);
    if (st != HS_OK) {
        return st;
    }
    uint64_t started = hs__trace_us(c);
    st = c->p->public_verify(c->p, c->hs->peer_key, scheme->alg, (hs_span){content, n},
                             cv->signature);
    uint64_t us = hs__trace_us(c) - started;
    char range[HS__TRANSCRIPT_NAMES];
    hs__transcript_range(c, range);
    c->hs->us_crypto += us;
    c->hs->ops.verify++;
    const hs_trace_check check = {.what = "certificate_verify",
                                  .side = c->is_server ? "client" : "server",
                                  .ok = st == HS_OK,
                                  .enforced = true,
                                  .covers = range,
                                  .scheme = hs__scheme_name(cv->algorithm),
                                  .signed_content = {content, n},
                                  .us = us};
    hs__trace_check(c, &check);
    return st == HS_OK || st != HS_E_BAD_SIGNATURE
               ? st
               : hs__fail(c, st, "CertificateVerify.signature",
                          "the peer does not hold the key of its certificate, or the handshake was "
                          "changed on the way");
}

hs_status hs__on_certificate_verify(hs_conn *c, const hs__message *m, hs__state *next) {
    const hs__certificate_verify *cv = &m->u.certificate_verify;
    hs_status st = check_scheme(c, cv->algorithm);
    st = st == HS_OK ? verify(c, cv) : st;
    c->peer_scheme = cv->algorithm;
    *next = HS__WAIT_VERIFIED;
    return st;
}

/* ---- the verdict ------------------------------------------------------------------------- */

hs_status hs__on_verified(hs_conn *c, const hs__message *m, hs__state *next) {
    const hs_status verdict = m->u.verdict;
    bool enforced = c->config->verify == HS_VERIFY_ENFORCE;
    c->verdict = verdict;
    const hs_trace_check check = {.what = "chain",
                                  .side = c->is_server ? "client" : "server",
                                  .ok = verdict == HS_OK,
                                  .enforced = enforced,
                                  .report = c->report};
    hs__trace_check(c, &check);
    if (verdict != HS_OK && enforced) {
        return hs__fail_chain(c, verdict);
    }
    c->peer_authenticated = verdict == HS_OK;
    *next = HS__WAIT_FINISHED;
    return HS_OK;
}
