/* ca.h and default_ca.h: what hs-server and hs-client use of the default mini-ca. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "apps/common/ca.h"
#include "apps/common/ca_sign.h"
#include "apps/common/default_ca.h"
#include "apps/common/value.h"
#include "folder.h"

static hs_provider *provider;

static int setup(void **state) {
    int failed = folder_make(state);
    setenv("MINI_CA_DIR", "ca", 1);
    return failed || hs_provider_new(NULL, &provider) != HS_OK;
}

static int teardown(void **state) {
    hs_provider_unref(provider);
    return folder_remove(state);
}

/* The verdict on the identity's chain for `name` by the trust that hs-client has by default. */
static hs_status judge(const hs__local_identity *identity, const char *name) {
    hs__fault fault;
    hs_trust *trust;
    hs_report *report;
    hs__certs certs;
    size_t added;
    assert_int_equal(hs_trust_new(provider, &trust), HS_OK);
    assert_int_equal(hs__default_ca_trust(trust, &added, &fault), HS__EXIT_OK);
    assert_int_equal(added, 1);
    assert_int_equal(hs__certs_parse(hs__bytes_span(&identity->chain), "chain", &certs, &fault),
                     HS__EXIT_OK);
    hs_verify_options o = {.size = sizeof o,
                           .chain = &certs.v[0].der,
                           .n_chain = 1,
                           .purpose = HS_PURPOSE_SERVER,
                           .name = name,
                           .now = hs__now()};
    hs_status verdict = hs_verify(provider, trust, &o, &report);
    hs_report_free(report);
    hs__certs_free(&certs);
    hs_trust_unref(trust);
    return verdict;
}

static void a_server_without_a_certificate_gets_one_that_clients_trust(void **state) {
    hs__local_identity identity;
    hs_credential *credential;
    hs__fault fault;
    (void)state;
    assert_int_equal(hs__default_ca_identity(provider, HS__LOCAL_SIGNS, &identity, &fault),
                     HS__EXIT_OK);
    assert_true(identity.made_ca);
    assert_string_equal(identity.root_path, "ca/root.pem");
    assert_int_equal(hs_credential_new(provider, hs__bytes_span(&identity.chain),
                                       hs__bytes_span(&identity.key), (hs_span){NULL, 0},
                                       &credential),
                     HS_OK);
    hs_credential_unref(credential);
    assert_int_equal(judge(&identity, "localhost"), HS_OK);
    assert_int_equal(judge(&identity, "127.0.0.1"), HS_OK);
    assert_int_equal(judge(&identity, "::1"), HS_OK);
    assert_int_not_equal(judge(&identity, "example.com"), HS_OK);
    hs__local_identity_free(&identity);
    assert_int_equal(hs__default_ca_identity(provider, HS__LOCAL_SIGNS, &identity, &fault),
                     HS__EXIT_OK);
    assert_false(identity.made_ca);
    hs__local_identity_free(&identity);
}

