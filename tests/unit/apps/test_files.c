/* files.h: whole files, all or nothing, never overwritten by accident. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "apps/common/files.h"
#include "folder.h"

static hs_span span(const char *text) {
    return (hs_span){(const uint8_t *)text, strlen(text)};
}

static void assert_holds(const char *path, const char *text) {
    hs__bytes got;
    hs__fault fault;
    assert_int_equal(hs__file_read(path, HS__FILE_LIMIT, &got, &fault), HS__EXIT_OK);
    assert_int_equal(got.n, strlen(text));
    assert_string_equal((const char *)got.p, text);
    hs__bytes_free(&got);
}

static mode_t mode_of(const char *path) {
    struct stat st;
    assert_int_equal(lstat(path, &st), 0);
    return st.st_mode & 07777;
}

static size_t files_here(void) {
    size_t n = 0;
    DIR *folder = opendir(".");
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
        n += entry->d_name[0] != '.';
    closedir(folder);
    return n;
}

static void what_is_written_can_be_read(void **state) {
    hs__fault fault;
    (void)state;
    assert_int_equal(hs__file_write("a", span("hello"), 0600, false, &fault), HS__EXIT_OK);
    assert_holds("a", "hello");
    assert_int_equal(mode_of("a"), 0600);
    assert_int_equal(files_here(), 1); /* no temporary file stays */
}

static void a_large_file_is_read_whole(void **state) {
    enum { N = 100000 };
    char *text = malloc(N + 1);
    hs__fault fault;
    (void)state;
    memset(text, 'x', N);
    text[N] = 0;
    assert_int_equal(hs__file_write("a", span(text), 0600, false, &fault), HS__EXIT_OK);
    assert_holds("a", text);
    free(text);
}

static void the_mode_obeys_the_umask(void **state) {
    hs__fault fault;
    mode_t before = umask(077);
    (void)state;
    assert_int_equal(hs__file_write("a", span("x"), 0644, false, &fault), HS__EXIT_OK);
    umask(022);
    assert_int_equal(hs__file_write("b", span("x"), 0644, false, &fault), HS__EXIT_OK);
    umask(before);
    assert_int_equal(mode_of("a"), 0600);
    assert_int_equal(mode_of("b"), 0644);
}

static void an_existing_file_stays_without_force(void **state) {
    hs__fault fault;
    (void)state;
    assert_int_equal(hs__file_write("a", span("old"), 0644, false, &fault), HS__EXIT_OK);
    assert_int_equal(hs__file_write("a", span("new"), 0600, false, &fault), HS__EXIT_EXISTS);
    assert_non_null(strstr(fault.text, "a exists"));
    assert_non_null(strstr(fault.hint, "--force"));
    assert_holds("a", "old");
    assert_int_equal(hs__file_write("a", span("new"), 0600, true, &fault), HS__EXIT_OK);
    assert_holds("a", "new");
    assert_int_equal(mode_of("a"), 0600);
    assert_int_equal(files_here(), 1);
}

static void a_link_is_replaced_never_followed(void **state) {
    hs__fault fault;
    (void)state;
    assert_int_equal(hs__file_write("target", span("old"), 0644, false, &fault), HS__EXIT_OK);
    assert_int_equal(symlink("target", "link"), 0);
    assert_int_equal(symlink("nowhere", "dangling"), 0);
    assert_int_equal(hs__file_write("link", span("new"), 0600, false, &fault), HS__EXIT_EXISTS);
    assert_int_equal(hs__file_write("dangling", span("x"), 0600, false, &fault), HS__EXIT_EXISTS);
    assert_int_equal(hs__file_write("link", span("new"), 0600, true, &fault), HS__EXIT_OK);
    assert_holds("target", "old");
    assert_holds("link", "new");
    assert_false(hs__file_exists("nowhere"));
}

