#include "proto/client_hello.h"

#include "proto_test.h"
#include "vectors/rfc8448_resumed.h"
#include "vectors/rfc8448_simple.h"
#include "vectors/tls12_peers.h"

#define RANDOM "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

/* A ClientHello around what follows its random; the header's length is made to fit. */
static hs_span hello(const char *rest) {
    hs_span tail = pt_join(pt_hex("0303 " RANDOM), pt_hex(rest));
    const uint8_t head[4] = {HS__HT_client_hello, 0, (uint8_t)(tail.n >> 8), (uint8_t)tail.n};
    return pt_join(SPAN(head), tail);
}

static void fields_of_rfc8448(void **state) {
    (void)state;
    hs__rd_root root;
    hs__client_hello m;
    pt_cover cover;
    pt_cover_begin(&cover, SPAN(rfc8448_simple_client_hello));
    assert_int_equal(hs__client_hello_read(cover.message, &cover.sink, &root, &m), HS_OK);
    assert_true(pt_cover_has(&cover, "msg_type"));
    assert_true(pt_cover_has(&cover, "cipher_suites[2]"));
    assert_true(pt_cover_has(&cover, "extensions[key_share].client_shares[0].group"));
    pt_cover_end(&cover);
    assert_int_equal(m.legacy_version, HS__VERSION_TLS12);
    assert_int_equal(m.random.n, 32);
    assert_int_equal(m.legacy_session_id.n, 0);
    assert_int_equal(hs__list16_at(m.cipher_suites, 1), HS__SUITE_TLS_CHACHA20_POLY1305_SHA256);
    pt_assert_bytes(m.legacy_compression_methods, pt_hex("00"));
    pt_assert_bytes(m.extensions.server_name, pt_hex("736572766572"));
    assert_int_equal(m.extensions.record_size_limit, 16385);
    assert_int_equal(hs__list16_count(m.extensions.supported_groups), 9);
    assert_int_equal(m.extensions.types.n_unknown, 0);
    assert_int_equal(m.binders_off, 0);
    hs_span shares = m.extensions.client_shares;
    hs__key_share share;
    assert_true(hs__key_share_next(&shares, &share));
    assert_int_equal(share.group, HS__NAMED_GROUP_x25519);
    pt_assert_bytes(share.key_exchange, SPAN(rfc8448_simple_client_x25519_public_key));
}

/* RFC 9846 4.3.11.2: binders cover the hello up to their list; RFC 8448 section 4 shows it. */
static void binders_begin_where_rfc8448_cuts(void **state) {
    (void)state;
    hs__rd_root root;
    hs__client_hello m;
    hs_span whole = SPAN(rfc8448_resumed_client_record_1_payload);
    assert_int_equal(hs__client_hello_read(whole, NULL, &root, &m), HS_OK);
    assert_int_equal(m.binders_off, sizeof(rfc8448_resumed_client_hello_prefix));
    hs_span binders = m.extensions.offered_psks.binders;
    hs_span binder;
    assert_true(hs__psk_binder_next(&binders, &binder));
    pt_assert_bytes(binder, SPAN(rfc8448_resumed_binder));
    assert_true(hs__ext_has(&m.extensions, HS__EXT_early_data));
}

/* What OpenSSL and GnuTLS say of renegotiation: one by the SCSV, the other by the extension. */
static void hellos_of_tls_12_clients(void **state) {
    (void)state;
    hs__rd_root root;
    hs__client_hello m;
    const hs__extensions *e = &m.extensions;
    assert_int_equal(hs__client_hello_read(SPAN(tls12_ecdhe_client_hello), NULL, &root, &m), HS_OK);
    assert_int_equal(m.legacy_version, HS__VERSION_TLS12);
    assert_true(hs__list16_has(m.cipher_suites, HS__SUITE_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256));
    assert_true(hs__list16_has(m.cipher_suites, HS__SUITE_TLS_EMPTY_RENEGOTIATION_INFO_SCSV));
    assert_false(hs__ext_has(e, HS__EXT_renegotiation_info));
    assert_true(hs__ext_has(e, HS__EXT_extended_main_secret));
    assert_true(hs__ext_has(e, HS__EXT_session_ticket));
    assert_int_equal(e->session_ticket.n, 0);
    assert_true(hs__list8_has(e->ec_point_formats, HS__POINT_FORMAT_uncompressed));
    assert_int_equal(e->status_request.status_type, HS__STATUS_TYPE_ocsp);
    assert_int_equal(hs__client_hello_read(SPAN(tls12_gnutls_client_hello), NULL, &root, &m),
                     HS_OK);
    assert_false(hs__list16_has(m.cipher_suites, HS__SUITE_TLS_EMPTY_RENEGOTIATION_INFO_SCSV));
    assert_true(hs__ext_has(e, HS__EXT_renegotiation_info));
    assert_int_equal(e->renegotiated_connection.n, 0);
}

