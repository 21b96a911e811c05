#include "proto_test.h"

/* RFC 9846 section 4.3.5. */
static void bodies(void **state) {
    (void)state;
    const pt_ext_case cases[] = {
        {"no filter", HS__IN_CERTIFICATE_REQUEST, "0000", HS_OK, ""},
        {"two filters, one without values", HS__IN_CERTIFICATE_REQUEST,
         "000d 03 551d25 0001 30 03 551d0f 0000", HS_OK, ""},
        {"an empty OID", HS__IN_CERTIFICATE_REQUEST, "0003 00 0000", HS_E_DECODE,
         "filters[0].certificate_extension_oid"},
        {"no values", HS__IN_CERTIFICATE_REQUEST, "0004 03 551d25", HS_E_DECODE,
         "filters[0].certificate_extension_values"},
    };
    pt_ext_cases(HS__EXT_oid_filters, false, cases, COUNT(cases));
}

static void filters_can_be_walked_over(void **state) {
    (void)state;
    hs_span list = pt_hex("03 551d25 0001 30 03 551d0f 0000");
    hs__oid_filter filter;
    assert_true(hs__oid_filter_next(&list, &filter));
    pt_assert_bytes(filter.certificate_extension_oid, pt_hex("551d25"));
    pt_assert_bytes(filter.certificate_extension_values, pt_hex("30"));
    assert_true(hs__oid_filter_next(&list, &filter));
    assert_int_equal(filter.certificate_extension_values.n, 0);
    assert_false(hs__oid_filter_next(&list, &filter));
}

static void filters_are_written_as_they_are_read(void **state) {
    (void)state;
    uint8_t out[16];
    hs__wr w;
    hs__wr_init(&w, out, sizeof(out));
    hs__oid_filter_write(&w, &(hs__oid_filter){pt_hex("551d25"), pt_hex("30")});
    assert_int_equal(w.status, HS_OK);
    pt_assert_bytes((hs_span){out, w.n}, pt_hex("03 551d25 0001 30"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies),
        cmocka_unit_test(filters_can_be_walked_over),
        cmocka_unit_test(filters_are_written_as_they_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
