/* ServerKeyExchange (RFC 8422 5.4), what ends the server's flight, and the client's answer to it
 * (RFC 5246 7.4.7). */
#include "crypto/provider.h"
#include "engine/fail.h"
#include "engine/handlers.h"
#include "engine/kex.h"
#include "engine/key_schedule12.h"
#include "engine/peer_auth.h"
#include "engine/staple.h"
#include "engine/trace_emit.h"
#include "engine/transcript.h"
#include "pki/credential.h"
#include "proto/codepoints.h"

/* RFC 6066 8: right behind Certificate. */
static hs_status send_status(hs_conn *c) {
    const hs_span response = hs__staple_to_send(c);
    if (response.n == 0) {
        return HS_OK;
    }
    hs__message m = {.type = HS__HT_certificate_status};
    m.u.certificate_status =
        (hs__certificate_status){.status_type = HS__STATUS_TYPE_ocsp, .response = response};
    return hs__send(c, &m, NULL);
}

hs_status hs__server_send_certificate12(hs_conn *c, const hs__message *m, hs__state *next) {
    (void)m;
    hs__message cert = {.type = HS__HT_certificate};
    hs__certificate12 *out = &cert.u.certificate12;
    out->certs = hs_credential_chain(c->hs->credential, &out->count);
    *next = c->suite->kx == HS__KX_ECDHE ? HS__SEND_SKE : HS__SEND_SHD;
    hs_status st = hs__send(c, &cert, NULL);
    return st == HS_OK ? send_status(c) : st;
}

/* ---- ServerKeyExchange -------------------------------------------------------------------- */

/* The params are kept as they will stand in the message: the signature covers them. */
hs_status hs__server_make_key_exchange(hs_conn *c, const hs__message *m, hs__state *next) {
    (void)m;
    hs__handshake *hs = c->hs;
    uint8_t share[HS__SHARE_MAX];
    size_t n = 0;
    hs_status st = hs__kex_generate(c, c->group, &hs->shares[0].kex, share, &n);
    if (st != HS_OK) {
        return st;
    }
    hs->shares[0].group = c->group;
    hs->n_shares = 1;
    const hs__server_ecdh_params params = {.group = c->group, .point = {share, n}};
    hs__wr w;
    st = hs__buffer_add(c, &hs->v12.params, params.point);
    uint8_t bytes[8 + HS__SHARE_MAX];
    hs__wr_init(&w, bytes, sizeof(bytes));
    hs__server_ecdh_params_write(&w, &params);
    st = st == HS_OK ? w.status : st;
    *next = HS__WAIT_SIGNED;
    return st == HS_OK ? hs__signed_params12(c, (hs_span){bytes, w.n}, &hs->to_sign) : st;
}

hs_status hs__server_send_key_exchange(hs_conn *c, const hs__message *m, hs__state *next) {
    if (m->u.signature.bytes.n == 0) {
        return hs__fail(c, m->u.signature.refused, "ServerKeyExchange.signature",
                        "no signature was given");
    }
    hs__message ske = {.type = HS__HT_server_key_exchange};
    ske.u.server_key_exchange = (hs__server_key_exchange){
        .params = {.group = c->group, .point = hs__buffer_span(&c->hs->v12.params)},
        .algorithm = c->hs->own_scheme,
        .signature = m->u.signature.bytes};
    c->own_scheme = c->hs->own_scheme;
    *next = HS__SEND_SHD;
    return hs__send(c, &ske, NULL);
}

/* ---- CertificateRequest, ServerHelloDone -------------------------------------------------- */

static hs_status send_request(hs_conn *c) {
    static const uint8_t types[] = {HS__CLIENT_CERT_ecdsa_sign, HS__CLIENT_CERT_rsa_sign};
    hs__message m = {.type = HS__HT_certificate_request};
    m.u.certificate_request12 = (hs__certificate_request12){
        .certificate_types = {types, sizeof(types)},
        .supported_signature_algorithms = {c->config->schemes, c->config->schemes_n}};
    return hs__send(c, &m, NULL);
}

hs_status hs__server_send_hello_done(hs_conn *c, const hs__message *m, hs__state *next) {
    (void)m;
    const bool asks = c->config->client_auth != HS_CLIENT_AUTH_NONE;
    hs_status st = asks ? send_request(c) : HS_OK;
    const hs__message done = {.type = HS__HT_server_hello_done};
    *next = asks ? HS__WAIT_CERT : HS__WAIT_CKE;
    return st == HS_OK ? hs__send(c, &done, NULL) : st;
}

/* ---- ClientKeyExchange -------------------------------------------------------------------- */

static hs_status agree(hs_conn *c, hs_span share) {
    hs__handshake *hs = c->hs;
    hs_status st = hs__kex_agree(c, c->group, share);
    st = st == HS_OK ? hs__main_secret12(c, (hs_span){hs->ecdhe, hs->ecdhe_n}) : st;
    hs__wipe(hs->ecdhe, sizeof(hs->ecdhe));
    hs__kex_free_shares(c);
    return st;
}

/* S1, RFC 5246 7.4.7.1: whatever is wrong with the ciphertext, the handshake goes on with a random
 * secret and fails at Finished, like one with a wrong secret. Nothing here may tell them apart. */
static hs_status decrypt(hs_conn *c, hs_span ciphertext) {
    hs__handshake *hs = c->hs;
    const hs__private_key *key = hs__credential_key(hs->credential); /* identity.c saw to it */
    const hs_provider *p = hs__credential_provider(hs->credential);
    const uint64_t started = hs__trace_us(c);
    uint8_t *secret = hs->v12.premaster;
    hs_status st = p->random(p, secret, HS__PREMASTER);
    if (st == HS_OK) {
        st = p->rsa_premaster(p, key, ciphertext, hs->hello.legacy_version, secret, secret);
    }
    if (st == HS_OK) {
        hs__trace_premaster(c, ciphertext, started);
        st = hs__main_secret12(c, (hs_span){secret, HS__PREMASTER});
    }
    hs__wipe(secret, HS__PREMASTER);
    return st;
}

hs_status hs__server_on_key_exchange(hs_conn *c, const hs__message *m, hs__state *next) {
    const hs_span keys = m->u.client_key_exchange.exchange_keys;
    const bool proves = c->peer != NULL;
    if (!proves) {
        hs__transcript_forget(c);
    }
    *next = proves ? HS__WAIT_CV : HS__WAIT_CCS;
    return c->suite->kx == HS__KX_RSA ? decrypt(c, keys) : agree(c, keys);
}
