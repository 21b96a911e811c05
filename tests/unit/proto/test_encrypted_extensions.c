#include "proto/encrypted_extensions.h"

#include "proto_test.h"

static void good_ones(void **state) {
    (void)state;
    pt_check_message(pt_hex("08 000002 0000"));
    pt_check_message(pt_hex("08 000015 0013 0000 0000 0010 0005 0003 02 6832 001c 0002 4001"));
    hs__rd_root root;
    hs__encrypted_extensions m;
    assert_int_equal(hs__encrypted_extensions_read(pt_hex("08 00000b 0009 0010 0005 0003 02 6832"),
                                                   NULL, &root, &m),
                     HS_OK);
    pt_assert_bytes(m.extensions.protocol_name_list, pt_hex("02 6832"));
}

/* RFC 9846 4.4.1: what does not belong here is refused with illegal_parameter. */
static void forbidden_ones(void **state) {
    (void)state;
    assert_int_equal(pt_alert(HS_E_EXTENSION_NOT_ALLOWED), HS__ALERT_illegal_parameter);
    pt_refuse(pt_hex("08 00000c 000a 0033 0006 001d 0002 aabb"), HS_E_EXTENSION_NOT_ALLOWED,
              "EncryptedExtensions.extensions[key_share]");
    pt_refuse(pt_hex("08 000008 0006 002b 0002 0304"), HS_E_EXTENSION_NOT_ALLOWED,
              "EncryptedExtensions.extensions[supported_versions]");
    pt_refuse(pt_hex("08 000006 0004 0005 0000"), HS_E_EXTENSION_NOT_ALLOWED,
              "EncryptedExtensions.extensions[status_request]");
    pt_refuse(pt_hex("08 000006 0004 0031 0000"), HS_E_EXTENSION_NOT_ALLOWED,
              "EncryptedExtensions.extensions[post_handshake_auth]");
    pt_refuse(pt_hex("08 000008 0006 002d 0002 01 01"), HS_E_EXTENSION_NOT_ALLOWED,
              "EncryptedExtensions.extensions[psk_key_exchange_modes]");
}

static void broken_formats(void **state) {
    (void)state;
    pt_refuse(pt_hex("08 000000"), HS_E_DECODE, "EncryptedExtensions.extensions");
    pt_refuse(pt_hex("08 000003 0000 00"), HS_E_TRAILING, "EncryptedExtensions");
    pt_refuse(pt_hex("08 000002 0001"), HS_E_DECODE, "EncryptedExtensions.extensions");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_ones),
        cmocka_unit_test(forbidden_ones),
        cmocka_unit_test(broken_formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
