/* What programs say of a connection: how its keys came about, how long it took to get there. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "apps/tls/facts.h"
#include "proto/codepoints.h"

static const hs__facts NEW = {.version = HS__VERSION_TLS13, .suite = 0x1301, .group = 29};
static const hs__facts OLD = {.version = HS__VERSION_TLS12, .suite = 0xc02b, .group = 23};
static const hs__facts CLASSIC = {.version = HS__VERSION_TLS12, .suite = 0x009c};
static const hs__facts RESUMED = {.version = HS__VERSION_TLS12, .suite = 0xc02b, .resumed = true};

static void test_round_trips_before_data(void **state) {
    (void)state;
    hs__facts retried = NEW;
    retried.hrr = true;
    assert_int_equal(hs__facts_rtts(&NEW), 1);
    assert_int_equal(hs__facts_rtts(&retried), 2);
    assert_int_equal(hs__facts_rtts(&OLD), 2);
    assert_int_equal(hs__facts_rtts(&CLASSIC), 2);
    assert_int_equal(hs__facts_rtts(&RESUMED), 1);
}

static void test_where_the_keys_came_from(void **state) {
    (void)state;
    assert_string_equal(hs__exchange_text(&NEW), "x25519");
    assert_string_equal(hs__exchange_text(&OLD), "secp256r1");
    assert_string_equal(hs__exchange_text(&CLASSIC), "RSA key transport");
    assert_string_equal(hs__exchange_text(&RESUMED), "resumed");
}

static const char *text_of(const json_t *j, const char *key) {
    return json_string_value(json_object_get(j, key));
}

static void test_json_has_null_for_what_was_not_there(void **state) {
    (void)state;
    json_t *j = hs__facts_json(&CLASSIC);
    assert_string_equal(text_of(j, "version"), "TLS 1.2");
    assert_string_equal(text_of(j, "suite"), "TLS_RSA_WITH_AES_128_GCM_SHA256");
    assert_string_equal(text_of(j, "mode"), "full");
    static const char *const MISSING[] = {"group", "sigalg", "own_sigalg", "alpn", "servername"};
    for (size_t i = 0; i < sizeof MISSING / sizeof *MISSING; i++)
        assert_true(json_is_null(json_object_get(j, MISSING[i])));
    json_decref(j);
    j = hs__facts_json(&RESUMED);
    assert_string_equal(text_of(j, "mode"), "resumed");
    assert_true(json_is_true(json_object_get(j, "resumed")));
    assert_int_equal(json_integer_value(json_object_get(j, "rtts")), 1);
    json_decref(j);
}

static void test_numbers_without_a_name(void **state) {
    (void)state;
    assert_string_equal(hs__suite_text(0xfefe), "0xfefe");
    assert_string_equal(hs__version_text(0x0303), "TLS 1.2");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trips_before_data),
        cmocka_unit_test(test_where_the_keys_came_from),
        cmocka_unit_test(test_json_has_null_for_what_was_not_there),
        cmocka_unit_test(test_numbers_without_a_name),
    };
    return cmocka_run_group_tests_name("tls/facts", tests, NULL, NULL);
}
