#include "tests/unit/trace/scene.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/config.h"
#include "proto/codepoints.h"
#include "tests/lib/identity.h"
#include "tests/lib/test_provider.h"
#include "tests/unit/trace/scene_parts.h"
#include "tests/vectors/rfc8448_simple.h"

/* ---- RFC 8448 section 3 ------------------------------------------------------------------ */

static hs_span vector(void *ctx, uint8_t type) {
    (void)ctx;
    return type == HS__HT_client_hello
               ? (hs_span){rfc8448_simple_client_hello, sizeof rfc8448_simple_client_hello}
               : (hs_span){NULL, 0};
}

static void feed(hs__test_end *end, const void *p, size_t n) {
    hs__test_end_feed(end, p, n);
    hs__test_end_drain(end);
}

static void play_rfc8448(hs_render *r) {
    static const uint16_t groups[] = {HS__NAMED_GROUP_x25519, 0};
    hs_provider *inner, *p;
    scene_must(hs_provider_new(NULL, &inner));
    scene_must(hs__test_provider_new(inner, &p));
    scene_must(hs__test_provider_push_private(p, HS__NAMED_GROUP_x25519,
                                              rfc8448_simple_client_x25519_private_key, 32));
    hs_options o = {.provider = p,
                    .groups = groups,
                    .verify = HS_VERIFY_REPORT_ONLY,
                    .no_compat = true,
                    .record_size_limit = 16385};
    hs_config *c = scene_config(o, r, NULL);
    hs__config_set_vector(c, vector, NULL);
    hs__test_end client = {.conn = NULL};
    const hs_client_options co = {.size = sizeof co, .server_name = "server", .trace_ctx = r};
    scene_transport(r, false, "connected");
    scene_must(hs_client_new(c, &co, &client.conn));
    hs__test_end_drain(&client);
    feed(&client, rfc8448_simple_server_record_1, sizeof rfc8448_simple_server_record_1);
    feed(&client, rfc8448_simple_server_record_2, sizeof rfc8448_simple_server_record_2);
    feed(&client, rfc8448_simple_server_record_3, sizeof rfc8448_simple_server_record_3);
    scene_say(&client, rfc8448_simple_client_record_3_payload,
              sizeof rfc8448_simple_client_record_3_payload);
    feed(&client, rfc8448_simple_server_record_4, sizeof rfc8448_simple_server_record_4);
    scene_must(hs_close(client.conn));
    hs__test_end_drain(&client);
    feed(&client, rfc8448_simple_server_record_5, sizeof rfc8448_simple_server_record_5);
    hs_conn_free(client.conn);
    hs__test_bytes_free(&client.data);
    hs__test_bytes_free(&client.sent);
    hs_config_unref(c);
    hs_provider_unref(p);
    hs_provider_unref(inner);
}

/* ---- fresh handshakes -------------------------------------------------------------------- */

static void set_up(scene_id id, hs_options *client, hs_options *server) {
    static const uint16_t p384[] = {HS__NAMED_GROUP_secp384r1, 0};
    static const uint16_t aes[] = {HS__SUITE_TLS_AES_128_GCM_SHA256, 0};
    static const uint16_t chacha[] = {HS__SUITE_TLS_CHACHA20_POLY1305_SHA256, 0};
    static const char *const alpn[] = {"h2", "http/1.1", NULL};
    static const char *const http1[] = {"http/1.1", NULL};
    if (id == SCENE_RETRY) {
        server->groups = p384;
        server->client_auth = HS_CLIENT_AUTH_NEED;
        server->trust = client->trust;
        client->identity = server->identity;
    } else if (id == SCENE_SUITES) {
        client->suites = aes;
        server->suites = chacha;
    } else {
        client->alpn = alpn;
        server->alpn = http1;
    }
}

static void damage(hs__test_pair *pair) {
    hs__test_end_drain(&pair->client);
    hs__test_end_feed(&pair->server, pair->client.sent.p, pair->client.sent.n);
    hs__test_end_drain(&pair->server);
    pair->client.delivered = pair->client.sent.n;
    pair->server.sent.p[pair->server.sent.n - 1] ^= 1;
}

