/* Early data at a server that takes none, RFC 9846 4.3.10: it is skipped, within bounds, and until
 * the client's next flight only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/codepoints.h"
#include "tests/lib/stage.h"

enum { HEADER = 5, ENOUGH = 100, LONG = 16384 + 17 };

static void add_u16(uint8_t *at, unsigned more) {
    unsigned value = (unsigned)(at[0] << 8 | at[1]) + more;
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* The client's first record with early_data put in front of its extensions. */
static void offer_early_data(hs__test_bytes *sent) {
    static const uint8_t extension[] = {0, HS__EXT_early_data, 0, 0};
    uint8_t *p = sent->p;
    size_t at = HEADER + 4 + 2 + 32;
    at += 1U + p[at];                            /* legacy_session_id */
    at += 2U + (size_t)(p[at] << 8 | p[at + 1]); /* cipher_suites */
    at += 1U + p[at];                            /* legacy_compression_methods */
    hs__test_bytes changed = {0};
    add_u16(p + 3, sizeof(extension));
    add_u16(p + HEADER + 2, sizeof(extension));
    add_u16(p + at, sizeof(extension));
    hs__test_bytes_add(&changed, p, at + 2);
    hs__test_bytes_add(&changed, extension, sizeof(extension));
    hs__test_bytes_add(&changed, p + at + 2, sent->n - at - 2);
    hs__test_bytes_free(sent);
    *sent = changed;
}

/* A server that has answered a ClientHello, with early_data in it or not. */
static void answered(const hs__stage *s, unsigned how, bool offers, hs__test_pair *pair) {
    hs__stage_open(s, how, pair);
    hs__test_end_drain(&pair->client);
    if (offers) {
        offer_early_data(&pair->client.sent);
    }
    hs__stage_carry(&pair->client, &pair->server);
    hs__test_end_drain(&pair->server);
    assert_false(pair->server.failed);
}

/* A record under a key that the server has not. */
static void give_early(hs__test_pair *pair, size_t n) {
    uint8_t *record = calloc(1, HEADER + n);
    assert_non_null(record);
    const uint8_t header[HEADER] = {HS__CONTENT_application_data, 3, 3, (uint8_t)(n >> 8),
                                    (uint8_t)n};
    memcpy(record, header, HEADER);
    memset(record + HEADER, 0x5a, n);
    hs__test_end_feed(&pair->server, record, HEADER + n);
    free(record);
}

static void give_message(hs__test_pair *pair, size_t n) {
    static const uint8_t finished[4 + 32] = {HS__HT_finished, 0, 0, 32};
    hs__hand_give(&pair->server, HS__CONTENT_handshake, (hs_span){finished, n});
}

static void failed(hs__test_pair *pair, hs_status status, int alert) {
    assert_true(pair->server.failed);
    assert_int_equal(pair->server.error.status, status);
    assert_int_equal(pair->server.error.alert, alert);
    hs__test_pair_free(pair);
}

/* 9846-4.3.10-08: the next flight then opens with the first sequence number. */
static void is_skipped(void **state) {
    hs__test_pair pair;
    answered(*state, 0, true, &pair);
    for (unsigned i = 0; i < 3; i++) {
        give_early(&pair, ENOUGH);
    }
    give_early(&pair, LONG);
    assert_false(pair.server.failed);
    give_message(&pair, 36); /* a Finished that opens, though it is wrong */
    failed(&pair, HS_E_FINISHED, HS__ALERT_decrypt_error);
}

static void was_not_offered(void **state) {
    hs__test_pair pair;
    answered(*state, 0, false, &pair);
    give_early(&pair, ENOUGH);
    failed(&pair, HS_E_BAD_RECORD_MAC, HS__ALERT_bad_record_mac);
}

static void is_bounded(void **state) {
    hs__test_pair pair;
    answered(*state, 0, true, &pair);
    give_early(&pair, LONG);
    assert_false(pair.server.failed);
    give_early(&pair, LONG);
    failed(&pair, HS_E_BAD_RECORD_MAC, HS__ALERT_bad_record_mac);
}

static void ends_with_the_first_record_that_opens(void **state) {
    hs__test_pair pair;
    answered(*state, 0, true, &pair);
    give_early(&pair, ENOUGH);
    give_message(&pair, 2); /* the beginning of one */
    assert_false(pair.server.failed);
    give_early(&pair, ENOUGH);
    failed(&pair, HS_E_BAD_RECORD_MAC, HS__ALERT_bad_record_mac);
}

/* 9846-4.3.10-10 */
static void is_skipped_after_a_retry_request(void **state) {
    hs__test_pair pair;
    answered(*state, HS__STAGE_RETRY, true, &pair);
    give_early(&pair, LONG);
    give_early(&pair, ENOUGH);
    assert_false(pair.server.failed);
    give_early(&pair, LONG);
    failed(&pair, HS_E_UNEXPECTED_RECORD, HS__ALERT_unexpected_message);
}

static void was_not_offered_before_a_retry_request(void **state) {
    hs__test_pair pair;
    answered(*state, HS__STAGE_RETRY, false, &pair);
    give_early(&pair, ENOUGH);
    failed(&pair, HS_E_UNEXPECTED_RECORD, HS__ALERT_unexpected_message);
}

/* The bytes that follow are those of a ClientHello: nothing may come between its parts. */
static void ends_with_the_second_hello(void **state) {
    static const uint8_t begun[] = {HS__CONTENT_handshake, 3, 3, 0, 2, HS__HT_client_hello, 0};
    hs__test_pair pair;
    answered(*state, HS__STAGE_RETRY, true, &pair);
    give_early(&pair, ENOUGH);
    hs__test_end_feed(&pair.server, begun, sizeof(begun));
    assert_false(pair.server.failed);
    give_early(&pair, ENOUGH);
    failed(&pair, HS_E_UNEXPECTED_RECORD, HS__ALERT_unexpected_message);
}

static int setup(void **state) {
    static hs__stage stage;
    hs__stage_new(&stage);
    *state = &stage;
    return 0;
}

static int teardown(void **state) {
    hs__stage_free(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_skipped),
        cmocka_unit_test(was_not_offered),
        cmocka_unit_test(is_bounded),
        cmocka_unit_test(ends_with_the_first_record_that_opens),
        cmocka_unit_test(is_skipped_after_a_retry_request),
        cmocka_unit_test(was_not_offered_before_a_retry_request),
        cmocka_unit_test(ends_with_the_second_hello),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
