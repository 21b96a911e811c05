#include "proto_test.h"

/* RFC 6066 section 4: other values are refused by both sides. */
static void max_fragment_length(void **state) {
    (void)state;
    const pt_ext_case cases[] = {
        {"the least", HS__IN_CLIENT_HELLO, "01", HS_OK, ""},
        {"the largest", HS__IN_ENCRYPTED_EXTENSIONS, "04", HS_OK, ""},
        {"zero", HS__IN_CLIENT_HELLO, "00", HS_E_ILLEGAL_VALUE, "max_fragment_length"},
        {"above the largest", HS__IN_CLIENT_HELLO, "05", HS_E_ILLEGAL_VALUE, "max_fragment_length"},
        {"empty", HS__IN_CLIENT_HELLO, "", HS_E_DECODE, "max_fragment_length"},
    };
    pt_ext_cases(HS__EXT_max_fragment_length, false, cases, COUNT(cases));
}

/* RFC 8449 section 4. */
static void record_size_limit(void **state) {
    (void)state;
    const pt_ext_case cases[] = {
        {"the least", HS__IN_CLIENT_HELLO, "0040", HS_OK, ""},
        {"the most of TLS 1.3", HS__IN_ENCRYPTED_EXTENSIONS, "4001", HS_OK, ""},
        {"more than the protocol allows is no error", HS__IN_CLIENT_HELLO, "ffff", HS_OK, ""},
        {"below the least", HS__IN_CLIENT_HELLO, "003f", HS_E_ILLEGAL_VALUE, "record_size_limit"},
    };
    pt_ext_cases(HS__EXT_record_size_limit, false, cases, COUNT(cases));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(max_fragment_length),
        cmocka_unit_test(record_size_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
