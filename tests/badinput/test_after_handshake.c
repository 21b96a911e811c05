/* KeyUpdate and NewSessionTicket, RFC 9846 4.7: what a peer may do with them, and may not. */
#include "tests/badinput/rules.h"

static const uint8_t update[] = {HS__HT_key_update, 0, 0, 1, 0};
static const uint8_t request[] = {HS__HT_key_update, 0, 0, 1, 1};

static rules_place connected(unsigned server) {
    return (rules_place){server != 0, HS__CONNECTED};
}

static void connect(const hs__stage *s, hs__test_pair *pair) {
    hs__stage_open(s, 0, pair);
    hs__test_pair_run(pair);
    assert_true(pair->client.connected && pair->server.connected);
}

static void write_text(hs__test_end *end, const char *text) {
    size_t taken;
    assert_int_equal(hs_write(end->conn, text, strlen(text), &taken), HS_OK);
    assert_int_equal(taken, strlen(text));
}

static hs_info info_of(const hs__test_end *end) {
    hs_info info;
    hs_conn_info(end->conn, &info);
    return info;
}

static void give(hs__test_end *end, const uint8_t *message) {
    hs__hand_give(end, HS__CONTENT_handshake, rules_span(message, 4U + message[3]));
}

/* ---- KeyUpdate ----------------------------------------------------------------------------- */

/* 9846-4.7.3-04, 6-09 */
static void a_key_update_has_one_byte_0_or_1(void **state) {
    for (unsigned server = 0; server < 2; server++) {
        for (unsigned value = 2; value < 256; value++) {
            rules_end e;
            rules_open(*state, connected(server), &e);
            const uint8_t bytes[] = {HS__HT_key_update, 0, 0, 1, (uint8_t)value};
            give(e.end, bytes);
            rules_failed(e.end, e.name, HS_E_ILLEGAL_VALUE, HS__ALERT_illegal_parameter);
            rules_close(&e);
        }
        static const uint8_t wrong[][6] = {{HS__HT_key_update, 0, 0, 0},
                                           {HS__HT_key_update, 0, 0, 2, 0, 0}};
        for (size_t i = 0; i < 2; i++) {
            rules_end e;
            rules_open(*state, connected(server), &e);
            give(e.end, wrong[i]);
            rules_failed(e.end, e.name, i == 0 ? HS_E_DECODE : HS_E_TRAILING,
                         HS__ALERT_decode_error);
            rules_close(&e);
        }
    }
}

static void key_updates_without_data_are_bounded(void **state) {
    for (unsigned with_empty_data = 0; with_empty_data < 2; with_empty_data++) {
        rules_end e;
        rules_open(*state, connected(1), &e);
        for (unsigned i = 0; i < 33; i++) {
            rules_fine(e.end, e.name);
            if (with_empty_data != 0) { /* which is no data */
                hs__hand_give(e.end, HS__CONTENT_application_data, rules_span("", 0));
            }
            give(e.end, update);
        }
        rules_unexpected(e.end, e.name, HS_E_TOO_MANY_KEY_UPDATES);
        rules_close(&e);
    }
}

/* 9846-4.7.3-12: no bound on their number while data flows. */
static void key_updates_with_data_are_not_bounded(void **state) {
    rules_end e;
    rules_open(*state, connected(0), &e);
    for (unsigned i = 0; i < 200; i++) {
        give(e.end, update);
        hs__hand_give(e.end, HS__CONTENT_application_data, rules_span("x", 1));
    }
    rules_fine(e.end, e.name);
    assert_int_equal(e.end->data.n, 200);
    e.end->conn->in.generation = UINT64_C(1) << 48;
    give(e.end, update);
    rules_fine(e.end, "beyond 2^48");
    rules_close(&e);
}

/* 5.1: a KeyUpdate may lie in several records, and ends the last one. */
static void a_key_update_may_be_cut(void **state) {
    rules_end e;
    rules_open(*state, connected(0), &e);
    for (size_t i = 0; i < sizeof(update); i++) {
        assert_int_equal(e.end->conn->in.generation, 0);
        hs__hand_give(e.end, HS__CONTENT_handshake, rules_span(update + i, 1));
    }
    assert_int_equal(e.end->conn->in.generation, 1);
    hs__hand_give(e.end, HS__CONTENT_application_data, rules_span("x", 1));
    assert_int_equal(e.end->data.n, 1);
    rules_close(&e);
}

