/* ClientKeyExchange (RFC 5246 7.4.7, RFC 8422 5.7), as the client makes it. */
#include "crypto/provider.h"
#include "engine/handlers.h"
#include "engine/kex.h"
#include "engine/key_schedule12.h"
#include "engine/trace_emit.h"
#include "proto/codepoints.h"

static hs_status send_exchange(hs_conn *c, hs_span exchange_keys) {
    hs__message m = {.type = HS__HT_client_key_exchange};
    m.u.client_key_exchange =
        (hs__client_key_exchange){.kx = c->suite->kx, .exchange_keys = exchange_keys};
    return hs__send(c, &m, NULL);
}

/* A fresh key pair for the group of the server's share. */
static hs_status send_share(hs_conn *c) {
    hs__handshake *hs = c->hs;
    uint8_t share[HS__SHARE_MAX];
    size_t n = 0;
    hs__kex_free_shares(c);
    hs_status st = hs__kex_generate(c, c->group, &hs->shares[0].kex, share, &n);
    if (st != HS_OK) {
        return st;
    }
    hs->shares[0].group = c->group;
    hs->n_shares = 1;
    st = hs__kex_agree(c, c->group, hs__buffer_span(&hs->v12.params));
    st = st == HS_OK ? send_exchange(c, (hs_span){share, n}) : st;
    st = st == HS_OK ? hs__main_secret12(c, (hs_span){hs->ecdhe, hs->ecdhe_n}) : st;
    hs__wipe(hs->ecdhe, sizeof(hs->ecdhe));
    hs__kex_free_shares(c);
    return st;
}

/* RFC 5246 7.4.7.1: the version that was offered and 46 random bytes, encrypted to the key of the
 * certificate. Whoever gets that key, even years later, can read it. */
static hs_status send_encrypted(hs_conn *c) {
    hs__handshake *hs = c->hs;
    uint8_t ciphertext[HS__RSA_CIPHERTEXT_MAX];
    size_t n = 0;
    uint8_t *secret = hs->v12.premaster;
    const uint64_t started = hs__trace_us(c);
    hs_status st = c->p->random(c->p, secret, HS__PREMASTER);
    secret[0] = (uint8_t)(hs->hello.legacy_version >> 8);
    secret[1] = (uint8_t)hs->hello.legacy_version;
    if (st == HS_OK) {
        st = c->p->rsa_encrypt_premaster(c->p, hs->peer_key, secret, ciphertext, &n);
    }
    if (st != HS_OK) {
        return st;
    }
    hs__trace_premaster(c, (hs_span){ciphertext, n}, started);
    st = send_exchange(c, (hs_span){ciphertext, n});
    st = st == HS_OK ? hs__main_secret12(c, (hs_span){secret, HS__PREMASTER}) : st;
    hs__wipe(secret, HS__PREMASTER);
    return st;
}

hs_status hs__client_send_key_exchange(hs_conn *c, const hs__message *m, hs__state *next) {
    (void)m;
    *next = c->hs->credential != NULL ? HS__SEND_CV : HS__SEND_CCS;
    return c->suite->kx == HS__KX_RSA ? send_encrypted(c) : send_share(c);
}
