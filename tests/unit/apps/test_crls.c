/* Revocation lists in files (--crl), as OpenSSL writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "apps/common/crls.h"
#include "apps/common/files.h"
#include "pki/trust.h"
#include "tests/unit/apps/folder.h"
#include "tests/unit/pki/openssl_revocation.h"

static hs_trust *trust;

static size_t count(void) {
    size_t n;
    (void)hs__trust_crls(trust, &n);
    return n;
}

static void put(const char *path, const char *text) {
    hs__fault fault;
    assert_int_equal(
        hs__file_write(path, (hs_span){(const uint8_t *)text, strlen(text)}, 0600, true, &fault),
        HS__EXIT_OK);
}

static void all_lists_of_all_files_are_added(void **state) {
    (void)state;
    const char *paths[] = {"one.pem", "two.pem", NULL};
    const hs__list files = {.v = paths, .n = 2};
    char both[sizeof crl_plain + sizeof crl_users];
    hs__fault fault;
    snprintf(both, sizeof both, "%s%s", crl_plain, crl_users);
    put("one.pem", both);
    put("two.pem", crl_cas);
    assert_int_equal(hs__crls_add_all(trust, &files, &fault), HS__EXIT_OK);
    assert_int_equal(count(), 3);
}

static void expect_fault(const char *path, const char *words) {
    hs__fault fault = {0};
    assert_int_equal(hs__crls_add(trust, path, &fault), HS__EXIT_INTERNAL);
    assert_non_null(strstr(fault.text, path));
    assert_non_null(strstr(fault.text, words));
}

static void what_is_no_list_is_a_fault(void **state) {
    (void)state;
    char bad[sizeof crl_plain + sizeof crl_users];
    expect_fault("nowhere.pem", "No such file");
    put("cert.pem", rev_root);
    expect_fault("cert.pem", "no revocation list is in it");
    put("junk.der", "0, and more");
    expect_fault("junk.der", "not a well-formed revocation list");
    /* A good one in front does not make up for it. */
    snprintf(bad, sizeof bad, "%s%s", crl_plain, crl_users);
    bad[sizeof crl_plain + 60] ^= 1;
    put("bad.pem", bad);
    expect_fault("bad.pem", "not a well-formed revocation list");
}

static void the_first_fault_ends_it(void **state) {
    (void)state;
    const char *paths[] = {"cert.pem", "one.pem", NULL};
    const hs__list files = {.v = paths, .n = 2};
    hs__fault fault;
    put("cert.pem", rev_root);
    put("one.pem", crl_plain);
    assert_int_equal(hs__crls_add_all(trust, &files, &fault), HS__EXIT_INTERNAL);
    assert_int_equal(count(), 0);
}

/* A session is bound to the digest: whom a new list revokes must not resume. */
static void a_list_changes_the_digest(void **state) {
    (void)state;
    uint8_t before[32], after[32];
    hs__fault fault;
    put("one.pem", crl_plain);
    assert_int_equal(hs__trust_digest(trust, before), HS_OK);
    assert_int_equal(hs__crls_add(trust, "one.pem", &fault), HS__EXIT_OK);
    assert_int_equal(hs__trust_digest(trust, after), HS_OK);
    assert_memory_not_equal(before, after, sizeof before);
}

static int setup(void **state) {
    hs_provider *provider;
    if (folder_make(state) != 0 || hs_provider_new("mbedtls", &provider) != HS_OK)
        return -1;
    hs_status st = hs_trust_new(provider, &trust);
    hs_provider_unref(provider);
    return st ? -1 : 0;
}

static int teardown(void **state) {
    hs_trust_unref(trust);
    return folder_remove(state);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_lists_of_all_files_are_added, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_list_is_a_fault, setup, teardown),
        cmocka_unit_test_setup_teardown(the_first_fault_ends_it, setup, teardown),
        cmocka_unit_test_setup_teardown(a_list_changes_the_digest, setup, teardown),
    };
    return cmocka_run_group_tests_name("revocation lists in files", tests, NULL, NULL);
}