static void the_throw_away_ca_is_limited_and_says_what_it_is(void **state) {
    static const char *const NOT_LOCAL[] = {"example.com", "10.0.0.1", "a@example.com",
                                            "https://localhost/", "::2"};
    hs__fault fault;
    bool made;
    hs__ca ca;
    char name[HS__NAME_TEXT];
    struct stat st;
    (void)state;
    assert_int_equal(hs__ca_make_throw_away(provider, "ca", &made, &fault), HS__EXIT_OK);
    assert_true(made);
    assert_int_equal(hs__ca_make_throw_away(provider, "ca", &made, &fault), HS__EXIT_OK);
    assert_false(made);
    assert_int_equal(hs__ca_open(provider, "ca", &ca, &fault), HS__EXIT_OK);
    hs__name_text(ca.root.v->subject, name, sizeof name);
    assert_non_null(strstr(name, "throw-away"));
    assert_true(ca.root.v->critical & HS__EXT_NAME_CONSTRAINTS);
    assert_true(ca.root.v->not_after - hs__now() <= 90 * 86400);
    assert_int_equal(stat("ca", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(stat("ca/root-key.pem", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(hs__ca_unlock(&ca, &(hs__password_source)HS__NO_PASSWORD_SOURCE, &fault),
                     HS__EXIT_OK);
    hs__ca_store store;
    assert_int_equal(hs__store_open(provider, "ca", &store, &fault), HS__EXIT_OK);
    for (size_t i = 0; i < sizeof NOT_LOCAL / sizeof *NOT_LOCAL; i++) {
        hs__issued issued;
        hs__issue_plan plan = {.not_after = hs__now() + 86400};
        assert_null(hs__name_list_add(&plan.names, NOT_LOCAL[i]));
        assert_int_equal(hs__ca_issue(&ca, &store, &plan, NULL, &issued, &fault),
                         HS__EXIT_UNTRUSTED);
        assert_null(issued.key.p);
        hs__name_list_free(&plan.names);
    }
    hs__store_close(&store);
    hs__ca_close(&ca);
}

static void serial_numbers_are_17_bytes_positive_and_differ(void **state) {
    hs__fault fault;
    json_t *entries;
    hs__local_identity identity;
    (void)state;
    for (int i = 0; i < 8; i++) {
        assert_int_equal(hs__default_ca_identity(provider, HS__LOCAL_SIGNS, &identity, &fault),
                         HS__EXIT_OK);
        hs__local_identity_free(&identity);
    }
    assert_int_equal(hs__index_load("ca", &entries, &fault), HS__EXIT_OK);
    assert_int_equal(json_array_size(entries), 9);
    for (size_t i = 0; i < 9; i++) {
        const char *serial =
            json_string_value(json_object_get(json_array_get(entries, i), "serial"));
        assert_int_equal(strlen(serial), 34);
        assert_true(serial[0] >= '4' && serial[0] <= '7');
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(
                serial, json_string_value(json_object_get(json_array_get(entries, k), "serial")));
    }
    json_decref(entries);
}

static void make_locked(hs__fault *fault) {
    hs__ca_plan plan = {.folder = "ca",
                        .path_len = -1,
                        .not_before = hs__now(),
                        .not_after = hs__now() + 86400,
                        .password = {(const uint8_t *)"secret", 6}};
    assert_int_equal(hs__ca_make(provider, &plan, fault), HS__EXIT_OK);
}

static void the_default_root_is_trusted_for_local_names_only(void **state) {
    hs__fault fault;
    hs__ca ca;
    hs__issued issued;
    hs__local_identity identity = {0};
    hs__ca_plan made = {
        .folder = "ca", .path_len = -1, .not_before = hs__now(), .not_after = hs__now() + 86400};
    hs__issue_plan plan = {.not_after = hs__now() + 86400};
    (void)state;
    assert_int_equal(hs__ca_make(provider, &made, &fault), HS__EXIT_OK);
    assert_int_equal(hs__ca_open(provider, "ca", &ca, &fault), HS__EXIT_OK);
    assert_int_equal(hs__ca_unlock(&ca, &(hs__password_source)HS__NO_PASSWORD_SOURCE, &fault),
                     HS__EXIT_OK);
    assert_null(hs__name_list_add(&plan.names, "example.com"));
    assert_null(hs__name_list_add(&plan.names, "a.test"));
    hs__ca_store store;
    assert_int_equal(hs__store_open(provider, "ca", &store, &fault), HS__EXIT_OK);
    assert_int_equal(hs__ca_issue(&ca, &store, &plan, NULL, &issued, &fault), HS__EXIT_OK);
    hs__store_close(&store);
    identity.chain = issued.chain;
    assert_int_equal(judge(&identity, "a.test"), HS_OK);
    assert_int_not_equal(judge(&identity, "example.com"), HS_OK);
    hs__issued_free(&issued);
    hs__name_list_free(&plan.names);
    hs__ca_close(&ca);
}

static void a_key_that_is_not_the_cas_is_refused(void **state) {
    hs__fault fault;
    hs__ca ca;
    hs__private_key *key;
    hs__bytes pem = {0};
    (void)state;
    make_locked(&fault);
    assert_int_equal(hs__ca_make_key(provider, 0, (hs_span){NULL, 0}, &key, &pem, &fault),
                     HS__EXIT_OK);
    provider->key_free(provider, key);
    assert_int_equal(hs__file_write("ca/root-key.pem", hs__bytes_span(&pem), 0600, true, &fault),
                     HS__EXIT_OK);
    hs__bytes_free(&pem);
    assert_int_equal(hs__ca_open(provider, "ca", &ca, &fault), HS__EXIT_OK);
    assert_int_equal(hs__ca_unlock(&ca, &(hs__password_source)HS__NO_PASSWORD_SOURCE, &fault),
                     HS__EXIT_PASSWORD);
    assert_non_null(strstr(fault.text, "ca/root-key.pem"));
    hs__ca_close(&ca);
}

static void the_default_folder_is_found(void **state) {
    char folder[HS__FILE_PATH];
    hs__fault fault;
    (void)state;
    assert_int_equal(hs__default_ca_folder(folder, &fault), HS__EXIT_OK);
    assert_string_equal(folder, "ca");
    unsetenv("MINI_CA_DIR");
    setenv("XDG_DATA_HOME", "/data", 1);
    assert_int_equal(hs__default_ca_folder(folder, &fault), HS__EXIT_OK);
    assert_string_equal(folder, "/data/mini-ca");
    setenv("XDG_DATA_HOME", "relative", 1);
    setenv("HOME", "/home/x", 1);
    assert_int_equal(hs__default_ca_folder(folder, &fault), HS__EXIT_OK);
    assert_string_equal(folder, "/home/x/.local/share/mini-ca");
    unsetenv("HOME");
    assert_int_equal(hs__default_ca_folder(folder, &fault), HS__EXIT_INTERNAL);
    assert_non_null(strstr(fault.hint, "MINI_CA_DIR"));
}

static void no_ca_is_no_trust_and_no_error(void **state) {
    hs_trust *trust;
    size_t added = 1;
    hs__fault fault;
    (void)state;
    assert_int_equal(hs_trust_new(provider, &trust), HS_OK);
    assert_int_equal(hs__default_ca_trust(trust, &added, &fault), HS__EXIT_OK);
    assert_int_equal(added, 0);
    hs_trust_unref(trust);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_server_without_a_certificate_gets_one_that_clients_trust),
        IN_FOLDER(the_throw_away_ca_is_limited_and_says_what_it_is),
        IN_FOLDER(serial_numbers_are_17_bytes_positive_and_differ),
        IN_FOLDER(the_default_root_is_trusted_for_local_names_only),
        IN_FOLDER(a_key_that_is_not_the_cas_is_refused),
        IN_FOLDER(no_ca_is_no_trust_and_no_error),
        IN_FOLDER(the_default_folder_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
