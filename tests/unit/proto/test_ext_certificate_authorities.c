#include "proto_test.h"

/* RFC 9846 section 4.3.4. */
static void bodies(void **state) {
    (void)state;
    const pt_ext_case cases[] = {
        {"two names", HS__IN_CLIENT_HELLO, "0007 0002 3000 0001 31", HS_OK, ""},
        {"asked of a client", HS__IN_CERTIFICATE_REQUEST, "0003 0001 30", HS_OK, ""},
        {"an empty list", HS__IN_CERTIFICATE_REQUEST, "0000", HS_E_DECODE, "authorities"},
        {"an empty name", HS__IN_CERTIFICATE_REQUEST, "0005 0001 30 0000", HS_E_DECODE,
         "authorities[1]"},
    };
    pt_ext_cases(HS__EXT_certificate_authorities, false, cases, COUNT(cases));
}

static void names_can_be_walked_over(void **state) {
    (void)state;
    hs_span list = pt_hex("0002 3000 0001 31");
    hs_span name;
    assert_true(hs__authority_next(&list, &name));
    pt_assert_bytes(name, pt_hex("3000"));
    assert_true(hs__authority_next(&list, &name));
    assert_false(hs__authority_next(&list, &name));
}

static void names_are_written_as_they_are_read(void **state) {
    (void)state;
    uint8_t out[8];
    hs__wr w;
    hs__wr_init(&w, out, sizeof(out));
    hs__authority_write(&w, pt_hex("3000"));
    assert_int_equal(w.status, HS_OK);
    pt_assert_bytes((hs_span){out, w.n}, pt_hex("0002 3000"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies),
        cmocka_unit_test(names_can_be_walked_over),
        cmocka_unit_test(names_are_written_as_they_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
