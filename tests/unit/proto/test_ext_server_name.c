#include "proto_test.h"

/* RFC 6066 section 3. */
static void bodies(void **state) {
    (void)state;
    const pt_ext_case cases[] = {
        {"one host name", HS__IN_CLIENT_HELLO, "0009 00 0006 736572766572", HS_OK, ""},
        {"in a request for authentication (RFC 9261)", HS__IN_CERTIFICATE_REQUEST,
         "0009 00 0006 736572766572", HS_OK, ""},
        {"a server answers with nothing", HS__IN_ENCRYPTED_EXTENSIONS, "", HS_OK, ""},
        {"a TLS 1.2 server answers with nothing", HS__IN_SERVER_HELLO_12, "", HS_OK, ""},
        {"an answer with a name", HS__IN_ENCRYPTED_EXTENSIONS, "0004 00 0001 61", HS_E_TRAILING,
         ""},
        {"an empty list", HS__IN_CLIENT_HELLO, "0000", HS_E_DECODE, "server_name_list"},
        {"an empty name", HS__IN_CLIENT_HELLO, "0003 00 0000", HS_E_DECODE,
         "server_name_list[0].host_name"},
        {"two host names", HS__IN_CLIENT_HELLO, "0008 00 0001 61 00 0001 62", HS_E_ILLEGAL_VALUE,
         "server_name_list[1].name_type"},
        {"a zero byte, which would end a C string early", HS__IN_CLIENT_HELLO,
         "0007 00 0004 61 00 2e62", HS_E_ILLEGAL_VALUE, "server_name_list[0].host_name"},
        {"the length runs over the list", HS__IN_CLIENT_HELLO, "0004 00 0002 61", HS_E_DECODE,
         "server_name_list[0].host_name"},
    };
    pt_ext_cases(HS__EXT_server_name, false, cases, COUNT(cases));
}

static void unknown_name_types_are_passed_over(void **state) {
    (void)state;
    hs__rd_root root;
    hs__extensions e;
    assert_int_equal(pt_ext_read(HS__IN_CLIENT_HELLO, HS__EXT_server_name,
                                 pt_hex("000a 07 0003 010203 00 0001 61"), NULL, &root, &e),
                     HS_OK);
    pt_assert_bytes(e.server_name, pt_hex("61"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies),
        cmocka_unit_test(unknown_name_types_are_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
