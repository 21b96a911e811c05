#include "proto/certificate_verify.h"

#include "proto_test.h"
#include "vectors/rfc8448_simple.h"

static void fields_of_rfc8448(void **state) {
    (void)state;
    hs__rd_root root;
    hs__certificate_verify m;
    assert_int_equal(hs__certificate_verify_read(SPAN(rfc8448_simple_server_certificate_verify),
                                                 NULL, &root, &m),
                     HS_OK);
    assert_int_equal(m.algorithm, HS__SCHEME_rsa_pss_rsae_sha256);
    assert_int_equal(m.signature.n, 128);
}

/* RFC 9846 4.5.2: signature<0..2^16-1>; an empty one fails in the check of the signature. */
static void an_empty_signature_is_well_formed(void **state) {
    (void)state;
    pt_check_message(pt_hex("0f 000004 0403 0000"));
}

static void broken_formats(void **state) {
    (void)state;
    pt_refuse(pt_hex("0f 000001 04"), HS_E_DECODE, "CertificateVerify.algorithm");
    pt_refuse(pt_hex("0f 000004 0403 0001"), HS_E_DECODE, "CertificateVerify.signature");
    pt_refuse(pt_hex("0f 000006 0403 0001 aabb"), HS_E_TRAILING, "CertificateVerify");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_of_rfc8448),
        cmocka_unit_test(an_empty_signature_is_well_formed),
        cmocka_unit_test(broken_formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
