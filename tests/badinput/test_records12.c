/* The record layer of TLS 1.2 (RFC 5246 6.2, RFC 5288 3, RFC 7905 2), alerts, and floods: what
 * costs us something and brings the handshake nowhere is bounded. */
#include "tests/badinput/rules12.h"

enum { PLAIN_MAX = 16384, CIPHER_MAX = PLAIN_MAX + 2048, BOUND = 32 };

static uint8_t many[CIPHER_MAX + 100];

/* The places of both roles: in the middle of a handshake in clear, behind ChangeCipherSpec, and
 * connected. */
typedef struct {
    bool server;
    int before; /* the step of the peer that is due */
    const char *name;
} place;

static const place places[] = {
    {false, HS__HT_server_hello, "client before ServerHello"},
    {false, HS__HT_server_key_exchange, "client before ServerKeyExchange"},
    {false, HS__STEP_CCS, "client before ChangeCipherSpec"},
    {false, HS__HT_finished, "client before Finished"},
    {false, HS__STEP_END, "client, connected"},
    {true, HS__HT_client_key_exchange, "server before ClientKeyExchange"},
    {true, HS__STEP_CCS, "server before ChangeCipherSpec"},
    {true, HS__HT_finished, "server before Finished"},
    {true, HS__STEP_END, "server, connected"},
};
enum { N_PLACES = sizeof(places) / sizeof(places[0]) };

static void open_at(const rules12_world *w, const place *p, unsigned how, hs__stage12 *t) {
    hs__stage12_open(&w->ecdsa, p->server, how, t);
    hs__peer12_run(&t->peer, p->before == HS__STEP_END ? HS__PEER12_STEPS
                                                       : rules12_find(&t->peer, p->before));
    if (t->end.failed) {
        fail_msg("%s: %s", p->name, t->end.error.text);
    }
}

static bool has_keys(const hs__stage12 *t) {
    return t->peer.out.aead != NULL;
}

static void failed(hs__stage12 *t, const char *what, int alert) {
    t->end.connected = false; /* it may have been so before */
    rules12_failed(t, what, alert);
}

static void feed(hs__stage12 *t, const void *p, size_t n) {
    hs__test_end_feed(&t->end, p, n);
}

/* ---- what is sealed ---------------------------------------------------------------------- */

static const unsigned ciphers[] = {0, HS__PEER12_CHACHA};

static void what_is_too_short_to_be_sealed_does_not_open(void **state) {
    for (size_t i = 0; i < N_PLACES; i++) {
        for (uint8_t n = 0; n < 24; n++) {
            hs__stage12 t;
            const uint8_t record[5 + 24] = {HS__CONTENT_handshake, 3, 3, 0, n};
            open_at(*state, &places[i], ciphers[n % 2], &t);
            if (has_keys(&t)) {
                feed(&t, record, 5U + n);
                failed(&t, places[i].name, HS__ALERT_bad_record_mac);
            }
            hs__stage12_free(&t);
        }
    }
}

/* 5246 6.2.3.3: number, type, version and length are part of what is sealed. */
static void a_record_out_of_turn_does_not_open(void **state) {
    for (unsigned i = 0; i < 8; i++) {
        hs__stage12 t;
        hs__test_bytes a = {NULL, 0, 0};
        hs__test_bytes b = {NULL, 0, 0};
        open_at(*state, &places[i % 2 == 0 ? 4 : 8], ciphers[i / 2 % 2], &t);
        hs__peer12_seal(&t.peer, HS__CONTENT_application_data, rules12_span("a", 1), &a);
        hs__peer12_seal(&t.peer, HS__CONTENT_application_data, rules12_span("b", 1), &b);
        if (i < 4) { /* twice */
            feed(&t, a.p, a.n);
            assert_int_equal(t.end.data.n, 1);
            t.end.data.n = 0;
            feed(&t, a.p, a.n);
        } else { /* one left out */
            feed(&t, b.p, b.n);
        }
        failed(&t, "out of turn", HS__ALERT_bad_record_mac);
        hs__test_bytes_free(&a);
        hs__test_bytes_free(&b);
        hs__stage12_free(&t);
    }
}

