/* The rules of handshake/conn.h: who owns what until when, what is misuse, and that nothing is
 * lost or said twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/codepoints.h"
#include "tests/lib/stage.h"

static void connect(const hs__stage *s, hs__test_pair *pair) {
    hs__stage_open(s, 0, pair);
    hs__test_pair_run(pair);
    assert_true(pair->client.connected && pair->server.connected);
}

/* ---- output -----------------------------------------------------------------------------------
 */

static uint8_t plenty[300000];

/* E2: a full queue takes no more data, and nothing is read until some of it has gone; what was
 * lent waits. */
static void full_output_stops_writing_and_reading(void **state) {
    hs__test_pair pair;
    connect(*state, &pair);
    hs_conn *c = pair.server.conn;
    size_t taken = 0;
    assert_int_equal(hs_write(c, plenty, sizeof(plenty), &taken), HS_OK);
    assert_true(taken > 0 && taken < sizeof(plenty));
    assert_true(hs_wants_write(c));
    size_t more = 1;
    assert_int_equal(hs_write(c, plenty, 1, &more), HS_OK);
    assert_int_equal(more, 0);
    hs__test_bytes record = {NULL, 0, 0};
    hs__hand_seal(c, HS__CONTENT_application_data, (hs_span){plenty, 5}, NULL, &record);
    hs_event ev;
    assert_int_equal(hs_rx(c, record.p, record.n), HS_OK);
    assert_int_equal(hs_next(c, &ev), HS_EV_NONE);
    assert_int_equal(hs_rx_done(c), HS_E_NOT_YET);
    hs__test_end_drain(&pair.server);
    assert_int_equal(hs_next(c, &ev), HS_EV_DATA);
    assert_int_equal(ev.bytes.n, 5);
    assert_int_equal(hs_next(c, &ev), HS_EV_NONE);
    assert_int_equal(hs_rx_done(c), HS_OK);
    hs__stage_carry(&pair.server, &pair.client);
    assert_int_equal(pair.client.data.n, taken);
    hs__test_bytes_free(&record);
    hs__test_pair_free(&pair);
}

/* Bytes that were handed out stay where they are, whatever is called meanwhile. */
static void bytes_handed_out_do_not_move(void **state) {
    hs__test_pair pair;
    connect(*state, &pair);
    hs_conn *c = pair.client.conn;
    size_t taken;
    assert_int_equal(hs_write(c, plenty, 3000, &taken), HS_OK);
    hs_span before[8];
    hs_span after[8];
    const size_t n = hs_tx_peek(c, before, 8);
    hs__test_bytes copy = {NULL, 0, 0};
    for (size_t i = 0; i < n; i++) {
        hs__test_bytes_add(&copy, before[i].p, before[i].n);
    }
    for (unsigned i = 0; i < 20; i++) {
        assert_int_equal(hs_write(c, plenty, 2000, &taken), HS_OK);
        assert_int_equal(hs_key_update(c, false), HS_OK);
    }
    assert_true(hs_tx_peek(c, after, 8) >= n);
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        assert_ptr_equal(before[i].p, after[i].p);
        assert_memory_equal(after[i].p, copy.p + at, before[i].n);
        at += before[i].n;
    }
    hs__test_pair_run(&pair);
    assert_int_equal(pair.server.data.n, 3000 + 20 * 2000);
    hs__test_bytes_free(&copy);
    hs__test_pair_free(&pair);
}

/* Bytes may go in any portions. */
static void output_goes_byte_by_byte(void **state) {
    hs__test_pair pair;
    connect(*state, &pair);
    size_t taken;
    assert_int_equal(hs_write(pair.client.conn, plenty, 40000, &taken), HS_OK);
    hs_span v;
    while (hs_tx_peek(pair.client.conn, &v, 1) > 0) {
        const size_t n = v.n < 7 ? v.n : 7;
        hs__test_bytes_add(&pair.client.sent, v.p, n);
        hs_tx_consume(pair.client.conn, n);
    }
    hs__test_pair_run(&pair);
    assert_int_equal(pair.server.data.n, 40000);
    hs__test_pair_free(&pair);
}

