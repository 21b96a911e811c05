#include "proto/finished.h"
#include "proto_test.h"

static void the_header_tells_type_and_whole_length(void **state) {
    (void)state;
    uint8_t type;
    size_t whole;
    hs_span head = pt_hex("0b 010203");
    for (size_t n = 0; n < 4; n++) {
        assert_false(hs__handshake_peek((hs_span){head.p, n}, &type, &whole));
    }
    assert_true(hs__handshake_peek(head, &type, &whole));
    assert_int_equal(type, HS__HT_certificate);
    assert_int_equal(whole, 0x010203 + 4);
}

static void the_length_must_fit_the_message(void **state) {
    (void)state;
    pt_refuse(pt_hex("14 000003 0102"), HS_E_DECODE, "Finished.length");
    pt_refuse(pt_hex("14 000001 0102"), HS_E_DECODE, "Finished.length");
    pt_refuse(pt_hex("14 0000"), HS_E_DECODE, "Finished.length");
}

static void a_reader_takes_its_own_type_only(void **state) {
    (void)state;
    hs__rd_root root;
    hs__finished m;
    assert_int_equal(hs__finished_read(pt_hex("15 000001 01"), NULL, &root, &m), HS_E_MISUSE);
    assert_string_equal(root.where, "Finished.msg_type");
}

static void a_message_too_long_for_its_header_is_not_written(void **state) {
    (void)state;
    hs__wr w;
    hs__wr_init(&w, NULL, 0);
    static const uint8_t byte;
    hs__finished_write(&w, &(hs__finished){{&byte, 0x1000000}});
    assert_int_equal(w.status, HS_E_NO_SPACE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_header_tells_type_and_whole_length),
        cmocka_unit_test(the_length_must_fit_the_message),
        cmocka_unit_test(a_reader_takes_its_own_type_only),
        cmocka_unit_test(a_message_too_long_for_its_header_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