static void every_byte_of_a_record_counts(void **state) {
    for (unsigned i = 0; i < 4; i++) {
        for (size_t at = 0;; at++) {
            hs__stage12 t;
            hs__test_bytes record = {NULL, 0, 0};
            open_at(*state, &places[i % 2 == 0 ? 4 : 8], ciphers[i / 2], &t);
            hs__peer12_seal(&t.peer, HS__CONTENT_application_data, rules12_span("data", 4),
                            &record);
            const size_t n = record.n;
            if (at < n && at != 1 && at != 2 && at != 3 && at != 4) {
                record.p[at] ^= at == 0 ? 1 : 0x40; /* 23 becomes 22: another known type */
                feed(&t, record.p, record.n);
                failed(&t, "a changed byte", HS__ALERT_bad_record_mac);
            }
            hs__test_bytes_free(&record);
            hs__stage12_free(&t);
            if (at >= n) {
                break;
            }
        }
    }
}

/* Once there are keys nothing is taken in clear. */
static void records_in_clear_are_refused_once_there_are_keys(void **state) {
    static const uint8_t data[] = {23, 3, 3, 0, 5, 'c', 'l', 'e', 'a', 'r'};
    static const uint8_t request[] = {22, 3, 3, 0, 4, 0, 0, 0, 0};
    static const uint8_t alert[] = {21, 3, 3, 0, 2, 1, 0};
    static const struct {
        const uint8_t *p;
        size_t n;
    } records[] = {{data, sizeof(data)}, {request, sizeof(request)}, {alert, sizeof(alert)}};
    for (size_t i = 0; i < N_PLACES; i++) {
        for (size_t j = 0; j < 3; j++) {
            hs__stage12 t;
            open_at(*state, &places[i], ciphers[j % 2], &t);
            if (has_keys(&t)) {
                feed(&t, records[j].p, records[j].n);
                failed(&t, places[i].name, HS__ALERT_bad_record_mac);
            }
            hs__stage12_free(&t);
        }
    }
}

/* ---- sizes: 5246 6.2.1, 6.2.3 ------------------------------------------------------------ */

static void a_record_has_a_longest_length(void **state) {
    for (size_t i = 0; i < N_PLACES; i++) {
        hs__stage12 t;
        open_at(*state, &places[i], 0, &t);
        const size_t n = (has_keys(&t) ? (size_t)CIPHER_MAX : (size_t)PLAIN_MAX) + 1;
        const uint8_t header[] = {HS__CONTENT_handshake, 3, 3, (uint8_t)(n >> 8), (uint8_t)n};
        feed(&t, header, sizeof(header)); /* the header tells enough */
        failed(&t, places[i].name, HS__ALERT_record_overflow);
        hs__stage12_free(&t);
    }
}

static void content_has_a_longest_length(void **state) {
    for (unsigned i = 0; i < 4; i++) {
        hs__stage12 t;
        open_at(*state, &places[i % 2 == 0 ? 4 : 8], ciphers[i / 2], &t);
        hs__peer12_send(&t.peer, HS__CONTENT_application_data, rules12_span(many, PLAIN_MAX));
        assert_int_equal(t.end.data.n, PLAIN_MAX);
        t.end.data.n = 0;
        hs__peer12_send(&t.peer, HS__CONTENT_application_data, rules12_span(many, PLAIN_MAX + 1));
        failed(&t, "a byte too many", HS__ALERT_record_overflow);
        hs__stage12_free(&t);
    }
}

static void a_message_has_a_longest_length(void **state) {
    static const uint8_t types[] = {HS__HT_certificate, HS__HT_server_key_exchange,
                                    HS__HT_client_key_exchange, HS__HT_finished, 99};
    for (size_t i = 0; i < N_PLACES; i++) {
        for (size_t j = 0; j < sizeof(types); j++) {
            hs__stage12 t;
            const uint8_t head[] = {types[j], 0xff, 0xff, 0xff};
            open_at(*state, &places[i], 0, &t);
            hs__peer12_send(&t.peer, HS__CONTENT_handshake, rules12_span(head, sizeof(head)));
            failed(&t, places[i].name, HS__ALERT_illegal_parameter);
            hs__stage12_free(&t);
        }
    }
}

/* A connection with record_size_limit 512 of the engine's, and `theirs` of the peer's. */
static void open_limited(const rules12_world *w, bool server, unsigned how, uint16_t theirs,
                         hs__stage12 *t) {
    const uint8_t limit[] = {(uint8_t)(theirs >> 8), (uint8_t)theirs};
    hs_credential *identity[2];
    hs__test_bytes m = {NULL, 0, 0};
    hs_options o = hs__stage12_options(&w->ecdsa, server, how, identity);
    o.record_size_limit = 512;
    hs__stage12_open_with(&w->ecdsa, &o, server, how, t);
    hs__peer12_hear(&t->peer);
    hs__peer12_make(&t->peer, server ? HS__HT_client_hello : HS__HT_server_hello, &m);
    hs__edit_add_ext(&m, HS__EXT_record_size_limit, rules12_span(limit, sizeof(limit)));
    hs__peer12_say(&t->peer, rules12_span(m.p, m.n));
    hs__peer12_hear(&t->peer);
    rules12_go_on(t, 1);
    if (!t->end.connected || !t->peer.heard_finished) {
        fail_msg("record_size_limit: %s", t->end.error.text);
    }
    hs__test_bytes_free(&m);
}

