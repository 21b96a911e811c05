#include "tests/lab/lab_pair.h"

#include <stdlib.h>
#include <string.h>

#include "pki/pem.h"
#include "proto/codepoints.h"

static void must(bool ok) {
    if (!ok) {
        abort();
    }
}

static size_t add_pem(char *out, size_t room, hs_span der) {
    size_t n = room;
    must(hs__pem_write("CERTIFICATE", der, out, &n) == HS_OK);
    return n;
}

static hs_credential *chain_of_two(hs_provider *p, const hs__test_identity *id) {
    char pem[16384];
    size_t n = add_pem(pem, sizeof(pem), (hs_span){id->leaf, id->leaf_n});
    n += add_pem(pem + n, sizeof(pem) - n, (hs_span){id->root, id->root_n});
    hs_credential *out = NULL;
    must(hs_credential_new(p, (hs_span){(const uint8_t *)pem, n},
                           (hs_span){(const uint8_t *)id->key_pem, id->key_pem_n},
                           (hs_span){NULL, 0}, &out) == HS_OK);
    return out;
}

void lab_world_new(lab_world *w, hs_provider *client, hs_provider *server) {
    *w = (lab_world){.client = client,
                     .server = server,
                     .ecdsa = hs__test_identity_new(server, HS__KEY_P256, "a.test"),
                     .rsa = hs__test_identity_new(server, HS__KEY_RSA, "a.test")};
    w->with_root = chain_of_two(server, &w->ecdsa);
}

void lab_world_free(lab_world *w) {
    hs_credential_unref(w->with_root);
    hs__test_identity_free(&w->ecdsa);
    hs__test_identity_free(&w->rsa);
    hs_provider_unref(w->client);
    hs_provider_unref(w->server);
}

/* ---- configurations ---------------------------------------------------------------------------
 */

/* Behind the end of every test certificate, which is 2040. */
static uint64_t late_ms(void *ctx) {
    (void)ctx;
    return UINT64_C(2300000000) * 1000;
}

static bool has(unsigned how, unsigned all) {
    return (how & all) == all;
}

static void on_trace(void *ctx, const hs_trace *ev) {
    lab_run *run = ctx;
    if (ev->kind == HS_TR_NOTE && strncmp(ev->u.note.text, "lab: ", 5) == 0) {
        run->notes++;
    }
    if (ev->kind == HS_TR_MESSAGE && ev->u.message.outbound && run->world->message != NULL) {
        hs_info info = {.version = 0};
        if (run->pair.server.conn != NULL) {
            hs_conn_info(run->pair.server.conn, &info);
        }
        run->world->message(ev->u.message.raw, info.version);
    }
}

static hs_options common(unsigned how, const lab_world *w) {
    static const uint16_t classic[] = {HS__SUITE_TLS_RSA_WITH_AES_128_GCM_SHA256, 0};
    static const char *const h2[] = {"h2", NULL};
    hs_options o = {.size = sizeof(o),
                    .trust = has(how, LAB_CLASSIC) ? w->rsa.trust : w->ecdsa.trust,
                    .now_ms = hs__test_now_ms,
                    .alpn = has(how, LAB_ALPN) ? h2 : NULL,
                    .trace = on_trace,
                    .trace_mask = HS_TRACE_MASK(HS_TR_NOTE) | HS_TRACE_MASK(HS_TR_MESSAGE)};
    o.min_version = has(how, LAB_ONLY_TLS13) ? HS__VERSION_TLS13 : 0;
    o.max_version = has(how, LAB_TLS12) ? HS__VERSION_TLS12 : 0;
    if (has(how, LAB_CLASSIC)) {
        o.suites = classic;
        o.classic = true;
    }
    return o;
}

/* The library's groups but the hybrid one: rows speak of points on curves. */
static const uint16_t *curves(const hs_provider *p) {
    return p->groups + (p->groups[0] == HS__GROUP_X25519MLKEM768 ? 1 : 0);
}

static hs_config *seal(const hs_options *o, const hs__lab *lab) {
    hs_config *c = NULL;
    must(hs_config_new(o, &c, NULL) == HS_OK);
    hs__config_set_lab(c, lab);
    return c;
}

