#include <stdio.h>

#include "proto_test.h"

static hs_status read_block(hs__ext_in in, const char *hex, const hs__field_sink *sink,
                            hs__rd_root *root, hs__extensions *out) {
    hs__rd r;
    hs__rd_init(&r, root, pt_hex(hex), NULL, sink);
    hs__extensions_read(&r, in, out);
    return hs__rd_end(&r);
}

static void an_empty_block_holds_nothing(void **state) {
    (void)state;
    hs__rd_root root;
    hs__extensions e;
    assert_int_equal(read_block(HS__IN_ENCRYPTED_EXTENSIONS, "0000", NULL, &root, &e), HS_OK);
    assert_true(e.types.known == 0 && e.types.n_unknown == 0);
}

/* RFC 9846 4.2.2, 4.4.2, 4.7.1: unknown types are passed over; here kept and shown. */
static void unknown_types_are_kept_and_shown(void **state) {
    (void)state;
    const char *hex = "0014 1a1a 0000 1234 0002 aabb fe0d 0001 00 2a2a 0001 00";
    hs__rd_root root;
    hs__extensions e;
    pt_cover cover;
    pt_cover_begin(&cover, pt_hex(hex));
    hs__rd r;
    hs__rd_init(&r, &root, cover.message, NULL, &cover.sink);
    hs__extensions_read(&r, HS__IN_CLIENT_HELLO, &e);
    assert_int_equal(hs__rd_end(&r), HS_OK);
    assert_true(pt_cover_has(&cover, "extensions[0x1a1a].extension_type"));
    assert_true(pt_cover_has(&cover, "extensions[0x1234].extension_data"));
    assert_true(pt_cover_has(&cover, "extensions[encrypted_client_hello].extension_data"));
    pt_cover_end(&cover);
    assert_int_equal(e.types.n_unknown, 4);
    assert_int_equal(e.types.first_unknown, 0x1a1a);
    uint16_t type;
    hs_span body;
    hs_span block = e.block;
    assert_true(hs__extension_next(&block, &type, &body));
    assert_true(hs__extension_next(&block, &type, &body));
    assert_int_equal(type, 0x1234);
    pt_assert_bytes(body, pt_hex("aabb"));
    assert_true(hs__extension_next(&block, &type, NULL));
    assert_true(hs__extension_next(&block, &type, NULL));
    assert_false(hs__extension_next(&block, &type, NULL));
}

/* RFC 9846 4.3: no type twice, known or not. */
static void a_type_twice_is_refused(void **state) {
    (void)state;
    hs__rd_root root;
    hs__extensions e;
    assert_int_equal(
        read_block(HS__IN_CLIENT_HELLO, "000c 0017 0000 1234 0000 0017 0000", NULL, &root, &e),
        HS_E_DUPLICATE_EXTENSION);
    assert_string_equal(root.where, "extensions[extended_main_secret]");
    assert_int_equal(
        read_block(HS__IN_CLIENT_HELLO, "000c 1234 0000 0017 0000 1234 0000", NULL, &root, &e),
        HS_E_DUPLICATE_EXTENSION);
    assert_string_equal(root.problem, "type 4660 occurs twice");
}

static void a_type_twice_is_found_in_the_longest_block(void **state) {
    (void)state;
    enum { TYPES = 16000 };
    static uint8_t block[2 + 4 * TYPES];
    block[0] = (uint8_t)(4 * TYPES >> 8);
    block[1] = (uint8_t)(4 * TYPES & 0xff);
    for (unsigned i = 0; i < TYPES; i++) {
        block[2 + 4 * i] = (uint8_t)(0x80 | i >> 8);
        block[3 + 4 * i] = (uint8_t)i;
    }
    hs__rd_root root;
    hs__rd r;
    hs__extensions e;
    hs__rd_init(&r, &root, SPAN(block), NULL, NULL);
    hs__extensions_read(&r, HS__IN_CLIENT_HELLO, &e);
    assert_int_equal(hs__rd_end(&r), HS_OK);
    assert_int_equal(e.types.n_unknown, TYPES);
    block[2] = 0xa0; /* the first is the one at 0x2000 now */
    hs__rd_init(&r, &root, SPAN(block), NULL, NULL);
    hs__extensions_read(&r, HS__IN_CLIENT_HELLO, &e);
    assert_int_equal(hs__rd_end(&r), HS_E_DUPLICATE_EXTENSION);
}

