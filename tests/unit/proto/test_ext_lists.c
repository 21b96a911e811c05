#include "proto_test.h"

/* RFC 9846 section 4.3.7. */
static void supported_groups(void **state) {
    (void)state;
    const pt_ext_case cases[] = {
        {"known, unknown and GREASE", HS__IN_CLIENT_HELLO, "0008 fafa 001d 1234 11ec", HS_OK, ""},
        {"a group twice is let pass", HS__IN_CLIENT_HELLO, "0004 001d 001d", HS_OK, ""},
        {"told by a server", HS__IN_ENCRYPTED_EXTENSIONS, "0002 001d", HS_OK, ""},
        {"told by a TLS 1.2 server", HS__IN_SERVER_HELLO_12, "0002 001d", HS_OK, ""},
        {"an empty list", HS__IN_CLIENT_HELLO, "0000", HS_E_DECODE, "named_group_list"},
        {"an odd list", HS__IN_CLIENT_HELLO, "0003 001d 00", HS_E_DECODE, "named_group_list"},
    };
    pt_ext_cases(HS__EXT_supported_groups, false, cases, COUNT(cases));
}

/* RFC 9846 section 4.3.3: any number of them. */
static void signature_algorithms(void **state) {
    (void)state;
    const pt_ext_case cases[] = {
        {"one", HS__IN_CLIENT_HELLO, "0002 0403", HS_OK, ""},
        {"asked of a client", HS__IN_CERTIFICATE_REQUEST, "0004 0403 0804", HS_OK, ""},
        {"forty", HS__IN_CLIENT_HELLO,
         "0050 0101 0102 0103 0104 0105 0106 0107 0108 0109 010a 0201 0202 0203 0204 0205 0206 "
         "0207 0208 0209 020a 0301 0302 0303 0304 0305 0306 0307 0308 0309 030a 0401 0402 0403 "
         "0404 0405 0406 0407 0408 0409 040a",
         HS_OK, ""},
        {"an empty list", HS__IN_CLIENT_HELLO, "0000", HS_E_DECODE,
         "supported_signature_algorithms"},
        {"an odd list", HS__IN_CLIENT_HELLO, "0001 04", HS_E_DECODE,
         "supported_signature_algorithms"},
    };
    pt_ext_cases(HS__EXT_signature_algorithms, false, cases, COUNT(cases));
    pt_ext_cases(HS__EXT_signature_algorithms_cert, false, cases, COUNT(cases));
}

/* RFC 8879 section 3. */
static void compress_certificate(void **state) {
    (void)state;
    const pt_ext_case cases[] = {
        {"one way", HS__IN_CLIENT_HELLO, "02 0002", HS_OK, ""},
        {"asked of a client", HS__IN_CERTIFICATE_REQUEST, "04 0001 0003", HS_OK, ""},
        {"an empty list", HS__IN_CLIENT_HELLO, "00", HS_E_DECODE, "algorithms"},
    };
    pt_ext_cases(HS__EXT_compress_certificate, false, cases, COUNT(cases));
}

/* RFC 8422 section 5.1.2. What a client's list means depends on the suite. */
static void ec_point_formats(void **state) {
    (void)state;
    const pt_ext_case cases[] = {
        {"three forms", HS__IN_CLIENT_HELLO, "03 000102", HS_OK, ""},
        {"of a TLS 1.2 server", HS__IN_SERVER_HELLO_12, "01 00", HS_OK, ""},
        {"without the one that is left", HS__IN_CLIENT_HELLO, "02 0102", HS_OK, ""},
        {"a server without it", HS__IN_SERVER_HELLO_12, "02 0102", HS_E_ILLEGAL_VALUE,
         "ec_point_format_list"},
        {"an empty list", HS__IN_CLIENT_HELLO, "00", HS_E_DECODE, "ec_point_format_list"},
    };
    pt_ext_cases(HS__EXT_ec_point_formats, false, cases, COUNT(cases));
}

/* RFC 9846 section 4.3.9. */
static void psk_key_exchange_modes(void **state) {
    (void)state;
    const pt_ext_case cases[] = {
        {"GREASE and one that is known", HS__IN_CLIENT_HELLO, "02 0b01", HS_OK, ""},
        {"an empty list", HS__IN_CLIENT_HELLO, "00", HS_E_DECODE, "ke_modes"},
    };
    pt_ext_cases(HS__EXT_psk_key_exchange_modes, false, cases, COUNT(cases));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(supported_groups),       cmocka_unit_test(signature_algorithms),
        cmocka_unit_test(compress_certificate),   cmocka_unit_test(ec_point_formats),
        cmocka_unit_test(psk_key_exchange_modes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