/* ---- misuse -------------------------------------------------------------------------------- */

static void wrong_calls_change_nothing(void **state) {
    hs__test_pair pair;
    hs__stage_open(*state, 0, &pair);
    hs_conn *c = pair.server.conn;
    uint8_t byte[1] = {0};
    size_t taken;
    assert_int_equal(hs_rx_done(c), HS_E_MISUSE);
    assert_int_equal(hs_write(c, "x", 1, &taken), HS_E_NOT_YET);
    assert_int_equal(hs_key_update(c, true), HS_E_NOT_YET);
    assert_int_equal(hs_rx(c, byte, 0), HS_OK);
    assert_int_equal(hs_rx(c, byte, 0), HS_E_MISUSE);
    hs_event ev;
    assert_int_equal(hs_next(c, &ev), HS_EV_NONE);
    assert_int_equal(hs_rx_done(c), HS_OK);
    assert_int_equal(hs_rx_done(c), HS_E_MISUSE);
    hs_tx_consume(c, 1000); /* more than there is */
    hs__test_pair_run(&pair);
    assert_true(pair.client.connected && pair.server.connected);
    hs__test_pair_free(&pair);
}

static void options_of_another_version_are_refused(void **state) {
    const hs__stage *s = *state;
    hs_config *config = hs__stage_config((hs_options){.provider = s->p});
    const hs_client_options co = {.size = sizeof(co) + 8};
    const hs_server_options so = {.size = 0};
    hs_conn *c = (hs_conn *)config;
    assert_int_equal(hs_client_new(config, &co, &c), HS_E_MISUSE);
    assert_null(c);
    assert_int_equal(hs_server_new(config, &so, &c), HS_E_MISUSE);
    const hs_options o = {.size = sizeof(o) - 1, .provider = s->p};
    hs_config *none;
    const char *why = NULL;
    assert_int_equal(hs_config_new(&o, &none, &why), HS_E_CONFIG);
    assert_non_null(why);
    hs_config_unref(config);
}

/* ---- calls from inside a trace (E6) -------------------------------------------------------- */

typedef struct {
    hs_conn *c;
    unsigned events;
} prober;

static void probe(void *ctx, const hs_trace *event) {
    prober *p = ctx;
    uint8_t out[8];
    uint8_t byte[1] = {0};
    size_t taken;
    hs_event ev;
    (void)event;
    if (p->c == NULL) { /* while it is made, nobody has it */
        return;
    }
    p->events++;
    assert_int_equal(hs_write(p->c, "x", 1, &taken), HS_E_MISUSE);
    assert_int_equal(hs_close(p->c), HS_E_MISUSE);
    assert_int_equal(hs_key_update(p->c, true), HS_E_MISUSE);
    assert_int_equal(hs_rx(p->c, byte, 1), HS_E_MISUSE);
    assert_int_equal(hs_rx_done(p->c), HS_E_MISUSE);
    assert_int_equal(hs_answer_config(p->c, NULL), HS_E_MISUSE);
    assert_int_equal(hs_answer_verify(p->c, HS_OK, NULL), HS_E_MISUSE);
    assert_int_equal(hs_answer_sign(p->c, "x", 1), HS_E_MISUSE);
    assert_int_equal(hs_export(p->c, "EXPORTER-x", (hs_span){NULL, 0}, out, 8), HS_E_MISUSE);
    assert_int_equal(hs_next(p->c, &ev), HS_EV_NONE);
    hs_rx_eof(p->c);
    hs_tx_consume(p->c, 1000000);
    hs_conn_free(p->c);
}