/* 8449 4: it counts content, and binds both ends, each by the other's word. */
static void a_record_size_limit_binds_both(void **state) {
    for (unsigned i = 0; i < 4; i++) {
        hs__stage12 t;
        size_t taken;
        open_limited(*state, i % 2 != 0, ciphers[i / 2], 100, &t);
        const size_t before = t.end.sent.n;
        assert_int_equal(hs_write(t.end.conn, many, 1000, &taken), HS_OK);
        hs__peer12_hear(&t.peer);
        assert_int_equal(t.peer.data.n, 1000);
        for (size_t at = before; at < t.end.sent.n;) {
            const size_t n = (size_t)t.end.sent.p[at + 3] << 8 | t.end.sent.p[at + 4];
            assert_true(n <= 100 + 16 + (ciphers[i / 2] == 0 ? 8U : 0U));
            at += 5 + n;
        }
        hs__peer12_send(&t.peer, HS__CONTENT_application_data, rules12_span(many, 512));
        assert_int_equal(t.end.data.n, 512);
        t.end.data.n = 0;
        hs__peer12_send(&t.peer, HS__CONTENT_application_data, rules12_span(many, 513));
        failed(&t, "a byte above the limit", HS__ALERT_record_overflow);
        hs__stage12_free(&t);
    }
}

/* ---- types and emptiness: 5246 6.2.1 ----------------------------------------------------- */

static void unknown_record_types_are_refused(void **state) {
    static const uint8_t types[] = {0, 1, 19, 24, 25, 128, 255};
    for (size_t i = 0; i < N_PLACES; i++) {
        for (size_t j = 0; j < sizeof(types); j++) {
            hs__stage12 t;
            open_at(*state, &places[i], 0, &t);
            hs__peer12_send(&t.peer, types[j], rules12_span("\x01\x02\x03", 3));
            failed(&t, places[i].name, HS__ALERT_unexpected_message);
            hs__stage12_free(&t);
        }
    }
}

static void handshake_and_alert_records_are_not_empty(void **state) {
    static const uint8_t types[] = {HS__CONTENT_alert, HS__CONTENT_handshake};
    for (size_t i = 0; i < N_PLACES; i++) {
        for (size_t j = 0; j < 2; j++) {
            hs__stage12 t;
            open_at(*state, &places[i], 0, &t);
            hs__peer12_send(&t.peer, types[j], rules12_span("", 0));
            failed(&t, places[i].name, HS__ALERT_unexpected_message);
            hs__stage12_free(&t);
        }
    }
}

static void an_alert_has_two_bytes(void **state) {
    static const uint8_t bytes[] = {1, 0, 1, 0};
    static const size_t lengths[] = {1, 3, 4};
    for (size_t i = 0; i < N_PLACES; i++) {
        for (size_t j = 0; j < 3; j++) {
            hs__stage12 t;
            open_at(*state, &places[i], 0, &t);
            hs__peer12_send(&t.peer, HS__CONTENT_alert, rules12_span(bytes, lengths[j]));
            failed(&t, places[i].name, HS__ALERT_decode_error);
            hs__stage12_free(&t);
        }
    }
}

/* ---- messages in records: 5246 6.2.1 ----------------------------------------------------- */

/* What is between the parts of a message belongs to nobody. */
static void nothing_comes_between_the_parts_of_a_message(void **state) {
    static const struct {
        uint8_t type;
        const char *bytes;
        size_t n;
    } between[] = {{HS__CONTENT_alert, "\x01\x5a", 2},
                   {HS__CONTENT_change_cipher_spec, "\x01", 1},
                   {HS__CONTENT_application_data, "x", 1}};
    for (size_t i = 0; i < N_PLACES; i++) {
        for (size_t j = 0; j < 3; j++) {
            hs__stage12 t;
            open_at(*state, &places[i], 0, &t);
            hs__peer12_send(&t.peer, HS__CONTENT_handshake, rules12_span("\x0b\x00", 2));
            if (!t.end.failed) {
                hs__peer12_send(&t.peer, between[j].type,
                                rules12_span(between[j].bytes, between[j].n));
            }
            failed(&t, places[i].name, HS__ALERT_unexpected_message);
            hs__stage12_free(&t);
        }
    }
}

