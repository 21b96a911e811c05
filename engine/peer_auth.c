/* The peer's Certificate and CertificateVerify (RFC 9846 4.5), on both sides, and what TLS 1.2
 * shares with it. The signature is
 * checked first, then the chain is judged: by us, or by the program (ASK_VERIFY). */
#include <string.h>

#include "engine/fail.h"
#include "engine/handlers.h"
#include "engine/peer_auth.h"
#include "engine/signed_content.h"
#include "engine/trace_emit.h"
#include "engine/transcript.h"
#include "pki/certificate.h"
#include "pki/credential.h"
#include "proto/codepoints.h"

/* ---- Certificate ------------------------------------------------------------------------- */

hs_status hs__peer_new(hs_conn *c, hs_span list, size_t count, hs_span *copy) {
    const size_t head = sizeof(hs__peer) + count * sizeof(hs_span);
    c->peer = hs__alloc(c->memory, head + list.n);
    if (c->peer == NULL) {
        return HS_E_NOMEM;
    }
    c->peer->size = head + list.n;
    *copy = (hs_span){(uint8_t *)c->peer + head, list.n};
    memcpy((uint8_t *)c->peer + head, list.p, list.n);
    return HS_OK;
}

static hs_status keep_chain(hs_conn *c, const hs__certificate13 *cert) {
    hs_span list;
    hs_status st = hs__peer_new(c, cert->list, cert->count, &list);
    if (st != HS_OK) {
        return st;
    }
    hs__peer *peer = c->peer;
    const hs_span response = cert->leaf.status_request.response;
    if (!c->is_server && response.n > 0) {
        peer->staple = (hs_span){list.p + (response.p - cert->list.p), response.n};
    }
    while (peer->n < cert->count && hs__certificate13_next(&list, &peer->chain[peer->n], NULL)) {
        peer->n++;
    }
    return hs__peer_leaf_load(c);
}

hs_status hs__peer_leaf_load(hs_conn *c) {
    hs__rd_root root = {.status = HS_OK};
    hs__cert *leaf = &c->hs->peer_leaf;
    hs_status st = hs__certificate_read(c->peer->chain[0], NULL, leaf, &root);
    if (st != HS_OK) {
        return hs__fail(c, st, "Certificate.certificate_list[0].cert_data", "%s: %s", root.where,
                        root.problem);
    }
    st = c->p->public_new(c->p, &leaf->key.numbers, &c->hs->peer_key);
    return st == HS_OK ? HS_OK
                       : hs__fail(c, st, "Certificate.certificate_list[0].cert_data",
                                  "its public key cannot be used");
}