static void what_cannot_be_written_is_said_by_name(void **state) {
    hs__fault fault;
    (void)state;
    assert_int_equal(hs__file_write("no/such", span("x"), 0600, false, &fault), HS__EXIT_INTERNAL);
    assert_string_equal(fault.text, "cannot write no/such: No such file or directory");
    assert_int_equal(mkdir("folder", 0700), 0);
    assert_int_equal(hs__file_write("folder", span("x"), 0600, true, &fault), HS__EXIT_INTERNAL);
    assert_string_equal(fault.text, "cannot write folder: Is a directory");
}

static void reading_has_a_bound_and_a_reason(void **state) {
    hs__bytes got;
    hs__fault fault;
    (void)state;
    assert_int_equal(hs__file_write("a", span("12345"), 0600, false, &fault), HS__EXIT_OK);
    assert_int_equal(hs__file_read("a", 4, &got, &fault), HS__EXIT_INTERNAL);
    assert_non_null(strstr(fault.text, "a is larger than 4 bytes"));
    assert_null(got.p);
    assert_int_equal(hs__file_read("a", 5, &got, &fault), HS__EXIT_OK);
    hs__bytes_free(&got);
    assert_int_equal(hs__file_read("none\x1b[0m", 4, &got, &fault), HS__EXIT_INTERNAL);
    assert_string_equal(fault.text, "cannot read none\\x1b[0m: No such file or directory");
    assert_int_equal(hs__file_read(".", 4, &got, &fault), HS__EXIT_INTERNAL);
}

static void two_steps_write_as_one_does(void **state) {
    hs__fault fault;
    (void)state;
    assert_int_equal(hs__file_write("a.new", span("left over"), 0644, false, &fault), HS__EXIT_OK);
    assert_int_equal(hs__file_stage("a.new", "a", span("one"), 0600, &fault), HS__EXIT_OK);
    assert_int_equal(mode_of("a.new"), 0600);
    assert_int_equal(hs__file_settle("a.new", "a", false, &fault), HS__EXIT_OK);
    assert_holds("a", "one");
    assert_false(hs__file_exists("a.new"));
    assert_int_equal(hs__file_stage("none/a.new", "none/a", span("x"), 0600, &fault),
                     HS__EXIT_INTERNAL);
    assert_string_equal(fault.text, "cannot write none/a: No such file or directory");
    assert_int_equal(hs__file_stage("a.new", "a", span("two"), 0600, &fault), HS__EXIT_OK);
    assert_int_equal(hs__file_settle("a.new", "a", false, &fault), HS__EXIT_EXISTS);
    assert_holds("a", "one");
    assert_int_equal(hs__file_settle("a.new", "a", true, &fault), HS__EXIT_OK);
    assert_holds("a", "two");
}

static void folders_are_private(void **state) {
    hs__fault fault;
    (void)state;
    assert_int_equal(hs__folder_make("x/y/z", &fault), HS__EXIT_OK);
    assert_int_equal(mode_of("x/y/z"), 0700);
    assert_int_equal(hs__folder_make("x/y/z/", &fault), HS__EXIT_OK);
    assert_int_equal(hs__file_write("file", span("x"), 0600, false, &fault), HS__EXIT_OK);
    assert_int_equal(hs__folder_make("file", &fault), HS__EXIT_INTERNAL);
    assert_int_equal(hs__folder_make("file/below", &fault), HS__EXIT_INTERNAL);
    assert_int_equal(hs__folder_make("", &fault), HS__EXIT_INTERNAL);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(what_is_written_can_be_read),
        IN_FOLDER(a_large_file_is_read_whole),
        IN_FOLDER(the_mode_obeys_the_umask),
        IN_FOLDER(an_existing_file_stays_without_force),
        IN_FOLDER(a_link_is_replaced_never_followed),
        IN_FOLDER(what_cannot_be_written_is_said_by_name),
        IN_FOLDER(reading_has_a_bound_and_a_reason),
        IN_FOLDER(two_steps_write_as_one_does),
        IN_FOLDER(folders_are_private),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