/* The peer's steps up to ChangeCipherSpec (`from`: the first) as one stream, in records of that
 * many bytes; then the rest. */
static void run_cut(const rules12_world *w, bool server, size_t from, size_t step) {
    hs__stage12 t;
    int steps[HS__PEER12_STEPS];
    hs__test_bytes stream = {NULL, 0, 0};
    hs__stage12_open(&w->ecdsa, server, HS__PEER12_AUTH, &t);
    hs__peer12_script(&t.peer, steps);
    hs__peer12_run(&t.peer, from);
    size_t i = from;
    for (; steps[i] != HS__STEP_CCS; i++) {
        const size_t before = stream.n;
        hs__peer12_make(&t.peer, steps[i], &stream);
        hs__peer12_note(&t.peer, rules12_span(stream.p + before, stream.n - before));
    }
    for (size_t at = 0; at < stream.n && !t.end.failed; at += step) {
        const size_t n = step < stream.n - at ? step : stream.n - at;
        hs__peer12_send(&t.peer, HS__CONTENT_handshake, rules12_span(stream.p + at, n));
    }
    hs__peer12_hear(&t.peer);
    rules12_go_on(&t, i);
    if (!t.end.connected || !t.peer.heard_finished) {
        fail_msg("records of %zu: %s", step, t.end.error.text);
    }
    hs__test_bytes_free(&stream);
    hs__stage12_free(&t);
}

static void a_flight_may_be_cut_into_records_anywhere(void **state) {
    for (size_t step = 1; step < 2000; step += step < 80 ? 1 : 97) {
        run_cut(*state, false, 0, step);
        run_cut(*state, true, 1, step);
    }
}

/* ---- alerts: 5246 7.2 -------------------------------------------------------------------- */

static void a_fatal_alert_ends_it(void **state) {
    for (size_t i = 0; i < N_PLACES; i++) {
        hs__stage12 t;
        const uint8_t alert[] = {HS__ALERT_LEVEL_fatal, HS__ALERT_handshake_failure};
        open_at(*state, &places[i], 0, &t);
        hs__test_end_drain(&t.end);
        const size_t before = t.end.sent.n;
        hs__peer12_send(&t.peer, HS__CONTENT_alert, rules12_span(alert, 2));
        assert_true(t.end.failed && t.end.error.from_peer);
        assert_int_equal(t.end.error.alert, HS__ALERT_handshake_failure);
        hs__peer12_send(&t.peer, HS__CONTENT_application_data, rules12_span("late", 4));
        hs__test_end_drain(&t.end);
        assert_int_equal(t.end.sent.n, before);
        assert_int_equal(t.end.data.n, 0);
        hs__stage12_free(&t);
    }
}

static void an_end_without_close_notify_is_no_end(void **state) {
    for (size_t i = 0; i < N_PLACES; i++) {
        hs__stage12 t;
        open_at(*state, &places[i], 0, &t);
        hs_rx_eof(t.end.conn);
        hs__test_end_poll(&t.end);
        assert_true(t.end.failed && !t.end.closed);
        assert_int_equal(t.end.error.status, HS_E_TRUNCATED);
        hs__stage12_free(&t);
    }
}

/* ---- floods ------------------------------------------------------------------------------ */

/* Gives the same record over and over; how many were taken. */
static unsigned flood(hs__stage12 *t, uint8_t type, hs_span content) {
    unsigned n = 0;
    while (!t->end.failed && n < 10 * BOUND) {
        hs__peer12_send(&t->peer, type, content);
        n++;
    }
    return n;
}

static void check_flood(const rules12_world *w, size_t i, uint8_t type, hs_span content) {
    hs__stage12 t;
    open_at(w, &places[i], 0, &t);
    const unsigned n = flood(&t, type, content);
    if (n > BOUND + 1) {
        fail_msg("%s: %u records of type %u", places[i].name, n, type);
    }
    failed(&t, places[i].name, HS__ALERT_unexpected_message);
    hs__stage12_free(&t);
}

static void empty_data_is_bounded(void **state) {
    check_flood(*state, 4, HS__CONTENT_application_data, rules12_span("", 0));
    check_flood(*state, 8, HS__CONTENT_application_data, rules12_span("", 0));
}

