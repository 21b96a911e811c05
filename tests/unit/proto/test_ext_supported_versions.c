#include "proto_test.h"

/* RFC 9846 section 4.3.1. */
static void bodies(void **state) {
    (void)state;
    const pt_ext_case cases[] = {
        {"one version", HS__IN_CLIENT_HELLO, "02 0304", HS_OK, ""},
        {"unknown ones and GREASE are kept", HS__IN_CLIENT_HELLO, "08 1a1a 7f1c 0304 0303", HS_OK,
         ""},
        {"the version chosen", HS__IN_SERVER_HELLO, "0304", HS_OK, ""},
        {"the version chosen, for a retry", HS__IN_HELLO_RETRY_REQUEST, "0304", HS_OK, ""},
        {"an empty list", HS__IN_CLIENT_HELLO, "00", HS_E_DECODE, "versions"},
        {"an odd list", HS__IN_CLIENT_HELLO, "03 0304 03", HS_E_DECODE, "versions"},
        {"a list in a ServerHello", HS__IN_SERVER_HELLO, "02 0304", HS_E_TRAILING, ""},
    };
    pt_ext_cases(HS__EXT_supported_versions, false, cases, COUNT(cases));
}

static void values(void **state) {
    (void)state;
    hs__rd_root root;
    hs__extensions e;
    assert_int_equal(pt_ext_read(HS__IN_CLIENT_HELLO, HS__EXT_supported_versions,
                                 pt_hex("04 0304 0303"), NULL, &root, &e),
                     HS_OK);
    assert_int_equal(hs__list16_count(e.supported_versions), 2);
    assert_int_equal(hs__list16_at(e.supported_versions, 0), HS__VERSION_TLS13);
    assert_true(hs__list16_has(e.supported_versions, HS__VERSION_TLS12));
    assert_false(hs__list16_has(e.supported_versions, HS__VERSION_TLS11));
    assert_int_equal(pt_ext_read(HS__IN_SERVER_HELLO, HS__EXT_supported_versions, pt_hex("0304"),
                                 NULL, &root, &e),
                     HS_OK);
    assert_int_equal(e.selected_version, HS__VERSION_TLS13);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies),
        cmocka_unit_test(values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
