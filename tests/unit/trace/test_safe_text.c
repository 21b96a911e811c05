/* Nothing that a peer made up may move a cursor, start a line or hide text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "handshake/render.h"

static void expect(const char *in, size_t n, const char *want) {
    char out[256];
    size_t len = hs_safe_text(out, sizeof out, in, n);
    assert_string_equal(out, want);
    assert_int_equal(len, strlen(want));
}

static void printable_text_stays(void **state) {
    (void)state;
    expect("CN=a.test", 9, "CN=a.test");
    expect("Zo\xc3\xab \xe2\x82\xac \xf0\x9f\x94\x92", 13,
           "Zo\xc3\xab \xe2\x82\xac \xf0\x9f\x94\x92");
    expect("", 0, "");
    expect("</script>", 9, "</script>");
}

static void controls_are_escaped(void **state) {
    (void)state;
    expect("\033]0;x\007", 6, "\\x1b]0;x\\x07");
    expect("a\nb\rc\td\0e", 9, "a\\x0ab\\x0dc\\x09d\\x00e");
    expect("\x7f", 1, "\\x7f");
    expect("\xc2\x9b"
           "31m",
           5, "\\xc2\\x9b31m"); /* C1: CSI */
}

static void direction_and_invisible_characters_are_escaped(void **state) {
    (void)state;
    expect("\xe2\x80\xae"
           "txt",
           6, "\\xe2\\x80\\xaetxt");              /* U+202E */
    expect("\xe2\x81\xa6", 3, "\\xe2\\x81\\xa6"); /* U+2066 */
    expect("\xe2\x80\xa8", 3, "\\xe2\\x80\\xa8"); /* U+2028 */
    expect("a\xe2\x80\x8b"
           "b",
           5, "a\\xe2\\x80\\x8bb");                        /* U+200B */
    expect("\xef\xbb\xbf", 3, "\\xef\\xbb\\xbf");          /* U+FEFF */
    expect("\xf3\xa0\x81\x81", 4, "\\xf3\\xa0\\x81\\x81"); /* U+E0041 */
}

static void what_is_not_utf8_is_escaped(void **state) {
    (void)state;
    expect("\xff\xfe", 2, "\\xff\\xfe");
    expect("\xc0\x8a", 2, "\\xc0\\x8a"); /* overlong newline */
    expect("\xe0\x80\x8a", 3, "\\xe0\\x80\\x8a");
    expect("\xed\xa0\x80", 3, "\\xed\\xa0\\x80");          /* surrogate */
    expect("\xf4\x90\x80\x80", 4, "\\xf4\\x90\\x80\\x80"); /* above U+10FFFF */
    expect("a\xe2\x82", 3, "a\\xe2\\x82");                 /* cut */
}

static void output_is_cut_between_characters(void **state) {
    (void)state;
    char out[8];
    memset(out, 'z', sizeof out);
    assert_int_equal(hs_safe_text(out, 5, "ab\n\n", 4), 10);
    assert_string_equal(out, "ab");
    assert_int_equal(out[5], 'z');
    assert_int_equal(hs_safe_text(NULL, 0, "ab\n", 3), 6);
    assert_int_equal(hs_safe_text(out, 1, "ab", 2), 2);
    assert_string_equal(out, "");
    assert_int_equal(hs_safe_text(out, 3, "\xc3\xab\xc3\xab", 4), 4);
    assert_string_equal(out, "\xc3\xab");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(printable_text_stays),
        cmocka_unit_test(controls_are_escaped),
        cmocka_unit_test(direction_and_invisible_characters_are_escaped),
        cmocka_unit_test(what_is_not_utf8_is_escaped),
        cmocka_unit_test(output_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
