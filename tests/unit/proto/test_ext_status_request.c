#include "proto_test.h"

/* RFC 6066 section 8, RFC 9846 section 4.5.1.1. */
static void bodies(void **state) {
    (void)state;
    const pt_ext_case cases[] = {
        {"the request that everyone sends", HS__IN_CLIENT_HELLO, "01 0000 0000", HS_OK, ""},
        {"with responders and extensions", HS__IN_CLIENT_HELLO,
         "01 0007 0002 0a0b 0001 0c 0002 0d0e", HS_OK, ""},
        {"asked of a client: empty", HS__IN_CERTIFICATE_REQUEST, "", HS_OK, ""},
        {"agreed to in TLS 1.2: empty", HS__IN_SERVER_HELLO_12, "", HS_OK, ""},
        {"the response", HS__IN_CERTIFICATE, "01 000003 300100", HS_OK, ""},
        {"an empty response", HS__IN_CERTIFICATE, "01 000000", HS_E_DECODE, "response"},
        {"an empty responder", HS__IN_CLIENT_HELLO, "01 0002 0000 0000", HS_E_DECODE,
         "responder_id_list[0]"},
        {"a body where there is none", HS__IN_CERTIFICATE_REQUEST, "01 0000 0000", HS_E_TRAILING,
         ""},
    };
    pt_ext_cases(HS__EXT_status_request, false, cases, COUNT(cases));
}

static void what_follows_an_unknown_type_is_kept(void **state) {
    (void)state;
    const pt_ext_case cases[] = {
        {"request of an unknown type", HS__IN_CLIENT_HELLO, "02 0102", HS_OK, ""},
        {"response of an unknown type", HS__IN_CERTIFICATE, "02 0102", HS_OK, ""},
    };
    pt_ext_cases(HS__EXT_status_request, true, cases, COUNT(cases));
}

static void the_response_is_found(void **state) {
    (void)state;
    hs__rd_root root;
    hs__extensions e;
    assert_int_equal(pt_ext_read(HS__IN_CERTIFICATE, HS__EXT_status_request,
                                 pt_hex("01 000003 300100"), NULL, &root, &e),
                     HS_OK);
    assert_int_equal(e.status_request.status_type, HS__STATUS_TYPE_ocsp);
    pt_assert_bytes(e.status_request.response, pt_hex("300100"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies),
        cmocka_unit_test(what_follows_an_unknown_type_is_kept),
        cmocka_unit_test(the_response_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
