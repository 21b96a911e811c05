#include "proto/new_session_ticket13.h"

#include "proto_test.h"
#include "vectors/rfc8448_simple.h"

static void fields_of_rfc8448(void **state) {
    (void)state;
    hs__rd_root root;
    hs__new_session_ticket13 m;
    assert_int_equal(
        hs__new_session_ticket13_read(SPAN(rfc8448_simple_new_session_ticket), NULL, &root, &m),
        HS_OK);
    assert_int_equal(m.ticket_lifetime, 30);
    assert_int_equal(m.ticket_age_add, 0xfad6aac5);
    pt_assert_bytes(m.ticket_nonce, pt_hex("0000"));
    assert_int_equal(m.ticket.n, 178);
    assert_int_equal(m.extensions.max_early_data_size, 1024);
}

static void good_ones(void **state) {
    (void)state;
    /* no nonce, no extensions */
    pt_check_message(pt_hex("04 00000e 00000001 00000002 00 0001 61 0000"));
    /* RFC 9846 4.7.1: unknown extensions are passed over, GREASE too */
    pt_check_message(pt_hex("04 000017 00000001 00000002 00 0001 61 0009 0a0a 0001 00 1234 0000"));
}

/* RFC 9846 4.7.1: more than seven days is the sender's fault, and nothing to fail for. */
static void any_lifetime_is_read(void **state) {
    (void)state;
    hs__rd_root root;
    hs__new_session_ticket13 m;
    assert_int_equal(hs__new_session_ticket13_read(
                         pt_hex("04 00000e ffffffff 00000002 00 0001 61 0000"), NULL, &root, &m),
                     HS_OK);
    assert_true(m.ticket_lifetime > HS__TICKET_LIFETIME_MAX);
}

static void forbidden_and_broken_ones(void **state) {
    (void)state;
    pt_refuse(pt_hex("04 00000d 00000001 00000002 00 0000 0000"), HS_E_DECODE,
              "NewSessionTicket.ticket");
    pt_refuse(pt_hex("04 00000c 00000001 00000002 00 0001 61"), HS_E_DECODE,
              "NewSessionTicket.extensions");
    pt_refuse(pt_hex("04 000012 00000001 00000002 00 0001 61 0004 002a 0000"), HS_E_DECODE,
              "NewSessionTicket.extensions[early_data].max_early_data_size");
    pt_refuse(pt_hex("04 000012 00000001 00000002 00 0001 61 0004 0000 0000"),
              HS_E_EXTENSION_NOT_ALLOWED, "NewSessionTicket.extensions[server_name]");
    pt_refuse(pt_hex("04 00000f 00000001 00000002 00 0001 61 0000 00"), HS_E_TRAILING,
              "NewSessionTicket");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_of_rfc8448),
        cmocka_unit_test(good_ones),
        cmocka_unit_test(any_lifetime_is_read),
        cmocka_unit_test(forbidden_and_broken_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
