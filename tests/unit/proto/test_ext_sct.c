#include "proto_test.h"

/* RFC 6962 section 3.3.1. */
static void bodies(void **state) {
    (void)state;
    const pt_ext_case cases[] = {
        {"asked: empty", HS__IN_CLIENT_HELLO, "", HS_OK, ""},
        {"asked of a client: empty", HS__IN_CERTIFICATE_REQUEST, "", HS_OK, ""},
        {"two timestamps", HS__IN_CERTIFICATE, "0007 0002 0102 0001 03", HS_OK, ""},
        {"in TLS 1.2", HS__IN_SERVER_HELLO_12, "0003 0001 03", HS_OK, ""},
        {"an empty list", HS__IN_CERTIFICATE, "0000", HS_E_DECODE, "sct_list"},
        {"an empty timestamp", HS__IN_CERTIFICATE, "0002 0000", HS_E_DECODE, "sct_list[0]"},
    };
    pt_ext_cases(HS__EXT_signed_certificate_timestamp, false, cases, COUNT(cases));
}

static void timestamps_can_be_walked_over(void **state) {
    (void)state;
    hs_span list = pt_hex("0002 0102 0001 03");
    hs_span sct;
    assert_true(hs__sct_next(&list, &sct));
    pt_assert_bytes(sct, pt_hex("0102"));
    assert_true(hs__sct_next(&list, &sct));
    pt_assert_bytes(sct, pt_hex("03"));
    assert_false(hs__sct_next(&list, &sct));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies),
        cmocka_unit_test(timestamps_can_be_walked_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
