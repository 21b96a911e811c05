#include "tests/unit/crypto/each_provider.h"

enum {
    COUNT = 0
#define HS_ERROR(name, alert, rule, text) +1
#include "handshake/errors.def"
#undef HS_ERROR
};

static void every_status_has_a_name_and_a_plain_sentence(void **state) {
    (void)state;
    for (int s = 0; s <= COUNT; s++) {
        const char *text = hs_status_text((hs_status)s);
        assert_true(s == 0 || strncmp(hs_status_name((hs_status)s), "HS_E_", 5) == 0);
        assert_true(strlen(text) > 5);
        assert_true(text[strlen(text) - 1] != '.');
    }
}

static void names_are_unique(void **state) {
    (void)state;
    for (int a = 0; a <= COUNT; a++) {
        for (int b = a + 1; b <= COUNT; b++)
            assert_string_not_equal(hs_status_name((hs_status)a), hs_status_name((hs_status)b));
    }
}

static void alerts_fit_their_wire_byte(void **state) {
    (void)state;
    for (int s = 0; s <= COUNT; s++) {
        int alert = hs_status_alert((hs_status)s);
        assert_true(alert >= HS_NO_ALERT && alert <= 255);
    }
    assert_int_equal(hs_status_alert(HS_E_BAD_RECORD_MAC), 20);
    assert_int_equal(hs_status_alert(HS_OK), HS_NO_ALERT);
}

static void rules_point_into_an_rfc(void **state) {
    (void)state;
    for (int s = 0; s <= COUNT; s++) {
        const char *rule = hs_status_rule((hs_status)s);
        assert_true(!*rule || (strncmp(rule, "rfc", 3) == 0 && strchr(rule, '#')));
    }
    assert_string_equal(hs_status_rule(HS_E_BAD_RECORD_MAC), "rfc9846#section-5.2");
}

static void a_number_that_is_no_status_is_named_safely(void **state) {
    (void)state;
    assert_string_equal(hs_status_name((hs_status)(COUNT + 1)), "HS_E_?");
    assert_string_equal(hs_status_name((hs_status)-1), "HS_E_?");
    assert_int_equal(hs_status_alert((hs_status)9999), HS_NO_ALERT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_name_and_a_plain_sentence),
        cmocka_unit_test(names_are_unique),
        cmocka_unit_test(alerts_fit_their_wire_byte),
        cmocka_unit_test(rules_point_into_an_rfc),
        cmocka_unit_test(a_number_that_is_no_status_is_named_safely),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
