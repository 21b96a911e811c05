#include "proto/certificate_status.h"

#include "proto_test.h"
#include "vectors/tls12_peers.h"

static void the_response_of_openssl(void **state) {
    (void)state;
    hs__rd_root root;
    hs__certificate_status m;
    assert_int_equal(
        hs__certificate_status_read(SPAN(tls12_ecdhe_certificate_status), NULL, &root, &m), HS_OK);
    assert_int_equal(m.status_type, HS__STATUS_TYPE_ocsp);
    assert_int_equal(m.response.n, sizeof(tls12_ecdhe_certificate_status) - 8);
    assert_int_equal(m.response.p[0], 0x30);
}

/* What follows another type has a form that we do not know; that it was not asked for is the
 * engine's to check. */
static void an_unknown_type_is_kept_whole(void **state) {
    (void)state;
    hs__rd_root root;
    hs__certificate_status m;
    assert_int_equal(hs__certificate_status_read(pt_hex("16 000003 02 0102"), NULL, &root, &m),
                     HS_OK);
    assert_int_equal(m.status_type, HS__STATUS_TYPE_ocsp_multi);
    pt_assert_bytes(m.response, pt_hex("0102"));
}

static void broken_ones(void **state) {
    (void)state;
    pt_refuse(pt_hex("16 000000"), HS_E_DECODE, "CertificateStatus.status_type");
    pt_refuse(pt_hex("16 000004 01 000000"), HS_E_DECODE, "CertificateStatus.response");
    pt_refuse(pt_hex("16 000005 01 000002 30"), HS_E_DECODE, "CertificateStatus.response");
    pt_refuse(pt_hex("16 000006 01 000001 30 00"), HS_E_TRAILING, "CertificateStatus");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_response_of_openssl),
        cmocka_unit_test(an_unknown_type_is_kept_whole),
        cmocka_unit_test(broken_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
