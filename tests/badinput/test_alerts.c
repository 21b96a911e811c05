/* Alerts and closing, RFC 9846 section 6: which end a connection, which do not, and what may
 * still happen afterwards. */
#include "tests/badinput/rules.h"

static void give_alert(hs__test_end *end, uint8_t level, uint8_t description) {
    const uint8_t alert[] = {level, description};
    hs__hand_give(end, HS__CONTENT_alert, rules_span(alert, sizeof(alert)));
}

static bool ends_nothing(unsigned description) {
    return description == HS__ALERT_close_notify || description == HS__ALERT_user_canceled;
}

/* 9846-6-02, -03, -07, -08, 6.2-24: known or not, whatever its level, an alert is an error, and
 * nothing is said or read after it. */
static void every_other_alert_ends_the_connection(void **state) {
    static const rules_place places[] = {
        {false, HS__WAIT_EE}, {true, HS__WAIT_CERT}, {false, HS__CONNECTED}, {true, HS__CONNECTED}};
    for (unsigned d = 0; d < 256; d++) {
        for (unsigned i = 0; i < 8 && !ends_nothing(d); i++) {
            rules_end e;
            rules_open(*state, places[i / 2], &e);
            const size_t before = e.end->sent.n;
            give_alert(e.end, (uint8_t)(1 + i % 2), (uint8_t)d);
            assert_true(e.end->failed && e.end->error.from_peer);
            assert_int_equal(e.end->error.status, HS_E_ALERT_RECEIVED);
            assert_int_equal(e.end->error.alert, (int)d);
            size_t taken;
            assert_int_equal(hs_write(e.end->conn, "x", 1, &taken), HS_E_CLOSED);
            hs__hand_give(e.end, HS__CONTENT_application_data, rules_span("late", 4));
            hs__test_end_drain(e.end);
            assert_int_equal(e.end->sent.n, before);
            assert_int_equal(e.end->data.n, 0);
            rules_close(&e);
        }
    }
}

/* 9846-5.1-10, -11, -12 */
static void a_record_holds_exactly_one_alert(void **state) {
    static const uint8_t bytes[] = {1, 0, 1, 0};
    static const size_t lengths[] = {1, 3, 4};
    for (const rules_place *p = rules_places; p->state != HS__N_STATES; p++) {
        for (size_t i = 0; i < 3; i++) {
            rules_end e;
            rules_open(*state, *p, &e);
            hs__hand_give(e.end, HS__CONTENT_alert, rules_span(bytes, lengths[i]));
            rules_failed(e.end, e.name, lengths[i] == 1 ? HS_E_DECODE : HS_E_TRAILING,
                         HS__ALERT_decode_error);
            rules_close(&e);
        }
    }
}

/* 9846-6-01, -11, 6.1-01: the level does not matter; what comes behind is ignored. */
static void close_notify_ends_the_data(void **state) {
    for (unsigned i = 0; i < 4; i++) {
        rules_end e;
        rules_open(*state, (rules_place){i / 2 != 0, HS__CONNECTED}, &e);
        hs__test_bytes records = {NULL, 0, 0};
        hs__hand_how how = {.ahead = 0};
        const uint8_t alert[] = {(uint8_t)(1 + i % 2), 0};
        hs__hand_seal(e.end->conn, HS__CONTENT_application_data, rules_span("last", 4), &how,
                      &records);
        how.ahead++;
        hs__hand_seal(e.end->conn, HS__CONTENT_alert, rules_span(alert, 2), &how, &records);
        how.ahead++;
        hs__hand_seal(e.end->conn, HS__CONTENT_application_data, rules_span("late", 4), &how,
                      &records);
        hs__test_end_feed(e.end, records.p, records.n);
        assert_true(e.end->closed && !e.end->failed);
        assert_int_equal(e.end->data.n, 4);
        hs__test_end_feed(e.end, (const uint8_t *)"noise", 5);
        hs_rx_eof(e.end->conn);
        hs__test_end_poll(e.end);
        assert_false(e.end->failed);
        size_t taken; /* 6.1-06: the other direction stays open */
        assert_int_equal(hs_write(e.end->conn, "x", 1, &taken), HS_OK);
        hs__test_bytes_free(&records);
        rules_close(&e);
    }
}

/* A handshake that is closed is not done, and no data was lost; nothing is answered. */
static void close_notify_in_a_handshake_is_an_early_end(void **state) {
    for (const rules_place *p = rules_places; p->state != HS__N_STATES; p++) {
        if (p->state == HS__CONNECTED) {
            continue;
        }
        rules_end e;
        rules_open(*state, *p, &e);
        give_alert(e.end, 1, HS__ALERT_close_notify);
        rules_failed(e.end, e.name, HS_E_CLOSED_EARLY, HS_NO_ALERT);
        assert_false(e.end->connected);
        rules_close(&e);
    }
}