static void calls_from_a_trace_are_refused(void **state) {
    hs_credential *identity[2][2];
    hs_options client = hs__stage_client(*state, HS__STAGE_AUTH, identity[0]);
    const hs_options server = hs__stage_server(*state, HS__STAGE_AUTH, identity[1]);
    client.trace = probe;
    client.trace_mask = HS_TRACE_ALL | HS_TRACE_SECRETS;
    hs_config *cc = hs__stage_config(client);
    hs_config *sc = hs__stage_config(server);
    prober p = {NULL, 0};
    const hs_client_options co = {.size = sizeof(co), .server_name = "localhost", .trace_ctx = &p};
    const hs_server_options so = {.size = sizeof(so)};
    hs__test_pair pair = {.step = 0};
    assert_int_equal(hs_client_new(cc, &co, &pair.client.conn), HS_OK);
    assert_int_equal(hs_server_new(sc, &so, &pair.server.conn), HS_OK);
    p.c = pair.client.conn;
    hs__test_pair_run(&pair);
    assert_true(pair.client.connected && pair.server.connected);
    size_t taken;
    assert_int_equal(hs_write(pair.client.conn, "data", 4, &taken), HS_OK);
    hs__test_pair_run(&pair);
    assert_int_equal(pair.server.data.n, 4);
#ifdef HS_TRACE
    assert_true(p.events > 50);
#endif
    p.c = NULL;
    hs__test_pair_free(&pair);
    hs_config_unref(cc);
    hs_config_unref(sc);
}

/* ---- what is long, what is lenient --------------------------------------------------------- */

/* 9846-5.1-02, C.3-01: a ClientHello of more than one record, answered with a retry too. */
static void a_hello_longer_than_a_record(void **state) {
    enum { NAMES = 150, LENGTH = 200 };
    static char names[NAMES][LENGTH + 1];
    const char *alpn[NAMES + 1] = {NULL};
    for (unsigned i = 0; i < NAMES; i++) {
        memset(names[i], 'a' + (int)(i % 26), LENGTH);
        names[i][0] = (char)('A' + i / 26);
        alpn[i] = names[i];
    }
    const char *const last[] = {names[NAMES - 1], NULL};
    for (unsigned how = 0; how < 4; how++) {
        hs_credential *identity[2][2];
        hs_options client = hs__stage_client(*state, how, identity[0]);
        hs_options server = hs__stage_server(*state, how, identity[1]);
        client.alpn = alpn;
        server.alpn = last;
        hs__test_pair pair;
        hs__stage_open_with(&client, &server, &pair);
        assert_true(pair.client.sent.n > NAMES * LENGTH);
        hs__test_pair_run(&pair);
        assert_true(pair.client.connected && pair.server.connected);
        hs_info info;
        hs_conn_info(pair.client.conn, &info);
        assert_int_equal(info.alpn.n, LENGTH);
        hs__test_pair_free(&pair);
    }
}

/* Reporting only excuses what is wrong with a chain, never a proof that fails. */
static void report_only_excuses_no_wrong_signature(void **state) {
    for (unsigned wrong = 0; wrong < 2; wrong++) {
        hs_credential *identity[2][2];
        hs_options client = hs__stage_client(*state, 0, identity[0]);
        const hs_options server = hs__stage_server(*state, 0, identity[1]);
        client.trust = NULL;
        client.verify = HS_VERIFY_REPORT_ONLY;
        hs__test_pair pair;
        hs__hand_flight f;
        hs__stage_open_with(&client, &server, &pair);
        hs__stage_server_flight(&pair, 0, &f);
        for (size_t i = 0; i < f.n; i++) {
            if (wrong != 0 && f.m[i].p[0] == HS__HT_certificate_verify) {
                f.m[i].p[f.m[i].n - 1] ^= 1;
            }
            hs__hand_give(&pair.client, HS__CONTENT_handshake, (hs_span){f.m[i].p, f.m[i].n});
        }
        hs_info info;
        hs_conn_info(pair.client.conn, &info);
        assert_int_equal(pair.client.connected, wrong == 0);
        assert_false(info.peer_authenticated);
        if (wrong == 0) {
            assert_int_equal(info.verdict, HS_E_UNKNOWN_ISSUER);
        } else {
            assert_int_equal(pair.client.error.status, HS_E_BAD_SIGNATURE);
        }
        hs__hand_flight_free(&f);
        hs__test_pair_free(&pair);
    }
}

