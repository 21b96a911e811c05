/* password.h: secrets from files, descriptors and the terminal. The terminal is tested from
 * outside, with a real one (tests/interop/test_mini_ca.py). */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "apps/common/password.h"
#include "capture.h"
#include "folder.h"

static void put(const char *path, const char *text, size_t n) {
    hs__fault fault;
    assert_int_equal(hs__file_write(path, (hs_span){(const uint8_t *)text, n}, 0600, true, &fault),
                     HS__EXIT_OK);
}

static void the_first_line_is_the_password(void **state) {
    static const struct {
        const char *text, *password;
    } ROWS[] = {{"secret", "secret"},
                {"secret\n", "secret"},
                {"secret\r\n", "secret"},
                {"secret\nmore\n", "secret"},
                {" s p \n", " s p "},
                {"\n", ""},
                {"p\xc3\xa4ss\n", "p\xc3\xa4ss"}};
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        hs__bytes got;
        hs__fault fault;
        put("pw", ROWS[i].text, strlen(ROWS[i].text));
        assert_int_equal(
            hs__password_get(&(hs__password_source){"pw", -1}, "x", false, &got, &fault),
            HS__EXIT_OK);
        assert_int_equal(got.n, strlen(ROWS[i].password));
        assert_memory_equal(got.p, ROWS[i].password, got.n);
        hs__bytes_free(&got);
    }
}

static void a_descriptor_is_read_to_the_end_of_the_line_only(void **state) {
    hs__bytes got;
    hs__fault fault;
    char rest[8] = "";
    (void)state;
    put("pw", "one\ntwo", 7);
    int fd = open("pw", O_RDONLY);
    assert_int_equal(hs__password_get(&(hs__password_source){NULL, fd}, "x", true, &got, &fault),
                     HS__EXIT_OK);
    assert_string_equal((const char *)got.p, "one");
    assert_int_equal(read(fd, rest, sizeof rest), 3);
    assert_memory_equal(rest, "two", 3);
    hs__bytes_free(&got);
    close(fd);
    assert_int_equal(hs__password_get(&(hs__password_source){NULL, fd}, "x", true, &got, &fault),
                     HS__EXIT_INTERNAL);
}

static void an_empty_new_password_is_refused(void **state) {
    hs__bytes got;
    hs__fault fault;
    (void)state;
    put("pw", "\n", 1);
    assert_int_equal(hs__password_get(&(hs__password_source){"pw", -1}, "x", true, &got, &fault),
                     HS__EXIT_PASSWORD);
    assert_null(got.p);
}

static void a_password_that_never_ends_is_refused(void **state) {
    char text[2000];
    hs__bytes got;
    hs__fault fault;
    (void)state;
    memset(text, 'x', sizeof text);
    put("pw", text, sizeof text);
    assert_int_equal(hs__password_get(&(hs__password_source){"pw", -1}, "x", false, &got, &fault),
                     HS__EXIT_INTERNAL);
    assert_null(got.p);
}

static void a_file_that_others_may_read_is_warned_of(void **state) {
    hs__bytes got;
    hs__fault fault;
    (void)state;
    put("pw", "x", 1);
    assert_int_equal(chmod("pw", 0644), 0);
    capture c = capture_start(stderr);
    hs__exit code = hs__password_get(&(hs__password_source){"pw", -1}, "x", false, &got, &fault);
    const char *said = capture_end(&c);
    assert_int_equal(code, HS__EXIT_OK);
    assert_non_null(strstr(said, "others may read the password file pw"));
    hs__bytes_free(&got);
}

static void a_descriptor_is_a_number(void **state) {
    int fd = -1;
    (void)state;
    assert_null(hs__password_take_fd("7", &fd));
    assert_int_equal(fd, 7);
    assert_non_null(hs__password_take_fd("seven", &fd));
    assert_non_null(hs__password_take_fd("-1", &fd));
    assert_non_null(hs__password_take_fd("4294967296", &fd));
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(the_first_line_is_the_password),
        IN_FOLDER(a_descriptor_is_read_to_the_end_of_the_line_only),
        IN_FOLDER(an_empty_new_password_is_refused),
        IN_FOLDER(a_password_that_never_ends_is_refused),
        IN_FOLDER(a_file_that_others_may_read_is_warned_of),
        cmocka_unit_test(a_descriptor_is_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
