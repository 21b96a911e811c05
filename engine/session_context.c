#include "engine/session_context.h"

#include <string.h>

#include "crypto/digest.h"
#include "pki/trust.h"

/* Each part goes in with its length, so that bytes cannot move from one to the next. */
static hs_status feed(const hs_provider *p, hs__hash *h, hs_span part) {
    const uint64_t n = part.n;
    hs_status st = p->hash_update(p, h, &n, sizeof(n));
    return st == HS_OK && n > 0 ? p->hash_update(p, h, part.p, part.n) : st;
}

hs_status hs__config_context(const hs_config *f, uint8_t out[HS__SESSION_CONTEXT]) {
    const hs_provider *p = f->provider;
    const uint8_t how[] = {(uint8_t)f->client_auth, (uint8_t)f->verify,
                           (uint8_t)f->revocation,  (uint8_t)f->classic,
                           (uint8_t)f->strict_sni,  (f->ask & HS_ASK_VERIFY) != 0};
    hs__hash h = {.room = {0}};
    hs_status st = p->hash_start(p, &h, HS__SHA256);
    st = st == HS_OK ? feed(p, &h, (hs_span){how, sizeof(how)}) : st;
    for (size_t i = 0; st == HS_OK && i < f->n_identity; i++) {
        size_t n;
        st = feed(p, &h, hs_credential_chain(f->identity[i], &n)[0]);
    }
    uint8_t trust[HS__SESSION_CONTEXT] = {0};
    if (st == HS_OK && f->trust != NULL) {
        st = hs__trust_digest(f->trust, trust);
    }
    st = st == HS_OK ? feed(p, &h, (hs_span){trust, sizeof(trust)}) : st;
    st = st == HS_OK ? p->hash_snapshot(p, &h, out) : st;
    p->hash_end(p, &h);
    return st;
}

hs_status hs__session_context(const hs_conn *c, uint8_t out[HS__SESSION_CONTEXT]) {
    const hs_config *f = c->config;
    if (c->is_server) {
        memcpy(out, f->session_context, HS__SESSION_CONTEXT);
        return HS_OK;
    }
    const hs_span parts[] = {hs__buffer_span(&c->hs->verify_name), {f->alpn, f->alpn_n}};
    hs__hash h = {.room = {0}};
    hs_status st = c->p->hash_start(c->p, &h, HS__SHA256);
    st = st == HS_OK ? feed(c->p, &h, (hs_span){f->session_context, HS__SESSION_CONTEXT}) : st;
    for (size_t i = 0; st == HS_OK && i < sizeof(parts) / sizeof(parts[0]); i++) {
        st = feed(c->p, &h, parts[i]);
    }
    st = st == HS_OK ? c->p->hash_snapshot(c->p, &h, out) : st;
    c->p->hash_end(c->p, &h);
    return st;
}

hs_status hs__session_describe(const hs_conn *c, hs__session_state *s) {
    s->version = c->version;
    s->suite = c->suite->id;
    s->extended_main_secret = c->ems;
    memcpy(s->secret, c->hs->v12.main_secret, HS__MAIN_SECRET_12);
    s->secret_n = HS__MAIN_SECRET_12;
    s->alpn = c->alpn;
    s->server_name = (hs_span){(const uint8_t *)c->server_name, c->server_name_n};
    hs_status st = hs__session_context(c, s->context);
    s->has_peer = c->peer != NULL;
    if (st == HS_OK && s->has_peer) {
        s->peer_not_after = c->hs->peer_leaf.not_after;
        s->peer_verdict = c->verdict;
        st = hs__digest(c->p, HS__SHA256, c->peer->chain[0], s->peer_sha256);
    }
    return st;
}