/* 5246 7.2.2: a warning ends nothing, whatever it says. */
static void warnings_are_bounded(void **state) {
    static const uint8_t warnings[][2] = {{1, HS__ALERT_user_canceled},
                                          {1, HS__ALERT_no_renegotiation},
                                          {1, HS__ALERT_unrecognized_name}};
    for (size_t i = 0; i < N_PLACES; i++) {
        for (size_t j = 0; j < 3; j++) {
            hs__stage12 t;
            open_at(*state, &places[i], 0, &t);
            const unsigned n = flood(&t, HS__CONTENT_alert, rules12_span(warnings[j], 2));
            assert_in_range(n, BOUND, BOUND + 1);
            failed(&t, places[i].name, HS__ALERT_unexpected_message);
            hs__stage12_free(&t);
        }
    }
}

/* 5246 7.4.1.1: ignored in a handshake, answered with a warning afterwards; not for ever. */
static void hello_requests_are_bounded(void **state) {
    for (size_t i = 1; i < 5; i++) {
        check_flood(*state, i, HS__CONTENT_handshake, rules12_span("\x00\x00\x00", 4));
    }
}

static void renegotiations_are_bounded(void **state) {
    hs__stage12 t;
    hs__test_bytes m = {NULL, 0, 0};
    open_at(*state, &places[8], 0, &t);
    hs__peer12_make(&t.peer, HS__HT_client_hello, &m);
    check_flood(*state, 8, HS__CONTENT_handshake, rules12_span(m.p, m.n));
    hs__test_bytes_free(&m);
    hs__stage12_free(&t);
}

/* A HelloRequest is no part of the transcript (7.4.1.1), and may be cut like any message. */
static void a_handshake_goes_on_behind_hello_requests(void **state) {
    const rules12_world *w = *state;
    hs__stage12 t;
    int steps[HS__PEER12_STEPS];
    hs__stage12_open(&w->ecdsa, false, HS__PEER12_AUTH, &t);
    hs__peer12_hear(&t.peer);
    hs__peer12_script(&t.peer, steps);
    for (size_t i = 0; steps[i] != HS__STEP_END; i++) {
        if (i > 0) {
            hs__peer12_send(&t.peer, HS__CONTENT_handshake, rules12_span("\x00\x00", 2));
            hs__peer12_send(&t.peer, HS__CONTENT_handshake, rules12_span("\x00\x00", 2));
        }
        hs__peer12_step(&t.peer, steps[i]);
    }
    assert_true(t.end.connected && t.peer.heard_finished);
    assert_int_equal(t.peer.alerts, 0);
    hs__stage12_free(&t);
}

static void a_hello_request_has_no_body(void **state) {
    for (size_t i = 1; i < 5; i++) {
        hs__stage12 t;
        open_at(*state, &places[i], 0, &t);
        hs__peer12_send(&t.peer, HS__CONTENT_handshake, rules12_span("\x00\x00\x00\x01\x00", 5));
        failed(&t, places[i].name, HS__ALERT_decode_error);
        hs__stage12_free(&t);
    }
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_too_short_to_be_sealed_does_not_open),
        cmocka_unit_test(a_record_out_of_turn_does_not_open),
        cmocka_unit_test(every_byte_of_a_record_counts),
        cmocka_unit_test(records_in_clear_are_refused_once_there_are_keys),
        cmocka_unit_test(a_record_has_a_longest_length),
        cmocka_unit_test(content_has_a_longest_length),
        cmocka_unit_test(a_message_has_a_longest_length),
        cmocka_unit_test(a_record_size_limit_binds_both),
        cmocka_unit_test(unknown_record_types_are_refused),
        cmocka_unit_test(handshake_and_alert_records_are_not_empty),
        cmocka_unit_test(an_alert_has_two_bytes),
        cmocka_unit_test(nothing_comes_between_the_parts_of_a_message),
        cmocka_unit_test(a_flight_may_be_cut_into_records_anywhere),
        cmocka_unit_test(a_fatal_alert_ends_it),
        cmocka_unit_test(an_end_without_close_notify_is_no_end),
        cmocka_unit_test(empty_data_is_bounded),
        cmocka_unit_test(warnings_are_bounded),
        cmocka_unit_test(hello_requests_are_bounded),
        cmocka_unit_test(renegotiations_are_bounded),
        cmocka_unit_test(a_handshake_goes_on_behind_hello_requests),
        cmocka_unit_test(a_hello_request_has_no_body),
    };
    return cmocka_run_group_tests_name("records and floods in TLS 1.2", tests, rules12_setup,
                                       rules12_teardown);
}
