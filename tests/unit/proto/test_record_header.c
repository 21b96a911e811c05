#include "proto/record_header.h"
#include "proto_test.h"

static void five_bytes_are_read_told_and_written(void **state) {
    (void)state;
    hs_span bytes = pt_hex("17 0303 4100");
    hs__rd_root root;
    hs__record_header h;
    pt_cover cover;
    pt_cover_begin(&cover, bytes);
    assert_int_equal(hs__record_header_read(bytes, &cover.sink, &root, &h), HS_OK);
    pt_cover_end(&cover);
    assert_int_equal(h.type, HS__CONTENT_application_data);
    assert_int_equal(h.legacy_record_version, HS__VERSION_TLS12);
    assert_int_equal(h.length, HS__RECORD_CIPHER_MAX);
    uint8_t out[5];
    hs__wr w;
    hs__wr_init(&w, out, sizeof(out));
    hs__record_header_write(&w, &h);
    assert_int_equal(w.status, HS_OK);
    pt_assert_bytes(SPAN(out), bytes);
}

static void more_or_less_than_five_bytes_fail(void **state) {
    (void)state;
    hs__rd_root root;
    hs__record_header h;
    assert_int_equal(hs__record_header_read(pt_hex("17 0303 41"), NULL, &root, &h), HS_E_DECODE);
    assert_int_equal(hs__record_header_read(pt_hex("17 0303 4100 00"), NULL, &root, &h),
                     HS_E_TRAILING);
}

/* RFC 9846 5.1, 5.2, 5.4. */
static void limits_are_those_of_the_rfc(void **state) {
    (void)state;
    assert_int_equal(HS__RECORD_PLAIN_MAX, 16384);
    assert_int_equal(HS__RECORD_INNER_MAX, 16385);
    assert_int_equal(HS__RECORD_CIPHER_MAX, 16640);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(five_bytes_are_read_told_and_written),
        cmocka_unit_test(more_or_less_than_five_bytes_fail),
        cmocka_unit_test(limits_are_those_of_the_rfc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
