#include "pki/trust.h"

#include <stdio.h>
#include <threads.h>

#include "pki/pem.h"
#include "tests/unit/pki/openssl_certs.h"
#include "tests/unit/pki/pki_test.h"

static hs_trust *empty(void) {
    hs_trust *t;
    assert_ok(hs_trust_new(provider(), &t));
    return t;
}

static void a_new_store_believes_nobody(void **state) {
    (void)state;
    hs_trust *t = empty();
    const hs__cert c = cert_of(der_of(openssl_root));
    assert_int_equal(hs_trust_count(t), 0);
    assert_string_equal(hs_trust_sources(t), "");
    assert_null(hs__trust_find(t, c.subject, NULL));
    assert_ptr_equal(hs_trust_ref(t), t);
    hs_trust_unref(t);
    hs_trust_unref(t);
    hs_trust_unref(NULL);
}

static void bundles_and_single_certificates_are_added(void **state) {
    (void)state;
    char bundle[8192];
    size_t added;
    size_t skipped;
    hs_trust *t = empty();
    (void)snprintf(bundle, sizeof(bundle), "first\n%ssecond\n%s%s%s", openssl_root,
                   openssl_p256_key,
                   "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n"
                   "-----BEGIN CERTIFICATE-----\nA!\n-----END CERTIFICATE-----\n",
                   openssl_pss_root);
    assert_ok(hs_trust_add(t, text(bundle), "--cacert x.pem", 0, &added, &skipped));
    assert_int_equal(added, 2);
    assert_int_equal(skipped, 2);
    assert_ok(hs_trust_add(t, der_of(openssl_self_signed), "other", 0, &added, &skipped));
    assert_int_equal(added, 1);
    assert_int_equal(skipped, 0);
    assert_int_equal(hs_trust_count(t), 3);
    assert_string_equal(hs_trust_sources(t), "--cacert x.pem (2), other (1)");
    hs_trust_unref(t);
}

static void what_holds_no_certificate_is_refused(void **state) {
    (void)state;
    hs_trust *t = empty();
    size_t added;
    size_t skipped;
    assert_status(hs_trust_add(t, text("hello"), "x", 0, &added, &skipped), HS_E_NO_CERTIFICATE);
    assert_int_equal(skipped, 1);
    assert_status(hs_trust_add(t, text(""), "x", 0, NULL, NULL), HS_E_NO_CERTIFICATE);
    assert_status(hs_trust_add(t, text(openssl_p256_key), "x", 0, NULL, NULL), HS_E_NO_CERTIFICATE);
    assert_status(hs_trust_add(NULL, text(""), "x", 0, NULL, NULL), HS_E_MISUSE);
    assert_int_equal(hs_trust_count(t), 0);
    hs_trust_unref(t);
}

static void the_same_anchor_counts_once(void **state) {
    (void)state;
    hs_trust *t = empty();
    size_t added;
    assert_ok(hs_trust_add(t, text(openssl_root), "a", 0, &added, NULL));
    assert_ok(hs_trust_add(t, text(openssl_root), "b", 0, &added, NULL));
    assert_int_equal(added, 0);
    assert_int_equal(hs_trust_count(t), 1);
    /* With another scope it is another anchor. */
    assert_ok(hs_trust_add(t, text(openssl_root), "c", HS_TRUST_LOCAL_ONLY, &added, NULL));
    assert_int_equal(added, 1);
    hs_trust_unref(t);
}

static void anchors_are_found_by_name_and_by_themselves(void **state) {
    (void)state;
    hs_trust *t = empty();
    made *first = make(&(spec){.is_ca = true, .subject = "CN=Same Name"});
    made *second = make(&(spec){.is_ca = true, .subject = "CN=same  name"});
    made *other = make(&(spec){.is_ca = true, .subject = "CN=other"});
    assert_ok(hs_trust_add(t, made_der(first), "a", 0, NULL, NULL));
    assert_ok(hs_trust_add(t, made_der(other), "a", 0, NULL, NULL));
    assert_ok(hs_trust_add(t, made_der(second), "b", HS_TRUST_LOCAL_ONLY, NULL, NULL));
    const hs_span name = {first->name, first->name_n};
    hs__anchor *a = hs__trust_find(t, name, NULL);
    assert_non_null(a);
    hs__anchor *b = hs__trust_find(t, name, a);
    assert_non_null(b);
    assert_ptr_not_equal(a, b);
    assert_null(hs__trust_find(t, name, b));
    hs__cert c = cert_of(made_der(second));
    a = hs__trust_find_certificate(t, &c);
    assert_non_null(a);
    assert_int_equal(a->flags, HS_TRUST_LOCAL_ONLY);
    assert_string_equal(hs__trust_source(t, a), "b");
    made *third = make(&(spec){.is_ca = true, .subject = "CN=same name"});
    c = cert_of(made_der(third));
    assert_null(hs__trust_find_certificate(t, &c));
    second->der[second->n - 1] ^= 1; /* of the signature: still as long, and readable */
    c = cert_of(made_der(second));
    assert_null(hs__trust_find_certificate(t, &c));
    made_free(first);
    made_free(second);
    made_free(third);
    made_free(other);
    hs_trust_unref(t);
}