/* RFC 9846 4.2.2: hellos of TLS 1.2 may end without extensions; both ways pass. */
static void hellos_without_extensions(void **state) {
    (void)state;
    hs__rd_root root;
    hs__client_hello m;
    pt_check_message(hello("00 0002c02f 0100"));
    pt_check_message(hello("00 0002c02f 0100 0000"));
    pt_check_message(hello("00 0002c02f 0100 0004 0017 0000"));
    assert_int_equal(hs__client_hello_read(hello("00 0002c02f 0100"), NULL, &root, &m), HS_OK);
    assert_false(m.has_extensions);
    assert_int_equal(hs__client_hello_read(hello("00 0002c02f 0100 0000"), NULL, &root, &m), HS_OK);
    assert_true(m.has_extensions);
}

/* RFC 9846 4.2.2: which compression methods are allowed depends on the version. */
static void compression_methods_are_left_to_the_engine(void **state) {
    (void)state;
    hs__rd_root root;
    hs__client_hello m;
    assert_int_equal(hs__client_hello_read(hello("00 00021301 020100"), NULL, &root, &m), HS_OK);
    pt_assert_bytes(m.legacy_compression_methods, pt_hex("0100"));
}

/* RFC 9846 4.2.2, 6: all of these are decode_error. */
static void broken_formats(void **state) {
    (void)state;
    static const struct {
        const char *rest;
        const char *where;
    } cases[] = {
        {"21" RANDOM "00 00021301 0100", "ClientHello.legacy_session_id"},
        {"00 0000 0100", "ClientHello.cipher_suites"},
        {"00 0003130113 0100", "ClientHello.cipher_suites"},
        {"00 00021301 00", "ClientHello.legacy_compression_methods"},
        {"00 00021301", "ClientHello.legacy_compression_methods"},
        {"00 00021301 0100 00", "ClientHello.extensions"},
        {"00 00021301 0100 0001 00", "ClientHello.extensions.extension_type"},
        {"00 00021301 0100 0004 0017 0001", "ClientHello.extensions[extended_main_secret]"},
        {"00 00021301 0100 0003 0017 00", "ClientHello.extensions[extended_main_secret]"},
        {"00 00021301 0100 0000 00", "ClientHello"},
        {"00 00021301 0100 0005 0017 0001 00", "ClientHello.extensions[extended_main_secret]"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        hs__rd_root root;
        hs__client_hello m;
        hs_status st = hs__client_hello_read(hello(cases[i].rest), NULL, &root, &m);
        assert_int_equal(pt_alert(st), HS__ALERT_decode_error);
        assert_string_equal(root.where, cases[i].where);
    }
}

/* No array bounds what a peer may send. */
static void a_hello_of_the_largest_size(void **state) {
    (void)state;
    enum { SUITES = 0x7fff };
    static uint8_t message[4 + 2 + 32 + 1 + 2 + 2 * SUITES + 2];
    hs__wr w;
    hs__wr_init(&w, message, sizeof(message));
    static uint8_t suites[2 * SUITES];
    hs__client_hello_write(&w, &(hs__client_hello){.legacy_version = 0x0303,
                                                   .random = pt_hex(RANDOM),
                                                   .cipher_suites = SPAN(suites),
                                                   .legacy_compression_methods = pt_hex("00")});
    assert_int_equal(w.status, HS_OK);
    assert_int_equal(w.n, sizeof(message));
    hs__rd_root root;
    hs__client_hello m;
    assert_int_equal(hs__client_hello_read(SPAN(message), NULL, &root, &m), HS_OK);
    assert_int_equal(hs__list16_count(m.cipher_suites), SUITES);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_of_rfc8448),
        cmocka_unit_test(binders_begin_where_rfc8448_cuts),
        cmocka_unit_test(hellos_of_tls_12_clients),
        cmocka_unit_test(hellos_without_extensions),
        cmocka_unit_test(compression_methods_are_left_to_the_engine),
        cmocka_unit_test(broken_formats),
        cmocka_unit_test(a_hello_of_the_largest_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
