#include "pki/general_name.h"

#include "tests/unit/pki/openssl_certs.h"
#include "tests/unit/pki/pki_test.h"

static hs_status read_one(const char *hex, bool in_constraint) {
    const bytes b = unhex(hex);
    hs__rd_root root;
    hs__rd r;
    hs__rd_init(&r, &root, of(&b), NULL, NULL);
    (void)hs__general_name_read(&r, "name", in_constraint);
    return hs__rd_end(&r);
}

static void every_kind_of_openssl_is_read_and_printed(void **state) {
    (void)state;
    static const char *const want[] = {
        "DNS:*.a.test",
        "DNS:a.test",
        "IP:127.0.0.1",
        "IP:2001:db8::1",
        "email:a@a.test",
        "URI:https://a.test/x",
        "dirName:CN=directory,C=DE",
        "RID:1.2.3.4",
        "other:06032a0305a0070c0568656c6c6f",
    };
    const hs__cert rich = cert_of(der_of(openssl_rich));
    hs_span rest = rich.names;
    hs__general_name name;
    size_t n = 0;
    for (; hs__general_name_next(&rest, &name); n++) {
        char out[HS__NAME_TEXT];
        hs__general_name_text(&name, out, sizeof(out));
        assert_string_equal(out, want[n]);
    }
    assert_int_equal(n, sizeof(want) / sizeof(want[0]));
}

static void broken_ones_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",
        "a2 01 61",             /* dNSName must be primitive */
        "84 02 30 00",          /* directoryName must be constructed */
        "a4 02 31 00",          /* ... and hold a Name */
        "89 00",                /* no such kind */
        "02 01 05",             /* not context-specific */
        "87 03 7f 00 01",       /* an address of 3 bytes */
        "87 05 7f 00 00 01 00", /* ... of 5 */
        "87 00",
        "87 08 7f 00 00 00 ff 00 00 00", /* a mask where none belongs */
        "82 02 c3 9f",                   /* IA5String is ASCII */
        "88 01 80",                      /* not an OID */
        "82 02 61",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (read_one(bad[i], false) == HS_OK) {
            fail_msg("taken: %s", bad[i]);
        }
    }
}

static void an_address_in_a_constraint_has_a_mask(void **state) {
    (void)state;
    assert_ok(read_one("87 08 7f 00 00 00 ff 00 00 00", true));
    assert_ok(read_one("87 08 00 00 00 00 00 00 00 00", true));
    assert_int_not_equal(read_one("87 04 7f 00 00 01", true), HS_OK);
    assert_int_not_equal(read_one("87 08 7f 00 00 00 ff 00 ff 00", true), HS_OK);
    assert_int_not_equal(read_one("87 09 7f 00 00 00 ff 00 00 00 00", true), HS_OK);
    const bytes net = unhex("0a 00 00 00 ff f0 00 00");
    const hs__general_name name = ip(&net);
    char out[64];
    hs__general_name_text(&name, out, sizeof(out));
    assert_string_equal(out, "IP:10.0.0.0/12");
}

static void foreign_names_are_safe_to_print(void **state) {
    (void)state;
    const hs__general_name name = dns("a\x1b[31m\n.test");
    char out[64];
    hs__general_name_text(&name, out, sizeof(out));
    assert_string_equal(out, "DNS:a\\x1b[31m\\x0a.test");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_openssl_is_read_and_printed),
        cmocka_unit_test(broken_ones_are_refused),
        cmocka_unit_test(an_address_in_a_constraint_has_a_mask),
        cmocka_unit_test(foreign_names_are_safe_to_print),
    };
    return RUN(tests);
}
