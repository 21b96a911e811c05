/* Memory that runs out: every allocation of a connection's life fails once, and from every point
 * on all fail. Nothing crashes or leaks, and what went wrong is told.
 *
 * The linker hands malloc, calloc and realloc of our own code to the functions below (--wrap), so
 * that certificates and the seams to the libraries are tested too; the engine has an allocator of
 * its own beside them, which checks the sizes it is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/connection.h"
#include "proto/codepoints.h"
#include "tests/lib/stage.h"

/* ---- allocation ---------------------------------------------------------------------------- */

static bool armed;         /* a connection runs: its allocations are counted */
static unsigned countdown; /* so many succeed before one fails */
static bool all_fail;      /* and then all that follow */
static unsigned failures;
static size_t live; /* blocks that the engine holds */

static bool fails(void) {
    if (!armed || countdown-- > 0) {
        return false;
    }
    countdown = all_fail ? 0 : UINT32_MAX;
    failures++;
    return true;
}

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);
void *__wrap_realloc(void *p, size_t n);

void *__wrap_malloc(size_t n) {
    return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t count, size_t n) {
    return fails() ? NULL : __real_calloc(count, n);
}

void *__wrap_realloc(void *p, size_t n) {
    return fails() ? NULL : __real_realloc(p, n);
}

/* The engine says how large a block is when it gives it back: it must know. */
typedef union {
    size_t n;
    max_align_t align;
} block_head;

static void *counted_alloc(void *ctx, size_t n) {
    (void)ctx;
    block_head *b = fails() ? NULL : __real_calloc(1, sizeof(*b) + n);
    if (b == NULL) {
        return NULL;
    }
    b->n = n;
    live++;
    return b + 1;
}

static void counted_free(void *ctx, void *p, size_t n) {
    (void)ctx;
    block_head *b = (block_head *)p - 1;
    assert_int_equal(b->n, n);
    live--;
    free(b);
}

static const hs_alloc allocator = {counted_alloc, counted_free, NULL};

/* ---- a connection's whole life, without memory of the test's own --------------------------- */

enum { WIRE = 400000, TEXT = 40000 };

typedef struct {
    hs_conn *c;
    bool connected, closed, failed, from_peer, has_written;
    hs_status status;
    int alert;
    size_t received;
} end;

static uint8_t wire[WIRE];
static uint8_t text[TEXT];

static void take_events(end *e) {
    hs_event ev;
    while (hs_next(e->c, &ev) != HS_EV_NONE) {
        e->connected = e->connected || ev.kind == HS_EV_CONNECTED;
        e->closed = e->closed || ev.kind == HS_EV_PEER_CLOSED;
        e->received += ev.kind == HS_EV_DATA ? ev.bytes.n : 0;
        if (ev.kind == HS_EV_FAILED) {
            e->failed = true;
            e->status = ev.error->status;
            e->alert = ev.error->alert;
            e->from_peer = ev.error->from_peer;
            assert_true(ev.error->text[0] != '\0');
        }
    }
}

/* Writes once, changes the key, closes: whatever of it the engine takes. */
static void speak(end *e) {
    size_t taken;
    if (e->connected && !e->has_written) {
        e->has_written = true;
        (void)!hs_write(e->c, text, TEXT, &taken);
        (void)!hs_key_update(e->c, true);
        (void)!hs_write(e->c, text, 1, &taken);
    }
    if (e->received > TEXT) {
        (void)!hs_close(e->c);
    }
}

/* In pieces that cut records and messages, so that the buffers for them are needed too. */
static bool carry(end *from, end *to) {
    enum { PIECE = 700 };
    hs_span v[8];
    size_t n = 0;
    for (size_t k = hs_tx_peek(from->c, v, 8); k > 0; k = hs_tx_peek(from->c, v, 8)) {
        for (size_t i = 0; i < k; i++) {
            assert_true(n + v[i].n <= WIRE);
            memcpy(wire + n, v[i].p, v[i].n);
            n += v[i].n;
            hs_tx_consume(from->c, v[i].n);
        }
    }
    for (size_t at = 0; at < n; at += PIECE) {
        assert_int_equal(hs_rx(to->c, wire + at, n - at < PIECE ? n - at : PIECE), HS_OK);
        take_events(to);
        assert_int_equal(hs_rx_done(to->c), HS_OK);
        take_events(to);
    }
    return n > 0;
}

