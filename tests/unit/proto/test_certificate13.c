#include "proto/certificate13.h"

#include "proto_test.h"
#include "vectors/rfc8448_simple.h"

static void read_ok(hs_span message, hs__certificate13 *m) {
    hs__rd_root root;
    assert_int_equal(hs__certificate13_read(message, NULL, &root, m), HS_OK);
}

static void the_certificate_of_rfc8448(void **state) {
    (void)state;
    hs__certificate13 m;
    read_ok(SPAN(rfc8448_simple_server_certificate), &m);
    assert_int_equal(m.count, 1);
    hs_span list = m.list;
    hs_span cert;
    hs_span extensions;
    assert_true(hs__certificate13_next(&list, &cert, &extensions));
    assert_int_equal(cert.n, 432);
    assert_int_equal(cert.p[0], 0x30);
    assert_int_equal(extensions.n, 0);
    assert_false(hs__certificate13_next(&list, &cert, NULL));
}

static void good_ones(void **state) {
    (void)state;
    /* no certificate: a client that has none */
    pt_check_message(pt_hex("0b 000004 00 000000"));
    /* a context, a leaf with OCSP response and SCT, and two more certificates */
    pt_check_message(pt_hex("0b 00002e 02 aabb 000028"
                            "000002 3000 0013 0005 0006 01 000002 3000 0012 0005 0003 0001 07"
                            "000003 300131 0000"
                            "000001 30 0000"));
}

static void extensions_of_all_entries_are_told(void **state) {
    (void)state;
    hs__certificate13 m;
    read_ok(pt_hex("0b 000028 00 000024"
                   "000002 3000 000a 0005 0006 01 000002 3000"
                   "000001 30 000d 0012 0005 0003 0001 07 7777 0000"),
            &m);
    assert_int_equal(m.count, 2);
    pt_assert_bytes(m.leaf.status_request.response, pt_hex("3000"));
    assert_false(hs__ext_has(&m.leaf, HS__EXT_signed_certificate_timestamp));
    hs__extensions asked = {.types = {0}};
    uint16_t type;
    hs__ext_set(&asked, HS__EXT_status_request);
    assert_true(hs__ext_unasked(&m.types, &asked.types, &type));
    assert_int_equal(type, HS__EXT_signed_certificate_timestamp);
    hs__ext_set(&asked, HS__EXT_signed_certificate_timestamp);
    assert_true(hs__ext_unasked(&m.types, &asked.types, &type));
    assert_int_equal(type, 0x7777);
}

/* An unknown one counts in whichever entry it is. */
static void an_unknown_extension_is_found_in_any_entry(void **state) {
    (void)state;
    hs__certificate13 m;
    read_ok(pt_hex("0b 000014 00 000010 000001 30 0004 7777 0000 000001 31 0000"), &m);
    assert_int_equal(m.types.n_unknown, 1);
    assert_int_equal(m.types.first_unknown, 0x7777);
    read_ok(pt_hex("0b 000014 00 000010 000001 30 0000 000001 31 0004 7777 0000"), &m);
    assert_int_equal(m.types.n_unknown, 1);
    assert_int_equal(m.types.first_unknown, 0x7777);
}

static void more_certificates_than_any_array_has(void **state) {
    (void)state;
    enum { CERTS = 2000 };
    static uint8_t message[8 + 6 * CERTS];
    static hs_span certs[CERTS];
    for (size_t i = 0; i < CERTS; i++) {
        certs[i] = pt_hex("30");
    }
    hs__wr w;
    hs__wr_init(&w, message, sizeof(message));
    hs__certificate13_write(&w, &(hs__certificate13){.count = CERTS, .certs = certs});
    assert_int_equal(w.status, HS_OK);
    hs__certificate13 m;
    read_ok((hs_span){message, w.n}, &m);
    assert_int_equal(m.count, CERTS);
}

static void forbidden_and_broken_ones(void **state) {
    (void)state;
    pt_refuse(pt_hex("0b 000009 00 000005 000000 0000"), HS_E_DECODE,
              "Certificate.certificate_list[0].cert_data");
    pt_refuse(pt_hex("0b 000008 00 000004 000001 30"), HS_E_DECODE,
              "Certificate.certificate_list[0].extensions");
    pt_refuse(pt_hex("0b 00000e 00 00000a 000001 30 0004 0000 0000"), HS_E_EXTENSION_NOT_ALLOWED,
              "Certificate.certificate_list[0].extensions[server_name]");
    pt_refuse(pt_hex("0b 000014 00 000010 000001 30 0000 000001 30 0004 0005 0000"), HS_E_DECODE,
              "Certificate.certificate_list[1].extensions[status_request].status_type");
    pt_refuse(pt_hex("0b 000005 00 000000 00"), HS_E_TRAILING, "Certificate");
    pt_refuse(pt_hex("0b 000003 00 0000"), HS_E_DECODE, "Certificate.certificate_list");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_certificate_of_rfc8448),
        cmocka_unit_test(good_ones),
        cmocka_unit_test(extensions_of_all_entries_are_told),
        cmocka_unit_test(an_unknown_extension_is_found_in_any_entry),
        cmocka_unit_test(more_certificates_than_any_array_has),
        cmocka_unit_test(forbidden_and_broken_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
