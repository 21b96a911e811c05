/* lint.h: each rule speaks about what breaks it, and is silent about what does not. More of them
 * meet certificates of openssl's in tests/interop. */
#include "pki/lint.h"

#include "tests/unit/pki/pki_test.h"

static size_t lint(const made *m, hs__lint_finding out[HS__LINT_MAX]) {
    const hs__cert cert = cert_of(made_der(m));
    return hs__lint(&cert, out);
}

static bool finds(const made *m, const char *name) {
    hs__lint_finding found[HS__LINT_MAX];
    const size_t n = lint(m, found);
    for (size_t i = 0; i < n; i++) {
        assert_true(found[i].got[0] != '\0');
        if (strcmp(found[i].rule->name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void rows_are_complete_and_names_are_single(void **state) {
    (void)state;
    for (size_t i = 0; i < hs__n_lint_rules; i++) {
        const hs__lint_rule *r = &hs__lint_rules[i];
        assert_true(r->name[0] && r->expected[0] && r->fix[0] && strchr(r->rule, '#') != NULL);
        assert_true((r->scope & (HS__LINT_ALL | HS__LINT_SERVER)) != 0);
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(r->name, hs__lint_rules[k].name);
        }
    }
}

/* What each of them breaks; `spec` is otherwise that of a good leaf or CA. */
static void each_fault_is_found(void **state) {
    (void)state;
    static const uint8_t small[] = {5};
    static const hs__oid any[] = {HS__OID_SERVER_AUTH, HS__OID_ANY_EXT_KEY_USAGE};
    const hs__general_name twice[] = {dns("a.test"), dns("a.test")};
    const hs__general_name wide[] = {dns("*.com")}, bad[] = {dns("a b.test")};
    const hs__general_name test = dns("test");
    made *ca = make(&(spec){.is_ca = true});
    const struct {
        const char *name;
        spec s;
    } cases[] = {
        {"serial_entropy", {.serial = {small, 1}}},
        {"lifetime", {.from = NOW, .to = NOW + INT64_C(826) * 86400}},
        {"lifetime_public", {.from = NOW, .to = NOW + INT64_C(399) * 86400}},
        {"names", {.no_names = true}},
        {"critical", {.subject = ""}},
        {"duplicate_names", {.names = twice, .n_names = 2}},
        {"wildcard", {.names = wide, .n_names = 1}},
        {"dns_names", {.names = bad, .n_names = 1}},
        {"common_name", {.subject = "CN=b.test"}},
        {"country", {.subject = "CN=a.test,C=Germany"}},
        {"key_usage", {.key_usage = NO_KEY_USAGE}},
        {"key_encipherment", {.key_usage = HS__KU_DIGITAL_SIGNATURE | HS__KU_KEY_ENCIPHERMENT}},
        {"ca_fields", {.key_usage = HS__KU_CERT_SIGN}},
        {"ca_fields", {.permitted = &test, .n_permitted = 1}},
        {"purposes", {.purposes = any, .n_purposes = 2}},
        {"ca_signs", {.is_ca = true, .key_usage = HS__KU_CRL_SIGN}},
        {"ca_signs_lists", {.is_ca = true, .key_usage = HS__KU_CERT_SIGN}},
        {"key_ids", {.no_authority_key_id = true}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        spec s = cases[i].s;
        s.issuer = ca;
        made *m = make(&s);
        /* An empty subject wants critical names, which is what our writer gives it. */
        const bool expected = strcmp(cases[i].name, "critical") != 0;
        if (finds(m, cases[i].name) != expected) {
            fail_msg("%s", cases[i].name);
        }
        made_free(m);
    }
    made_free(ca);
}

static void weak_keys_are_found(void **state) {
    (void)state;
    made *m = make(&(spec){.key_type = HS__KEY_RSA_PSS, .rsa_bits = 1024, .is_ca = true});
    assert_true(finds(m, "key_size"));
    made_free(m);
}

static void good_ones_are_left_alone(void **state) {
    (void)state;
    static const uint8_t serial[] = {0x51, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    hs__lint_finding found[HS__LINT_MAX];
    made *ca = make(&(spec){.is_ca = true,
                            .serial = {serial, sizeof(serial)},
                            .key_usage = HS__KU_CERT_SIGN | HS__KU_CRL_SIGN});
    made *leaf = make(&(spec){.issuer = ca,
                              .subject = "CN=a.test",
                              .serial = {serial, sizeof(serial)},
                              .from = NOW,
                              .to = NOW + INT64_C(398) * 86400 - 1,
                              .key_usage = HS__KU_DIGITAL_SIGNATURE});
    const made *good[] = {ca, leaf};
    for (size_t i = 0; i < 2; i++) {
        if (lint(good[i], found) != 0) {
            fail_msg("%s: %s", found[0].rule->name, found[0].got);
        }
    }
    made_free(leaf);
    made_free(ca);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_complete_and_names_are_single),
        cmocka_unit_test(each_fault_is_found),
        cmocka_unit_test(weak_keys_are_found),
        cmocka_unit_test(good_ones_are_left_alone),
    };
    return RUN(tests);
}
