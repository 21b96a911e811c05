/* The rules of the record layer, RFC 9846 section 5, broken one by one in every state. */
#include "tests/badinput/rules.h"

static uint8_t many[HS__RECORD_CIPHER_MAX + 200];

static rules_place connected(bool server) {
    return (rules_place){server, HS__CONNECTED};
}

/* ---- ChangeCipherSpec: 9846-5-01, -02, -03 ------------------------------------------------- */

static const hs__hand_how in_clear = {.in_clear = true};

static bool may_have_ccs(rules_place p) {
    return p.state != HS__CONNECTED && p.state != HS__START;
}

static void a_change_cipher_spec_is_dropped_or_refused(void **state) {
    for (const rules_place *p = rules_places; p->state != HS__N_STATES; p++) {
        rules_end e;
        rules_open(*state, *p, &e);
        rules_give(e.end, HS__CONTENT_change_cipher_spec, rules_span("\x01", 1), &in_clear);
        if (may_have_ccs(*p)) {
            rules_fine(e.end, e.name);
            assert_int_equal(e.end->conn->state, p->state);
        } else {
            rules_unexpected(e.end, e.name, HS_E_UNEXPECTED_RECORD);
        }
        rules_close(&e);
    }
}

/* Dropped means dropped: the handshake goes on behind it, also between parts of a message. */
static void a_handshake_goes_on_behind_change_cipher_specs(void **state) {
    hs__test_pair pair;
    hs__hand_flight f;
    hs__stage_open(*state, HS__STAGE_AUTH, &pair);
    hs__stage_server_flight(&pair, HS__STAGE_AUTH, &f);
    for (size_t i = 0; i < f.n; i++) {
        rules_give(&pair.client, HS__CONTENT_change_cipher_spec, rules_span("\x01", 1), &in_clear);
        hs__hand_give(&pair.client, HS__CONTENT_handshake, rules_span(f.m[i].p, 3));
        rules_give(&pair.client, HS__CONTENT_change_cipher_spec, rules_span("\x01", 1), &in_clear);
        hs__hand_give(&pair.client, HS__CONTENT_handshake, rules_span(f.m[i].p + 3, f.m[i].n - 3));
        rules_fine(&pair.client, "change_cipher_spec everywhere");
    }
    assert_true(pair.client.connected);
    hs__hand_flight_free(&f);
    hs__test_pair_free(&pair);
}

static void a_wrong_change_cipher_spec_is_refused(void **state) {
    static const struct {
        const char *bytes;
        size_t n;
    } wrong[] = {{"\x00", 1}, {"\x02", 1}, {"\x01\x01", 2}, {"", 0}, {"\x01\x00", 2}};
    for (const rules_place *p = rules_places; p->state != HS__N_STATES; p++) {
        for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
            rules_end e;
            rules_open(*state, *p, &e);
            rules_give(e.end, HS__CONTENT_change_cipher_spec,
                       rules_span(wrong[i].bytes, wrong[i].n), &in_clear);
            rules_unexpected(e.end, e.name, HS_E_UNEXPECTED_RECORD);
            rules_close(&e);
        }
    }
}

static void a_protected_change_cipher_spec_is_refused(void **state) {
    for (const rules_place *p = rules_places; p->state != HS__N_STATES; p++) {
        rules_end e;
        rules_open(*state, *p, &e);
        if (rules_has_keys(e.end)) {
            hs__hand_give(e.end, HS__CONTENT_change_cipher_spec, rules_span("\x01", 1));
            rules_unexpected(e.end, e.name, HS_E_UNEXPECTED_RECORD);
        }
        rules_close(&e);
    }
}

static void change_cipher_specs_are_bounded(void **state) {
    rules_end e;
    rules_open(*state, (rules_place){true, HS__WAIT_CERT}, &e);
    for (unsigned i = 0; i < 32; i++) {
        rules_give(e.end, HS__CONTENT_change_cipher_spec, rules_span("\x01", 1), &in_clear);
        rules_fine(e.end, "32 are taken");
    }
    rules_give(e.end, HS__CONTENT_change_cipher_spec, rules_span("\x01", 1), &in_clear);
    rules_unexpected(e.end, "the 33rd", HS_E_TOO_MANY_EMPTY);
    rules_close(&e);
}

/* ---- types: 9846-5-05 ---------------------------------------------------------------------- */

