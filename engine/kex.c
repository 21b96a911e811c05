#include "engine/kex.h"

#include "engine/fail.h"
#include "engine/trace_emit.h"
#include "proto/codepoints.h"

/* Where the peer's share stands. */
static const char *share_field(const hs_conn *c) {
    return c->version == HS__VERSION_TLS13 ? "key_share.key_exchange"
           : c->is_server                  ? "ClientKeyExchange.exchange_keys"
                                           : "ServerKeyExchange.params.public";
}

hs_status hs__kex_generate(hs_conn *c, uint16_t group, hs__kex **out, uint8_t *share,
                           size_t *share_n) {
    uint64_t started = hs__trace_us(c);
    hs_status st = c->p->kex_generate(c->p, group, out, share, share_n);
    c->hs->us_crypto += hs__trace_us(c) - started;
    c->hs->ops.kex++;
    return st;
}

static const char *share_name(const hs_conn *c, bool of_server) {
    if (c->version == HS__VERSION_TLS12) {
        return of_server ? "ServerKeyExchange" : "ClientKeyExchange";
    }
    return of_server ? "server key_share" : "client key_share";
}

/* With secrets asked for, the private value is told too, so that ecdhe can be recomputed (E6). */
static void trace_ecdhe(hs_conn *c, uint16_t group, const hs__kex *own, hs_span peer,
                        uint64_t started) {
    if (!hs__tracing(c, HS_TR_DERIVE)) {
        return;
    }
    uint8_t priv[HS__KEX_PRIVATE_MAX];
    size_t priv_n = 0;
    if (hs__tracing_secrets(c) && own != NULL &&
        c->p->kex_export(c->p, own, priv, &priv_n) != HS_OK) {
        priv_n = 0;
    }
    const hs_trace_input parts[] = {
        {.name = "private", .ref = share_name(c, c->is_server), .bytes = {priv, priv_n}},
        {.name = "public", .ref = share_name(c, !c->is_server), .bytes = peer}};
    const bool is_12 = c->version == HS__VERSION_TLS12;
    hs__trace_derive(c, is_12 ? "preliminary_secret" : "ecdhe", hs__group_name(group), parts, 2,
                     (hs_span){c->hs->ecdhe, c->hs->ecdhe_n}, started);
    hs__wipe(priv, sizeof(priv));
}

/* The length by the group comes first: what a library makes of a short one must not decide. */
static hs_status check_share(hs_conn *c, uint16_t group, hs_span peer, size_t expected) {
    return peer.n != expected ? hs__fail(c, HS_E_BAD_POINT, share_field(c),
                                         "a %s share of %zu bytes, it must have %zu",
                                         hs__group_name(group), peer.n, expected)
                              : HS_OK;
}

static hs_status refuse(hs_conn *c, hs_status st, uint16_t group) {
    return st == HS_E_BAD_POINT ? hs__fail(c, st, share_field(c), "group %s", hs__group_name(group))
                                : st;
}

hs_status hs__kex_agree(hs_conn *c, uint16_t group, hs_span peer) {
    hs__handshake *hs = c->hs;
    hs__kex *own = NULL;
    for (size_t i = 0; i < hs->n_shares; i++) {
        own = hs->shares[i].group == group ? hs->shares[i].kex : own;
    }
    if (own == NULL) {
        return hs__fail(c, HS_E_ILLEGAL_VALUE, "ServerHello.extensions[key_share].group",
                        "we sent no share for that group");
    }
    hs_status st = check_share(c, group, peer, hs__group_server_share(group));
    if (st != HS_OK) {
        return st;
    }
    uint64_t started = hs__trace_us(c);
    st = c->p->kex_agree(c->p, own, peer, hs->ecdhe, &hs->ecdhe_n);
    hs->us_crypto += hs__trace_us(c) - started;
    hs->ops.kex++;
    if (st != HS_OK) {
        return refuse(c, st, group);
    }
    trace_ecdhe(c, group, own, peer, started);
    return HS_OK;
}

hs_status hs__kex_respond(hs_conn *c, uint16_t group, hs_span peer, uint8_t *share,
                          size_t *share_n) {
    hs__handshake *hs = c->hs;
    hs_status st = check_share(c, group, peer, hs__group_client_share(group));
    if (st != HS_OK) {
        return st;
    }
    hs__kex *kept = NULL;
    bool keeps = hs__tracing(c, HS_TR_DERIVE) && hs__tracing_secrets(c);
    uint64_t started = hs__trace_us(c);
    st = c->p->kex_respond(c->p, group, peer, share, share_n, hs->ecdhe, &hs->ecdhe_n,
                           keeps ? &kept : NULL);
    hs->us_crypto += hs__trace_us(c) - started;
    hs->ops.kex += 2;
    if (st == HS_OK) {
        trace_ecdhe(c, group, kept, peer, started);
    }
    c->p->kex_free(c->p, kept);
    return st == HS_OK ? HS_OK : refuse(c, st, group);
}

void hs__kex_free_shares(hs_conn *c) {
    hs__handshake *hs = c->hs;
    for (size_t i = 0; i < hs->n_shares; i++) {
        c->p->kex_free(c->p, hs->shares[i].kex);
        hs->shares[i] = (hs__own_share){0, NULL};
    }
    hs->n_shares = 0;
}
