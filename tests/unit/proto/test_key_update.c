#include "proto/key_update.h"

#include "proto_test.h"

static void both_values(void **state) {
    (void)state;
    hs__rd_root root;
    hs__key_update m;
    assert_int_equal(hs__key_update_read(pt_hex("18 000001 00"), NULL, &root, &m), HS_OK);
    assert_false(m.update_requested);
    assert_int_equal(hs__key_update_read(pt_hex("18 000001 01"), NULL, &root, &m), HS_OK);
    assert_true(m.update_requested);
    pt_check_message(pt_hex("18 000001 00"));
    pt_check_message(pt_hex("18 000001 01"));
}

/* RFC 9846 4.7.3: every other value is an illegal_parameter. */
static void other_values_are_refused(void **state) {
    (void)state;
    for (unsigned v = 2; v < 256; v++) {
        const uint8_t message[] = {HS__HT_key_update, 0, 0, 1, (uint8_t)v};
        pt_refuse(SPAN(message), HS_E_ILLEGAL_VALUE, "KeyUpdate.request_update");
    }
    assert_int_equal(pt_alert(HS_E_ILLEGAL_VALUE), HS__ALERT_illegal_parameter);
}

static void broken_formats(void **state) {
    (void)state;
    pt_refuse(pt_hex("18 000000"), HS_E_DECODE, "KeyUpdate.request_update");
    pt_refuse(pt_hex("18 000002 0000"), HS_E_TRAILING, "KeyUpdate");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_values),
        cmocka_unit_test(other_values_are_refused),
        cmocka_unit_test(broken_formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