static void unknown_record_types_are_refused(void **state) {
    static const uint8_t types[] = {0, 1, 19, 24, 25, 128, 255};
    for (const rules_place *p = rules_places; p->state != HS__N_STATES; p++) {
        for (size_t i = 0; i < sizeof(types); i++) {
            rules_end e;
            rules_open(*state, *p, &e);
            const bool is_first = e.end->conn->in.records == 0;
            rules_give(e.end, types[i], rules_span("\x01\x02\x03", 3), &in_clear);
            rules_unexpected(e.end, e.name, is_first ? HS_E_NOT_TLS : HS_E_UNEXPECTED_RECORD);
            rules_close(&e);
            rules_open(*state, *p, &e);
            if (rules_has_keys(e.end) && types[i] != 0) {
                hs__hand_give(e.end, types[i], rules_span("\x01\x02\x03", 3));
                rules_unexpected(e.end, e.name, HS_E_UNEXPECTED_RECORD);
            }
            rules_close(&e);
        }
    }
}

/* 9846-5.1-22, 2-02, 6.2-05: data before there are keys, or before Finished. */
static void data_before_its_time_is_refused(void **state) {
    for (const rules_place *p = rules_places; p->state != HS__CONNECTED || !p->server; p++) {
        if (p->state == HS__CONNECTED) {
            continue;
        }
        rules_end e;
        rules_open(*state, *p, &e);
        hs__hand_give(e.end, HS__CONTENT_application_data, rules_span("early", 5));
        rules_unexpected(e.end, e.name, HS_E_UNEXPECTED_RECORD);
        rules_close(&e);
    }
}

/* What is in clear after encryption has begun is not taken, not even an alert: nobody knows who
 * sent it. The first alert of a client that could not read our flight is the exception (A.1). */
static void records_in_clear_are_refused_once_there_are_keys(void **state) {
    static const uint8_t types[] = {HS__CONTENT_alert, HS__CONTENT_handshake};
    for (const rules_place *p = rules_places; p->state != HS__N_STATES; p++) {
        for (size_t i = 0; i < sizeof(types); i++) {
            rules_end e;
            rules_open(*state, *p, &e);
            const bool is_first_alert = e.end->conn->is_server && p->state == HS__WAIT_CERT &&
                                        types[i] == HS__CONTENT_alert;
            if (rules_has_keys(e.end) && !is_first_alert) {
                rules_give(e.end, types[i], rules_span("\x02\x28\x00\x00", 2), &in_clear);
                rules_unexpected(e.end, e.name, HS_E_UNEXPECTED_RECORD);
            }
            rules_close(&e);
        }
    }
}

/* 9846-A.1-01 */
static void a_client_without_keys_may_say_why(void **state) {
    rules_end e;
    rules_open(*state, (rules_place){true, HS__WAIT_CERT}, &e);
    const uint8_t alert[] = {HS__ALERT_LEVEL_fatal, HS__ALERT_illegal_parameter};
    rules_give(e.end, HS__CONTENT_alert, rules_span(alert, 2), &in_clear);
    assert_true(e.end->failed && e.end->error.from_peer);
    assert_int_equal(e.end->error.alert, HS__ALERT_illegal_parameter);
    rules_close(&e);
}

/* ---- parts of messages: 9846-5.1-03, -04 --------------------------------------------------- */

static void nothing_comes_between_the_parts_of_a_message(void **state) {
    static const uint8_t types[] = {HS__CONTENT_alert, HS__CONTENT_application_data};
    for (const rules_place *p = rules_places; p->state != HS__N_STATES; p++) {
        for (size_t part = 1; part < 6; part += 4) {
            for (size_t i = 0; i < sizeof(types); i++) {
                rules_end e;
                rules_open(*state, *p, &e);
                const uint8_t begin[] = {HS__HT_finished, 0, 0, 32, 1, 2};
                hs__hand_give(e.end, HS__CONTENT_handshake, rules_span(begin, part));
                rules_fine(e.end, e.name);
                hs__hand_give(e.end, types[i], rules_span("\x01\x5a", 2));
                const bool is_clear_data =
                    types[i] == HS__CONTENT_application_data && !rules_has_keys(e.end);
                rules_unexpected(e.end, e.name,
                                 is_clear_data ? HS_E_UNEXPECTED_RECORD : HS_E_INTERLEAVED);
                rules_close(&e);
            }
        }
    }
}

/* ---- key changes: 9846-5.1-06, -07 --------------------------------------------------------- */