static void talk(end *client, end *server) {
    bool moved;
    do {
        moved = carry(client, server);
        moved = carry(server, client) || moved;
        speak(client);
        speak(server);
        take_events(client); /* a call that failed is told by an event */
        take_events(server);
    } while (moved);
}

/* ---- what must hold ------------------------------------------------------------------------ */

/* By the alert; or that alert cannot be read, as the failure was in making the key for it. */
static bool heard_of_it(const end *e) {
    return e->from_peer ? e->alert == HS__ALERT_internal_error
                        : e->status == HS_E_UNEXPECTED_RECORD || e->status == HS_E_BAD_RECORD_MAC;
}

/* One end met the failure itself; the other heard of it, or saw the transport end. */
static void check_failed(end *client, end *server) {
    end *ends[] = {client, server};
    bool is_told = false;
    for (unsigned i = 0; i < 2; i++) {
        if (!ends[i]->failed) {
            continue;
        }
        const bool is_own = ends[i]->status == HS_E_NOMEM;
        is_told = is_told || is_own;
        if (!is_own && !heard_of_it(ends[i])) {
            fail_msg("%s: %s, alert %d", i == 0 ? "client" : "server",
                     hs_status_name(ends[i]->status), ends[i]->alert);
        }
        assert_true(!is_own || ends[i]->alert == HS__ALERT_internal_error);
    }
    if (!is_told) {
        hs_info c;
        hs_info s;
        hs_conn_info(client->c, &c);
        hs_conn_info(server->c, &s);
        fail_msg("nothing was told: client %s, got %zu; server %s, got %zu", c.state,
                 client->received, s.state, server->received);
    }
}

static void check(end *client, end *server) {
    const bool is_well = client->closed && server->closed && client->received == TEXT + 1 &&
                         server->received == TEXT + 1;
    if (failures == 0) {
        assert_true(is_well);
    } else if (!is_well && !all_fail) {
        check_failed(client, server);
    }
}

typedef struct {
    const hs_options *client, *server;
    hs_session *session; /* to resume; NULL: none */
} life;

static hs_status make(const life *l, hs_config **cc, hs_config **sc, end *client, end *server) {
    const hs_client_options co = {
        .size = sizeof(co), .server_name = "localhost", .session = l->session};
    const hs_server_options so = {.size = sizeof(so)};
    const char *why;
    hs_status st = hs_config_new(l->client, cc, &why);
    st = st == HS_OK ? hs_config_new(l->server, sc, &why) : st;
    st = st == HS_OK ? hs_client_new(*cc, &co, &client->c) : st;
    return st == HS_OK ? hs_server_new(*sc, &so, &server->c) : st;
}

/* True when something was made to fail. */
static bool live_once(const life *l, unsigned successes, bool then_all) {
    end client = {.c = NULL};
    end server = {.c = NULL};
    hs_config *cc = NULL;
    hs_config *sc = NULL;
    countdown = successes;
    all_fail = then_all;
    failures = 0;
    armed = true;
    hs_status st = make(l, &cc, &sc, &client, &server);
    if (st == HS_OK) {
        talk(&client, &server);
    }
    armed = false;
    if (st == HS_OK) {
        check(&client, &server);
    } else {
        assert_int_equal(st, HS_E_NOMEM);
        assert_true(failures > 0);
    }
    hs_conn_free(client.c);
    hs_conn_free(server.c);
    hs_config_unref(cc);
    hs_config_unref(sc);
    assert_int_equal(live, 0);
    return failures > 0;
}

static void live_through(const life *l, bool then_all) {
    unsigned n = 0;
    while (live_once(l, n, then_all)) {
        n++;
        assert_true(n < 2000);
    }
    assert_true(n > 20); /* it is about something */
}

static void live_through_all(const hs__stage *s, unsigned how, bool then_all) {
    hs_credential *identity[2][2];
    hs_options client = hs__stage_client(s, how, identity[0]);
    hs_options server = hs__stage_server(s, how, identity[1]);
    client.size = server.size = sizeof(client);
    client.now_ms = server.now_ms = hs__test_now_ms;
    client.alloc = server.alloc = &allocator;
    const life l = {&client, &server, NULL};
    live_through(&l, then_all);
}