/* RFC 9846 4.3.11: last in a ClientHello, anywhere in a ServerHello. */
static void pre_shared_key_is_last_in_a_client_hello(void **state) {
    (void)state;
    hs__rd_root root;
    hs__extensions e;
    assert_int_equal(read_block(HS__IN_CLIENT_HELLO,
                                "0034 0029 002c 0007 0001 61 00000000 0021 20 "
                                "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f "
                                "0017 0000",
                                NULL, &root, &e),
                     HS_E_ILLEGAL_VALUE);
    assert_string_equal(root.where, "extensions[pre_shared_key]");
    assert_int_equal(
        read_block(HS__IN_SERVER_HELLO, "000c 0029 0002 0000 002b 0002 0304", NULL, &root, &e),
        HS_OK);
}

/* The table of RFC 9846 section 4.3, typed here again: CH SH HRR EE CR CT NST; and ServerHello of
 * TLS 1.2 (S12) out of each extension's own RFC. */
static void the_table_is_that_of_the_rfc(void **state) {
    (void)state;
    enum {
        CH = HS__IN_CLIENT_HELLO,
        SH = HS__IN_SERVER_HELLO,
        HRR = HS__IN_HELLO_RETRY_REQUEST,
        EE = HS__IN_ENCRYPTED_EXTENSIONS,
        CR = HS__IN_CERTIFICATE_REQUEST,
        CT = HS__IN_CERTIFICATE,
        NST = HS__IN_NEW_SESSION_TICKET,
        S12 = HS__IN_SERVER_HELLO_12
    };
    static const struct {
        uint16_t type;
        unsigned in;
    } table[] = {
        {0, CH | EE | CR | S12},
        {5, CH | CR | CT | S12},
        {10, CH | EE | S12}, /* no RFC has it there; servers do, and it does no harm */
        {13, CH | CR},
        {16, CH | EE | S12},
        {21, CH},
        {27, CH | CR},
        {28, CH | EE | S12},
        {41, CH | SH},
        {42, CH | EE | NST},
        {44, CH | HRR},
        {45, CH},
        {43, CH | SH | HRR},
        {47, CH | CR},
        {48, CR},
        {49, CH},
        {50, CH | CR},
        {51, CH | SH | HRR},
        /* of the IANA registry */
        {1, CH | EE | S12},
        {18, CH | CR | CT | S12},
        /* TLS 1.2 only */
        {11, CH | S12},
        {23, CH | S12},
        {35, CH | S12},
        {65281, CH | S12},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        assert_int_equal(hs__ext_allowed_in(table[i].type), table[i].in);
    }
    assert_int_equal(COUNT(table), hs__extension_types.n_spoken);
    assert_int_equal(hs__ext_allowed_in(14), 0);
}

static void known_types_can_be_set_asked_and_cleared(void **state) {
    (void)state;
    hs__extensions e = {.types = {0}};
    hs__ext_set(&e, HS__EXT_key_share);
    hs__ext_set(&e, HS__EXT_cookie);
    assert_true(hs__ext_has(&e, HS__EXT_key_share));
    assert_false(hs__ext_has(&e, HS__EXT_server_name));
    hs__ext_clear(&e, HS__EXT_key_share);
    assert_false(hs__ext_has(&e, HS__EXT_key_share));
    assert_true(hs__ext_has(&e, HS__EXT_cookie));
    assert_false(hs__ext_has(&e, 0x1234));
}

