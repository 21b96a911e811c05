#include "pki/path.h"

#include "tests/unit/pki/openssl_certs.h"
#include "tests/unit/pki/pki_test.h"

static void each_pair_is_checked_once(void **state) {
    (void)state;
    made *root = make(&(spec){.is_ca = true, .subject = "CN=root"});
    made *twin = make(&(spec){.is_ca = true, .subject = "CN=twin", .same_key_as = root});
    made *other = make(&(spec){.is_ca = true, .subject = "CN=other"});
    made *leaf = make(&(spec){.issuer = root});
    const hs__cert issuer = cert_of(made_der(root));
    const hs__cert same_key = cert_of(made_der(twin));
    const hs__cert stranger = cert_of(made_der(other));
    const hs__cert cert = cert_of(made_der(leaf));
    hs__judge j = {.provider = provider()};
    for (int i = 0; i < 3; i++) {
        assert_ok(hs__path_signature(&j, &cert, &issuer, NULL));
        assert_ok(hs__path_signature(&j, &cert, &same_key, NULL));
        assert_int_equal(j.n_signatures, 1);
    }
    for (int i = 0; i < 3; i++) {
        assert_status(hs__path_signature(&j, &cert, &stranger, NULL), HS_E_CERT_SIGNATURE);
        assert_int_equal(j.n_signatures, 2);
    }
    made_free(leaf);
    made_free(other);
    made_free(twin);
    made_free(root);
}

static void after_too_many_the_search_is_over(void **state) {
    (void)state;
    const hs__cert issuer = cert_of(der_of(openssl_root));
    const hs__cert cert = cert_of(der_of(openssl_good));
    hs__judge j = {.provider = provider(), .n_signatures = HS__SIGNATURE_CHECKS - 1};
    assert_ok(hs__path_signature(&j, &cert, &issuer, NULL));
    assert_false(j.is_exhausted);
    assert_status(hs__path_signature(&j, &issuer, &issuer, NULL), HS_E_VERIFY_LIMIT);
    assert_true(j.is_exhausted);
    /* What was checked is still known. */
    assert_ok(hs__path_signature(&j, &cert, &issuer, NULL));
}

static void what_is_weak_or_unknown_is_not_checked(void **state) {
    (void)state;
    const hs__cert issuer = cert_of(der_of(openssl_root));
    const hs__cert sha1 = cert_of(der_of(openssl_sha1));
    const hs__cert good = cert_of(der_of(openssl_good));
    const hs__cert k256 = cert_of(der_of(openssl_k256)); /* a key of a curve that is not ours */
    hs__judge j = {.provider = provider()};
    assert_status(hs__path_signature(&j, &sha1, &issuer, NULL), HS_E_WEAK_SIGNATURE);
    assert_status(hs__path_signature(&j, &good, &k256, NULL), HS_E_UNSUPPORTED_KEY);
}

/* RFC 4055 3.3: the parameters of an id-RSASSA-PSS key bind what it signs. */
static void an_issuers_pss_rule_is_kept(void **state) {
    (void)state;
    static const struct {
        hs__sig_alg rule;
        bool is_good;
    } cases[] = {
        {{HS__SIG_RSA_PSS, HS__SHA384, 48}, true},
        {{HS__SIG_RSA_PSS, HS__SHA384, 20}, true},
        {{HS__SIG_RSA_PSS, HS__SHA384, 49}, false},
        {{HS__SIG_RSA_PSS, HS__SHA256, 32}, false},
    };
    const hs__cert leaf = cert_of(der_of(openssl_signed_pss)); /* SHA-384, salt 48 */
    hs__cert issuer = cert_of(der_of(openssl_pss_root));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        hs__judge j = {.provider = provider()};
        issuer.key.has_pss_rule = true;
        issuer.key.pss_rule = cases[i].rule;
        assert_int_equal(hs__path_signature(&j, &leaf, &issuer, NULL) == HS_OK, cases[i].is_good);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_pair_is_checked_once),
        cmocka_unit_test(after_too_many_the_search_is_over),
        cmocka_unit_test(what_is_weak_or_unknown_is_not_checked),
        cmocka_unit_test(an_issuers_pss_rule_is_kept),
    };
    return RUN(tests);
}