static void check_aligned(const hs__stage *s, rules_place p, hs_span message) {
    rules_end e;
    rules_open(s, p, &e);
    hs__test_bytes joined = {NULL, 0, 0};
    hs__test_bytes_add(&joined, message.p, message.n);
    hs__test_bytes_add(&joined, "\x08", 1); /* the beginning of another message */
    hs__hand_give(e.end, HS__CONTENT_handshake, rules_span(joined.p, joined.n));
    rules_unexpected(e.end, e.name, HS_E_KEY_CHANGE_ALIGNMENT);
    hs__test_bytes_free(&joined);
    rules_close(&e);
}

static void nothing_stands_behind_a_message_before_a_key_change(void **state) {
    const unsigned how = HS__STAGE_RETRY | HS__STAGE_AUTH;
    hs__test_pair pair;
    hs__hand_flight server;
    hs__hand_flight client;
    hs__stage_open(*state, how, &pair);
    hs__stage_server_flight(&pair, how, &server);
    hs__stage_carry(&pair.server, &pair.client);
    hs__stage_client_flight(&pair, &client);
    const hs_span hello = hs__hand_find(&client, HS__HT_client_hello, 0);
    const hs_span finished = hs__hand_find(&server, HS__HT_finished, 0);
    const hs_span update = rules_span("\x18\x00\x00\x01\x00", 5);
    check_aligned(*state, (rules_place){true, HS__START}, hello);
    check_aligned(*state, (rules_place){true, HS__WAIT_CH2}, hello);
    check_aligned(*state, (rules_place){true, HS__WAIT_FINISHED}, finished);
    check_aligned(*state, connected(true), update);
    check_aligned(*state, (rules_place){false, HS__WAIT_SH},
                  hs__hand_find(&server, HS__HT_server_hello, 0));
    check_aligned(*state, (rules_place){false, HS__WAIT_SH},
                  hs__hand_find(&server, HS__HT_server_hello, 1));
    check_aligned(*state, (rules_place){false, HS__WAIT_SH2},
                  hs__hand_find(&server, HS__HT_server_hello, 1));
    check_aligned(*state, (rules_place){false, HS__WAIT_FINISHED}, finished);
    check_aligned(*state, connected(false), update);
    hs__hand_flight_free(&server);
    hs__hand_flight_free(&client);
    hs__test_pair_free(&pair);
}

/* The beginning of EncryptedExtensions in clear, the rest protected: it cannot be. */
static void a_message_does_not_lie_across_a_key_change(void **state) {
    hs__test_pair pair;
    hs__hand_flight f;
    hs__stage_open(*state, 0, &pair);
    hs__stage_server_flight(&pair, 0, &f);
    hs__test_bytes joined = {NULL, 0, 0};
    hs__test_bytes_add(&joined, f.m[0].p, f.m[0].n);
    hs__test_bytes_add(&joined, f.m[1].p, 2);
    const hs__hand_how how = {.in_clear = true};
    rules_give(&pair.client, HS__CONTENT_handshake, rules_span(joined.p, joined.n - 2 - 10), &how);
    rules_give(&pair.client, HS__CONTENT_handshake, rules_span(joined.p + joined.n - 12, 12), &how);
    rules_unexpected(&pair.client, "the end of ServerHello and more", HS_E_KEY_CHANGE_ALIGNMENT);
    hs__test_bytes_free(&joined);
    hs__hand_flight_free(&f);
    hs__test_pair_free(&pair);
}

/* ---- empty records: 9846-5.1-09, -13, 5.4-04 ----------------------------------------------- */

static void handshake_and_alert_records_are_not_empty(void **state) {
    static const uint8_t types[] = {HS__CONTENT_alert, HS__CONTENT_handshake};
    static const size_t paddings[] = {0, 1, 100};
    for (const rules_place *p = rules_places; p->state != HS__N_STATES; p++) {
        for (size_t i = 0; i < 2; i++) {
            for (size_t j = 0; j < 3; j++) {
                rules_end e;
                rules_open(*state, *p, &e);
                const hs__hand_how how = {.padding = rules_has_keys(e.end) ? paddings[j] : 0};
                rules_give(e.end, types[i], rules_span("", 0), &how);
                rules_unexpected(e.end, e.name, HS_E_UNEXPECTED_RECORD);
                rules_close(&e);
            }
        }
    }
}