/* 9846-6.1-04 */
static void user_canceled_is_read_over(void **state) {
    rules_end e;
    rules_open(*state, (rules_place){true, HS__CONNECTED}, &e);
    give_alert(e.end, 1, HS__ALERT_user_canceled);
    hs__hand_give(e.end, HS__CONTENT_application_data, rules_span("data", 4));
    give_alert(e.end, 2, HS__ALERT_user_canceled);
    give_alert(e.end, 1, HS__ALERT_close_notify);
    assert_true(e.end->closed && !e.end->failed);
    assert_int_equal(e.end->data.n, 4);
    rules_close(&e);
}

static void warnings_are_bounded(void **state) {
    for (const rules_place *p = rules_places; p->state != HS__N_STATES; p++) {
        rules_end e;
        rules_open(*state, *p, &e);
        unsigned n = 0;
        for (; !e.end->failed && n < 100; n++) {
            give_alert(e.end, 1, HS__ALERT_user_canceled);
        }
        assert_in_range(n, 32, 33); /* a change_cipher_spec before them counts too */
        rules_unexpected(e.end, e.name, HS_E_TOO_MANY_ALERTS);
        rules_close(&e);
    }
}

/* ---- our own ------------------------------------------------------------------------------- */

/* The next record of `from`, as `to` would read it. */
static void expect_alert(hs__test_end *from, const hs__test_end *to, size_t *at, uint8_t level,
                         uint8_t description) {
    hs__test_end_drain(from);
    hs__test_bytes content = {NULL, 0, 0};
    uint8_t type;
    size_t whole;
    assert_true(*at < from->sent.n);
    assert_true(hs__hand_peek(to->conn, rules_span(from->sent.p + *at, from->sent.n - *at), &whole,
                              &type, &content));
    assert_int_equal(type, HS__CONTENT_alert);
    assert_int_equal(content.n, 2);
    assert_int_equal(content.p[0], level);
    assert_int_equal(content.p[1], description);
    *at += whole;
    hs__test_bytes_free(&content);
}

static void connect(const hs__stage *s, hs__test_pair *pair) {
    hs__stage_open(s, 0, pair);
    hs__test_pair_run(pair);
    assert_true(pair->client.connected && pair->server.connected);
}

/* 9846-6.1-02, -07: close_notify is a warning, comes once, and reading goes on. */
static void our_close_notify_is_a_warning(void **state) {
    for (unsigned by_server = 0; by_server < 2; by_server++) {
        hs__test_pair pair;
        connect(*state, &pair);
        hs__test_end *from = by_server != 0 ? &pair.server : &pair.client;
        hs__test_end *to = by_server != 0 ? &pair.client : &pair.server;
        size_t at = from->sent.n;
        assert_int_equal(hs_close(from->conn), HS_OK);
        assert_int_equal(hs_close(from->conn), HS_E_CLOSED);
        expect_alert(from, to, &at, HS__ALERT_LEVEL_warning, HS__ALERT_close_notify);
        assert_int_equal(at, from->sent.n);
        size_t taken;
        assert_int_equal(hs_write(to->conn, "still", 5, &taken), HS_OK);
        hs__test_pair_run(&pair);
        assert_true(to->closed);
        assert_int_equal(from->data.n, 5);
        hs__test_pair_free(&pair);
    }
}

/* After our close_notify nothing more is sent, not even about an error. */
static void nothing_follows_our_close_notify(void **state) {
    hs__test_pair pair;
    connect(*state, &pair);
    assert_int_equal(hs_close(pair.client.conn), HS_OK);
    hs__test_end_drain(&pair.client);
    const size_t before = pair.client.sent.n;
    hs__hand_give(&pair.client, HS__CONTENT_handshake, rules_span("\x18\x00\x00\x01\x01", 5));
    hs__hand_give(&pair.client, HS__CONTENT_handshake, rules_span("\x01\x00\x00\x00", 4));
    assert_true(pair.client.failed);
    hs__test_end_drain(&pair.client);
    assert_int_equal(pair.client.sent.n, before);
    hs__test_pair_free(&pair);
}

