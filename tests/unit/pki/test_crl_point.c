#include "pki/crl_point.h"

#include "tests/unit/pki/pki_test.h"

/* fullName: URI:a */
#define PLACE "a0 05 a0 03 86 01 61"
/* nameRelativeToCRLIssuer: an empty RDN, which is not looked into */
#define RELATIVE "a0 02 a1 00"

static hs__crl_point point_of(const char *hex, hs_status *st) {
    static bytes b;
    hs__rd_root root;
    hs__rd r;
    b = unhex(hex);
    hs__rd_init(&r, &root, of(&b), NULL, NULL);
    const hs__crl_point p = hs__crl_point_read(&r, "point");
    hs__rd_done(&r);
    *st = root.status;
    return p;
}

static void points_of_a_certificate(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        bool is_good, has_name, has_reasons, has_issuer;
        size_t full_name_n;
    } cases[] = {
        {"30 07" PLACE, true, true, false, false, 3},
        {"30 04" RELATIVE, true, true, false, false, 0},
        {"30 0b" PLACE "81 02 06 40", true, true, true, false, 3},
        {"30 05 a2 03 82 01 61", true, false, false, true, 0},
        {"30 00", false, false, false, false, 0},
        {"30 04 81 02 06 40", false, false, true, false, 0},
        {"30 04 a0 02 a0 00", false, true, false, false, 0},
        {"30 09" PLACE "05 00", false, true, false, false, 3},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        hs_status st;
        const hs__crl_point p = point_of(cases[i].hex, &st);
        assert_int_equal(st == HS_OK, cases[i].is_good);
        if (st == HS_OK) {
            const bytes b = unhex(cases[i].hex);
            hs_span rest = of(&b);
            hs__crl_point again;
            assert_int_equal(p.has_name, cases[i].has_name);
            assert_int_equal(p.has_reasons, cases[i].has_reasons);
            assert_int_equal(p.has_issuer, cases[i].has_issuer);
            assert_int_equal(p.full_name.n, cases[i].full_name_n);
            /* Walking finds the same as reading. */
            assert_true(hs__crl_point_next(&rest, &again));
            assert_int_equal(again.has_name, p.has_name);
            assert_int_equal(again.has_reasons, p.has_reasons);
            assert_int_equal(again.has_issuer, p.has_issuer);
            assert_int_equal(again.full_name.n, p.full_name.n);
            assert_false(hs__crl_point_next(&rest, &again));
        }
    }
}

static hs_status scope_of(const char *hex, hs__crl_scope *out) {
    static bytes b;
    hs__rd_root root;
    hs__rd r;
    b = unhex(hex);
    hs__rd_init(&r, &root, of(&b), NULL, NULL);
    hs__crl_scope_read(&r, out);
    hs__rd_done(&r);
    return root.status;
}

static void the_scope_of_a_list(void **state) {
    (void)state;
    hs__crl_scope s;
    assert_ok(scope_of("30 0a" PLACE "81 01 ff", &s));
    assert_true(s.has_name && s.full_name.n == 3 && s.only_users && !s.only_cas);
    assert_ok(scope_of("30 07 83 02 06 40 84 01 ff", &s));
    assert_true(s.has_reasons && s.is_indirect && !s.only_attributes);
    assert_ok(scope_of("30 03 85 01 ff", &s));
    assert_true(s.only_attributes);
    assert_ok(scope_of("30 00", &s));
    /* Two kinds at once, a default that DER leaves out, a BOOLEAN without a byte. */
    assert_status(scope_of("30 02 81 00", &s), HS_E_DECODE);
    assert_status(scope_of("30 06 81 01 ff 82 01 ff", &s), HS_E_DECODE);
    assert_status(scope_of("30 03 81 01 00", &s), HS_E_DECODE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_of_a_certificate),
        cmocka_unit_test(the_scope_of_a_list),
    };
    return RUN(tests);
}