/* What `from` sends next, record by record, read with the keys of `to`. */
static uint8_t next_type(hs__test_end *from, hs__test_end *to, hs__test_bytes *content) {
    hs__test_end_drain(from);
    uint8_t type;
    size_t whole;
    const size_t at = from->delivered;
    assert_true(at < from->sent.n);
    assert_true(hs__hand_peek(to->conn, rules_span(from->sent.p + at, from->sent.n - at), &whole,
                              &type, content));
    from->delivered += whole;
    hs__test_end_feed(to, from->sent.p + at, whole);
    return type;
}

/* 9846-4.7.3-02, -05, -09: the answer goes out before the next data, under the old key; all that
 * follows is under the new one. hs__hand_peek opens each record with the key it must have. */
static void a_request_is_answered_before_data(void **state) {
    for (unsigned server = 0; server < 2; server++) {
        hs__test_pair pair;
        connect(*state, &pair);
        hs__test_end *asks = server != 0 ? &pair.client : &pair.server;
        hs__test_end *answers = server != 0 ? &pair.server : &pair.client;
        assert_int_equal(hs_key_update(asks->conn, true), HS_OK);
        hs__stage_carry(asks, answers);
        answers->delivered = answers->sent.n;
        /* carry has drained the answer: it is the last record that was sent */
        answers->delivered -= 5 + 5 + 1 + 16;
        write_text(answers, "data");
        hs__test_bytes content = {NULL, 0, 0};
        assert_int_equal(next_type(answers, asks, &content), HS__CONTENT_handshake);
        assert_memory_equal(content.p, update, sizeof(update));
        assert_int_equal(next_type(answers, asks, &content), HS__CONTENT_application_data);
        assert_int_equal(asks->data.n, 4);
        assert_int_equal(info_of(answers).key_updates_tx, 1);
        assert_int_equal(answers->conn->out.seq, 1); /* 5.3-01: counted anew */
        hs__test_bytes_free(&content);
        hs__test_pair_free(&pair);
    }
}

/* Gives without draining: the answers wait. */
static void give_silently(hs__test_end *end, const uint8_t *message) {
    give(end, message);
    rules_fine(end, "a KeyUpdate");
}

/* 4.7.3: requests that come while nothing has gone out get one answer. */
static void a_silent_end_answers_once(void **state) {
    rules_end e;
    rules_open(*state, connected(1), &e);
    for (unsigned i = 0; i < 5; i++) {
        give_silently(e.end, request);
    }
    assert_int_equal(info_of(e.end).key_updates_tx, 1);
    assert_int_equal(info_of(e.end).key_updates_rx, 5);
    rules_close(&e);
}

/* But data behind the first answer needs a second one: the queue need not be empty for that. */
static void a_busy_end_answers_each_request(void **state) {
    rules_end e;
    rules_open(*state, connected(1), &e);
    write_text(e.end, "before");
    give_silently(e.end, request);
    assert_int_equal(info_of(e.end).key_updates_tx, 1);
    write_text(e.end, "between");
    give_silently(e.end, request);
    assert_int_equal(info_of(e.end).key_updates_tx, 2);
    /* The answer has gone to the network though other bytes still wait: a new request, a new
     * answer. */
    hs_span v[4];
    assert_true(hs_tx_peek(e.end->conn, v, 4) > 0);
    hs_tx_consume(e.end->conn, e.end->conn->tx.waiting);
    give_silently(e.end, request);
    assert_int_equal(info_of(e.end).key_updates_tx, 3);
    const size_t answer = e.end->conn->tx.waiting;
    assert_int_equal(hs_close(e.end->conn), HS_OK);
    hs_tx_consume(e.end->conn, answer);
    assert_true(e.end->conn->tx.waiting > 0);
    assert_int_equal(e.end->conn->answer_waits, 0);
    rules_close(&e);
}

/* 9846-4.7.3-06: one request of ours at a time; any KeyUpdate of the peer allows the next. */
static void one_request_of_ours_is_open_at_a_time(void **state) {
    rules_end e;
    rules_open(*state, connected(0), &e);
    assert_int_equal(hs_key_update(e.end->conn, true), HS_OK);
    assert_int_equal(hs_key_update(e.end->conn, true), HS_E_NOT_YET);
    assert_int_equal(hs_key_update(e.end->conn, false), HS_OK);
    hs__hand_give(e.end, HS__CONTENT_application_data, rules_span("x", 1));
    assert_int_equal(hs_key_update(e.end->conn, true), HS_E_NOT_YET);
    give(e.end, update);
    assert_int_equal(hs_key_update(e.end->conn, true), HS_OK);
    rules_close(&e);
}

