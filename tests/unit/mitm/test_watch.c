/* What is learnt from records: RFC 8448's handshake, and anything at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apps/hs-mitm/watch.h"
#include "proto/codepoints.h"
#include "tests/vectors/rfc8448_simple.h"

static watch w;
static hs__see *see;

static int begin(void **state) {
    (void)state;
    static const hs__see_options NOTHING;
    static const hs__common QUIET = {.quiet = true};
    hs__fault fault;
    const hs__see_setup setup = {.options = &NOTHING, .common = &QUIET, .tool = "test"};
    if (hs__see_open(&setup, &see, &fault))
        return -1;
    const hs__see_conn conn = {.conn_id = "c1", .what = "connected", .is_observer = true};
    watch_begin(&w, see, &conn);
    return 0;
}

static int finish(void **state) {
    (void)state;
    watch_end(&w);
    hs__see_close(see);
    return 0;
}

static void record(bool outbound, uint8_t type, const void *content, size_t n) {
    static uint8_t room[5 + 65536];
    const uint8_t header[] = {type, 3, 3, (uint8_t)(n >> 8), (uint8_t)n};
    memcpy(room, header, sizeof header);
    if (n > 0)
        memcpy(room + 5, content, n);
    watch_record(&w, outbound, (hs_span){room, 5 + n});
}

static void hidden(bool outbound, size_t n) {
    static const uint8_t zeros[20000];
    record(outbound, HS__CONTENT_application_data, zeros, n);
}

static void hellos(void) {
    record(true, HS__CONTENT_handshake, rfc8448_simple_client_hello,
           sizeof rfc8448_simple_client_hello);
    record(false, HS__CONTENT_handshake, rfc8448_simple_server_hello,
           sizeof rfc8448_simple_server_hello);
}

static void hellos_give_away_name_version_suite_group(void **state) {
    (void)state;
    hellos();
    assert_string_equal(w.name, "server");
    assert_string_equal(w.versions, "TLS 1.3");
    assert_int_equal(w.suites, 3);
    assert_int_equal(w.version, HS__VERSION_TLS13);
    assert_int_equal(w.suite, HS__SUITE_TLS_AES_128_GCM_SHA256);
    assert_int_equal(w.group, HS__NAMED_GROUP_x25519);
    assert_false(watch_is_complete(&w));
}

static void a_hello_in_pieces_is_one(void **state) {
    (void)state;
    const uint8_t *p = rfc8448_simple_client_hello;
    for (size_t i = 0; i < sizeof rfc8448_simple_client_hello; i += 7) {
        size_t n = sizeof rfc8448_simple_client_hello - i;
        record(true, HS__CONTENT_handshake, p + i, n < 7 ? n : 7);
    }
    assert_string_equal(w.name, "server");
}

static void sizes_tell_whether_it_completed(void **state) {
    (void)state;
    hellos();
    hidden(false, 674);
    assert_false(watch_is_complete(&w));
    hidden(true, 53); /* Finished */
    assert_true(watch_is_complete(&w));
    assert_int_equal(w.end[false].flight, 679);
    hidden(false, 19); /* an alert is all that the server has to say to it */
    assert_false(watch_is_complete(&w));
}

static void a_close_that_the_client_began_is_no_alert(void **state) {
    (void)state;
    hellos();
    hidden(false, 674);
    hidden(true, 53);
    hidden(true, 19);
    w.end[false].hidden_alert_us = 0;
    hidden(false, 19);
    assert_true(watch_is_complete(&w));
}

static void an_alert_instead_of_finished_completes_nothing(void **state) {
    (void)state;
    static const uint8_t ALERT[] = {2, HS__ALERT_bad_record_mac};
    hellos();
    hidden(false, 674);
    hidden(true, 19);
    assert_false(w.is_done);
    assert_true(w.end[true].has_hidden_alert);
    record(true, HS__CONTENT_alert, ALERT, sizeof ALERT);
    assert_true(w.end[true].has_alert);
    assert_int_equal(w.end[true].alert, HS__ALERT_bad_record_mac);
}

static void a_message_that_never_ends_is_bounded(void **state) {
    (void)state;
    static uint8_t part[16384] = {HS__HT_client_hello, 0xff, 0xff, 0xff};
    for (size_t i = 0; i < 100; i++) {
        record(true, HS__CONTENT_handshake, part, sizeof part);
        assert_true(w.end[true].stream_cap <= WATCH_MESSAGE);
    }
}

/* Whatever comes: the sanitizers watch. */
static void anything_at_all(void **state) {
    (void)state;
    uint32_t seed = 1;
    for (size_t i = 0; i < 20000; i++) {
        uint8_t bytes[256];
        for (size_t j = 0; j < sizeof bytes; j++) {
            seed = seed * 1664525 + 1013904223;
            bytes[j] = (uint8_t)(seed >> 24);
        }
        bool copies = bytes[0] < 128;
        if (copies) { /* a hello with a few bytes that are otherwise */
            uint8_t hello[196];
            memcpy(hello, rfc8448_simple_client_hello, sizeof hello);
            hello[bytes[1] % sizeof hello] = bytes[2];
            hello[bytes[3] % sizeof hello] = bytes[4];
            record(bytes[5] & 1, HS__CONTENT_handshake, hello, sizeof hello);
        }
        bytes[1] = 0; /* short enough to be whole */
        bytes[2] = 0;
        bytes[3] = (uint8_t)(bytes[6] % 200);
        bytes[0] = (uint8_t)(bytes[7] % 26);
        record(bytes[8] & 1, (uint8_t)(20 + bytes[9] % 4), bytes, 4 + (size_t)bytes[3]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, begin, finish)
        T(hellos_give_away_name_version_suite_group),
        T(a_hello_in_pieces_is_one),
        T(sizes_tell_whether_it_completed),
        T(a_close_that_the_client_began_is_no_alert),
        T(an_alert_instead_of_finished_completes_nothing),
        T(a_message_that_never_ends_is_bounded),
        T(anything_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