/* TLS 1.2 that gives out a ticket, and the connection that resumes from it. */
static void live_with_sessions(const hs__stage *s, bool then_all) {
    const hs_session_store_options so = {.size = sizeof(so), .provider = s->p};
    hs_credential *identity[2][2];
    hs_options client = hs__stage_client(s, HS__STAGE_TLS12, identity[0]);
    hs_options server = hs__stage_server(s, HS__STAGE_TLS12, identity[1]);
    hs__test_pair first;
    assert_int_equal(hs_session_store_new(&so, &server.sessions), HS_OK);
    client.sessions_wanted = true;
    hs__stage_open_with(&client, &server, &first);
    hs__test_pair_run(&first);
    assert_non_null(first.client.session);
    client.size = server.size = sizeof(client);
    client.now_ms = server.now_ms = hs__test_now_ms;
    client.alloc = server.alloc = &allocator;
    const life full = {&client, &server, NULL};
    const life resumed = {&client, &server, first.client.session};
    live_through(&full, then_all);
    live_through(&resumed, then_all);
    hs__test_pair_free(&first);
    hs_session_store_unref(server.sessions);
}

static void every_allocation_fails_once(void **state) {
    live_through_all(*state, 0, false);
    live_through_all(*state, HS__STAGE_RETRY | HS__STAGE_AUTH, false);
    live_through_all(*state, HS__STAGE_TLS12 | HS__STAGE_AUTH, false);
    live_with_sessions(*state, false);
}

static void memory_is_gone_from_any_point_on(void **state) {
    live_through_all(*state, 0, true);
    live_through_all(*state, HS__STAGE_RETRY | HS__STAGE_AUTH, true);
    live_through_all(*state, HS__STAGE_TLS12 | HS__STAGE_AUTH, true);
    live_with_sessions(*state, true);
}

/* A pool of spare buffers that empties: sizes that do not fit it are asked for and given back. */
static void a_long_message_is_held_and_given_back(void **state) {
    const hs__stage *s = *state;
    hs_credential *identity[2][2];
    const hs_options client = hs__stage_client(s, 0, identity[0]);
    hs_options server = hs__stage_server(s, 0, identity[1]);
    server.alloc = &allocator;
    hs__test_pair pair;
    hs__stage_open_with(&client, &server, &pair);
    const uint8_t head[] = {HS__HT_client_hello, 0, 0xf0, 0};
    const size_t before = live;
    hs__hand_give(&pair.server, HS__CONTENT_handshake, (hs_span){head, sizeof(head)});
    assert_int_equal(live, before + 1);
    hs__test_pair_free(&pair);
    assert_int_equal(live, 0);
}

static int setup(void **state) {
    static hs__stage s;
    hs__stage_new(&s);
    *state = &s;
    return 0;
}

#ifdef HS_MBEDTLS_IS_STATIC
/* Its own allocations, thousands in each handshake, would be made to fail as well. */
static void memory_over_mbedtls(void **state) {
    (void)state;
    print_message("mbedTLS is linked statically\n");
    skip();
}
#else
static int setup_mbedtls(void **state) {
    static hs__stage s;
    hs_provider *p = NULL;
    if (hs_provider_new("mbedtls", &p) != HS_OK) {
        return -1;
    }
    hs__stage_new_on(&s, p);
    *state = &s;
    return 0;
}
#endif

static int teardown(void **state) {
    hs__stage_free(*state);
    return 0;
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_fails_once),
        cmocka_unit_test(memory_is_gone_from_any_point_on),
        cmocka_unit_test(a_long_message_is_held_and_given_back),
    };
    int failed =
        cmocka_run_group_tests_name("memory, the quickest provider", tests, setup, teardown);
#ifdef HS_MBEDTLS_IS_STATIC
    static const struct CMUnitTest skipped[] = {cmocka_unit_test(memory_over_mbedtls)};
    return failed + cmocka_run_group_tests(skipped, NULL, NULL);
#else
    return failed + cmocka_run_group_tests_name("memory, mbedtls", tests, setup_mbedtls, teardown);
#endif
}
