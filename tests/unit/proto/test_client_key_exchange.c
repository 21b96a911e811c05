#include "proto/client_key_exchange.h"

#include "proto_test.h"
#include "vectors/tls12_peers.h"

#define ECDHE "client_key_exchange_ecdhe"
#define RSA   "client_key_exchange_rsa"

static hs_span keys(hs_span message, hs__kx kx) {
    hs__rd_root root;
    hs__client_key_exchange m;
    assert_int_equal(hs__client_key_exchange_read(message, kx, NULL, &root, &m), HS_OK);
    assert_int_equal(m.kx, kx);
    return m.exchange_keys;
}

static void both_forms_of_openssl(void **state) {
    (void)state;
    assert_int_equal(keys(SPAN(tls12_ecdhe_client_key_exchange), HS__KX_ECDHE).n, 32);
    assert_int_equal(keys(SPAN(tls12_gnutls_client_key_exchange), HS__KX_ECDHE).n, 65);
    assert_int_equal(keys(SPAN(tls12_classic_client_key_exchange), HS__KX_RSA).n, 256);
}

static void each_form_tells_its_field(void **state) {
    (void)state;
    hs__rd_root root;
    hs__client_key_exchange m;
    pt_cover cover;
    pt_cover_begin(&cover, pt_hex("10 000003 02 aabb"));
    assert_int_equal(
        hs__client_key_exchange_read(cover.message, HS__KX_ECDHE, &cover.sink, &root, &m), HS_OK);
    assert_true(pt_cover_has(&cover, "ecdh_Yc"));
    pt_cover_end(&cover);
    pt_cover_begin(&cover, pt_hex("10 000004 0002 aabb"));
    assert_int_equal(
        hs__client_key_exchange_read(cover.message, HS__KX_RSA, &cover.sink, &root, &m), HS_OK);
    assert_true(pt_cover_has(&cover, "encrypted_preliminary_secret"));
    pt_cover_end(&cover);
}

/* RFC 5246 7.4.7.1: a ciphertext of a wrong length must end like one of wrong padding, so the
 * format takes any. */
static void a_ciphertext_has_any_length(void **state) {
    (void)state;
    pt_check_as(RSA, pt_hex("10 000002 0000"));
    pt_check_as(RSA, pt_hex("10 000003 0001 aa"));
}

static void broken_ones(void **state) {
    (void)state;
    pt_refuse_as(ECDHE, pt_hex("10 000000"), HS_E_DECODE, "ClientKeyExchange.ecdh_Yc");
    pt_refuse_as(ECDHE, pt_hex("10 000001 00"), HS_E_DECODE, "ClientKeyExchange.ecdh_Yc");
    pt_refuse_as(ECDHE, pt_hex("10 000003 01 aabb"), HS_E_TRAILING, "ClientKeyExchange");
    pt_refuse_as(RSA, pt_hex("10 000001 00"), HS_E_DECODE,
                 "ClientKeyExchange.encrypted_preliminary_secret");
    pt_refuse_as(RSA, pt_hex("10 000004 0001 aabb"), HS_E_TRAILING, "ClientKeyExchange");
    /* RFC 5246 7.4.7.1: the length is not left out, as SSL 3.0 did */
    pt_refuse_as(RSA, pt_hex("10 000004 aabbccdd"), HS_E_DECODE,
                 "ClientKeyExchange.encrypted_preliminary_secret");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_forms_of_openssl),
        cmocka_unit_test(each_form_tells_its_field),
        cmocka_unit_test(a_ciphertext_has_any_length),
        cmocka_unit_test(broken_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