static void empty_data_is_ignored_but_bounded(void **state) {
    for (unsigned server = 0; server < 2; server++) {
        rules_end e;
        rules_open(*state, connected(server != 0), &e);
        for (unsigned i = 0; i < 32; i++) {
            const hs__hand_how how = {.padding = i * 7};
            rules_give(e.end, HS__CONTENT_application_data, rules_span("", 0), &how);
            rules_fine(e.end, e.name);
            assert_false(e.end->closed);
        }
        hs__hand_give(e.end, HS__CONTENT_application_data, rules_span("x", 1));
        assert_int_equal(e.end->data.n, 1);
        e.end->data.n = 0;
        for (unsigned i = 0; i < 33; i++) {
            rules_fine(e.end, e.name);
            hs__hand_give(e.end, HS__CONTENT_application_data, rules_span("", 0));
        }
        rules_unexpected(e.end, e.name, HS_E_TOO_MANY_EMPTY);
        rules_close(&e);
    }
}

/* ---- sizes: 9846-5.1-19, 5.2-03, -05, -07, 5.4-07 ------------------------------------------ */

static void a_record_in_clear_has_at_most_16384_bytes(void **state) {
    for (const rules_place *p = rules_places; p->state != HS__N_STATES; p++) {
        rules_end e;
        rules_open(*state, *p, &e);
        if (!rules_has_keys(e.end)) {
            rules_give(e.end, HS__CONTENT_handshake, rules_span(many, HS__RECORD_PLAIN_MAX + 1),
                       NULL);
            rules_failed(e.end, e.name, HS_E_RECORD_OVERFLOW, HS__ALERT_record_overflow);
        }
        rules_close(&e);
    }
    /* 16384 are taken: a ClientHello of that length is judged by what is in it. */
    rules_end e;
    rules_open(*state, (rules_place){true, HS__START}, &e);
    const uint8_t head[] = {HS__HT_client_hello, 0, 0x3f, 0xfc};
    memcpy(many, head, sizeof(head));
    rules_give(e.end, HS__CONTENT_handshake, rules_span(many, HS__RECORD_PLAIN_MAX), NULL);
    rules_failed(e.end, e.name, HS_E_DECODE, HS__ALERT_decode_error);
    memset(many, 0, sizeof(head));
    rules_close(&e);
}

static void a_protected_record_has_at_most_256_bytes_more(void **state) {
    static const uint8_t header[] = {23, 3, 3, 0x41, 0x01};
    for (const rules_place *p = rules_places; p->state != HS__N_STATES; p++) {
        rules_end e;
        rules_open(*state, *p, &e);
        if (rules_has_keys(e.end)) {
            hs__test_end_feed(e.end, header, sizeof(header)); /* the header tells enough */
            rules_failed(e.end, e.name, HS_E_RECORD_OVERFLOW, HS__ALERT_record_overflow);
        }
        rules_close(&e);
        rules_open(*state, *p, &e);
        if (rules_has_keys(e.end)) {
            memcpy(many, "\x17\x03\x03\x41\x00", 5);
            hs__test_end_feed(e.end, many, 5 + HS__RECORD_CIPHER_MAX);
            rules_failed(e.end, e.name, HS_E_BAD_RECORD_MAC, HS__ALERT_bad_record_mac);
            memset(many, 0, 5);
        }
        rules_close(&e);
    }
}

static void what_is_too_short_to_be_sealed_does_not_open(void **state) {
    for (const rules_place *p = rules_places; p->state != HS__N_STATES; p++) {
        for (uint8_t n = 0; n <= 17; n++) {
            rules_end e;
            rules_open(*state, *p, &e);
            if (rules_has_keys(e.end)) {
                uint8_t record[22] = {23, 3, 3, 0, n};
                hs__test_end_feed(e.end, record, 5U + n);
                rules_failed(e.end, e.name, HS_E_BAD_RECORD_MAC, HS__ALERT_bad_record_mac);
            }
            rules_close(&e);
        }
    }
}

/* ---- padding: 9846-5.4-01, -05, -06, -07 --------------------------------------------------- */

