#include "pki/ocsp.h"

#include "pki/certificate.h"
#include "tests/unit/pki/openssl_revocation.h"
#include "tests/unit/pki/pki_test.h"

#define SPAN(array) ((hs_span){(array), sizeof(array)})

static hs__ocsp response_of(hs_span der) {
    hs__rd_root root;
    hs__ocsp r;
    const hs_status st = hs__ocsp_read(der, NULL, &r, &root);
    if (st) {
        fail_msg("%s %s", root.where, root.problem);
    }
    return r;
}

static hs__ocsp_single single_of(const hs__ocsp *r) {
    hs_span rest = r->singles;
    hs__ocsp_single s;
    assert_true(hs__ocsp_next(&rest, &s));
    return s;
}

static void a_response_of_openssl_is_read(void **state) {
    (void)state;
    const hs__ocsp r = response_of(SPAN(ocsp_good));
    const hs__ocsp_single s = single_of(&r);
    const hs__cert root = cert_of(der_of(rev_root));
    hs_span rest = r.singles;
    hs__ocsp_single again;
    assert_int_equal(r.status, 0);
    assert_false(r.is_by_key || r.has_nonce);
    assert_true(hs__name_equal(r.responder, root.subject));
    assert_true(r.signature.is_known && r.signature_value.n > 0 && r.certificates.n > 0);
    assert_int_equal(s.hash, HS__OID_SHA1);
    assert_int_equal(s.verdict, HS__OCSP_GOOD);
    assert_int_equal(s.serial.p[0], 7);
    assert_true(s.has_next_update);
    assert_int_equal(s.next_update - s.this_update, 7 * 86400);
    assert_true(hs__ocsp_next(&rest, &again));
    assert_false(hs__ocsp_next(&rest, &again));
}

static void verdicts_and_kinds_are_told(void **state) {
    (void)state;
    hs__ocsp r = response_of(SPAN(ocsp_revoked));
    hs__ocsp_single s = single_of(&r);
    assert_int_equal(s.verdict, HS__OCSP_REVOKED);
    assert_int_equal(s.revoked_at, 1767225600);
    assert_int_equal(s.reason, 1);
    r = response_of(SPAN(ocsp_unknown));
    assert_int_equal(single_of(&r).verdict, HS__OCSP_UNKNOWN);
    r = response_of(SPAN(ocsp_endless));
    assert_false(single_of(&r).has_next_update);
    r = response_of(SPAN(ocsp_by_key));
    assert_true(r.is_by_key);
    assert_int_equal(r.responder.n, 20);
    r = response_of(SPAN(ocsp_nonce));
    assert_true(r.has_nonce && r.nonce.n >= 16);
    r = response_of(SPAN(ocsp_sha256));
    assert_int_equal(single_of(&r).hash, HS__OID_SHA256);
    r = response_of(SPAN(ocsp_bare));
    assert_int_equal(r.certificates.n, 0);
    r = response_of(SPAN(ocsp_try_later));
    assert_string_equal(hs__ocsp_status_text(r.status), "the responder says: try later");
    assert_string_equal(hs__ocsp_status_text(99), "an unknown status");
}

static void count_field(void *ctx, const hs__field *f) {
    size_t *next = ctx;
    assert_int_equal(f->off, *next);
    *next += f->bytes.n;
}

static void leaves_cover_every_byte(void **state) {
    (void)state;
    const hs_span all[] = {SPAN(ocsp_good), SPAN(ocsp_revoked), SPAN(ocsp_delegated),
                           SPAN(ocsp_nonce), SPAN(ocsp_try_later)};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        hs__rd_root root;
        hs__ocsp r;
        size_t next = 0;
        const hs__field_sink sink = {count_field, &next};
        assert_ok(hs__ocsp_read(all[i], &sink, &r, &root));
        assert_int_equal(next, all[i].n);
    }
}

static void a_response_that_is_cut_or_has_more_is_refused(void **state) {
    (void)state;
    static uint8_t copy[sizeof(ocsp_revoked) + 1];
    hs__rd_root root;
    hs__ocsp r;
    memcpy(copy, ocsp_revoked, sizeof(ocsp_revoked));
    for (size_t n = 0; n < sizeof(ocsp_revoked); n++) {
        assert_status(hs__ocsp_read((hs_span){copy, n}, NULL, &r, &root), HS_E_OCSP);
    }
    assert_status(hs__ocsp_read(SPAN(copy), NULL, &r, &root), HS_E_OCSP);
}

static void successful_without_an_answer_is_refused(void **state) {
    (void)state;
    static const uint8_t bare[] = {0x30, 0x03, 0x0a, 0x01, 0x00};
    static const uint8_t strange[] = {0x30, 0x03, 0x0a, 0x01, 0x07};
    hs__rd_root root;
    hs__ocsp r;
    assert_status(hs__ocsp_read(SPAN(bare), NULL, &r, &root), HS_E_OCSP);
    assert_status(hs__ocsp_read(SPAN(strange), NULL, &r, &root), HS_E_OCSP);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_response_of_openssl_is_read),
        cmocka_unit_test(verdicts_and_kinds_are_told),
        cmocka_unit_test(leaves_cover_every_byte),
        cmocka_unit_test(a_response_that_is_cut_or_has_more_is_refused),
        cmocka_unit_test(successful_without_an_answer_is_refused),
    };
    return RUN(tests);
}