/* 9846-6-06: an error of ours is fatal, under the key of the moment (7.3-02, 4.5.3-05). */
static void our_errors_are_fatal_alerts(void **state) {
    for (unsigned by_server = 0; by_server < 2; by_server++) {
        hs__test_pair pair;
        connect(*state, &pair);
        hs__test_end *from = by_server != 0 ? &pair.server : &pair.client;
        hs__test_end *to = by_server != 0 ? &pair.client : &pair.server;
        size_t at = from->sent.n;
        hs__hand_give(from, HS__CONTENT_handshake, rules_span("\x14\x00\x00\x00", 4));
        expect_alert(from, to, &at, HS__ALERT_LEVEL_fatal, HS__ALERT_unexpected_message);
        assert_int_equal(at, from->sent.n);
        hs__test_pair_free(&pair);
    }
    /* A.1: what a client says about encrypted messages is encrypted, and a server reads it. */
    hs__test_pair pair;
    hs__hand_flight f;
    hs__stage_open(*state, 0, &pair);
    hs__stage_server_flight(&pair, 0, &f);
    hs__hand_give(&pair.client, HS__CONTENT_handshake, rules_span(f.m[0].p, f.m[0].n));
    hs__hand_give(&pair.client, HS__CONTENT_handshake, rules_span("\x08\x00\x00\x01\x00", 5));
    rules_failed(&pair.client, "broken EncryptedExtensions", HS_E_DECODE, HS__ALERT_decode_error);
    hs__stage_carry(&pair.client, &pair.server);
    assert_true(pair.server.failed && pair.server.error.from_peer);
    assert_int_equal(pair.server.error.alert, HS__ALERT_decode_error);
    assert_int_equal(pair.client.sent.p[pair.client.sent.n - 24], HS__CONTENT_application_data);
    hs__hand_flight_free(&f);
    hs__test_pair_free(&pair);
}

/* 9846-6.1-03: whoever gives a handshake up says user_canceled, then close_notify. */
static void a_handshake_that_is_given_up_says_so(void **state) {
    for (const rules_place *p = rules_places; p->state != HS__N_STATES; p++) {
        if (p->state == HS__CONNECTED) {
            continue;
        }
        rules_end e;
        rules_open(*state, *p, &e);
        size_t at = e.end->sent.n;
        assert_int_equal(hs_close(e.end->conn), HS_OK);
        hs__test_end_drain(e.end);
        if (e.end->conn->out.aead == NULL) {
            static const uint8_t wanted[] = {21, 3, 3, 0, 2, 1, 90, 21, 3, 3, 0, 2, 1, 0};
            assert_int_equal(e.end->sent.n, at + sizeof(wanted));
            assert_memory_equal(e.end->sent.p + at, wanted, sizeof(wanted));
        }
        hs__hand_give(e.end, HS__CONTENT_handshake, rules_span("\x14\x00\x00\x00", 4));
        assert_false(e.end->connected);
        assert_int_equal(hs_close(e.end->conn), HS_E_CLOSED);
        rules_close(&e);
    }
    hs__test_pair pair; /* and the other side hears of it */
    hs__stage_open(*state, 0, &pair);
    hs__stage_carry(&pair.client, &pair.server);
    assert_int_equal(hs_close(pair.server.conn), HS_OK);
    hs__test_end_drain(&pair.server);
    hs__stage_carry(&pair.server, &pair.client);
    assert_true(pair.client.connected); /* its Finished was there already */
    assert_true(pair.client.closed);
    hs__test_pair_free(&pair);
}

/* E1: what came before an error is handed out, what came behind it is not. */
static void data_before_an_error_is_delivered(void **state) {
    rules_end e;
    rules_open(*state, (rules_place){true, HS__CONNECTED}, &e);
    hs__test_bytes records = {NULL, 0, 0};
    hs__hand_how how = {.ahead = 0};
    hs__hand_seal(e.end->conn, HS__CONTENT_application_data, rules_span("good", 4), &how, &records);
    const size_t second = records.n;
    how.ahead++;
    hs__hand_seal(e.end->conn, HS__CONTENT_application_data, rules_span("bad", 3), &how, &records);
    how.ahead++;
    hs__hand_seal(e.end->conn, HS__CONTENT_application_data, rules_span("more", 4), &how, &records);
    records.p[second + 8] ^= 1;
    hs__test_end_feed(e.end, records.p, records.n);
    assert_int_equal(e.end->data.n, 4);
    assert_memory_equal(e.end->data.p, "good", 4);
    e.end->data.n = 0;
    rules_failed(e.end, "the second record", HS_E_BAD_RECORD_MAC, HS__ALERT_bad_record_mac);
    hs__test_bytes_free(&records);
    rules_close(&e);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_other_alert_ends_the_connection),
        cmocka_unit_test(a_record_holds_exactly_one_alert),
        cmocka_unit_test(close_notify_ends_the_data),
        cmocka_unit_test(close_notify_in_a_handshake_is_an_early_end),
        cmocka_unit_test(user_canceled_is_read_over),
        cmocka_unit_test(warnings_are_bounded),
        cmocka_unit_test(our_close_notify_is_a_warning),
        cmocka_unit_test(nothing_follows_our_close_notify),
        cmocka_unit_test(our_errors_are_fatal_alerts),
        cmocka_unit_test(a_handshake_that_is_given_up_says_so),
        cmocka_unit_test(data_before_an_error_is_delivered),
    };
    return cmocka_run_group_tests_name("alerts", tests, rules_setup, rules_teardown);
}
