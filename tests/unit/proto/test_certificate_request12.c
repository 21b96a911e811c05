#include "proto/certificate_request12.h"

#include "proto/extensions.h"
#include "proto_test.h"
#include "vectors/tls12_peers.h"

#define KIND "certificate_request12"

static void fields_of_openssl(void **state) {
    (void)state;
    hs__rd_root root;
    hs__certificate_request12 m;
    assert_int_equal(
        hs__certificate_request12_read(SPAN(tls12_ecdhe_certificate_request), NULL, &root, &m),
        HS_OK);
    assert_true(hs__list8_has(m.certificate_types, HS__CLIENT_CERT_ecdsa_sign));
    assert_true(hs__list8_has(m.certificate_types, HS__CLIENT_CERT_rsa_sign));
    assert_false(hs__list8_has(m.certificate_types, HS__CLIENT_CERT_rsa_fixed_dh));
    assert_true(hs__list16_has(m.supported_signature_algorithms, HS__SCHEME_rsa_pkcs1_sha256));
    hs_span name;
    assert_true(hs__authority_next(&m.certificate_authorities, &name));
    pt_assert_bytes(name, pt_hex("3012 3110 300e 06035504030c07 63612e74657374")); /* CN=ca.test */
    assert_false(hs__authority_next(&m.certificate_authorities, &name));
}

static void good_ones(void **state) {
    (void)state;
    /* RFC 5246 7.4.4: without authorities any will do */
    pt_check_as(KIND, pt_hex("0d 000008 01 40 0002 0403 0000"));
    /* unknown types and schemes are passed over */
    pt_check_as(KIND, pt_hex("0d 000010 03 0140f0 0004 0403 fafa 0004 0002 3000"));
}

static void broken_ones(void **state) {
    (void)state;
    pt_refuse_as(KIND, pt_hex("0d 000007 00 0002 0403 0000"), HS_E_DECODE,
                 "CertificateRequest.certificate_types");
    pt_refuse_as(KIND, pt_hex("0d 000006 01 40 0000 0000"), HS_E_DECODE,
                 "CertificateRequest.supported_signature_algorithms");
    pt_refuse_as(KIND, pt_hex("0d 000007 01 40 0001 04 0000"), HS_E_DECODE,
                 "CertificateRequest.supported_signature_algorithms");
    pt_refuse_as(KIND, pt_hex("0d 000006 01 40 0002 0403"), HS_E_DECODE,
                 "CertificateRequest.certificate_authorities");
    pt_refuse_as(KIND, pt_hex("0d 00000a 01 40 0002 0403 0002 0000"), HS_E_DECODE,
                 "CertificateRequest.certificate_authorities[0]");
    pt_refuse_as(KIND, pt_hex("0d 000009 01 40 0002 0403 0000 00"), HS_E_TRAILING,
                 "CertificateRequest");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_of_openssl),
        cmocka_unit_test(good_ones),
        cmocka_unit_test(broken_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
