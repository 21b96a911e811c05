/* OCSP responses for hs-server's certificates (--ocsp), as OpenSSL writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "apps/common/files.h"
#include "apps/tls/staple.h"
#include "pki/credential.h"
#include "pki/pem.h"
#include "tests/unit/apps/capture.h"
#include "tests/unit/apps/folder.h"
#include "tests/unit/pki/openssl_revocation.h"

#define SPAN(array) ((hs_span){(array), sizeof(array)})
#define TEXT(text)  ((hs_span){(const uint8_t *)(text), strlen(text)})

typedef struct {
    hs_provider *provider;
    hs__identity_options o;
    hs__identities identities;
    hs__fault fault;
    char said[16384];
} world;
static world w;

static void put(const char *path, hs_span bytes) {
    assert_int_equal(hs__file_write(path, bytes, 0600, true, &w.fault), HS__EXIT_OK);
}

/* --cert=path, and --ocsp=staple behind it if it is not NULL. */
static void give(const char *pem, const char *path, const char *staple) {
    hs_credential *credential;
    assert_int_equal(
        hs_credential_new(w.provider, TEXT(pem), (hs_span){0}, (hs_span){0}, &credential), HS_OK);
    assert_int_equal(hs__identities_add(&w.identities, credential, &w.fault), HS__EXIT_OK);
    assert_true(hs__list_add(&w.o.cert, path));
    if (staple)
        assert_null(hs__staple_take(staple, &w.o));
}

static hs__exit load(void) {
    capture c = capture_start(stderr);
    hs__exit code = hs__staples_load(&w.o, w.provider, &w.identities, &w.fault);
    snprintf(w.said, sizeof w.said, "%s", capture_end(&c));
    return code;
}

static void expect_staple(size_t i, hs_span expected) {
    const hs_span got = hs__credential_staple(w.identities.v[i]);
    assert_int_equal(got.n, expected.n);
    assert_memory_equal(got.p, expected.p, expected.n);
}

static void a_file_is_for_the_certificate_before_it(void **state) {
    (void)state;
    assert_non_null(strstr(hs__staple_take("a.der", &w.o), "behind the --cert"));
    put("revoked.der", SPAN(ocsp_revoked));
    give(rev_good, "good.pem", NULL);
    give(rev_revoked, "revoked.pem", "revoked.der");
    assert_non_null(strstr(hs__staple_take("b.der", &w.o), "the only one"));
    assert_int_equal(load(), HS__EXIT_OK);
    assert_int_equal(hs__credential_staple(w.identities.v[0]).n, 0);
    expect_staple(1, SPAN(ocsp_revoked));
    assert_non_null(strstr(w.said, "revoked.der: it says that the certificate was revoked on "
                                   "2026-01-01 (keyCompromise)"));
}

static void der_and_pem_are_read(void **state) {
    (void)state;
    char pem[2 * sizeof ocsp_good + 200];
    size_t n = sizeof pem;
    assert_int_equal(hs__pem_write("OCSP RESPONSE", SPAN(ocsp_good), pem, &n), HS_OK);
    put("good.pem", TEXT(pem));
    put("good.der", SPAN(ocsp_good));
    give(rev_good, "a.pem", "good.pem");
    give(rev_good, "b.pem", "good.der");
    assert_int_equal(load(), HS__EXIT_OK);
    expect_staple(0, SPAN(ocsp_good));
    expect_staple(1, SPAN(ocsp_good));
    /* By hashes other than SHA-1, too. */
    put("good.der", SPAN(ocsp_sha256));
    assert_int_equal(load(), HS__EXIT_OK);
}

static void one_about_another_certificate_is_a_fault(void **state) {
    (void)state;
    put("good.der", SPAN(ocsp_good));
    give(rev_revoked, "revoked.pem", "good.der");
    assert_int_equal(load(), HS__EXIT_UNTRUSTED);
    assert_string_equal(w.fault.text,
                        "--ocsp=good.der is not about the certificate in revoked.pem");
    assert_int_equal(hs__credential_staple(w.identities.v[0]).n, 0);
}

static void what_is_no_response_is_a_fault(void **state) {
    (void)state;
    give(rev_good, "good.pem", "x");
    assert_int_equal(load(), HS__EXIT_INTERNAL); /* it is not there */
    const struct {
        hs_span bytes;
        const char *words;
    } ROWS[] = {
        {TEXT("0, and more"), "not an OCSP response"},
        {TEXT(""), "not an OCSP response"},
        {TEXT(rev_good), "no OCSP RESPONSE in it"},
        {TEXT("-----BEGIN OCSP RESPONSE-----\n*\n-----END OCSP RESPONSE-----\n"), "bad base64"},
        {{ocsp_good, sizeof ocsp_good - 1}, "not an OCSP response"},
        {SPAN(ocsp_try_later), "answer is "}};
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        put("x", ROWS[i].bytes);
        assert_int_equal(load(), HS__EXIT_USAGE);
        assert_non_null(strstr(w.fault.text, ROWS[i].words));
    }
}

static void what_clients_will_not_believe_is_a_warning(void **state) {
    (void)state;
    give(rev_good, "good.pem", "x");
    give(rev_responder, "responder.pem", "y");
    put("x", SPAN(ocsp_endless));
    put("y", SPAN(ocsp_unknown));
    assert_int_equal(load(), HS__EXIT_OK);
    assert_non_null(strstr(w.said, "x: it does not say until when it holds"));
    assert_non_null(strstr(w.said, "y: it says that its responder does not know the certificate"));
}

static void a_promise_without_a_response_is_a_warning(void **state) {
    (void)state;
    give(rev_staple, "staple.pem", NULL);
    give(rev_good, "good.pem", NULL);
    assert_int_equal(load(), HS__EXIT_OK);
    assert_non_null(strstr(w.said, "staple.pem promises an OCSP response"));
    assert_null(strstr(w.said, "good.pem"));
}

static int setup(void **state) {
    w = (world){0};
    return folder_make(state) || hs_provider_new("mbedtls", &w.provider) != HS_OK;
}

static int teardown(void **state) {
    hs__identities_free(&w.identities);
    hs__list_free(&w.o.cert);
    hs__list_free(&w.o.ocsp);
    hs_provider_unref(w.provider);
    return folder_remove(state);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_for_the_certificate_before_it, setup, teardown),
        cmocka_unit_test_setup_teardown(der_and_pem_are_read, setup, teardown),
        cmocka_unit_test_setup_teardown(one_about_another_certificate_is_a_fault, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_response_is_a_fault, setup, teardown),
        cmocka_unit_test_setup_teardown(what_clients_will_not_believe_is_a_warning, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_promise_without_a_response_is_a_warning, setup, teardown),
    };
    return cmocka_run_group_tests_name("staples of hs-server", tests, NULL, NULL);
}
