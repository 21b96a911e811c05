#include "pki/crl.h"

#include "pki/pem.h"
#include "tests/unit/pki/openssl_revocation.h"
#include "tests/unit/pki/pki_test.h"

static hs__crl crl_of(const char *pem) {
    hs__rd_root root;
    hs__crl crl;
    const hs_status st = hs__crl_read(der_of(pem), NULL, &crl, &root);
    if (st) {
        fail_msg("%s %s", root.where, root.problem);
    }
    return crl;
}

static void a_list_of_openssl_is_read(void **state) {
    (void)state;
    const hs__crl crl = crl_of(crl_plain);
    const hs__cert root = cert_of(der_of(rev_root));
    static const uint8_t eight[] = {8};
    static const uint8_t nine[] = {9};
    hs__revoked entry;
    assert_int_equal(crl.version, 2);
    assert_true(crl.algorithms_match && crl.has_number && !crl.is_number_critical);
    assert_true(hs__name_equal(crl.issuer, root.subject));
    assert_int_equal(crl.authority_key_id.n, 20);
    assert_memory_equal(crl.authority_key_id.p, root.subject_key_id.p, 20);
    assert_int_equal(crl.next_update - crl.this_update, INT64_C(30) * 86400);
    assert_int_equal(crl.n_entries, 2);
    assert_false(crl.is_delta || crl.has_scope);
    assert_int_equal(crl.n_unknown_critical, 0);
    assert_true(hs__crl_find(&crl, (hs_span){eight, 1}, &entry));
    assert_int_equal(entry.when, 1767225600); /* 2026-01-01 */
    assert_string_equal(hs__revocation_reason(entry.reason), "keyCompromise");
    assert_false(hs__crl_find(&crl, (hs_span){nine, 1}, &entry));
}

static void entries_are_walked_over(void **state) {
    (void)state;
    const hs__crl crl = crl_of(crl_plain);
    hs_span rest = crl.entries;
    hs__revoked entry;
    assert_true(hs__crl_next(&rest, &entry));
    assert_int_equal(entry.serial.p[0], 8);
    assert_true(hs__crl_next(&rest, &entry));
    assert_int_equal(entry.serial.p[0], 0x0e);
    assert_int_equal(entry.reason, 0);
    assert_false(hs__crl_next(&rest, &entry));
}

static void scopes_and_kinds_are_told(void **state) {
    (void)state;
    assert_true(crl_of(crl_users).scope.only_users);
    assert_true(crl_of(crl_cas).scope.only_cas);
    assert_true(crl_of(crl_place).scope.has_name);
    assert_true(crl_of(crl_indirect).scope.is_indirect);
    assert_true(crl_of(crl_reasons).scope.has_reasons);
    assert_true(crl_of(crl_delta).is_delta);
    assert_int_equal(crl_of(crl_unknown).n_unknown_critical, 1);
    assert_int_equal(crl_of(crl_version1).version, 1);
    assert_false(crl_of(crl_unnumbered).has_number);
}

static void count_field(void *ctx, const hs__field *f) {
    size_t *next = ctx;
    assert_int_equal(f->off, *next);
    *next += f->bytes.n;
}

static void leaves_cover_every_byte(void **state) {
    (void)state;
    static const char *const all[] = {crl_plain, crl_place, crl_delta, crl_version1};
    for (size_t i = 0; i < 4; i++) {
        const hs_span der = der_of(all[i]);
        hs__rd_root root;
        hs__crl crl;
        size_t next = 0;
        const hs__field_sink sink = {count_field, &next};
        assert_ok(hs__crl_read(der, &sink, &crl, &root));
        assert_int_equal(next, der.n);
    }
}

static void a_list_that_is_cut_or_has_more_is_refused(void **state) {
    (void)state;
    const hs_span der = der_of(crl_plain);
    uint8_t *copy = malloc(der.n + 1);
    hs__rd_root root;
    hs__crl crl;
    assert_non_null(copy);
    memcpy(copy, der.p, der.n);
    copy[der.n] = 0;
    for (size_t n = 0; n < der.n; n++) {
        assert_status(hs__crl_read((hs_span){copy, n}, NULL, &crl, &root), HS_E_CRL);
        assert_true(root.problem[0] != '\0');
    }
    assert_status(hs__crl_read((hs_span){copy, der.n + 1}, NULL, &crl, &root), HS_E_CRL);
    assert_ok(hs__crl_read((hs_span){copy, der.n}, NULL, &crl, &root));
    free(copy);
}

static void reasons_have_names(void **state) {
    (void)state;
    assert_string_equal(hs__revocation_reason(0), "unspecified");
    assert_string_equal(hs__revocation_reason(6), "certificateHold");
    assert_string_equal(hs__revocation_reason(7), "a reason of its own");
    assert_string_equal(hs__revocation_reason(9), "privilegeWithdrawn");
    assert_string_equal(hs__revocation_reason(200), "a reason of its own");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_of_openssl_is_read),
        cmocka_unit_test(entries_are_walked_over),
        cmocka_unit_test(scopes_and_kinds_are_told),
        cmocka_unit_test(leaves_cover_every_byte),
        cmocka_unit_test(a_list_that_is_cut_or_has_more_is_refused),
        cmocka_unit_test(reasons_have_names),
    };
    return RUN(tests);
}