static void converse(hs__test_pair *pair) {
    if (!pair->client.connected || !pair->server.connected) {
        return;
    }
    scene_say(&pair->client, "GET / HTTP/1.0\r\n\r\n", 18);
    hs__test_pair_run(pair);
    scene_must(hs_key_update(pair->server.conn, true));
    scene_say(&pair->server, "hello", 5);
    hs__test_pair_run(pair);
    scene_must(hs_close(pair->client.conn));
    scene_must(hs_close(pair->server.conn));
    hs__test_pair_run(pair);
}

static void play_pair(scene_id id, bool is_server, hs_render *r) {
    uint64_t clock = 0;
    hs_provider *p;
    scene_must(hs_provider_new(NULL, &p));
    hs__test_identity who = hs__test_identity_new(p, HS__KEY_P256, "a.test");
    hs_credential *identity[] = {who.credential, NULL};
    hs_options co = {.provider = p, .trust = who.trust};
    hs_options so = {.provider = p, .identity = identity};
    set_up(id, &co, &so);
    hs_config *client = scene_config(co, is_server ? NULL : r, &clock);
    hs_config *server = scene_config(so, is_server ? r : NULL, &clock);
    const char *name = id == SCENE_NAME ? "b.test" : "localhost";
    const hs_client_options cn = {.size = sizeof cn, .server_name = name, .trace_ctx = r};
    const hs_server_options sn = {.size = sizeof sn, .trace_ctx = r};
    hs__test_pair pair = {.step = 0};
    scene_transport(r, is_server, is_server ? "accepted" : "connected");
    scene_must(hs_server_new(server, &sn, &pair.server.conn));
    scene_must(hs_client_new(client, &cn, &pair.client.conn));
    if (id == SCENE_BROKEN) {
        damage(&pair);
    }
    hs__test_pair_run(&pair);
    converse(&pair);
    hs__test_pair_free(&pair);
    hs_config_unref(client);
    hs_config_unref(server);
    hs__test_identity_free(&who);
    hs_provider_unref(p);
}

void scene_hostile_hello(size_t at, hs_render *r) {
    static hs_provider *p;
    static hs__test_identity who;
    if (p == NULL) { /* once: making keys takes longer than all the rest */
        scene_must(hs_provider_new(NULL, &p));
        who = hs__test_identity_new(p, HS__KEY_P256, "server");
    }
    uint8_t record[SCENE_HELLO];
    static_assert(sizeof rfc8448_simple_client_record_1 == SCENE_HELLO, "the whole record");
    memcpy(record, rfc8448_simple_client_record_1, sizeof record);
    record[at] ^= 0xff;
    hs_credential *identity[] = {who.credential, NULL};
    hs_config *c = scene_config((hs_options){.provider = p, .identity = identity}, r, NULL);
    const hs_server_options so = {.size = sizeof so, .trace_ctx = r};
    hs__test_end server = {.conn = NULL};
    scene_must(hs_server_new(c, &so, &server.conn));
    feed(&server, record, sizeof record);
    hs_rx_eof(server.conn);
    hs__test_end_poll(&server);
    hs_conn_free(server.conn);
    hs__test_bytes_free(&server.data);
    hs__test_bytes_free(&server.sent);
    hs_config_unref(c);
}

scene_id scene_by_name(const char *name) {
    static const char *const names[N_SCENES] = {
        "rfc8448", "full",      "retry",     "name",     "suites",   "broken",
        "ecdhe12", "resumed12", "classic12", "client12", "broken12",
    };
    unsigned id = 0;
    while (id < N_SCENES && strcmp(names[id], name) != 0) {
        id++;
    }
    return (scene_id)id;
}

void scene_play(scene_id id, bool is_server, hs_render *r) {
    if (id == SCENE_RFC8448) {
        play_rfc8448(r);
    } else if (id >= SCENE_12_ECDHE) {
        scene_play_12(id, is_server, r);
    } else {
        play_pair(id, is_server, r);
    }
}
