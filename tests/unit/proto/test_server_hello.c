#include "proto/server_hello.h"

#include "proto_test.h"
#include "vectors/rfc8448_retry.h"
#include "vectors/rfc8448_simple.h"
#include "vectors/tls12_peers.h"

#define RANDOM "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define RETRY  "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"

static hs_span hello(const char *rest) {
    hs_span tail = pt_hex(rest);
    const uint8_t head[4] = {HS__HT_server_hello, 0, (uint8_t)(tail.n >> 8), (uint8_t)tail.n};
    return pt_join(SPAN(head), tail);
}

static hs__ext_in kind(hs_span message) {
    hs__rd_root root;
    hs__server_hello m;
    assert_int_equal(hs__server_hello_read(message, NULL, &root, &m), HS_OK);
    return m.kind;
}

static void fields_of_rfc8448(void **state) {
    (void)state;
    hs__rd_root root;
    hs__server_hello m;
    assert_int_equal(hs__server_hello_read(SPAN(rfc8448_simple_server_hello), NULL, &root, &m),
                     HS_OK);
    assert_int_equal(m.kind, HS__IN_SERVER_HELLO);
    assert_int_equal(m.cipher_suite, HS__SUITE_TLS_AES_128_GCM_SHA256);
    assert_int_equal(m.legacy_compression_method, 0);
    assert_int_equal(m.extensions.selected_version, HS__VERSION_TLS13);
    assert_int_equal(m.extensions.server_share.group, HS__NAMED_GROUP_x25519);
    pt_assert_bytes(m.extensions.server_share.key_exchange,
                    SPAN(rfc8448_simple_server_x25519_public_key));
}

static void the_retry_of_rfc8448(void **state) {
    (void)state;
    hs__rd_root root;
    hs__server_hello m;
    pt_assert_bytes(SPAN(hs__hello_retry_random), pt_hex(RETRY));
    assert_int_equal(
        hs__server_hello_read(SPAN(rfc8448_retry_hello_retry_request), NULL, &root, &m), HS_OK);
    assert_int_equal(m.kind, HS__IN_HELLO_RETRY_REQUEST);
    assert_int_equal(m.extensions.selected_group, HS__NAMED_GROUP_secp256r1);
    assert_int_equal(m.extensions.cookie.n, 114);
}

static void the_answer_of_a_tls_12_server(void **state) {
    (void)state;
    hs__rd_root root;
    hs__server_hello m;
    assert_int_equal(hs__server_hello_read(SPAN(tls12_ecdhe_server_hello), NULL, &root, &m), HS_OK);
    assert_int_equal(m.kind, HS__IN_SERVER_HELLO_12);
    assert_int_equal(m.legacy_version, HS__VERSION_TLS12);
    const hs__extensions *e = &m.extensions;
    assert_true(hs__ext_has(e, HS__EXT_extended_main_secret));
    assert_true(hs__ext_has(e, HS__EXT_session_ticket));
    assert_true(hs__ext_has(e, HS__EXT_status_request));
    assert_true(hs__ext_has(e, HS__EXT_ec_point_formats));
    assert_true(hs__ext_has(e, HS__EXT_renegotiation_info));
    assert_int_equal(e->renegotiated_connection.n, 0);
    hs_span list = e->protocol_name_list;
    hs_span name;
    assert_true(hs__protocol_name_next(&list, &name));
    pt_assert_bytes(name, pt_hex("6832"));
    assert_int_equal(hs__server_hello_read(SPAN(tls12_classic_server_hello), NULL, &root, &m),
                     HS_OK);
    assert_int_equal(m.cipher_suite, HS__SUITE_TLS_RSA_WITH_AES_128_GCM_SHA256);
    assert_int_equal(m.legacy_session_id_echo.n, 32); /* a session to come back to */
    assert_false(hs__ext_has(e, HS__EXT_extended_main_secret));
}

/* RFC 9846 4.2.3, 4.3.1: the random comes first, then supported_versions, wherever it is. */
static void three_messages_are_told_apart(void **state) {
    (void)state;
    assert_int_equal(kind(hello("0303" RANDOM "00 1301 00 0010"
                                "0033 0006 001d 0002 aabb 002b 0002 0304")),
                     HS__IN_SERVER_HELLO);
    assert_int_equal(kind(hello("0303" RANDOM "00 c02f 00")), HS__IN_SERVER_HELLO_12);
    assert_int_equal(kind(hello("0303" RANDOM "00 c02f 00 0004 0017 0000")),
                     HS__IN_SERVER_HELLO_12);
    assert_int_equal(kind(hello("0303" RETRY "00 1301 00 000c 0033 0002 001d 002b 0002 0304")),
                     HS__IN_HELLO_RETRY_REQUEST);
    /* without supported_versions it is a HelloRetryRequest all the same; the engine refuses */
    assert_int_equal(kind(hello("0303" RETRY "00 1301 00 0006 0033 0002 001d")),
                     HS__IN_HELLO_RETRY_REQUEST);
}

