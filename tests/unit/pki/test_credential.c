#include "pki/credential.h"

#include "pki/pem.h"
#include "tests/unit/pki/openssl_certs.h"
#include "tests/unit/pki/pki_test.h"

static const hs_span none = {NULL, 0};

/* Certificates as one PEM text. */
static hs_span bundle(char *room, size_t cap, const made *const *list, size_t n) {
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        size_t more = cap - used;
        assert_ok(hs__pem_write("CERTIFICATE", made_der(list[i]), room + used, &more));
        used += more;
    }
    return (hs_span){(uint8_t *)room, used};
}

static hs_span key_pem(const made *m, char *room, size_t cap) {
    size_t n = cap;
    assert_ok(provider()->key_write(provider(), m->key, none, room, &n));
    return (hs_span){(uint8_t *)room, n};
}

static bool is_der(hs_span a, const made *m) {
    return a.n == m->n && memcmp(a.p, m->der, a.n) == 0;
}

static void files_of_openssl_are_loaded(void **state) {
    (void)state;
    hs_credential *c;
    size_t n;
    assert_ok(hs_credential_new(provider(), text(openssl_good), text(openssl_p256_key), none, &c));
    (void)hs_credential_chain(c, &n);
    assert_int_equal(n, 1);
    assert_int_equal(hs__credential_key_type(c), HS__KEY_P256);
    assert_true(hs__credential_can_sign(c, HS__KEY_P256, hs__sig_alg_for(HS__KEY_P256)));
    assert_false(hs__credential_can_sign(c, HS__KEY_RSA, hs__sig_alg_for(HS__KEY_RSA)));
    assert_non_null(hs__credential_key(c));
    assert_ptr_equal(hs__credential_provider(c), provider());
    assert_true(hs__credential_fits_name(c, "a.test"));
    assert_true(hs__credential_fits_name(c, "A.test."));
    assert_false(hs__credential_fits_name(c, "b.test"));
    assert_false(hs__credential_fits_name(c, "not a name"));
    assert_ptr_equal(hs_credential_ref(c), c);
    hs_credential_unref(c);
    hs_credential_unref(c);
    hs_credential_unref(NULL);
}

static void der_and_a_key_elsewhere(void **state) {
    (void)state;
    hs_credential *c;
    assert_ok(hs_credential_new(provider(), der_of(openssl_good), none, none, &c));
    assert_null(hs__credential_key(c));
    hs_credential_unref(c);
}

static void the_key_must_be_the_leafs(void **state) {
    (void)state;
    char chain[4096];
    char key[2048];
    hs_credential *c;
    made *leaf = make(&(spec){0});
    made *other = make(&(spec){0});
    made *rsa = make(&(spec){.rsa_bits = 2048});
    const hs_span pem = bundle(chain, sizeof(chain), (const made *[]){leaf}, 1);
    assert_ok(hs_credential_new(provider(), pem, key_pem(leaf, key, sizeof(key)), none, &c));
    hs_credential_unref(c);
    assert_status(hs_credential_new(provider(), pem, key_pem(other, key, sizeof(key)), none, &c),
                  HS_E_KEY_MISMATCH);
    assert_null(c);
    assert_status(hs_credential_new(provider(), pem, key_pem(rsa, key, sizeof(key)), none, &c),
                  HS_E_KEY_MISMATCH);
    made_free(leaf);
    made_free(other);
    made_free(rsa);
}

static void the_chain_is_put_in_order(void **state) {
    (void)state;
    char chain[16384];
    hs_credential *c;
    size_t n;
    made *root = make(&(spec){.is_ca = true, .subject = "CN=root"});
    made *mid = make(&(spec){.is_ca = true, .subject = "CN=mid", .issuer = root});
    made *low = make(&(spec){.is_ca = true, .subject = "CN=low", .issuer = mid});
    made *stray = make(&(spec){.is_ca = true, .subject = "CN=stray"});
    made *leaf = make(&(spec){.issuer = low});
    const made *const mixed[] = {leaf, stray, root, low, mid};
    const made *const ordered[] = {leaf, low, mid, root, stray};
    assert_ok(
        hs_credential_new(provider(), bundle(chain, sizeof(chain), mixed, 5), none, none, &c));
    const hs_span *got = hs_credential_chain(c, &n);
    assert_int_equal(n, 5);
    for (size_t i = 0; i < n; i++) {
        assert_true(is_der(got[i], ordered[i]));
    }
    hs_credential_unref(c);
    for (size_t i = 0; i < 5; i++) {
        made_free((made *)mixed[i]);
    }
}

