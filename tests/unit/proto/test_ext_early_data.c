#include "proto_test.h"

/* RFC 9846 section 4.3.10. */
static void bodies(void **state) {
    (void)state;
    const pt_ext_case cases[] = {
        {"offered: empty", HS__IN_CLIENT_HELLO, "", HS_OK, ""},
        {"accepted: empty", HS__IN_ENCRYPTED_EXTENSIONS, "", HS_OK, ""},
        {"how much a ticket allows", HS__IN_NEW_SESSION_TICKET, "00000400", HS_OK, ""},
        {"a number in a ClientHello", HS__IN_CLIENT_HELLO, "00000400", HS_E_TRAILING, ""},
        {"no number in a ticket", HS__IN_NEW_SESSION_TICKET, "", HS_E_DECODE,
         "max_early_data_size"},
    };
    pt_ext_cases(HS__EXT_early_data, false, cases, COUNT(cases));
}

static void the_number_is_found(void **state) {
    (void)state;
    hs__rd_root root;
    hs__extensions e;
    assert_int_equal(pt_ext_read(HS__IN_NEW_SESSION_TICKET, HS__EXT_early_data, pt_hex("00000400"),
                                 NULL, &root, &e),
                     HS_OK);
    assert_int_equal(e.max_early_data_size, 1024);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies),
        cmocka_unit_test(the_number_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
