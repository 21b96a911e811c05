#include "proto_test.h"

/* RFC 9846 section 4.3.8. */
static void bodies(void **state) {
    (void)state;
    const pt_ext_case cases[] = {
        {"no share: asks for a HelloRetryRequest", HS__IN_CLIENT_HELLO, "0000", HS_OK, ""},
        {"two shares, one of an unknown group", HS__IN_CLIENT_HELLO,
         "000b 2a2a 0001 00 001d 0002 aabb", HS_OK, ""},
        {"the server's share", HS__IN_SERVER_HELLO, "001d 0003 010203", HS_OK, ""},
        {"the group a server asks for", HS__IN_HELLO_RETRY_REQUEST, "0018", HS_OK, ""},
        {"an empty key_exchange", HS__IN_CLIENT_HELLO, "0004 001d 0000", HS_E_DECODE,
         "client_shares[0].key_exchange"},
        {"an empty key_exchange of the server", HS__IN_SERVER_HELLO, "001d 0000", HS_E_DECODE,
         "server_share.key_exchange"},
        {"two shares of one group", HS__IN_CLIENT_HELLO,
         "000f 001d 0001 01 0017 0001 02 001d 0001 03", HS_E_ILLEGAL_VALUE, "client_shares"},
        {"a share in a HelloRetryRequest", HS__IN_HELLO_RETRY_REQUEST, "001d 0001 00",
         HS_E_TRAILING, ""},
        {"a list in a ServerHello", HS__IN_SERVER_HELLO, "0005 001d 0001 01", HS_E_DECODE,
         "server_share.key_exchange"},
    };
    pt_ext_cases(HS__EXT_key_share, false, cases, COUNT(cases));
}

static void shares_can_be_walked_over(void **state) {
    (void)state;
    hs__rd_root root;
    hs__extensions e;
    assert_int_equal(pt_ext_read(HS__IN_CLIENT_HELLO, HS__EXT_key_share,
                                 pt_hex("000b 2a2a 0001 00 001d 0002 aabb"), NULL, &root, &e),
                     HS_OK);
    hs_span list = e.client_shares;
    hs__key_share share;
    assert_true(hs__key_share_next(&list, &share));
    assert_int_equal(share.group, 0x2a2a);
    assert_true(hs__key_share_next(&list, &share));
    assert_int_equal(share.group, HS__NAMED_GROUP_x25519);
    pt_assert_bytes(share.key_exchange, pt_hex("aabb"));
    assert_false(hs__key_share_next(&list, &share));
}

/* The peer's list is as long as it likes; the work stays in proportion. */
static void a_duplicate_is_found_in_the_longest_list(void **state) {
    (void)state;
    enum { SHARES = 13000 };
    static uint8_t body[2 + 5 * SHARES];
    body[0] = (uint8_t)(5 * SHARES >> 8);
    body[1] = (uint8_t)(5 * SHARES);
    for (unsigned i = 0; i < SHARES; i++) {
        uint8_t *p = body + 2 + 5 * i;
        p[0] = (uint8_t)(i >> 8);
        p[1] = (uint8_t)i;
        p[3] = 1;
    }
    hs__rd_root root;
    hs__extensions e;
    assert_int_equal(
        pt_ext_read(HS__IN_CLIENT_HELLO, HS__EXT_key_share, SPAN(body), NULL, &root, &e), HS_OK);
    body[2] = 0x32; /* the first becomes 0x3200, which is there already */
    assert_int_equal(
        pt_ext_read(HS__IN_CLIENT_HELLO, HS__EXT_key_share, SPAN(body), NULL, &root, &e),
        HS_E_ILLEGAL_VALUE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies),
        cmocka_unit_test(shares_can_be_walked_over),
        cmocka_unit_test(a_duplicate_is_found_in_the_longest_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