static hs_config *client_config(const lab_world *w, unsigned how, const hs__lab *lab) {
    static const uint16_t no_shares[] = {0};
    hs_credential *identity[] = {has(how, LAB_CHAIN) ? w->with_root : w->ecdsa.credential, NULL};
    hs_options o = common(how, w);
    o.provider = w->client;
    o.groups = curves(w->client);
    o.max_version = has(how, LAB_OLD_CLIENT) ? HS__VERSION_TLS12 : o.max_version;
    o.shares = has(how, LAB_RETRY) ? no_shares : NULL;
    o.identity = has(how, LAB_AUTH) ? identity : NULL;
    o.now_ms = has(how, LAB_LATE) ? late_ms : o.now_ms;
    o.sessions_wanted = has(how, LAB_RESUME);
    return seal(&o, lab);
}

static hs_config *server_config(const lab_world *w, unsigned how, const hs__lab *lab) {
    hs_credential *identity[] = {has(how, LAB_CLASSIC) ? w->rsa.credential
                                 : has(how, LAB_CHAIN) ? w->with_root
                                                       : w->ecdsa.credential,
                                 NULL};
    hs_options o = common(how, w);
    o.provider = w->server;
    o.groups = curves(w->server);
    o.alloc = w->alloc;
    o.identity = identity;
    o.max_version = has(how, LAB_OLD_SERVER) ? HS__VERSION_TLS12 : o.max_version;
    o.client_auth = has(how, LAB_AUTH) ? HS_CLIENT_AUTH_NEED : HS_CLIENT_AUTH_NONE;
    const hs_session_store_options so = {.size = sizeof(so), .provider = w->server};
    must(!has(how, LAB_RESUME) || hs_session_store_new(&so, &o.sessions) == HS_OK);
    hs_config *c = seal(&o, lab);
    hs_session_store_unref(o.sessions);
    return c;
}

/* ---- a connection -------------------------------------------------------------------------------
 */

static void open_ends(lab_run *r, hs_session *session) {
    const hs_client_options co = {
        .size = sizeof(co), .server_name = "localhost", .session = session, .trace_ctx = r};
    const hs_server_options so = {.size = sizeof(so), .trace_ctx = r};
    r->pair = (hs__test_pair){.step = 0};
    must(hs_client_new(r->client, &co, &r->pair.client.conn) == HS_OK &&
         hs_server_new(r->server, &so, &r->pair.server.conn) == HS_OK);
}

/* What is said after the handshake, and the end. */
static void talk(lab_run *r, hs__test_end *breaks, hs__test_end *other) {
    static const char data[] = "data";
    size_t taken = 0;
    (void)!hs_write(breaks->conn, data, sizeof(data) - 1, &taken);
    hs__test_pair_run(&r->pair);
    (void)!hs_close(breaks->conn);
    hs__test_pair_run(&r->pair);
    if (!other->failed && !other->closed) {
        hs_rx_eof(other->conn);
        hs__test_end_poll(other);
        hs__test_pair_run(&r->pair);
    }
}

/* A connection that nothing happens to, for its session. */
static hs_session *first_session(lab_run *r) {
    open_ends(r, NULL);
    hs__test_pair_run(&r->pair);
    must(r->pair.client.session != NULL);
    hs_session *session = hs_session_ref(r->pair.client.session);
    hs__test_pair_free(&r->pair);
    return session;
}

void lab_run_open(const lab_world *w, const hs__lab *lab, bool by_server, unsigned how,
                  lab_run *r) {
    *r = (lab_run){.world = w, .by_server = by_server};
    r->client = client_config(w, how, NULL);
    r->server = server_config(w, how, NULL);
    hs_session *session = has(how, LAB_RESUME) ? first_session(r) : NULL;
    hs__config_set_lab(by_server ? r->server : r->client, lab);
    open_ends(r, session);
    hs_session_unref(session);
}

void lab_run_go(lab_run *r) {
    hs__test_end *ends[] = {&r->pair.client, &r->pair.server};
    hs__test_end *breaks = ends[r->by_server];
    hs__test_pair_run(&r->pair);
    talk(r, breaks, ends[!r->by_server]);
    r->happened = hs__lab_happened(breaks->conn);
}

void lab_run_new(const lab_world *w, const hs__lab *lab, bool by_server, unsigned how, lab_run *r) {
    lab_run_open(w, lab, by_server, how, r);
    lab_run_go(r);
}

void lab_run_free(lab_run *r) {
    hs__test_pair_free(&r->pair);
    hs_config_unref(r->client);
    hs_config_unref(r->server);
}
