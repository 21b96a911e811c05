#include "proto/certificate_request13.h"

#include "proto_test.h"
#include "vectors/rfc8448_client_auth.h"

static void fields_of_rfc8448(void **state) {
    (void)state;
    hs__rd_root root;
    hs__certificate_request13 m;
    assert_int_equal(hs__certificate_request13_read(SPAN(rfc8448_client_auth_certificate_request),
                                                    NULL, &root, &m),
                     HS_OK);
    assert_int_equal(m.certificate_request_context.n, 0);
    assert_int_equal(hs__list16_count(m.extensions.signature_algorithms), 15);
}

static void good_ones(void **state) {
    (void)state;
    /* with a context, as after the handshake; with all that may be asked for, and GREASE */
    pt_check_message(pt_hex("0d 000010 03 010203 000a 000d 0006 0004 0403 0804"));
    pt_check_message(pt_hex("0d 000036 00 0033 000d 0004 0002 0403 0005 0000 0012 0000"
                            "0032 0004 0002 0401 001b 0003 02 0002 002f 0005 0003 0001 30"
                            "0030 0002 0000 4a4a 0001 00"));
}

/* RFC 9846 4.4.2: the block may be empty; that signature_algorithms is missing is another
 * alert, and the engine's. */
static void an_empty_block_is_well_formed(void **state) {
    (void)state;
    hs__rd_root root;
    hs__certificate_request13 m;
    assert_int_equal(hs__certificate_request13_read(pt_hex("0d 000003 00 0000"), NULL, &root, &m),
                     HS_OK);
    assert_false(hs__ext_has(&m.extensions, HS__EXT_signature_algorithms));
}

static void forbidden_and_broken_ones(void **state) {
    (void)state;
    pt_refuse(pt_hex("0d 00000a 00 0007 002c 0003 0001 07"), HS_E_EXTENSION_NOT_ALLOWED,
              "CertificateRequest.extensions[cookie]");
    pt_refuse(pt_hex("0d 000007 00 0004 0031 0000"), HS_E_EXTENSION_NOT_ALLOWED,
              "CertificateRequest.extensions[post_handshake_auth]");
    pt_refuse(pt_hex("0d 000000"), HS_E_DECODE, "CertificateRequest.certificate_request_context");
    pt_refuse(pt_hex("0d 000001 00"), HS_E_DECODE, "CertificateRequest.extensions");
    pt_refuse(pt_hex("0d 000004 00 0000 00"), HS_E_TRAILING, "CertificateRequest");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_of_rfc8448),
        cmocka_unit_test(good_ones),
        cmocka_unit_test(an_empty_block_is_well_formed),
        cmocka_unit_test(forbidden_and_broken_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
