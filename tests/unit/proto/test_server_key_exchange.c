#include "proto/server_key_exchange.h"

#include "proto_test.h"
#include "vectors/tls12_peers.h"

static void fields_of_openssl(void **state) {
    (void)state;
    hs__rd_root root;
    hs__server_key_exchange m;
    const hs_span message = SPAN(tls12_ecdhe_server_key_exchange);
    assert_int_equal(hs__server_key_exchange_read(message, NULL, &root, &m), HS_OK);
    assert_int_equal(m.params.group, HS__NAMED_GROUP_x25519);
    pt_assert_bytes(m.params.point, (hs_span){message.p + 8, 32});
    assert_int_equal(m.algorithm, HS__SCHEME_ecdsa_secp256r1_sha256);
    assert_int_equal(m.signature.p[0], 0x30);
    assert_ptr_equal(m.signature.p + m.signature.n, message.p + message.n);
}

static void fields_of_gnutls(void **state) {
    (void)state;
    hs__rd_root root;
    hs__server_key_exchange m;
    assert_int_equal(
        hs__server_key_exchange_read(SPAN(tls12_gnutls_server_key_exchange), NULL, &root, &m),
        HS_OK);
    assert_int_equal(m.params.group, HS__NAMED_GROUP_secp256r1);
    assert_int_equal(m.params.point.n, hs__group_server_share(m.params.group));
    assert_int_equal(hs__scheme_auth_12(m.algorithm), HS__AUTH_RSA);
    assert_int_equal(m.signature.n, 256);
}

/* RFC 8422 5.4: the signature covers the params exactly as they came, and the same bytes can be
 * made before there is a signature. */
static void the_signed_part_is_the_params(void **state) {
    (void)state;
    hs__rd_root root;
    hs__server_key_exchange m;
    const hs_span message = SPAN(tls12_ecdhe_server_key_exchange);
    assert_int_equal(hs__server_key_exchange_read(message, NULL, &root, &m), HS_OK);
    assert_ptr_equal(m.signed_params.p, message.p + 4);
    assert_int_equal(m.signed_params.n, 4 + 32);
    uint8_t out[64];
    hs__wr w;
    hs__wr_init(&w, out, sizeof(out));
    hs__server_ecdh_params_write(&w, &m.params);
    assert_int_equal(w.status, HS_OK);
    pt_assert_bytes((hs_span){out, w.n}, m.signed_params);
}

static void paths_are_those_of_the_rfc(void **state) {
    (void)state;
    hs__rd_root root;
    hs__server_key_exchange m;
    pt_cover cover;
    pt_cover_begin(&cover, SPAN(tls12_ecdhe_server_key_exchange));
    assert_int_equal(hs__server_key_exchange_read(cover.message, &cover.sink, &root, &m), HS_OK);
    assert_true(pt_cover_has(&cover, "params.curve_params.curve_type"));
    assert_true(pt_cover_has(&cover, "params.curve_params.namedcurve"));
    assert_true(pt_cover_has(&cover, "params.public.length"));
    assert_true(pt_cover_has(&cover, "params.public"));
    assert_true(pt_cover_has(&cover, "algorithm"));
    assert_true(pt_cover_has(&cover, "signature"));
    pt_cover_end(&cover);
}

/* RFC 8422 5.4: explicit curves are obsolete; 5.4, 5.10: an illegal_parameter. */
static void curves_without_a_number_are_refused(void **state) {
    (void)state;
    pt_refuse(pt_hex("0c 00000a 01 001d 01aa 0403 0001 bb"), HS_E_ILLEGAL_VALUE,
              "ServerKeyExchange.params.curve_params.curve_type");
    pt_refuse(pt_hex("0c 00000a 02 001d 01aa 0403 0001 bb"), HS_E_ILLEGAL_VALUE,
              "ServerKeyExchange.params.curve_params.curve_type");
    pt_check_message(pt_hex("0c 00000a 03 001d 01aa 0403 0001 bb"));
}

static void broken_ones(void **state) {
    (void)state;
    pt_refuse(pt_hex("0c 000000"), HS_E_DECODE, "ServerKeyExchange.params.curve_params.curve_type");
    pt_refuse(pt_hex("0c 000002 03 00"), HS_E_DECODE,
              "ServerKeyExchange.params.curve_params.namedcurve");
    pt_refuse(pt_hex("0c 000004 03 001d 00"), HS_E_DECODE, "ServerKeyExchange.params.public");
    pt_refuse(pt_hex("0c 000006 03 001d 01aa 04"), HS_E_DECODE, "ServerKeyExchange.algorithm");
    pt_refuse(pt_hex("0c 000009 03 001d 01aa 0403 0001"), HS_E_DECODE,
              "ServerKeyExchange.signature");
    pt_refuse(pt_hex("0c 00000b 03 001d 01aa 0403 0001 bb 00"), HS_E_TRAILING, "ServerKeyExchange");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_of_openssl),
        cmocka_unit_test(fields_of_gnutls),
        cmocka_unit_test(the_signed_part_is_the_params),
        cmocka_unit_test(paths_are_those_of_the_rfc),
        cmocka_unit_test(curves_without_a_number_are_refused),
        cmocka_unit_test(broken_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
