#include "proto/alert.h"
#include "proto_test.h"

static void two_bytes_are_read_told_and_written(void **state) {
    (void)state;
    hs_span bytes = pt_hex("02 28");
    hs__rd_root root;
    hs__alert a;
    pt_cover cover;
    pt_cover_begin(&cover, bytes);
    assert_int_equal(hs__alert_read(bytes, &cover.sink, &root, &a), HS_OK);
    pt_cover_end(&cover);
    assert_int_equal(a.level, HS__ALERT_LEVEL_fatal);
    assert_int_equal(a.description, HS__ALERT_handshake_failure);
    uint8_t out[2];
    hs__wr w;
    hs__wr_init(&w, out, sizeof(out));
    hs__alert_write(&w, &a);
    assert_int_equal(w.status, HS_OK);
    pt_assert_bytes(SPAN(out), bytes);
}

/* RFC 9846 5.1: one alert, not split, not two. RFC 9846 6: what it says does not matter. */
static void its_length_is_exactly_two(void **state) {
    (void)state;
    hs__rd_root root;
    hs__alert a;
    assert_int_equal(hs__alert_read(pt_hex(""), NULL, &root, &a), HS_E_DECODE);
    assert_int_equal(hs__alert_read(pt_hex("02"), NULL, &root, &a), HS_E_DECODE);
    assert_int_equal(hs__alert_read(pt_hex("0100 0100"), NULL, &root, &a), HS_E_TRAILING);
    assert_int_equal(hs__alert_read(pt_hex("07 c8"), NULL, &root, &a), HS_OK);
}

/* RFC 9846 6.1: close_notify goes out as a warning; 6.2: errors as fatal. RFC 5246 7.2.2: to
 * refuse a renegotiation does not end the connection. */
static void levels_for_sending(void **state) {
    (void)state;
    assert_int_equal(hs__alert_level_of(HS__ALERT_close_notify), HS__ALERT_LEVEL_warning);
    assert_int_equal(hs__alert_level_of(HS__ALERT_user_canceled), HS__ALERT_LEVEL_warning);
    assert_int_equal(hs__alert_level_of(HS__ALERT_decode_error), HS__ALERT_LEVEL_fatal);
    assert_int_equal(hs__alert_level_of(HS__ALERT_no_renegotiation), HS__ALERT_LEVEL_warning);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_bytes_are_read_told_and_written),
        cmocka_unit_test(its_length_is_exactly_two),
        cmocka_unit_test(levels_for_sending),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
