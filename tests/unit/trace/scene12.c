/* Handshakes of TLS 1.2. Randomness, keys and time are fixed and the signatures have no random
 * part, so that their traces can be compared byte by byte. */
#include "proto/codepoints.h"
#include "tests/unit/trace/fixed_provider.h"
#include "tests/unit/trace/scene_parts.h"

typedef struct {
    hs_provider *inner, *p;
    hs_credential *credential;
    hs_trust *trust;
    hs_session_store *store;
} cast;

static void cast_new(cast *w) {
    scene_must(hs_provider_new(NULL, &w->inner));
    scene_must(hs__fixed_provider_new(w->inner, &w->p));
    scene_must(hs__fixed_identity(w->p, &w->credential, &w->trust));
    const hs_session_store_options o = {.size = sizeof o, .provider = w->p};
    scene_must(hs_session_store_new(&o, &w->store));
}

static void cast_free(cast *w) {
    hs_session_store_unref(w->store);
    hs_trust_unref(w->trust);
    hs_credential_unref(w->credential);
    hs_provider_unref(w->p);
    hs_provider_unref(w->inner);
}

/* ---- options ----------------------------------------------------------------------------- */

static void set_up(scene_id id, const cast *w, hs_credential *const *identity, hs_options *client,
                   hs_options *server) {
    static const uint16_t ecdhe[] = {HS__SUITE_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, 0};
    static const uint16_t chacha[] = {HS__SUITE_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, 0};
    static const uint16_t rsa[] = {HS__SUITE_TLS_RSA_WITH_AES_128_GCM_SHA256, 0};
    static const uint16_t schemes[] = {HS__SCHEME_rsa_pkcs1_sha256, 0};
    static const uint16_t groups[] = {HS__NAMED_GROUP_x25519, HS__NAMED_GROUP_secp256r1, 0};
    static const char *const alpn[] = {"h2", "http/1.1", NULL};
    static const char *const http1[] = {"http/1.1", NULL};
    *client = (hs_options){.provider = w->p,
                           .trust = w->trust,
                           .max_version = HS__VERSION_TLS12,
                           .suites = id == SCENE_12_CLASSIC  ? rsa
                                     : id == SCENE_12_CLIENT ? chacha
                                                             : ecdhe,
                           .groups = groups,
                           .schemes = schemes,
                           .sessions_wanted = id != SCENE_12_CLASSIC};
    *server = (hs_options){.provider = w->p, .identity = identity, .sessions = w->store};
    if (id == SCENE_12_CLASSIC) {
        client->classic = server->classic = true;
        client->extended_main_secret = HS_EMS_OPTIONAL;
        server->extended_main_secret = HS_EMS_OFF;
        server->max_version = HS__VERSION_TLS12;
    } else if (id == SCENE_12_CLIENT) {
        client->identity = identity;
        server->trust = w->trust;
        server->client_auth = HS_CLIENT_AUTH_NEED;
        server->no_tickets = true;
    } else {
        client->alpn = alpn;
        server->alpn = http1;
    }
}

/* ---- plays ------------------------------------------------------------------------------- */

static void converse(hs__test_pair *pair) {
    scene_say(&pair->client, "GET / HTTP/1.0\r\n\r\n", 18);
    hs__test_pair_run(pair);
    scene_say(&pair->server, "hello", 5);
    hs__test_pair_run(pair);
    scene_must(hs_close(pair->client.conn));
    scene_must(hs_close(pair->server.conn));
    hs__test_pair_run(pair);
}

/* One bit of the server's first flight, `at` bytes before its end, is flipped. */
static void damage(hs__test_pair *pair, size_t at) {
    hs__test_end_drain(&pair->client);
    hs__test_end_feed(&pair->server, pair->client.sent.p, pair->client.sent.n);
    hs__test_end_drain(&pair->server);
    pair->client.delivered = pair->client.sent.n;
    pair->server.sent.p[pair->server.sent.n - at] ^= 1;
    hs__test_pair_run(pair);
}

static void go_well(hs__test_pair *pair) {
    hs__test_pair_run(pair);
    scene_must(pair->client.failed ? pair->client.error.status : HS_OK);
    scene_must(pair->server.failed ? pair->server.error.status : HS_OK);
    converse(pair);
}

/* Gives the session that the client may resume, or NULL. `damaged`: where, 0 for nowhere. */
static hs_session *play(hs_options co, hs_options so, bool is_server, hs_session *session,
                        size_t damaged, hs_render *r) {
    hs_config *client = scene_config(co, is_server ? NULL : r, NULL);
    hs_config *server = scene_config(so, is_server ? r : NULL, NULL);
    const hs_client_options cn = {
        .size = sizeof cn, .server_name = "localhost", .session = session, .trace_ctx = r};
    const hs_server_options sn = {.size = sizeof sn, .trace_ctx = r};
    hs__test_pair pair = {.step = 0};
    if (r != NULL) {
        scene_transport(r, is_server, is_server ? "accepted" : "connected");
    }
    scene_must(hs_server_new(server, &sn, &pair.server.conn));
    scene_must(hs_client_new(client, &cn, &pair.client.conn));
    if (damaged > 0) {
        damage(&pair, damaged);
    } else {
        go_well(&pair);
    }
    hs_session *kept = pair.client.session != NULL ? hs_session_ref(pair.client.session) : NULL;
    hs__test_pair_free(&pair);
    hs_config_unref(client);
    hs_config_unref(server);
    return kept;
}

static void play_scene(scene_id id, bool is_server, size_t damaged, hs_render *r) {
    cast w;
    cast_new(&w);
    hs_credential *identity[] = {w.credential, NULL};
    hs_options client, server;
    set_up(id, &w, identity, &client, &server);
    hs_session *session = NULL;
    if (id == SCENE_12_RESUMED) {
        session = play(client, server, is_server, NULL, 0, NULL);
    }
    hs_session_unref(play(client, server, is_server, session, damaged, r));
    hs_session_unref(session);
    cast_free(&w);
}

void scene_play_12(scene_id id, bool is_server, hs_render *r) {
    /* the last byte of the signature; ServerHelloDone's four come behind it */
    play_scene(id, is_server, id == SCENE_12_BROKEN ? 5 : 0, r);
}

void scene_hostile_flight_12(size_t at, hs_render *r) {
    play_scene(SCENE_12_BROKEN, false, at, r);
}
