#include "proto_test.h"

#define BINDER "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

/* RFC 9846 section 4.3.11. */
static void bodies(void **state) {
    (void)state;
    const pt_ext_case cases[] = {
        {"one identity", HS__IN_CLIENT_HELLO, "0007 0001 61 00000000  0021 20" BINDER, HS_OK, ""},
        {"two identities", HS__IN_CLIENT_HELLO,
         "000f 0001 61 00000000 0002 6263 ffffffff  0043 20" BINDER " 21" BINDER "20", HS_OK, ""},
        {"the one chosen", HS__IN_SERVER_HELLO, "0001", HS_OK, ""},
        {"no identity", HS__IN_CLIENT_HELLO, "0000 0021 20" BINDER, HS_E_DECODE, "identities"},
        {"an empty identity", HS__IN_CLIENT_HELLO, "0007 0000 00000000 00 0021 20" BINDER,
         HS_E_DECODE, "identities[0].identity"},
        {"no binder", HS__IN_CLIENT_HELLO, "0007 0001 61 00000000 0000", HS_E_DECODE, "binders"},
        {"a short binder", HS__IN_CLIENT_HELLO, "0007 0001 61 00000000 0021 1f" BINDER, HS_E_DECODE,
         "binders[0]"},
        {"more binders than identities", HS__IN_CLIENT_HELLO,
         "0007 0001 61 00000000 0042 20" BINDER "20" BINDER, HS_E_ILLEGAL_VALUE, "binders"},
        {"fewer binders than identities", HS__IN_CLIENT_HELLO,
         "000e 0001 61 00000000 0001 62 00000000 0021 20" BINDER, HS_E_ILLEGAL_VALUE, "binders"},
    };
    pt_ext_cases(HS__EXT_pre_shared_key, false, cases, COUNT(cases));
}

static void identities_and_binders_can_be_walked_over(void **state) {
    (void)state;
    hs__rd_root root;
    hs__extensions e;
    hs_span body =
        pt_hex("000f 0001 61 00000000 0002 6263 fffffffe  0043 20" BINDER " 21" BINDER "20");
    assert_int_equal(
        pt_ext_read(HS__IN_CLIENT_HELLO, HS__EXT_pre_shared_key, body, NULL, &root, &e), HS_OK);
    assert_int_equal(e.offered_psks.count, 2);
    hs_span list = e.offered_psks.identities;
    hs__psk_identity identity;
    assert_true(hs__psk_identity_next(&list, &identity));
    assert_true(hs__psk_identity_next(&list, &identity));
    pt_assert_bytes(identity.identity, pt_hex("6263"));
    assert_int_equal(identity.obfuscated_ticket_age, 0xfffffffe);
    assert_false(hs__psk_identity_next(&list, &identity));
    list = e.offered_psks.binders;
    hs_span binder;
    assert_true(hs__psk_binder_next(&list, &binder));
    pt_assert_bytes(binder, pt_hex(BINDER));
    assert_true(hs__psk_binder_next(&list, &binder));
    assert_int_equal(binder.n, 33);
    assert_false(hs__psk_binder_next(&list, &binder));
}

static void items_are_written_as_they_are_read(void **state) {
    (void)state;
    uint8_t out[64];
    hs__wr w;
    hs__wr_init(&w, out, sizeof(out));
    hs__psk_identity_write(&w, &(hs__psk_identity){pt_hex("6263"), 0x01020304});
    hs__psk_binder_write(&w, pt_hex(BINDER));
    assert_int_equal(w.status, HS_OK);
    pt_assert_bytes((hs_span){out, w.n}, pt_hex("0002 6263 01020304 20" BINDER));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies),
        cmocka_unit_test(identities_and_binders_can_be_walked_over),
        cmocka_unit_test(items_are_written_as_they_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
