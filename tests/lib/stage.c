#include "tests/lib/stage.h"

#include <stdlib.h>

#include "proto/codepoints.h"

static void must(bool ok) {
    if (!ok) {
        abort();
    }
}

void hs__stage_new_on(hs__stage *s, hs_provider *p) {
    *s = (hs__stage){.p = p, .id = hs__test_identity_new(p, HS__KEY_P256, "a.test")};
}

void hs__stage_new_key(hs__stage *s, hs__key_type type) {
    hs_provider *p = NULL;
    if (hs_provider_new("libcrypto", &p) != HS_OK) {
        must(hs_provider_new("mbedtls", &p) == HS_OK);
    }
    *s = (hs__stage){.p = p, .id = hs__test_identity_new(p, type, "a.test")};
}

void hs__stage_new(hs__stage *s) {
    hs__stage_new_key(s, HS__KEY_P256);
}

void hs__stage_free(hs__stage *s) {
    hs__test_identity_free(&s->id);
    hs_provider_unref(s->p);
}

static hs_options of_version(const hs__stage *s, unsigned how, hs_options o) {
    static const uint16_t classic[] = {0x009c, 0}; /* TLS_RSA_WITH_AES_128_GCM_SHA256 */
    if (s->only_tls13) {
        o.min_version = HS__VERSION_TLS13;
    }
    if ((how & HS__STAGE_TLS12) != 0) {
        o.min_version = HS__VERSION_TLS12;
        o.max_version = HS__VERSION_TLS12;
    }
    if ((how & HS__STAGE_CLASSIC) == HS__STAGE_CLASSIC) {
        o.suites = classic;
        o.classic = true;
    }
    return o;
}

hs_options hs__stage_client(const hs__stage *s, unsigned how, hs_credential *identity[2]) {
    static const uint16_t none[] = {0};
    identity[0] = s->id.credential;
    identity[1] = NULL;
    return of_version(s, how,
                      (hs_options){.provider = s->p,
                                   .trust = s->id.trust,
                                   .shares = (how & HS__STAGE_RETRY) != 0 ? none : NULL,
                                   .identity = (how & HS__STAGE_AUTH) != 0 ? identity : NULL});
}

hs_options hs__stage_server(const hs__stage *s, unsigned how, hs_credential *identity[2]) {
    identity[0] = s->id.credential;
    identity[1] = NULL;
    return of_version(s, how,
                      (hs_options){.provider = s->p,
                                   .trust = s->id.trust,
                                   .identity = identity,
                                   .client_auth = (how & HS__STAGE_AUTH) != 0
                                                      ? HS_CLIENT_AUTH_NEED
                                                      : HS_CLIENT_AUTH_NONE});
}

hs_config *hs__stage_config(hs_options o) {
    hs_config *c = NULL;
    const char *why = NULL;
    o.size = sizeof(o);
    o.now_ms = hs__test_now_ms;
    must(hs_config_new(&o, &c, &why) == HS_OK);
    return c;
}

void hs__stage_open_with(const hs_options *client, const hs_options *server, hs__test_pair *pair) {
    hs_config *c = hs__stage_config(*client);
    hs_config *s = hs__stage_config(*server);
    hs__test_pair_open(pair, c, s, "localhost");
    hs_config_unref(c);
    hs_config_unref(s);
    hs__test_end_drain(&pair->client);
}

/* A connection, its session, and the client of the next one. */
static void open_resumed(hs_config *client, hs_config *server, hs__test_pair *pair) {
    hs__test_pair first;
    hs__test_pair_open(&first, client, server, "localhost");
    hs__test_pair_run(&first);
    must(first.client.session != NULL);
    const hs_client_options o = {
        .size = sizeof(o), .server_name = "localhost", .session = first.client.session};
    hs__test_pair_open(pair, client, server, "localhost");
    hs_conn_free(pair->client.conn);
    must(hs_client_new(client, &o, &pair->client.conn) == HS_OK);
    hs__test_end_drain(&pair->client);
    hs__test_pair_free(&first);
}

