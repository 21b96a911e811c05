#include "proto_test.h"

/* RFC 7301 section 3.1. */
static void bodies(void **state) {
    (void)state;
    const pt_ext_case cases[] = {
        {"two names", HS__IN_CLIENT_HELLO, "000c 02 6832 08 687474702f312e31", HS_OK, ""},
        {"any byte may be in a name", HS__IN_CLIENT_HELLO, "0003 02 00ff", HS_OK, ""},
        {"the one chosen", HS__IN_ENCRYPTED_EXTENSIONS, "0003 02 6832", HS_OK, ""},
        {"the one chosen in TLS 1.2", HS__IN_SERVER_HELLO_12, "0003 02 6832", HS_OK, ""},
        {"an empty list", HS__IN_CLIENT_HELLO, "0000", HS_E_DECODE, "protocol_name_list"},
        {"an empty name", HS__IN_CLIENT_HELLO, "0003 01 61 00", HS_E_DECODE,
         "protocol_name_list[1]"},
        {"two names chosen", HS__IN_ENCRYPTED_EXTENSIONS, "0006 02 6832 02 6833", HS_E_DECODE,
         "protocol_name_list[1]"},
    };
    pt_ext_cases(HS__EXT_application_layer_protocol_negotiation, false, cases, COUNT(cases));
}

static void names_can_be_walked_over(void **state) {
    (void)state;
    hs__rd_root root;
    hs__extensions e;
    assert_int_equal(pt_ext_read(HS__IN_CLIENT_HELLO,
                                 HS__EXT_application_layer_protocol_negotiation,
                                 pt_hex("0005 02 6832 01 78"), NULL, &root, &e),
                     HS_OK);
    hs_span list = e.protocol_name_list;
    hs_span name;
    assert_true(hs__protocol_name_next(&list, &name));
    pt_assert_bytes(name, pt_hex("6832"));
    assert_true(hs__protocol_name_next(&list, &name));
    pt_assert_bytes(name, pt_hex("78"));
    assert_false(hs__protocol_name_next(&list, &name));
}

static void names_are_written_as_they_are_read(void **state) {
    (void)state;
    uint8_t out[8];
    hs__wr w;
    hs__wr_init(&w, out, sizeof(out));
    hs__protocol_name_write(&w, pt_hex("6832"));
    assert_int_equal(w.status, HS_OK);
    pt_assert_bytes((hs_span){out, w.n}, pt_hex("02 6832"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies),
        cmocka_unit_test(names_can_be_walked_over),
        cmocka_unit_test(names_are_written_as_they_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
