#include "pki/text.h"

#include "tests/unit/pki/pki_test.h"

static const char *foreign(hs_span b) {
    static char out[128];
    hs__text t;
    hs__text_init(&t, out, sizeof(out));
    hs__text_foreign(&t, b);
    return out;
}

/* What could move a cursor, ring, recolour, hide or reverse text never reaches a terminal. */
static void foreign_bytes_are_made_safe(void **state) {
    (void)state;
    static const struct {
        const char *hex, *safe;
    } cases[] = {
        {"61 62 63 20 7e", "abc ~"},
        {"1b 5d 30 3b 78 07", "\\x1b]0;x\\x07"},
        {"0a 0d 09 00 7f", "\\x0a\\x0d\\x09\\x00\\x7f"},
        {"5c 78", "\\\\x"},
        {"c3 9f", "\xc3\x9f"},                   /* sharp s */
        {"f0 9f 98 80", "\xf0\x9f\x98\x80"},     /* outside the first plane */
        {"c2 9b", "\\xc2\\x9b"},                 /* C1: CSI */
        {"e2 80 ae", "\\xe2\\x80\\xae"},         /* right-to-left override */
        {"e2 81 a6", "\\xe2\\x81\\xa6"},         /* isolate */
        {"e2 80 a8", "\\xe2\\x80\\xa8"},         /* line separator */
        {"e2 80 8b", "\\xe2\\x80\\x8b"},         /* zero width space */
        {"ef bb bf", "\\xef\\xbb\\xbf"},         /* byte order mark */
        {"f3 a0 81 81", "\\xf3\\xa0\\x81\\x81"}, /* tag characters */
        {"c0 80", "\\xc0\\x80"},                 /* overlong NUL */
        {"e0 80 80", "\\xe0\\x80\\x80"},
        {"ed a0 80", "\\xed\\xa0\\x80"},         /* surrogate */
        {"f4 90 80 80", "\\xf4\\x90\\x80\\x80"}, /* above U+10FFFF */
        {"f5 80 80 80", "\\xf5\\x80\\x80\\x80"},
        {"c3", "\\xc3"},
        {"c3 28", "\\xc3("},
        {"80", "\\x80"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const bytes b = unhex(cases[i].hex);
        assert_string_equal(foreign(of(&b)), cases[i].safe);
    }
}

static void what_does_not_fit_ends_in_dots(void **state) {
    (void)state;
    char out[9];
    hs__text t;
    hs__text_init(&t, out, sizeof(out));
    hs__text_add(&t, "12345678");
    assert_false(t.is_cut);
    hs__text_add(&t, "9");
    assert_true(t.is_cut);
    assert_string_equal(out, "12345...");
    hs__text_f(&t, "%d", 7);
    assert_string_equal(out, "12345...");
}

static void a_character_is_never_cut_in_the_middle(void **state) {
    (void)state;
    char out[10];
    hs__text t;
    hs__text_init(&t, out, sizeof(out));
    hs__text_foreign(&t, text("abcde\xc3\x9f\xc3\x9f"));
    assert_string_equal(out, "abcde\xc3\x9f\xc3\x9f");
    hs__text_add(&t, "x");
    assert_string_equal(out, "abcde...");
    hs__text_init(&t, out, sizeof(out));
    hs__text_foreign(&t, text("abcd\x1b"));
    assert_string_equal(out, "abcd\\x1b");
    hs__text_hex(&t, text("\xab"));
    assert_true(t.is_cut);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(foreign_bytes_are_made_safe),
        cmocka_unit_test(what_does_not_fit_ends_in_dots),
        cmocka_unit_test(a_character_is_never_cut_in_the_middle),
    };
    return RUN(tests);
}
