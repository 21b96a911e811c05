/* pkcs12.h; openssl and GnuTLS read what it writes in tests/interop. */
#include "crypto/pkcs12.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static hs_span bytes(const void *p, size_t n) {
    return (hs_span){p, n};
}

static void what_is_no_pkcs12_file_does_not_look_like_one(void **state) {
    (void)state;
    static const uint8_t good[] = {0x30, 0x0a, 2, 1, 3, 0x30, 5, 6, 3, 1, 2, 3};
    uint8_t changed[sizeof(good)];
    assert_true(hs__pkcs12_looks_like(bytes(good, sizeof(good))));
    for (size_t n = 0; n < sizeof(good); n++)
        assert_false(hs__pkcs12_looks_like(bytes(good, n)));
    for (size_t i = 0; i < 8; i++) {
        memcpy(changed, good, sizeof(good));
        changed[i] ^= 0x40;
        assert_false(hs__pkcs12_looks_like(bytes(changed, sizeof(changed))));
    }
}

static void nonsense_is_refused(void **state) {
    (void)state;
    hs__pkcs12 out;
    hs_status st = hs__pkcs12_read(bytes("0\x03\x02\x01\x03", 5), "x", &out);
    assert_int_equal(st, hs__pkcs12_is_there() ? HS_E_DECODE : HS_E_UNSUPPORTED);
    assert_null(out.key);
    assert_null(out.certificates);
    hs__pkcs12_free(&out);
}

static void what_is_not_a_key_is_not_written(void **state) {
    (void)state;
    uint8_t *out;
    size_t n;
    hs__pkcs12_contents c = {.key = bytes("x", 1), .leaf = bytes("y", 1)};
    hs_status st = hs__pkcs12_write(&c, "x", &out, &n);
    assert_int_equal(st, hs__pkcs12_is_there() ? HS_E_CRYPTO : HS_E_UNSUPPORTED);
    assert_null(out);
}

static void a_build_says_whether_it_can(void **state) {
    (void)state;
#ifdef HS_HAVE_LIBCRYPTO
    assert_true(hs__pkcs12_is_there());
#else
    assert_false(hs__pkcs12_is_there());
#endif
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_pkcs12_file_does_not_look_like_one),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(what_is_not_a_key_is_not_written),
        cmocka_unit_test(a_build_says_whether_it_can),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