static void a_key_is_made_once(void **state) {
    (void)state;
    hs_trust *t = empty();
    const hs__public_key *key;
    const hs__public_key *again;
    assert_ok(hs_trust_add(t, text(openssl_root), "a", 0, NULL, NULL));
    assert_ok(hs_trust_add(t, text(openssl_k256), "a", 0, NULL, NULL));
    const hs__cert c = cert_of(der_of(openssl_root));
    hs__anchor *a = hs__trust_find(t, c.subject, NULL);
    assert_ok(hs__anchor_key(t, a, &key));
    assert_ok(hs__anchor_key(t, a, &again));
    assert_non_null(key);
    assert_ptr_equal(key, again);
    const hs__cert unknown = cert_of(der_of(openssl_k256));
    a = hs__trust_find(t, unknown.subject, NULL);
    assert_status(hs__anchor_key(t, a, &key), HS_E_UNSUPPORTED_KEY);
    assert_null(key);
    hs_trust_unref(t);
}

typedef struct {
    hs_trust *trust;
    hs__anchor *anchor;
    const hs__public_key *key;
} asker;

static int ask(void *arg) {
    asker *a = arg;
    return hs__anchor_key(a->trust, a->anchor, &a->key) == HS_OK ? 0 : 1;
}

static void threads_get_the_same_key(void **state) {
    (void)state;
    const hs__cert c = cert_of(der_of(openssl_root));
    for (size_t round = 0; round < 20; round++) {
        hs_trust *t = empty();
        thrd_t threads[4];
        asker askers[4];
        assert_ok(hs_trust_add(t, text(openssl_root), "a", 0, NULL, NULL));
        for (size_t i = 0; i < 4; i++) {
            askers[i] = (asker){t, hs__trust_find(t, c.subject, NULL), NULL};
            assert_int_equal(thrd_create(&threads[i], ask, &askers[i]), thrd_success);
        }
        for (size_t i = 0; i < 4; i++) {
            int failed;
            assert_int_equal(thrd_join(threads[i], &failed), thrd_success);
            assert_int_equal(failed, 0);
            assert_ptr_equal(askers[i].key, askers[0].key);
        }
        hs_trust_unref(t);
    }
}

static void many_sources_and_anchors_fit(void **state) {
    (void)state;
    hs_trust *t = empty();
    for (size_t i = 0; i < 40; i++) {
        char subject[32];
        char source[200];
        (void)snprintf(subject, sizeof(subject), "CN=root %zu", i);
        (void)snprintf(source, sizeof(source), "%zu%0*d", i, 150, 0);
        made *root = make(&(spec){.is_ca = true, .subject = subject});
        assert_ok(hs_trust_add(t, made_der(root), source, 0, NULL, NULL));
        assert_non_null(hs__trust_find(t, (hs_span){root->name, root->name_n}, NULL));
        made_free(root);
    }
    assert_int_equal(hs_trust_count(t), 40);
    assert_true(strlen(hs_trust_sources(t)) < 1100);
    hs_trust_unref(t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_store_believes_nobody),
        cmocka_unit_test(bundles_and_single_certificates_are_added),
        cmocka_unit_test(what_holds_no_certificate_is_refused),
        cmocka_unit_test(the_same_anchor_counts_once),
        cmocka_unit_test(anchors_are_found_by_name_and_by_themselves),
        cmocka_unit_test(a_key_is_made_once),
        cmocka_unit_test(threads_get_the_same_key),
        cmocka_unit_test(many_sources_and_anchors_fit),
    };
    return RUN(tests);
}