hs_status hs__peer_shows_none(hs_conn *c) {
    if (!c->is_server) {
        return hs__fail(c, HS_E_EMPTY_CERTIFICATE, "Certificate.certificate_list",
                        "a server must show one");
    }
    /* The alert certificate_required came with TLS 1.3. */
    const hs_status missing =
        c->version == HS__VERSION_TLS12 ? HS_E_CERTIFICATE_REQUIRED_12 : HS_E_CERTIFICATE_REQUIRED;
    return c->config->client_auth == HS_CLIENT_AUTH_NEED
               ? hs__fail(c, missing, "Certificate.certificate_list", "the client's list is empty")
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

static hs_status check_staple(hs_conn *c, const hs__certificate13 *cert) {
    const uint8_t type = cert->leaf.status_request.status_type;
    return hs__ext_has(&cert->leaf, HS__EXT_status_request) && type != HS__STATUS_TYPE_ocsp
               ? hs__fail(c, HS_E_ILLEGAL_VALUE,
                          "Certificate.certificate_list[0].extensions[status_request].status_type",
                          "is %u, we asked for ocsp (1)", type)
               : HS_OK;
}

hs_status hs__on_certificate(hs_conn *c, const hs__message *m, hs__state *next) {
    const hs__certificate13 *cert = &m->u.certificate;
    if (cert->certificate_request_context.n > 0) {
        return hs__fail(c, HS_E_ILLEGAL_VALUE, "Certificate.certificate_request_context",
                        "must be empty during the handshake, has %zu bytes",
                        cert->certificate_request_context.n);
    }
    if (cert->count == 0) {
        *next = HS__WAIT_FINISHED;
        return hs__peer_shows_none(c);
    }
    hs_status st = check_unasked(c, cert);
    st = st == HS_OK ? check_staple(c, cert) : st;
    *next = HS__WAIT_CV;
    return st == HS_OK ? keep_chain(c, cert) : st;
}

/* ---- CertificateVerify ------------------------------------------------------------------- */

hs_status hs__check_scheme(hs_conn *c, uint16_t id, hs__auth auth, const char *where) {
    const hs_config *f = c->config;
    const hs__cert *leaf = &c->hs->peer_leaf;
    const hs__scheme *scheme = hs__scheme_of(id);
    const char *name = hs__scheme_name(id);
    name = name != NULL ? name : "an unknown scheme";
    if (scheme == NULL || !hs__scheme_allowed(id, c->version, auth) ||
        !hs__list16_has((hs_span){f->schemes, f->schemes_n}, id)) {
        return hs__fail(c, HS_E_SCHEME_NOT_OFFERED, where, "%s (0x%04x) was not offered for it",
                        name, id);
    }
    const hs__key_type key = hs__scheme_key(scheme, c->version, leaf->key.numbers.type);
    const bool may_sign =
        (leaf->has & HS__EXT_KEY_USAGE) == 0 || (leaf->key_usage & HS__KU_DIGITAL_SIGNATURE) != 0;
    return hs__cert_can_sign(leaf, key, scheme->alg)
               ? HS_OK
               : hs__fail(c, HS_E_SCHEME_NOT_OFFERED, where, "%s does not fit a %s key%s", name,
                          hs__key_type_name(leaf->key.numbers.type),
                          may_sign ? "" : " whose keyUsage lacks digitalSignature");
}

hs_status hs__check_proof(hs_conn *c, const hs__proof *proof) {
    const hs__scheme *scheme = hs__scheme_of(proof->scheme);
    uint64_t started = hs__trace_us(c);
    hs_status st =
        c->p->public_verify(c->p, c->hs->peer_key, scheme->alg, proof->content, proof->signature);
    uint64_t us = hs__trace_us(c) - started;
    c->hs->us_crypto += us;
    c->hs->ops.verify++;
    c->peer_scheme = proof->scheme;
    const hs_trace_check check = {.what = proof->what,
                                  .side = c->is_server ? "client" : "server",
                                  .ok = st == HS_OK,
                                  .enforced = true,
                                  .covers = proof->covers,
                                  .scheme = hs__scheme_name(proof->scheme),
                                  .signed_content = proof->content,
                                  .us = us};
    hs__trace_check(c, &check);
    return st == HS_OK || st != HS_E_BAD_SIGNATURE
               ? st
               : hs__fail(c, st, proof->where,
                          "the peer does not hold the key of its certificate, or the handshake was "
                          "changed on the way");
}

hs_status hs__on_certificate_verify(hs_conn *c, const hs__message *m, hs__state *next) {
    const hs__certificate_verify *cv = &m->u.certificate_verify;
    uint8_t content[HS__SIGNED_CONTENT];
    size_t n = 0;
    hs_status st = hs__check_scheme(c, cv->algorithm, (hs__auth)0, "CertificateVerify.algorithm");
    st = st == HS_OK ? hs__signed_content(c, !c->is_server, content, &n) : st;
    if (st != HS_OK) {
        return st;
    }
    char range[HS__TRANSCRIPT_NAMES];
    hs__transcript_range(c, range);
    const hs__proof proof = {.what = "certificate_verify",
                             .where = "CertificateVerify.signature",
                             .covers = range,
                             .scheme = cv->algorithm,
                             .content = {content, n},
                             .signature = cv->signature};
    *next = HS__WAIT_VERIFIED;
    return hs__check_proof(c, &proof);
}

/* ---- the verdict ------------------------------------------------------------------------- */

hs_status hs__take_verdict(hs_conn *c, hs_status verdict) {
    const bool enforced = c->config->verify == HS_VERIFY_ENFORCE;
    c->verdict = verdict;
    const hs_trace_check check = {.what = "chain",
                                  .side = c->is_server ? "client" : "server",
                                  .ok = verdict == HS_OK,
                                  .enforced = enforced,
                                  .report = c->peer->report};
    hs__trace_check(c, &check);
    c->peer_authenticated = verdict == HS_OK;
    return verdict != HS_OK && enforced ? hs__fail_chain(c, verdict) : HS_OK;
}

hs_status hs__on_verified(hs_conn *c, const hs__message *m, hs__state *next) {
    *next = HS__WAIT_FINISHED;
    return hs__take_verdict(c, m->u.verdict);
}
