/* handshake itself, over each of its providers. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/bench.h"
#include "handshake/conn.h"
#include "tests/lib/pair.h"

struct bench_pair {
    hs_conn *client, *server;
    void *watching[2]; /* the client, the server */
    hs_event ev;
};

static hs_provider *provider;
static hs_config *client_config, *server_config;
static hs_credential *credential;
static hs_trust *trust;
static hs_session_store *sessions;
static hs_session *session; /* to resume: of the first handshake */
static bool resumes;
static const bench_tracer *tracer;

static bool open_sessions(const bench_setup *setup) {
    const hs_session_store_options o = {.size = sizeof(o), .provider = provider};
    resumes = setup->resumes;
    return !resumes || hs_session_store_new(&o, &sessions) == HS_OK;
}

static uint64_t mono_us(void *ctx) {
    struct timespec t;
    (void)ctx;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static bool open_with(const char *name, const bench_setup *setup) {
    /* TLS 1.2: an ECDSA certificate needs its curve here, too. */
    const uint16_t groups[] = {29, bench_is_12(setup) ? 23 : 0, 0};
    const uint16_t suites[] = {setup->suite, 0};
    const hs__test_identity *id = setup->identity;
    size_t added;
    tracer = setup->tracer;
    if (hs_provider_new(name, &provider) != HS_OK ||
        hs_credential_new(provider, (hs_span){id->leaf, id->leaf_n},
                          (hs_span){(const uint8_t *)id->key_pem, id->key_pem_n},
                          (hs_span){NULL, 0}, &credential) != HS_OK ||
        hs_trust_new(provider, &trust) != HS_OK ||
        hs_trust_add(trust, (hs_span){id->root, id->root_n}, "bench", 0, &added, NULL) != HS_OK ||
        !open_sessions(setup)) {
        return false;
    }
    hs_credential *identity[] = {credential, NULL};
    const hs_options co = {.size = sizeof(co),
                           .provider = provider,
                           .suites = suites,
                           .groups = groups,
                           .classic = bench_is_classic(setup),
                           .sessions_wanted = resumes,
                           .trust = trust,
                           .trace = tracer != NULL ? tracer->event : NULL,
                           .trace_mask = tracer != NULL ? tracer->mask : 0,
                           .mono_us = tracer != NULL ? mono_us : NULL,
                           .now_ms = hs__test_now_ms};
    const hs_options so = {.size = sizeof(so),
                           .provider = provider,
                           .suites = suites,
                           .groups = groups,
                           .classic = bench_is_classic(setup),
                           .sessions = sessions,
                           .trace = tracer != NULL ? tracer->event : NULL,
                           .trace_mask = tracer != NULL ? tracer->mask : 0,
                           .mono_us = tracer != NULL ? mono_us : NULL,
                           .now_ms = hs__test_now_ms,
                           .identity = identity};
    return hs_config_new(&co, &client_config, NULL) == HS_OK &&
           hs_config_new(&so, &server_config, NULL) == HS_OK;
}

static bool open_libcrypto(const bench_setup *setup) {
    return open_with("libcrypto", setup);
}

static bool open_mbedtls(const bench_setup *setup) {
    return open_with("mbedtls", setup);
}

static void close_all(void) {
    hs_config_unref(client_config);
    hs_config_unref(server_config);
    hs_credential_unref(credential);
    hs_trust_unref(trust);
    hs_session_unref(session);
    hs_session_store_unref(sessions);
    hs_provider_unref(provider);
    client_config = server_config = NULL;
    session = NULL;
    sessions = NULL;
}

static void *watch(bool is_server) {
    return tracer != NULL ? tracer->begin(is_server) : NULL;
}

static bench_pair *pair_new(void) {
    bench_pair *p = calloc(1, sizeof(*p));
    if (p == NULL) {
        abort();
    }
    p->watching[0] = watch(false);
    p->watching[1] = watch(true);
    const hs_client_options co = {.size = sizeof(co),
                                  .server_name = "localhost",
                                  .session = session,
                                  .trace_ctx = p->watching[0]};
    const hs_server_options so = {.size = sizeof(so), .trace_ctx = p->watching[1]};
    if (hs_client_new(client_config, &co, &p->client) != HS_OK ||
        hs_server_new(server_config, &so, &p->server) != HS_OK) {
        abort();
    }
    return p;
}

/* A socket's work: bytes from one end into the other's read slab. Returns what was carried;
 * data that came out is compared with `expected` and counted. */
static size_t carry(bench_pair *p, hs_conn *from, hs_conn *to, const uint8_t *expected,
                    size_t *got) {
    static uint8_t slab[65536];
    hs_span v;
    if (hs_tx_peek(from, &v, 1) == 0) {
        return 0;
    }
    size_t n = v.n < sizeof(slab) ? v.n : sizeof(slab);
    memcpy(slab, v.p, n);
    hs_tx_consume(from, n);
    if (hs_rx(to, slab, n) != HS_OK) {
        abort();
    }
    while (hs_next(to, &p->ev) != HS_EV_NONE) {
        if (p->ev.kind == HS_EV_FAILED) {
            return 0;
        }
        if (p->ev.kind == HS_EV_SESSION && resumes && session == NULL) {
            session = hs_session_ref(p->ev.session);
        }
        if (p->ev.kind == HS_EV_DATA && got != NULL &&
            memcmp(p->ev.bytes.p, expected + *got, p->ev.bytes.n) == 0) {
            *got += p->ev.bytes.n;
        }
    }
    return hs_rx_done(to) == HS_OK ? n : 0;
}

static bool connect_pair(bench_pair *p) {
    const bool was_full = session == NULL;
    while (carry(p, p->client, p->server, NULL, NULL) + carry(p, p->server, p->client, NULL, NULL) >
           0) {
    }
    hs_info a;
    hs_info b;
    hs_conn_info(p->client, &a);
    hs_conn_info(p->server, &b);
    return a.is_connected && b.is_connected && a.peer_authenticated && a.resumed == !was_full;
}

static size_t send_bytes(bench_pair *p, const uint8_t *data, size_t n, size_t record) {
    size_t got = 0;
    size_t sent = 0;
    while (sent < n) {
        size_t part = n - sent < record ? n - sent : record;
        size_t taken;
        if (hs_write(p->client, data + sent, part, &taken) != HS_OK) {
            abort();
        }
        sent += taken;
        if (taken < part || sent == n) {
            while (carry(p, p->client, p->server, data, &got) > 0) {
            }
        }
    }
    return got;
}

static void pair_free(bench_pair *p) {
    hs_conn_free(p->client);
    hs_conn_free(p->server);
    for (size_t i = 0; tracer != NULL && i < 2; i++) {
        tracer->end(p->watching[i]);
    }
    free(p);
}

const bench_peer bench_hs_libcrypto = {"handshake, libcrypto", open_libcrypto, close_all, pair_new,
                                       connect_pair,           send_bytes,     pair_free};
const bench_peer bench_hs_mbedtls = {"handshake, mbedtls", open_mbedtls, close_all, pair_new,
                                     connect_pair,         send_bytes,   pair_free};