/* 9846-4.7.3-08 */
static void requests_that_cross_lead_to_two_generations(void **state) {
    hs__test_pair pair;
    connect(*state, &pair);
    assert_int_equal(hs_key_update(pair.client.conn, true), HS_OK);
    assert_int_equal(hs_key_update(pair.server.conn, true), HS_OK);
    hs__test_end_drain(&pair.client);
    hs__test_end_drain(&pair.server);
    hs__test_pair_run(&pair);
    assert_int_equal(info_of(&pair.client).key_updates_tx, 2);
    assert_int_equal(info_of(&pair.client).key_updates_rx, 2);
    write_text(&pair.client, "a");
    write_text(&pair.server, "bc");
    hs__test_pair_run(&pair);
    assert_int_equal(pair.server.data.n, 1);
    assert_int_equal(pair.client.data.n, 2);
    hs__test_pair_free(&pair);
}

/* 9846-4.7.3-10: the next key without a KeyUpdate under the old one. */
static void a_new_key_needs_its_key_update(void **state) {
    hs__test_pair pair;
    connect(*state, &pair);
    assert_int_equal(hs_key_update(pair.client.conn, false), HS_OK);
    hs__test_end_drain(&pair.client);
    pair.client.delivered = pair.client.sent.n; /* lost on the way */
    write_text(&pair.client, "x");
    hs__stage_carry(&pair.client, &pair.server);
    assert_int_equal(pair.server.error.status, HS_E_BAD_RECORD_MAC);
    assert_int_equal(pair.server.data.n, 0);
    hs__test_pair_free(&pair);
}

/* 9846-4.7.3-11, -13, -14: past the last update requests are ignored and the connection goes on. */
static void the_last_update_is_the_last(void **state) {
    rules_end e;
    rules_open(*state, connected(0), &e);
    e.end->conn->out.generation = (UINT64_C(1) << 48) - 2;
    give(e.end, request);
    assert_int_equal(e.end->conn->out.generation, (UINT64_C(1) << 48) - 1);
    hs__test_end_drain(e.end);
    const size_t before = e.end->sent.n;
    give(e.end, request);
    hs__test_end_drain(e.end);
    assert_int_equal(e.end->sent.n, before);
    assert_int_equal(e.end->conn->out.generation, (UINT64_C(1) << 48) - 1);
    assert_int_equal(hs_key_update(e.end->conn, true), HS_E_CLOSED);
    write_text(e.end, "still works");
    rules_fine(e.end, e.name);
    rules_close(&e);
}

/* 9846-5.5-01, 5.3-02: before the limit a KeyUpdate goes out by itself. */
static void a_key_is_replaced_before_its_limit(void **state) {
    hs_credential *identity[2][2];
    hs_options client = hs__stage_client(*state, 0, identity[0]);
    const hs_options server = hs__stage_server(*state, 0, identity[1]);
    client.limits.records_per_key = 3;
    hs__test_pair pair;
    hs__stage_open_with(&client, &server, &pair);
    hs__test_pair_run(&pair);
    for (unsigned i = 0; i < 10; i++) {
        write_text(&pair.client, "0123456789");
        assert_true(pair.client.conn->out.seq <= 3);
    }
    hs__test_pair_run(&pair);
    assert_int_equal(pair.server.data.n, 100);
    assert_int_equal(info_of(&pair.client).key_updates_tx, 3);
    hs__test_pair_free(&pair);
    /* Without a lower limit it is the AEAD's: 2^24.5 records with AES-GCM (5.5-04). */
    static const uint16_t aes[] = {0x1301, 0};
    client.limits.records_per_key = 0;
    client.suites = aes;
    hs__stage_open_with(&client, &server, &pair);
    hs__test_pair_run(&pair);
    pair.client.conn->out.seq = pair.server.conn->in.seq = 23726566 - 1;
    write_text(&pair.client, "a");
    assert_int_equal(info_of(&pair.client).key_updates_tx, 0);
    write_text(&pair.client, "b");
    assert_int_equal(info_of(&pair.client).key_updates_tx, 1);
    hs__test_pair_run(&pair);
    assert_int_equal(pair.server.data.n, 2);
    hs__test_pair_free(&pair);
}

/* 9846-5.5-03: that is the sender's to keep; a receiver does not count. */
static void a_receiver_does_not_enforce_the_limit(void **state) {
    rules_end e;
    rules_open(*state, connected(1), &e);
    e.end->conn->in.seq = UINT64_C(1) << 40;
    hs__hand_give(e.end, HS__CONTENT_application_data, rules_span("x", 1));
    assert_int_equal(e.end->data.n, 1);
    rules_close(&e);
}

/* ---- NewSessionTicket ---------------------------------------------------------------------- */

/* 9846-4.7.1-01, -03, -05, -18, 9.3-05: a client that does not resume reads tickets and drops
 * them, with extensions it does not know too, between data and as many as there are. */
