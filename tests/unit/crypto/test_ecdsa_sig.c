#include "crypto/ecdsa_sig.h"

#include "tests/unit/crypto/each_provider.h"

static hs_status read(const char *hex, hs_span *r, hs_span *s) {
    static bytes b;
    b = unhex(hex);
    return hs__ecdsa_sig_read(of(&b), 2, r, s);
}

static void numbers_come_out_without_their_sign_byte(void **state) {
    (void)state;
    hs_span r;
    hs_span s;
    assert_ok(read("300702020080020101", &r, &s));
    assert_int_equal(r.n, 1);
    assert_int_equal(r.p[0], 0x80);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.p[0], 1);
}

static void whatever_is_not_strict_der_is_refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",
        "30",
        "3000",
        "3003020101",               /* s is missing */
        "3006020101020100",         /* s is 0 */
        "3006020100020101",         /* r is 0 */
        "3006020181020101",         /* r is negative */
        "300702020001020101",       /* superfluous zero */
        "308106020101020101",       /* long form length */
        "30070281010102010100",     /* long form inside */
        "30060201010201010000",     /* bytes behind it */
        "3008020101020101050000",   /* */
        "300902010102010102010100", /* a third number */
        "3009020301000002010101",   /* r is longer than the curve's order */
        "3080020101020101",         /* indefinite length */
        "3106020101020101",         /* a SET */
        "30050201010201",           /* cut short */
    };
    hs_span r;
    hs_span s;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_status(read(bad[i], &r, &s), HS_E_BAD_SIGNATURE);
}

static void writing_is_minimal_and_reads_back(void **state) {
    (void)state;
    const uint8_t r_in[] = {0x00, 0xff};
    const uint8_t s_in[] = {0x12, 0x34};
    bytes want = unhex("3008020200ff02021234");
    uint8_t out[32];
    size_t n;
    hs_span r;
    hs_span s;
    assert_ok(hs__ecdsa_sig_write(span_of(r_in, 2), span_of(s_in, 2), out, sizeof out, &n));
    assert_int_equal(n, want.n);
    assert_memory_equal(out, want.p, n);
    assert_ok(hs__ecdsa_sig_read(span_of(out, n), 2, &r, &s));
    assert_status(hs__ecdsa_sig_write(span_of(r_in, 2), span_of(s_in, 2), out, n - 1, &n),
                  HS_E_NO_SPACE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_come_out_without_their_sign_byte),
        cmocka_unit_test(whatever_is_not_strict_der_is_refused),
        cmocka_unit_test(writing_is_minimal_and_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
