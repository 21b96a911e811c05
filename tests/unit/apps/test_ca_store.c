/* ca_store.h: a change happens as a whole or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "apps/common/ca_store.h"
#include "folder.h"

static hs_provider *provider;

static int setup(void **state) {
    return folder_make(state) || mkdir("ca", 0700) || hs_provider_new(NULL, &provider) != HS_OK;
}

static int teardown(void **state) {
    hs_provider_unref(provider);
    return folder_remove(state);
}

static hs_span text(const char *s) {
    return (hs_span){(const uint8_t *)s, strlen(s)};
}

static void open_store(hs__ca_store *store) {
    hs__fault fault;
    assert_int_equal(hs__store_open(provider, "ca", store, &fault), HS__EXIT_OK);
    assert_int_equal(
        hs__store_add(store, json_pack("{s:s, s:i}", "event", "crl", "number", 1), &fault),
        HS__EXIT_OK);
}

static void put(const char *path, const char *content) {
    hs__fault fault;
    assert_int_equal(hs__file_write(path, text(content), 0600, true, &fault), HS__EXIT_OK);
}

static void assert_holds(const char *path, const char *content) {
    hs__bytes got;
    hs__fault fault;
    assert_int_equal(hs__file_read(path, 100000, &got, &fault), HS__EXIT_OK);
    assert_string_equal((char *)got.p, content);
    hs__bytes_free(&got);
}

static void files_and_index_are_written_together(void **state) {
    hs__ca_store store;
    hs__fault fault;
    struct stat st;
    (void)state;
    open_store(&store);
    hs__ca_file files[] = {{"key", text("k"), 0600, false}, {"./cert", text("c"), 0644, false}};
    assert_int_equal(hs__store_commit(&store, files, 2, &fault), HS__EXIT_OK);
    assert_int_equal(hs__store_commit(&store, files, 2, &fault), HS__EXIT_INTERNAL); /* once */
    hs__store_close(&store);
    assert_int_equal(hs__store_open(provider, "ca", &store, &fault), HS__EXIT_OK);
    assert_int_equal(store.index.crl_number, 1);
    hs__store_close(&store);
    assert_holds("key", "k");
    assert_holds("cert", "c");
    assert_int_equal(stat("key", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_false(hs__file_exists("ca/pending.json"));
}

static void what_cannot_be_written_changes_nothing(void **state) {
    hs__ca_store store;
    hs__fault fault;
    (void)state;
    put("cert", "old");
    open_store(&store);
    hs__ca_file files[] = {{"key", text("k"), 0600, false}, {"cert", text("c"), 0644, false}};
    assert_int_equal(hs__store_commit(&store, files, 2, &fault), HS__EXIT_EXISTS);
    files[1].path = "none/cert";
    assert_int_equal(hs__store_commit(&store, files, 2, &fault), HS__EXIT_INTERNAL);
    assert_string_equal(fault.text, "cannot write none/cert: No such file or directory");
    files[1].path = "ca"; /* a folder, which is found out in the middle */
    files[1].force = true;
    assert_int_equal(hs__store_commit(&store, files, 2, &fault), HS__EXIT_INTERNAL);
    hs__store_close(&store);
    assert_false(hs__file_exists("key"));
    assert_false(hs__file_exists("key.mini-ca-new"));
    assert_holds("cert", "old");
    assert_false(hs__file_exists("ca/index.jsonl"));
    assert_false(hs__file_exists("ca/pending.json"));
}

static void what_was_interrupted_is_finished(void **state) {
    hs__ca_store store;
    hs__fault fault;
    char where[100], pending[700], said[HS__STORE_TEXT];
    (void)state;
    assert_non_null(getcwd(where, sizeof where));
    snprintf(pending, sizeof pending,
             "{\"index\": \"{\\\"event\\\":\\\"crl\\\",\\\"number\\\":5}\\n\", \"files\": ["
             "{\"path\": \"%s/a\", \"mode\": 384, \"force\": false, \"text\": \"A\"}, "
             "{\"path\": \"%s/b\", \"mode\": 384, \"force\": false, \"text\": \"B\"}]}",
             where, where);
    put("ca/pending.json", pending);
    put("a", "A");                  /* done before it was interrupted */
    put("b.mini-ca-new", "half B"); /* interrupted here */
    assert_non_null(strstr(hs__store_unfinished("ca", said), "to be finished"));
    assert_int_equal(hs__store_open(provider, "ca", &store, &fault), HS__EXIT_OK);
    assert_int_equal(store.index.crl_number, 5);
    hs__store_close(&store);
    assert_holds("a", "A");
    assert_holds("b", "B");
    assert_false(hs__file_exists("b.mini-ca-new"));
    assert_null(hs__store_unfinished("ca", said));
}

static void a_vanished_folder_does_not_stop_the_ca(void **state) {
    hs__ca_store store;
    hs__fault fault;
    (void)state;
    put("ca/pending.json",
        "{\"index\": \"{\\\"event\\\":\\\"crl\\\",\\\"number\\\":5}\\n\", \"files\": ["
        "{\"path\": \"/nowhere/a\", \"mode\": 384, \"force\": false, \"text\": \"A\"}]}");
    assert_int_equal(hs__store_open(provider, "ca", &store, &fault), HS__EXIT_OK);
    assert_int_equal(store.index.crl_number, 5);
    hs__store_close(&store);
    assert_false(hs__file_exists("ca/pending.json"));
}

static void what_was_not_written_to_its_end_never_counted(void **state) {
    hs__ca_store store;
    hs__fault fault;
    char said[HS__STORE_TEXT];
    (void)state;
    put("ca/pending.json.mini-ca-new", "{\"index\": \"{");
    put("ca/index.jsonl.mini-ca-new", "{");
    assert_non_null(hs__store_unfinished("ca", said));
    assert_int_equal(hs__store_open(provider, "ca", &store, &fault), HS__EXIT_OK);
    hs__store_close(&store);
    assert_null(hs__store_unfinished("ca", said));
    put("ca/pending.json", "nonsense");
    assert_int_equal(hs__store_open(provider, "ca", &store, &fault), HS__EXIT_INTERNAL);
    hs__store_close(&store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files_and_index_are_written_together, setup, teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_written_changes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_interrupted_is_finished, setup, teardown),
        cmocka_unit_test_setup_teardown(a_vanished_folder_does_not_stop_the_ca, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_not_written_to_its_end_never_counted, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
