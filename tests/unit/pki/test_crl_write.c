/* crl_write.h; OpenSSL and GnuTLS read what it writes in tests/interop. */
#include "pki/crl_write.h"

#include "pki/crl.h"
#include "tests/unit/pki/pki_test.h"

static const uint8_t first[] = {0x01}, second[] = {0x7f, 0xff, 0x01};

static hs__crl_template template_by(const made *ca) {
    static const hs__crl_entry entries[] = {
        {.serial = {first, sizeof(first)}, .when = FROM, .reason = HS__REASON_KEY_COMPROMISE},
        {.serial = {second, sizeof(second)}, .when = FROM + 5},
    };
    return (hs__crl_template){.issuer = {ca->name, ca->name_n},
                              .authority_key_id = {ca->key_id, sizeof(ca->key_id)},
                              .this_update = FROM,
                              .next_update = TO,
                              .number = UINT64_C(0x8000000000000001),
                              .entries = entries,
                              .n_entries = 2};
}

static size_t issue(const made *ca, const hs__crl_template *t, uint8_t *out, size_t room) {
    size_t n = room;
    assert_true(hs__crl_room(t) <= room);
    assert_ok(hs__crl_issue(provider(), t, ca->key, hs__sig_alg_for(ca->numbers.type), out, &n));
    return n;
}

static hs__crl read_back(const uint8_t *der, size_t n) {
    hs__crl crl;
    hs__rd_root root;
    const hs_status st = hs__crl_read((hs_span){der, n}, NULL, &crl, &root);
    if (st) {
        fail_msg("%s %s", root.where, root.problem);
    }
    return crl;
}

static void what_goes_in_comes_out(void **state) {
    (void)state;
    uint8_t der[4096];
    made *ca = make(&(spec){.is_ca = true});
    const hs__crl_template t = template_by(ca);
    const size_t n = issue(ca, &t, der, sizeof(der));
    const hs__crl crl = read_back(der, n);
    hs__revoked entry;
    assert_int_equal(crl.version, 2);
    assert_true(hs__name_equal(crl.issuer, t.issuer));
    assert_int_equal(crl.this_update, FROM);
    assert_int_equal(crl.next_update, TO);
    assert_true(crl.has_number && !crl.is_number_critical && !crl.has_scope && !crl.is_delta);
    assert_memory_equal(crl.authority_key_id.p, ca->key_id, sizeof(ca->key_id));
    assert_int_equal(crl.n_entries, 2);
    assert_true(hs__crl_find(&crl, t.entries[0].serial, &entry));
    assert_int_equal(entry.reason, HS__REASON_KEY_COMPROMISE);
    assert_true(hs__crl_find(&crl, t.entries[1].serial, &entry));
    assert_int_equal(entry.reason, 0);
    assert_int_equal(entry.when, FROM + 5);
    hs__public_key *key;
    assert_ok(provider()->public_new(provider(), &ca->numbers, &key));
    assert_ok(provider()->public_verify(provider(), key, crl.signature.alg, crl.tbs,
                                        crl.signature_value));
    provider()->public_free(provider(), key);
    made_free(ca);
}

static void an_empty_list_is_one(void **state) {
    (void)state;
    uint8_t der[4096];
    made *ca = make(&(spec){.is_ca = true});
    hs__crl_template t = template_by(ca);
    t.n_entries = 0;
    const size_t n = issue(ca, &t, der, sizeof(der));
    assert_int_equal(read_back(der, n).n_entries, 0);
    made_free(ca);
}

static void what_is_no_list_is_not_written(void **state) {
    (void)state;
    uint8_t der[4096];
    made *ca = make(&(spec){.is_ca = true});
    const hs__sig_alg alg = hs__sig_alg_for(ca->numbers.type);
    hs__crl_template t = template_by(ca);
    size_t n = sizeof(der);
    t.next_update = FROM - 1;
    assert_status(hs__crl_issue(provider(), &t, ca->key, alg, der, &n), HS_E_MISUSE);
    t = template_by(ca);
    t.issuer.n = 0;
    assert_status(hs__crl_issue(provider(), &t, ca->key, alg, der, &n), HS_E_MISUSE);
    t = template_by(ca);
    n = 60;
    assert_status(hs__crl_issue(provider(), &t, ca->key, alg, der, &n), HS_E_NO_SPACE);
    made_free(ca);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out),
        cmocka_unit_test(an_empty_list_is_one),
        cmocka_unit_test(what_is_no_list_is_not_written),
    };
    return RUN(tests);
}