void hs__stage_open(const hs__stage *s, unsigned how, hs__test_pair *pair) {
    hs_credential *identities[2][2];
    hs_options client = hs__stage_client(s, how, identities[0]);
    hs_options server = hs__stage_server(s, how, identities[1]);
    if ((how & HS__STAGE_RESUME) != HS__STAGE_RESUME) {
        hs__stage_open_with(&client, &server, pair);
        return;
    }
    const hs_session_store_options so = {.size = sizeof(so), .provider = s->p};
    must(hs_session_store_new(&so, &server.sessions) == HS_OK);
    client.sessions_wanted = true;
    hs_config *c = hs__stage_config(client);
    hs_config *v = hs__stage_config(server);
    open_resumed(c, v, pair);
    hs_config_unref(c);
    hs_config_unref(v);
    hs_session_store_unref(server.sessions);
}

void hs__stage_carry(hs__test_end *from, hs__test_end *to) {
    hs__test_end_drain(from);
    const size_t at = from->delivered;
    from->delivered = from->sent.n;
    hs__test_end_feed(to, from->sent.p + at, from->sent.n - at);
    hs__test_end_drain(to);
}

void hs__stage_server_flight(hs__test_pair *pair, unsigned how, hs__hand_flight *out) {
    hs__stage_carry(&pair->client, &pair->server);
    if ((how & HS__STAGE_RETRY) != 0) {
        hs__stage_carry(&pair->server, &pair->client);
        hs__stage_carry(&pair->client, &pair->server);
    }
    must(pair->server.conn->hs != NULL && !pair->server.failed);
    hs__hand_open(pair->server.conn, true, (hs_span){pair->server.sent.p, pair->server.sent.n},
                  out);
}

void hs__stage_client_flight(hs__test_pair *pair, hs__hand_flight *out) {
    hs__test_end_drain(&pair->client);
    hs__hand_open(pair->server.conn, false, (hs_span){pair->client.sent.p, pair->client.sent.n},
                  out);
}

/* Gives messages one by one, from the first of that type on, until the end waits in `state`. */
static void give_until(hs__test_end *to, const hs__hand_flight *f, uint8_t first, hs__state state) {
    size_t i = 0;
    while (i < f->n && f->m[i].p[0] != first) {
        i++;
    }
    for (; to->conn->state != state && i < f->n; i++) {
        hs__hand_give(to, HS__CONTENT_handshake, (hs_span){f->m[i].p, f->m[i].n});
    }
    must(to->conn->state == state);
}

void hs__stage_client_in(const hs__stage *s, hs__state state, hs__test_pair *pair) {
    const unsigned how = state == HS__WAIT_SH2 ? HS__STAGE_RETRY : HS__STAGE_AUTH;
    hs__stage_open(s, how, pair);
    if (state == HS__WAIT_SH2) {
        hs__stage_carry(&pair->client, &pair->server);
        hs__stage_carry(&pair->server, &pair->client);
    } else if (state != HS__WAIT_SH) {
        hs__hand_flight f;
        hs__stage_server_flight(pair, how, &f);
        pair->server.delivered = pair->server.sent.n;
        give_until(&pair->client, &f, HS__HT_server_hello, state);
        hs__hand_flight_free(&f);
    }
    must(pair->client.conn->state == state);
}

void hs__stage_server_in(const hs__stage *s, hs__state state, hs__test_pair *pair) {
    const unsigned how = state == HS__WAIT_CH2 ? HS__STAGE_RETRY : HS__STAGE_AUTH;
    hs__stage_open(s, how, pair);
    if (state == HS__START) {
        return;
    }
    hs__stage_carry(&pair->client, &pair->server);
    if (state != HS__WAIT_CH2 && state != HS__WAIT_CERT) {
        hs__stage_carry(&pair->server, &pair->client);
        hs__hand_flight f;
        hs__stage_client_flight(pair, &f);
        pair->client.delivered = pair->client.sent.n;
        give_until(&pair->server, &f, HS__HT_certificate, state);
        hs__hand_flight_free(&f);
    }
    must(pair->server.conn->state == state);
}