static void any_protected_record_may_be_padded(void **state) {
    hs__test_pair pair;
    hs__hand_flight f;
    const hs__hand_how padded = {.padding = 1000};
    hs__stage_open(*state, HS__STAGE_AUTH, &pair);
    hs__stage_server_flight(&pair, HS__STAGE_AUTH, &f);
    hs__hand_give(&pair.client, HS__CONTENT_handshake, rules_span(f.m[0].p, f.m[0].n));
    for (size_t i = 1; i < f.n; i++) {
        rules_give(&pair.client, HS__CONTENT_handshake, rules_span(f.m[i].p, f.m[i].n), &padded);
    }
    assert_true(pair.client.connected);
    const hs__hand_how full = {.padding = HS__RECORD_PLAIN_MAX - 4};
    rules_give(&pair.client, HS__CONTENT_application_data, rules_span("data", 4), &full);
    assert_int_equal(pair.client.data.n, 4);
    rules_give(&pair.client, HS__CONTENT_alert, rules_span("\x01\x00", 2), &padded);
    assert_true(pair.client.closed);
    hs__hand_flight_free(&f);
    hs__test_pair_free(&pair);
}

static void nothing_but_zeros_is_refused(void **state) {
    static const size_t lengths[] = {0, 1, 2, 100, HS__RECORD_INNER_MAX};
    for (const rules_place *p = rules_places; p->state != HS__N_STATES; p++) {
        for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
            rules_end e;
            rules_open(*state, *p, &e);
            const hs__hand_how how = {.no_type = true, .padding = lengths[i]};
            if (rules_has_keys(e.end)) {
                rules_give(e.end, 0, rules_span("", 0), &how);
                rules_unexpected(e.end, e.name, HS_E_UNEXPECTED_RECORD);
            }
            rules_close(&e);
        }
    }
}

static void content_and_padding_have_a_limit(void **state) {
    for (size_t content = 0; content <= HS__RECORD_PLAIN_MAX; content += HS__RECORD_PLAIN_MAX) {
        rules_end e;
        rules_open(*state, connected(true), &e);
        hs__hand_how how = {.padding = HS__RECORD_PLAIN_MAX - content};
        rules_give(e.end, HS__CONTENT_application_data, rules_span(many, content), &how);
        rules_fine(e.end, "2^14 + 1 bytes");
        assert_int_equal(e.end->data.n, content);
        e.end->data.n = 0;
        how.padding++;
        rules_give(e.end, HS__CONTENT_application_data, rules_span(many, content), &how);
        rules_failed(e.end, "2^14 + 2 bytes", HS_E_RECORD_OVERFLOW, HS__ALERT_record_overflow);
        rules_close(&e);
    }
    rules_end e;
    rules_open(*state, connected(false), &e);
    rules_give(e.end, HS__CONTENT_application_data, rules_span(many, HS__RECORD_PLAIN_MAX + 1),
               NULL);
    rules_failed(e.end, "content of 2^14 + 1", HS_E_RECORD_OVERFLOW, HS__ALERT_record_overflow);
    rules_close(&e);
}

/* RFC 8449, 9846-5.4-08: an agreed limit counts content, type and padding. */
static void a_record_size_limit_binds_the_peer(void **state) {
    for (unsigned server = 0; server < 2; server++) {
        hs_credential *identity[2][2];
        hs_options client = hs__stage_client(*state, 0, identity[0]);
        hs_options server_options = hs__stage_server(*state, 0, identity[1]);
        client.record_size_limit = 64;
        server_options.record_size_limit = 64;
        hs__test_pair pair;
        hs__stage_open_with(&client, &server_options, &pair);
        hs__test_pair_run(&pair);
        assert_true(pair.client.connected && pair.server.connected);
        hs__test_end *end = server != 0 ? &pair.server : &pair.client;
        const hs__hand_how how = {.padding = 13};
        rules_give(end, HS__CONTENT_application_data, rules_span(many, 50), &how);
        assert_int_equal(end->data.n, 50);
        end->data.n = 0;
        rules_give(end, HS__CONTENT_application_data, rules_span(many, 51), &how);
        rules_failed(end, "65 bytes", HS_E_RECORD_OVERFLOW, HS__ALERT_record_overflow);
        hs__test_pair_free(&pair);
    }
}

