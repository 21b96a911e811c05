#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "handshake/pki.h"
#include "tests/unit/pki/openssl_certs.h"
#include "tests/unit/pki/pki_test.h"

static char folder[] = "/tmp/hs-trust-XXXXXX";

static const char *path_of(const char *name) {
    static char path[256];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *content) {
    FILE *f = fopen(path_of(name), "w");
    assert_non_null(f);
    assert_true(fputs(content, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static int make_folder(void **state) {
    (void)state;
    assert_non_null(mkdtemp(folder));
    write_file("a.pem", openssl_root);
    write_file("b.CRT", openssl_pss_root);
    write_file("c.cer", "nothing\n");
    write_file("d.txt", openssl_self_signed);
    write_file("e.pem", openssl_root);
    assert_int_equal(mkdir(path_of("sub.pem"), 0700), 0);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    static const char *const names[] = {"a.pem", "b.CRT", "c.cer", "d.txt", "e.pem", "sub.pem"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)remove(path_of(names[i]));
    }
    return rmdir(folder);
}

static hs_trust *empty(void) {
    hs_trust *t;
    assert_ok(hs_trust_new(provider(), &t));
    return t;
}

static void a_file_is_its_own_source(void **state) {
    (void)state;
    hs_trust *t = empty();
    char want[300];
    size_t added;
    size_t skipped;
    assert_ok(hs_trust_add_path(t, path_of("a.pem"), 0, &added, &skipped));
    assert_int_equal(added, 1);
    assert_int_equal(skipped, 0);
    (void)snprintf(want, sizeof(want), "%s (1)", path_of("a.pem"));
    assert_string_equal(hs_trust_sources(t), want);
    assert_status(hs_trust_add_path(t, path_of("c.cer"), 0, NULL, NULL), HS_E_NO_CERTIFICATE);
    hs_trust_unref(t);
}

/* Two good files, one of them twice; one file without, one folder: skipped. */
static void a_folder_gives_what_is_in_its_files(void **state) {
    (void)state;
    hs_trust *t = empty();
    size_t added;
    size_t skipped;
    assert_ok(hs_trust_add_path(t, folder, 0, &added, &skipped));
    assert_int_equal(added, 2);
    assert_int_equal(skipped, 2);
    assert_int_equal(hs_trust_count(t), 2);
    hs_trust_unref(t);
    t = empty();
    assert_status(hs_trust_add_path(t, path_of("sub.pem"), 0, NULL, NULL), HS_E_NO_CERTIFICATE);
    hs_trust_unref(t);
}

static void what_is_not_there_says_so(void **state) {
    (void)state;
    hs_trust *t = empty();
    errno = 0;
    assert_status(hs_trust_add_path(t, path_of("missing.pem"), 0, NULL, NULL), HS_E_IO);
    assert_int_equal(errno, ENOENT);
    assert_status(hs_trust_add_path(t, "/dev/zero", 0, NULL, NULL), HS_E_IO);
    assert_int_equal(errno, EINVAL);
    hs_trust_unref(t);
}

static void the_systems_bundle_is_found(void **state) {
    (void)state;
    hs_trust *t = empty();
    size_t added = 0;
    const hs_status st = hs_trust_add_system(t, &added);
    if (st == HS_E_IO) {
        print_message("skipped: this system has no bundle\n");
        hs_trust_unref(t);
        skip();
    }
    assert_ok(st);
    assert_true(added > 50);
    assert_int_equal(strncmp(hs_trust_sources(t), "system bundle (", 15), 0);
    hs_trust_unref(t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_its_own_source),
        cmocka_unit_test(a_folder_gives_what_is_in_its_files),
        cmocka_unit_test(what_is_not_there_says_so),
        cmocka_unit_test(the_systems_bundle_is_found),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
