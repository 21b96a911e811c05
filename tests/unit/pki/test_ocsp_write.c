/* ocsp_write.h; OpenSSL and GnuTLS read what it writes in tests/interop. */
#include "pki/ocsp_write.h"

#include "crypto/digest.h"
#include "pki/ocsp.h"
#include "tests/unit/pki/pki_test.h"

static const uint8_t serial[] = {0x5a, 0x01};

static size_t issue(const made *ca, const hs__cert *cert, hs__ocsp_verdict verdict, uint8_t *out,
                    size_t room) {
    const hs__ocsp_template t = {.issuer = cert->subject,
                                 .issuer_key = &cert->key,
                                 .serial = {serial, sizeof(serial)},
                                 .verdict = verdict,
                                 .revoked_at = FROM + 1,
                                 .reason = HS__REASON_SUPERSEDED,
                                 .produced = FROM + 2,
                                 .this_update = FROM + 3,
                                 .next_update = TO};
    size_t n = room;
    assert_true(hs__ocsp_room(&t) <= room);
    assert_ok(hs__ocsp_issue(provider(), &t, ca->key, hs__sig_alg_for(ca->numbers.type), out, &n));
    return n;
}

static void verdicts_come_out_as_they_went_in(void **state) {
    (void)state;
    uint8_t der[4096], hash[HS__HASH_MAX];
    made *ca = make(&(spec){.is_ca = true});
    const hs__cert cert = cert_of(made_der(ca));
    for (hs__ocsp_verdict v = HS__OCSP_GOOD; v <= HS__OCSP_UNKNOWN; v++) {
        const size_t n = issue(ca, &cert, v, der, sizeof(der));
        hs__ocsp ocsp;
        hs__ocsp_single single;
        hs__rd_root root;
        assert_ok(hs__ocsp_read((hs_span){der, n}, NULL, &ocsp, &root));
        assert_int_equal(ocsp.status, 0);
        assert_int_equal(ocsp.produced, FROM + 2);
        assert_false(ocsp.is_by_key);
        assert_int_equal(ocsp.responder.n, cert.subject.n);
        assert_memory_equal(ocsp.responder.p, cert.subject.p, cert.subject.n);
        hs_span list = ocsp.singles;
        assert_true(hs__ocsp_next(&list, &single));
        assert_int_equal(single.verdict, v);
        assert_int_equal(single.this_update, FROM + 3);
        assert_true(single.has_next_update && single.next_update == TO);
        assert_memory_equal(single.serial.p, serial, sizeof(serial));
        assert_int_equal(single.hash, HS__OID_SHA1);
        assert_ok(hs__digest(provider(), HS__SHA1, cert.subject, hash));
        assert_memory_equal(single.issuer_name_hash.p, hash, 20);
        if (v == HS__OCSP_REVOKED) {
            assert_int_equal(single.revoked_at, FROM + 1);
            assert_int_equal(single.reason, HS__REASON_SUPERSEDED);
        }
        assert_false(hs__ocsp_next(&list, &single));
    }
    made_free(ca);
}

static void the_issuer_has_signed_it(void **state) {
    (void)state;
    uint8_t der[4096];
    made *ca = make(&(spec){.is_ca = true});
    const hs__cert cert = cert_of(made_der(ca));
    const size_t n = issue(ca, &cert, HS__OCSP_GOOD, der, sizeof(der));
    hs__ocsp ocsp;
    hs__rd_root root;
    hs__public_key *key;
    assert_ok(hs__ocsp_read((hs_span){der, n}, NULL, &ocsp, &root));
    assert_ok(provider()->public_new(provider(), &ca->numbers, &key));
    assert_ok(provider()->public_verify(provider(), key, ocsp.signature.alg, ocsp.tbs,
                                        ocsp.signature_value));
    provider()->public_free(provider(), key);
    made_free(ca);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_come_out_as_they_went_in),
        cmocka_unit_test(the_issuer_has_signed_it),
    };
    return RUN(tests);
}
