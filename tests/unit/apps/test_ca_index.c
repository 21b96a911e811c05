/* ca_index.h: the chain of lines, and what survives damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "apps/common/ca.h"
#include "apps/common/value.h"
#include "folder.h"

static hs_provider *provider;

/* A CA in ./ca: its index has one line. */
static int setup(void **state) {
    hs__fault fault;
    hs__ca_plan plan = {
        .folder = "ca", .path_len = -1, .not_before = hs__now(), .not_after = hs__now() + 86400};
    return folder_make(state) || hs_provider_new(NULL, &provider) != HS_OK ||
           hs__ca_make(provider, &plan, &fault) != HS__EXIT_OK;
}

static int teardown(void **state) {
    hs_provider_unref(provider);
    return folder_remove(state);
}

static void add(json_t *event) {
    hs__ca_store store;
    hs__fault fault;
    assert_int_equal(hs__store_open(provider, "ca", &store, &fault), HS__EXIT_OK);
    assert_int_equal(hs__store_add(&store, event, &fault), HS__EXIT_OK);
    assert_int_equal(hs__store_commit(&store, NULL, 0, &fault), HS__EXIT_OK);
    hs__store_close(&store);
}

static void read_index(hs__index *out) {
    hs__fault fault;
    assert_int_equal(hs__index_read(provider, "ca", out, &fault), HS__EXIT_OK);
}

static size_t faults(void) {
    hs__index index;
    read_index(&index);
    size_t n = json_array_size(index.faults);
    hs__index_free(&index);
    return n;
}

/* The root's serial number; static. */
static const char *serial(void) {
    static char text[64];
    hs__index index;
    read_index(&index);
    snprintf(text, sizeof text, "%s",
             hs__index_text(json_array_get(index.certificates, 0), "serial"));
    hs__index_free(&index);
    return text;
}

static void a_changed_line_breaks_the_chain(void **state) {
    hs__bytes text;
    hs__fault fault;
    (void)state;
    add(json_pack("{s:s, s:i}", "event", "crl", "number", 7));
    add(json_pack("{s:s, s:i}", "event", "crl", "number", 8));
    assert_int_equal(faults(), 0);
    assert_int_equal(hs__file_read("ca/index.jsonl", 100000, &text, &fault), HS__EXIT_OK);
    char *at = strstr((char *)text.p, "\"profile\":\"root\"");
    assert_non_null(at);
    at[11] = 'R';
    assert_int_equal(hs__file_write("ca/index.jsonl", hs__bytes_span(&text), 0600, true, &fault),
                     HS__EXIT_OK);
    hs__bytes_free(&text);
    assert_int_equal(faults(), 1);
}

static void a_line_that_is_taken_out_breaks_the_chain(void **state) {
    hs__bytes text;
    hs__fault fault;
    (void)state;
    add(json_pack("{s:s, s:i}", "event", "crl", "number", 7));
    assert_int_equal(hs__file_read("ca/index.jsonl", 100000, &text, &fault), HS__EXIT_OK);
    char *second = strchr((char *)text.p, '\n') + 1;
    hs_span rest = {(uint8_t *)second, strlen(second)};
    assert_int_equal(hs__file_write("ca/index.jsonl", rest, 0600, true, &fault), HS__EXIT_OK);
    hs__bytes_free(&text);
    assert_int_equal(faults(), 1);
}

static void lines_that_are_no_entries_are_left_out_and_told(void **state) {
    hs__bytes text;
    hs__fault fault;
    json_t *entries;
    FILE *f;
    (void)state;
    f = fopen("ca/index.jsonl", "a");
    fputs("{\"serial\": 1\n{\"serial\": \"00\"}\n[]", f);
    fclose(f);
    assert_true(faults() >= 3);
    add(json_pack("{s:s, s:i}", "event", "crl", "number", 9));
    assert_int_equal(hs__index_load("ca", &entries, &fault), HS__EXIT_OK);
    assert_int_equal(json_array_size(entries), 1);
    json_decref(entries);
    assert_int_equal(hs__file_read("ca/index.jsonl", 100000, &text, &fault), HS__EXIT_OK);
    assert_non_null(strstr((char *)text.p, "[]\n{\"prev\":"));
    hs__bytes_free(&text);
}

static void a_revocation_marks_its_certificate(void **state) {
    hs__index index;
    (void)state;
    add(hs__index_revocation(serial(), "superseded", 1700000000));
    read_index(&index);
    const json_t *entry = json_array_get(index.certificates, 0);
    assert_true(hs__index_is_revoked(entry));
    assert_string_equal(hs__index_text(json_object_get(entry, "revoked"), "at"),
                        "2023-11-14T22:13:20Z");
    hs__index_free(&index);
    add(hs__index_revocation("00", "superseded", 1700000000));
    assert_int_equal(faults(), 1);
}

static void certificates_are_found_by_serial_and_name(void **state) {
    json_t *all = json_pack("[{s:s, s:[s]}, {s:s, s:[s]}]", "serial", "ab01", "names", "DNS:a.test",
                            "serial", "ab02", "names", "DNS:a.test");
    (void)state;
    assert_string_equal(hs__index_text(hs__index_find(all, "A.test"), "serial"), "ab02");
    assert_string_equal(hs__index_text(hs__index_find(all, "DNS:a.test"), "serial"), "ab02");
    assert_string_equal(hs__index_text(hs__index_find(all, "AB:01"), "serial"), "ab01");
    assert_null(hs__index_find(all, "b.test"));
    assert_null(hs__index_find_serial(all, "AB01"));
    json_decref(all);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_changed_line_breaks_the_chain, setup, teardown),
        cmocka_unit_test_setup_teardown(a_line_that_is_taken_out_breaks_the_chain, setup, teardown),
        cmocka_unit_test_setup_teardown(lines_that_are_no_entries_are_left_out_and_told, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_revocation_marks_its_certificate, setup, teardown),
        cmocka_unit_test(certificates_are_found_by_serial_and_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
