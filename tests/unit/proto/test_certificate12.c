#include "proto/certificate12.h"

#include "proto_test.h"
#include "vectors/tls12_peers.h"

static void the_chain_of_openssl(void **state) {
    (void)state;
    hs__rd_root root;
    hs__certificate12 m;
    assert_int_equal(hs__certificate12_read(SPAN(tls12_ecdhe_client_certificate), NULL, &root, &m),
                     HS_OK);
    assert_int_equal(m.count, 2);
    hs_span cert;
    assert_true(hs__certificate12_next(&m.list, &cert));
    assert_int_equal(cert.p[0], 0x30);
    assert_int_equal(cert.n, 4 + (cert.p[2] << 8 | cert.p[3])); /* one DER value */
    assert_true(hs__certificate12_next(&m.list, &cert));
    assert_false(hs__certificate12_next(&m.list, &cert));
}

static void good_ones(void **state) {
    (void)state;
    pt_check_as("certificate12", pt_hex("0b 000008 000005 000002 3000"));
    pt_check_as("certificate12", pt_hex("0b 00000c 000009 000002 3000 000001 31"));
    /* RFC 5246 7.4.6: a client without a certificate sends none */
    pt_check_as("certificate12", pt_hex("0b 000003 000000"));
}

static void broken_ones(void **state) {
    (void)state;
    pt_refuse_as("certificate12", pt_hex("0b 000000"), HS_E_DECODE, "Certificate.certificate_list");
    pt_refuse_as("certificate12", pt_hex("0b 000006 000003 000000"), HS_E_DECODE,
                 "Certificate.certificate_list[0]");
    pt_refuse_as("certificate12", pt_hex("0b 00000a 000007 000002 3000 0000"), HS_E_DECODE,
                 "Certificate.certificate_list[1]");
    pt_refuse_as("certificate12", pt_hex("0b 000004 000000 00"), HS_E_TRAILING, "Certificate");
    /* the format of TLS 1.3 */
    pt_refuse_as("certificate12", pt_hex("0b 00000b 00 000007 000002 3000 0000"), HS_E_TRAILING,
                 "Certificate");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_chain_of_openssl),
        cmocka_unit_test(good_ones),
        cmocka_unit_test(broken_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