/* A limit of ours above 2^14 + 1 does not make the protocol's own limit any larger. */
static void a_large_record_size_limit_changes_nothing(void **state) {
    hs_credential *identity[2][2];
    hs_options client = hs__stage_client(*state, 0, identity[0]);
    hs_options server = hs__stage_server(*state, 0, identity[1]);
    client.record_size_limit = HS__RECORD_INNER_MAX;
    server.record_size_limit = HS__RECORD_INNER_MAX;
    hs__test_pair pair;
    hs__stage_open_with(&client, &server, &pair);
    hs__test_pair_run(&pair);
    const hs__hand_how how = {.padding = 1};
    rules_give(&pair.client, HS__CONTENT_application_data, rules_span(many, HS__RECORD_PLAIN_MAX),
               &how);
    rules_failed(&pair.client, "2^14 + 2", HS_E_RECORD_OVERFLOW, HS__ALERT_record_overflow);
    hs__test_pair_free(&pair);
    hs_config *config = NULL;
    const char *why = NULL;
    client.size = sizeof(client);
    client.now_ms = hs__test_now_ms;
    client.record_size_limit = HS__RECORD_INNER_MAX + 1;
    assert_int_equal(hs_config_new(&client, &config, &why), HS_E_CONFIG);
}

/* ---- keys: 9846-5.2-04, 5.3-01, 4.7.3-10 --------------------------------------------------- */

static void a_record_out_of_turn_does_not_open(void **state) {
    for (unsigned server = 0; server < 2; server++) {
        rules_end e;
        rules_open(*state, connected(server != 0), &e);
        const hs__hand_how ahead = {.ahead = 1};
        rules_give(e.end, HS__CONTENT_application_data, rules_span("x", 1), &ahead);
        rules_failed(e.end, "one skipped", HS_E_BAD_RECORD_MAC, HS__ALERT_bad_record_mac);
        rules_close(&e);
        rules_open(*state, connected(server != 0), &e);
        hs__test_bytes record = {NULL, 0, 0};
        hs__hand_seal(e.end->conn, HS__CONTENT_application_data, rules_span("", 0), NULL, &record);
        hs__test_end_feed(e.end, record.p, record.n);
        hs__test_end_feed(e.end, record.p, record.n);
        rules_failed(e.end, "one repeated", HS_E_BAD_RECORD_MAC, HS__ALERT_bad_record_mac);
        hs__test_bytes_free(&record);
        rules_close(&e);
    }
}

static void the_header_is_part_of_what_is_sealed(void **state) {
    rules_end e;
    rules_open(*state, connected(true), &e);
    hs__test_bytes record = {NULL, 0, 0};
    hs__hand_seal(e.end->conn, HS__CONTENT_application_data, rules_span("x", 1), NULL, &record);
    record.p[2] = 4;
    hs__test_end_feed(e.end, record.p, record.n);
    rules_failed(e.end, "version changed", HS_E_BAD_RECORD_MAC, HS__ALERT_bad_record_mac);
    hs__test_bytes_free(&record);
    rules_close(&e);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_cipher_spec_is_dropped_or_refused),
        cmocka_unit_test(a_handshake_goes_on_behind_change_cipher_specs),
        cmocka_unit_test(a_wrong_change_cipher_spec_is_refused),
        cmocka_unit_test(a_protected_change_cipher_spec_is_refused),
        cmocka_unit_test(change_cipher_specs_are_bounded),
        cmocka_unit_test(unknown_record_types_are_refused),
        cmocka_unit_test(data_before_its_time_is_refused),
        cmocka_unit_test(records_in_clear_are_refused_once_there_are_keys),
        cmocka_unit_test(a_client_without_keys_may_say_why),
        cmocka_unit_test(nothing_comes_between_the_parts_of_a_message),
        cmocka_unit_test(nothing_stands_behind_a_message_before_a_key_change),
        cmocka_unit_test(a_message_does_not_lie_across_a_key_change),
        cmocka_unit_test(handshake_and_alert_records_are_not_empty),
        cmocka_unit_test(empty_data_is_ignored_but_bounded),
        cmocka_unit_test(a_record_in_clear_has_at_most_16384_bytes),
        cmocka_unit_test(a_protected_record_has_at_most_256_bytes_more),
        cmocka_unit_test(what_is_too_short_to_be_sealed_does_not_open),
        cmocka_unit_test(any_protected_record_may_be_padded),
        cmocka_unit_test(nothing_but_zeros_is_refused),
        cmocka_unit_test(content_and_padding_have_a_limit),
        cmocka_unit_test(a_record_size_limit_binds_the_peer),
        cmocka_unit_test(a_large_record_size_limit_changes_nothing),
        cmocka_unit_test(a_record_out_of_turn_does_not_open),
        cmocka_unit_test(the_header_is_part_of_what_is_sealed),
    };
    return cmocka_run_group_tests_name("records", tests, rules_setup, rules_teardown);
}
