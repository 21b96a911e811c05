#include "proto_test.h"

/* RFC 9846 section 4.3.2. */
static void cookie(void **state) {
    (void)state;
    const pt_ext_case cases[] = {
        {"of one byte", HS__IN_HELLO_RETRY_REQUEST, "0001 07", HS_OK, ""},
        {"sent back", HS__IN_CLIENT_HELLO, "0002 0708", HS_OK, ""},
        {"empty", HS__IN_HELLO_RETRY_REQUEST, "0000", HS_E_DECODE, "cookie"},
    };
    pt_ext_cases(HS__EXT_cookie, false, cases, COUNT(cases));
}

/* RFC 5077 section 3.2. */
static void session_ticket(void **state) {
    (void)state;
    const pt_ext_case cases[] = {
        {"a wish", HS__IN_CLIENT_HELLO, "", HS_OK, ""},
        {"a ticket", HS__IN_CLIENT_HELLO, "010203", HS_OK, ""},
        {"a promise", HS__IN_SERVER_HELLO_12, "", HS_OK, ""},
        {"a ticket out of its message", HS__IN_SERVER_HELLO_12, "01", HS_E_TRAILING, ""},
    };
    pt_ext_cases(HS__EXT_session_ticket, true, cases, COUNT(cases));
}

/* RFC 5746 section 3.2. */
static void renegotiation_info(void **state) {
    (void)state;
    const pt_ext_case cases[] = {
        {"of a first handshake", HS__IN_CLIENT_HELLO, "00", HS_OK, ""},
        {"of a renegotiation", HS__IN_SERVER_HELLO_12, "02 0102", HS_OK, ""},
        {"without its length", HS__IN_CLIENT_HELLO, "", HS_E_DECODE, "renegotiated_connection"},
    };
    pt_ext_cases(HS__EXT_renegotiation_info, false, cases, COUNT(cases));
}

/* RFC 7685 section 3. */
static void padding(void **state) {
    (void)state;
    const pt_ext_case cases[] = {
        {"none", HS__IN_CLIENT_HELLO, "", HS_OK, ""},
        {"zeros", HS__IN_CLIENT_HELLO, "00000000", HS_OK, ""},
    };
    pt_ext_cases(HS__EXT_padding, true, cases, COUNT(cases));
}

/* RFC 9846 section 4.3.6, RFC 7627 section 5.1. */
static void empty_ones(void **state) {
    (void)state;
    const pt_ext_case cases[] = {
        {"empty", HS__IN_CLIENT_HELLO, "", HS_OK, ""},
        {"not empty", HS__IN_CLIENT_HELLO, "00", HS_E_TRAILING, ""},
    };
    const pt_ext_case answers[] = {
        {"empty", HS__IN_SERVER_HELLO_12, "", HS_OK, ""},
        {"not empty", HS__IN_SERVER_HELLO_12, "00", HS_E_TRAILING, ""},
    };
    pt_ext_cases(HS__EXT_post_handshake_auth, false, cases, COUNT(cases));
    pt_ext_cases(HS__EXT_extended_main_secret, false, cases, COUNT(cases));
    pt_ext_cases(HS__EXT_extended_main_secret, false, answers, COUNT(answers));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cookie),
        cmocka_unit_test(session_ticket),
        cmocka_unit_test(renegotiation_info),
        cmocka_unit_test(padding),
        cmocka_unit_test(empty_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
