/* --break: what is taken, whose words it means, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apps/hs-mitm/breaks.h"

static break_plan plan;
static hs__fault fault;

static hs__exit take(const char *what) {
    memset(&plan, 0, sizeof plan);
    return breaks_read(what, &plan, &fault);
}

static void a_message_says_whose_it_is(void **state) {
    (void)state;
    assert_int_equal(take("tamper=ServerHello"), HS__EXIT_OK);
    assert_true(plan.of_either);
    assert_int_equal(plan.lab.message, HS__HT_server_hello);
    assert_int_equal(take("client:drop=certificate"), HS__EXIT_OK);
    assert_true(plan.of_client && !plan.of_either);
    assert_int_equal(take("delay=ClientHello"), HS__EXIT_OK);
    assert_int_equal(plan.row->way, BREAK_DELAY);
    assert_int_equal(plan.lab.message, HS__HT_client_hello);
}

static void records_have_numbers_and_sides(void **state) {
    (void)state;
    assert_int_equal(take("flip"), HS__EXIT_OK);
    assert_true(plan.record == 3 && !plan.of_client);
    assert_int_equal(take("client:flip=2,17"), HS__EXIT_OK);
    assert_true(plan.record == 2 && plan.of_client);
    assert_int_equal(plan.lab.place, 17);
    assert_int_equal(take("truncate=9"), HS__EXIT_OK);
    assert_int_equal(plan.record, 9);
    assert_int_equal(take("ccs"), HS__EXIT_OK);
    assert_true(plan.record == 1 && plan.of_client);
}

static void an_alert_has_a_name(void **state) {
    (void)state;
    assert_int_equal(take("alert=unknown_ca"), HS__EXIT_OK);
    assert_int_equal(plan.lab.number, HS__ALERT_unknown_ca);
    assert_int_equal(plan.record, 1);
    assert_int_equal(take("client:alert"), HS__EXIT_OK);
    assert_true(plan.of_client && plan.record == 1);
}

static void what_is_none_is_said(void **state) {
    (void)state;
    static const char *const WRONG[] = {
        "",        "flop",        "tamper", "tamper=",       "flip=0",
        "flip=x",  "downgrade=1", "strip",  "alert=no",      "finished",
        "client:", "truncate=0",  "forge=", "strip=nothing", "delay=Nothing"};
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        assert_int_equal(take(WRONG[i]), HS__EXIT_USAGE);
        assert_non_null(strstr(fault.text, "--break"));
    }
    assert_int_equal(take("flips"), HS__EXIT_USAGE);
    assert_non_null(strstr(fault.text, "did you mean flip"));
}

static void a_text_without_end_is_refused(void **state) {
    (void)state;
    char text[2000];
    memset(text, 'x', sizeof text);
    memcpy(text, "certificate=", 12);
    text[sizeof text - 1] = 0;
    assert_int_equal(take(text), HS__EXIT_USAGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_says_whose_it_is),
        cmocka_unit_test(records_have_numbers_and_sides),
        cmocka_unit_test(an_alert_has_a_name),
        cmocka_unit_test(what_is_none_is_said),
        cmocka_unit_test(a_text_without_end_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