/* The same extension block, judged by three sets of rules. */
static void extensions_follow_the_rules_of_their_message(void **state) {
    (void)state;
    pt_refuse(hello("0303" RANDOM "00 1301 00 000a 0017 0000 002b 0002 0304"),
              HS_E_EXTENSION_NOT_ALLOWED, "ServerHello.extensions[extended_main_secret]");
    pt_refuse(hello("0303" RANDOM "00 c02f 00 000a 0033 0006 001d 0002 aabb"),
              HS_E_EXTENSION_NOT_ALLOWED, "ServerHello.extensions[key_share]");
    pt_refuse(hello("0303" RETRY "00 1301 00 0006 0029 0002 0000"), HS_E_EXTENSION_NOT_ALLOWED,
              "HelloRetryRequest.extensions[pre_shared_key]");
    /* RFC 9846 4.2.3: what is not for the key exchange belongs into EncryptedExtensions */
    pt_refuse(hello("0303" RANDOM "00 1301 00 000f 002b 0002 0304 0010 0005 0003 02 6832"),
              HS_E_EXTENSION_NOT_ALLOWED,
              "ServerHello.extensions[application_layer_protocol_negotiation]");
    pt_refuse(hello("0303" RANDOM "00 1301 00 000a 002a 0000 002b 0002 0304"),
              HS_E_EXTENSION_NOT_ALLOWED, "ServerHello.extensions[early_data]");
}

static void other_good_ones(void **state) {
    (void)state;
    pt_check_message(hello("0303" RANDOM "00 c02f 00 000f ff01 0001 00 000b 0002 01 00 0017 0000"));
    pt_check_message(hello("0303" RANDOM "20" RANDOM "1302 00 0010 0029 0002 0000 002b 0002 0304"
                           "3a3a 0000"));
}

/* What the engine judges, because it needs the ClientHello. */
static void values_are_left_to_the_engine(void **state) {
    (void)state;
    hs__rd_root root;
    hs__server_hello m;
    hs_span message = hello("0302" RANDOM "01ff 00ff 07 0006 002b 0002 0305");
    assert_int_equal(hs__server_hello_read(message, NULL, &root, &m), HS_OK);
    assert_int_equal(m.legacy_version, 0x0302);
    pt_assert_bytes(m.legacy_session_id_echo, pt_hex("ff"));
    assert_int_equal(m.legacy_compression_method, 7);
    assert_int_equal(m.extensions.selected_version, 0x0305);
}

static void broken_formats(void **state) {
    (void)state;
    pt_refuse(hello("0303" RANDOM "21" RANDOM "00 1301 00"), HS_E_DECODE,
              "ServerHello.legacy_session_id_echo");
    pt_refuse(hello("0303" RANDOM "00 13"), HS_E_DECODE, "ServerHello.cipher_suite");
    pt_refuse(hello("0303" RANDOM "00 1301 00 0006 002b 0002 0304 00"), HS_E_TRAILING,
              "ServerHello");
    pt_refuse(hello("0303" RETRY "00 1301 00 0006 002c 0002 0000"), HS_E_DECODE,
              "HelloRetryRequest.extensions[cookie].cookie");
}

/* RFC 9846 4.2.3. */
static void downgrade_marks_are_those_of_the_rfc(void **state) {
    (void)state;
    pt_assert_bytes(SPAN(hs__downgrade_to_12), pt_hex("44 4F 57 4E 47 52 44 01"));
    pt_assert_bytes(SPAN(hs__downgrade_below_12), pt_hex("44 4F 57 4E 47 52 44 00"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_of_rfc8448),
        cmocka_unit_test(the_retry_of_rfc8448),
        cmocka_unit_test(the_answer_of_a_tls_12_server),
        cmocka_unit_test(three_messages_are_told_apart),
        cmocka_unit_test(extensions_follow_the_rules_of_their_message),
        cmocka_unit_test(other_good_ones),
        cmocka_unit_test(values_are_left_to_the_engine),
        cmocka_unit_test(broken_formats),
        cmocka_unit_test(downgrade_marks_are_those_of_the_rfc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