/* The peer's chain can be read until the event after CONNECTED, and not after it. */
static void the_chain_is_kept_until_connected_is_over(void **state) {
    hs__test_pair pair;
    hs__hand_flight f;
    hs__stage_open(*state, 0, &pair);
    hs__stage_server_flight(&pair, 0, &f);
    hs_conn *c = pair.client.conn;
    hs__test_bytes wire = pair.server.sent;
    hs_event ev;
    size_t n;
    assert_int_equal(hs_rx(c, wire.p, wire.n), HS_OK);
    assert_int_equal(hs_next(c, &ev), HS_EV_CONNECTED);
    assert_non_null(hs_peer_chain(c, &n));
    assert_true(n >= 1);
    assert_non_null(hs_peer_report(c));
    assert_int_equal(hs_next(c, &ev), HS_EV_NONE);
    assert_null(hs_peer_chain(c, &n));
    assert_int_equal(n, 0);
    assert_null(hs_peer_report(c));
    assert_int_equal(hs_rx_done(c), HS_OK);
    hs__hand_flight_free(&f);
    hs__test_pair_free(&pair);
}

/* CAUSE: a program that fails its connection by writing, before it asks for the next event, is told
 * so by that event as well. */
static void a_failure_right_after_connected_is_told(void **state) {
    for (unsigned wants_session = 0; wants_session < 2; wants_session++) {
        hs_credential *identity[2];
        hs_credential *unused[2];
        const hs_session_store_options so = {.size = sizeof(so),
                                             .provider = ((hs__stage *)*state)->p};
        hs_options client = hs__stage_client(*state, HS__STAGE_TLS12, unused);
        hs_options server = hs__stage_server(*state, HS__STAGE_TLS12, identity);
        assert_int_equal(hs_session_store_new(&so, &server.sessions), HS_OK);
        client.sessions_wanted = wants_session != 0;
        client.limits.records_per_key = 1; /* Finished is that one */
        hs__test_pair pair;
        hs__stage_open_with(&client, &server, &pair);
        hs__stage_carry(&pair.client, &pair.server);
        hs__stage_carry(&pair.server, &pair.client);
        hs__stage_carry(&pair.client, &pair.server);
        hs__test_end_drain(&pair.server);
        hs_conn *c = pair.client.conn;
        hs__test_end *from = &pair.server;
        hs_event ev;
        size_t taken;
        const size_t at = from->delivered;
        assert_int_equal(hs_rx(c, from->sent.p + at, from->sent.n - at), HS_OK);
        assert_int_equal(hs_next(c, &ev), HS_EV_CONNECTED);
        assert_int_equal(hs_write(c, plenty, 1, &taken), HS_E_KEY_USED_UP);
        assert_int_equal(hs_next(c, &ev), HS_EV_FAILED);
        assert_int_equal(ev.error->status, HS_E_KEY_USED_UP);
        assert_int_equal(hs_next(c, &ev), HS_EV_NONE);
        assert_int_equal(hs_rx_done(c), HS_OK);
        hs__test_pair_free(&pair);
        hs_session_store_unref(server.sessions);
    }
}

static int setup(void **state) {
    static hs__stage s;
    hs__stage_new(&s);
    *state = &s;
    return 0;
}

static int teardown(void **state) {
    hs__stage_free(*state);
    return 0;
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_output_stops_writing_and_reading),
        cmocka_unit_test(bytes_handed_out_do_not_move),
        cmocka_unit_test(output_goes_byte_by_byte),
        cmocka_unit_test(wrong_calls_change_nothing),
        cmocka_unit_test(options_of_another_version_are_refused),
        cmocka_unit_test(calls_from_a_trace_are_refused),
        cmocka_unit_test(a_hello_longer_than_a_record),
        cmocka_unit_test(report_only_excuses_no_wrong_signature),
        cmocka_unit_test(the_chain_is_kept_until_connected_is_over),
        cmocka_unit_test(a_failure_right_after_connected_is_told),
    };
    return cmocka_run_group_tests_name("conn.h", tests, setup, teardown);
}