static void what_is_no_chain_is_refused(void **state) {
    (void)state;
    hs_credential *c;
    hs_provider *p = provider();
    assert_status(hs_credential_new(p, text(""), none, none, &c), HS_E_NO_CERTIFICATE);
    assert_status(hs_credential_new(p, text(openssl_p256_key), none, none, &c),
                  HS_E_NO_CERTIFICATE);
    assert_status(hs_credential_new(p, text("hello"), none, none, &c), HS_E_CERT_FORMAT);
    assert_status(hs_credential_new(p, text("-----BEGIN CERTIFICATE-----\nAQID\n"), none, none, &c),
                  HS_E_PEM);
    assert_status(hs_credential_new(p,
                                    text("-----BEGIN CERTIFICATE-----\nAQID\n"
                                         "-----END CERTIFICATE-----\n"),
                                    none, none, &c),
                  HS_E_CERT_FORMAT);
    assert_status(hs_credential_new(p, none, none, none, &c), HS_E_MISUSE);
    assert_status(hs_credential_new(p, text(openssl_k256), none, none, &c), HS_E_UNSUPPORTED_KEY);
    assert_status(hs_credential_new(p, text(openssl_good), text("hello"), none, &c),
                  HS_E_KEY_FORMAT);
    assert_null(c);
}

/* RFC 9846 4.3.3 and 4.5.1.2: key type, keyUsage, PSS parameters, room for the hash. */
static void a_leaf_signs_with_what_fits_its_key(void **state) {
    (void)state;
    const hs__sig_alg ecdsa = {HS__SIG_ECDSA, HS__SHA256, 0};
    const hs__sig_alg pss256 = {HS__SIG_RSA_PSS, HS__SHA256, HS__PSS_SALT_HASH};
    const hs__sig_alg pss512 = {HS__SIG_RSA_PSS, HS__SHA512, HS__PSS_SALT_HASH};
    const hs__sig_alg short_salt = {HS__SIG_RSA_PSS, HS__SHA256, 20};
    const hs__cert good = cert_of(der_of(openssl_good));
    assert_true(hs__cert_can_sign(&good, HS__KEY_P256, ecdsa));
    assert_false(hs__cert_can_sign(&good, HS__KEY_P384, ecdsa));
    assert_false(hs__cert_can_sign(&good, HS__KEY_P256, pss256));
    const hs__cert rsa = cert_of(der_of(openssl_rsa1024));
    assert_true(hs__cert_can_sign(&rsa, HS__KEY_RSA, pss256));
    assert_false(hs__cert_can_sign(&rsa, HS__KEY_RSA_PSS, pss256));
    assert_false(hs__cert_can_sign(&rsa, HS__KEY_RSA, pss512)); /* 64 + 64 + 2 > 128 */
    const hs__cert pss = cert_of(der_of(openssl_rsa_pss));
    assert_true(hs__cert_can_sign(&pss, HS__KEY_RSA_PSS, pss256));
    assert_false(hs__cert_can_sign(&pss, HS__KEY_RSA, pss256));
    assert_false(hs__cert_can_sign(&pss, HS__KEY_RSA_PSS, pss512));
    assert_false(hs__cert_can_sign(&pss, HS__KEY_RSA_PSS, short_salt));
    const hs__cert unknown = cert_of(der_of(openssl_k256));
    assert_false(hs__cert_can_sign(&unknown, HS__KEY_P256, ecdsa));
    made *no_usage = make(&(spec){.key_usage = NO_KEY_USAGE});
    made *other_usage = make(&(spec){.key_usage = HS__KU_KEY_AGREEMENT});
    hs__cert c = cert_of(made_der(no_usage));
    assert_true(hs__cert_can_sign(&c, HS__KEY_P256, ecdsa));
    c = cert_of(made_der(other_usage));
    assert_false(hs__cert_can_sign(&c, HS__KEY_P256, ecdsa));
    made_free(no_usage);
    made_free(other_usage);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_of_openssl_are_loaded),
        cmocka_unit_test(der_and_a_key_elsewhere),
        cmocka_unit_test(the_key_must_be_the_leafs),
        cmocka_unit_test(the_chain_is_put_in_order),
        cmocka_unit_test(what_is_no_chain_is_refused),
        cmocka_unit_test(a_leaf_signs_with_what_fits_its_key),
    };
    return RUN(tests);
}