static void tickets_are_ignored(void **state) {
    static const uint8_t plain[] = {4, 0, 0, 17, 0, 0, 0, 60, 1, 2, 3,
                                    4, 1, 9, 0,  3, 7, 8, 9,  0, 0};
    static const uint8_t grease[] = {4, 0, 0, 22, 0xff, 0xff, 0xff, 0xff, 1,    2, 3, 4, 0,
                                     0, 3, 7, 8,  9,    0,    6,    0x5a, 0x5a, 0, 2, 1, 1};
    rules_end e;
    rules_open(*state, connected(0), &e);
    for (unsigned i = 0; i < 200; i++) {
        give(e.end, i % 2 == 0 ? plain : grease);
        hs__hand_give(e.end, HS__CONTENT_application_data, rules_span("x", 1));
    }
    rules_fine(e.end, e.name);
    assert_int_equal(e.end->data.n, 200);
    rules_close(&e);
}

/* 9846-4.7.1-19, 6-09, 4.3-10 */
static void a_broken_ticket_ends_the_connection(void **state) {
    static const struct {
        uint8_t bytes[40];
        hs_status status;
        int alert;
    } broken[] = {
        {{4, 0, 0, 14, 0, 0, 0, 60, 1, 2, 3, 4, 1, 9, 0, 0, 0, 0},
         HS_E_DECODE,
         HS__ALERT_decode_error},
        {{4, 0, 0, 16, 0, 0, 0, 60, 1, 2, 3, 4, 1, 9, 0, 3, 7, 8, 9, 0},
         HS_E_DECODE,
         HS__ALERT_decode_error},
        {{4, 0, 0, 18, 0, 0, 0, 60, 1, 2, 3, 4, 1, 9, 0, 3, 7, 8, 9, 0, 0, 0},
         HS_E_TRAILING,
         HS__ALERT_decode_error},
        {{4, 0, 0, 24, 0, 0, 0,    60,   1, 2, 3,    4,    0, 0,
          3, 7, 8, 9,  0, 8, 0x5a, 0x5a, 0, 0, 0x5a, 0x5a, 0, 0},
         HS_E_DUPLICATE_EXTENSION,
         HS__ALERT_illegal_parameter},
        {{4, 0, 0, 20, 0, 0, 0, 60, 1, 2, 3, 4, 0, 0, 3, 7, 8, 9, 0, 4, 0, 51, 0, 0},
         HS_E_EXTENSION_NOT_ALLOWED,
         HS__ALERT_illegal_parameter},
    };
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        rules_end e;
        rules_open(*state, connected(0), &e);
        give(e.end, broken[i].bytes);
        rules_failed(e.end, e.name, broken[i].status, broken[i].alert);
        rules_close(&e);
    }
}

/* A message that announces more than we take is refused before it is collected. */
static void a_message_has_a_limit(void **state) {
    for (const rules_place *p = rules_places; p->state != HS__N_STATES; p++) {
        static const uint8_t types[] = {HS__HT_finished, HS__HT_certificate, HS__HT_client_hello,
                                        99};
        for (size_t i = 0; i < sizeof(types); i++) {
            rules_end e;
            rules_open(*state, *p, &e);
            const uint8_t head[] = {types[i], 0xff, 0xff, 0xff};
            hs__hand_give(e.end, HS__CONTENT_handshake, rules_span(head, sizeof(head)));
            rules_failed(e.end, e.name, HS_E_MESSAGE_TOO_LONG, HS__ALERT_illegal_parameter);
            rules_close(&e);
        }
    }
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_update_has_one_byte_0_or_1),
        cmocka_unit_test(key_updates_without_data_are_bounded),
        cmocka_unit_test(key_updates_with_data_are_not_bounded),
        cmocka_unit_test(a_key_update_may_be_cut),
        cmocka_unit_test(a_request_is_answered_before_data),
        cmocka_unit_test(a_silent_end_answers_once),
        cmocka_unit_test(a_busy_end_answers_each_request),
        cmocka_unit_test(one_request_of_ours_is_open_at_a_time),
        cmocka_unit_test(requests_that_cross_lead_to_two_generations),
        cmocka_unit_test(a_new_key_needs_its_key_update),
        cmocka_unit_test(the_last_update_is_the_last),
        cmocka_unit_test(a_key_is_replaced_before_its_limit),
        cmocka_unit_test(a_receiver_does_not_enforce_the_limit),
        cmocka_unit_test(tickets_are_ignored),
        cmocka_unit_test(a_broken_ticket_ends_the_connection),
        cmocka_unit_test(a_message_has_a_limit),
    };
    return cmocka_run_group_tests_name("after the handshake", tests, rules_setup, rules_teardown);
}