/* RFC 9846 4.3: an answer must have been asked for, a cookie excepted. */
static void an_answer_without_question_is_found(void **state) {
    (void)state;
    hs__extensions asked = {.types = {0}};
    hs__extensions answer = {.types = {0}};
    uint16_t type = 0;
    hs__ext_set(&asked, HS__EXT_server_name);
    hs__ext_set(&answer, HS__EXT_server_name);
    hs__ext_set(&answer, HS__EXT_cookie);
    assert_false(hs__ext_unasked(&answer.types, &asked.types, &type));
    hs__ext_set(&answer, HS__EXT_early_data);
    assert_true(hs__ext_unasked(&answer.types, &asked.types, &type));
    assert_int_equal(type, HS__EXT_early_data);
    hs__ext_clear(&answer, HS__EXT_early_data);
    answer.types.n_unknown = 1;
    answer.types.first_unknown = 0x1a1a;
    assert_true(hs__ext_unasked(&answer.types, &asked.types, &type));
    assert_int_equal(type, 0x1a1a);
}

/* ---- writing ----------------------------------------------------------------------------- */

static void assert_written(hs__ext_in in, const hs__extensions *e, const char *hex) {
    uint8_t out[256];
    hs__wr w;
    hs__wr_init(&w, out, sizeof(out));
    hs__extensions_write(&w, in, e);
    assert_int_equal(w.status, HS_OK);
    pt_assert_bytes((hs_span){out, w.n}, pt_hex(hex));
}

static void ours_come_in_our_order_between_grease(void **state) {
    (void)state;
    hs__extensions e = {.grease_first = 0x1a1a, .grease_last = 0x2a2a, .padding = 2};
    e.psk_modes = pt_hex("01");
    hs__ext_set(&e, HS__EXT_padding);
    hs__ext_set(&e, HS__EXT_psk_key_exchange_modes);
    hs__ext_set(&e, HS__EXT_extended_main_secret);
    assert_written(HS__IN_CLIENT_HELLO, &e,
                   "0019 1a1a 0000 0017 0000 002d 0002 01 01 2a2a 0001 00 0015 0002 0000");
}

/* The second ClientHello is like the first but for what the server asked for
 * (RFC 9846 4.2.2): same order, GREASE and unknown ones as they were, the cookie added, a
 * pre_shared_key still last. */
static void a_block_like_another_keeps_its_order(void **state) {
    (void)state;
    hs__rd_root root;
    hs__extensions e;
    const char *psk = "0029 002c 0007 0001 61 00000000 0021 20 "
                      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    char first[400];
    char second[400];
    (void)snprintf(first, sizeof(first),
                   "0047 1a1a 0000 002d 0002 01 01 002a 0000 1234 0001 ff "
                   "0017 0000 %s",
                   psk);
    (void)snprintf(second, sizeof(second),
                   "004a 1a1a 0000 002d 0002 01 01 1234 0001 ff 0017 0000 "
                   "002c 0003 0001 07 %s",
                   psk);
    assert_int_equal(read_block(HS__IN_CLIENT_HELLO, first, NULL, &root, &e), HS_OK);
    e.like = e.block;
    hs__ext_clear(&e, HS__EXT_early_data);
    hs__ext_set(&e, HS__EXT_cookie);
    e.cookie = pt_hex("07");
    assert_written(HS__IN_CLIENT_HELLO, &e, second);
}

static void one_that_does_not_belong_is_not_written(void **state) {
    (void)state;
    hs__extensions e = {.types = {0}};
    hs__ext_set(&e, HS__EXT_cookie);
    hs__wr w;
    hs__wr_init(&w, NULL, 0);
    hs__extensions_write(&w, HS__IN_ENCRYPTED_EXTENSIONS, &e);
    assert_int_equal(w.status, HS_E_EXTENSION_NOT_ALLOWED);
    assert_string_equal(w.where, "cookie");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_block_holds_nothing),
        cmocka_unit_test(unknown_types_are_kept_and_shown),
        cmocka_unit_test(a_type_twice_is_refused),
        cmocka_unit_test(a_type_twice_is_found_in_the_longest_block),
        cmocka_unit_test(pre_shared_key_is_last_in_a_client_hello),
        cmocka_unit_test(the_table_is_that_of_the_rfc),
        cmocka_unit_test(known_types_can_be_set_asked_and_cleared),
        cmocka_unit_test(an_answer_without_question_is_found),
        cmocka_unit_test(ours_come_in_our_order_between_grease),
        cmocka_unit_test(a_block_like_another_keeps_its_order),
        cmocka_unit_test(one_that_does_not_belong_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
