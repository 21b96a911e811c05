#include "pki/base64.h"

#include "tests/unit/pki/pki_test.h"

/* RFC 4648 section 10. */
static void groups_are_those_of_the_rfc(void **state) {
    (void)state;
    static const char *const groups[] = {"Zg==", "Zm8=", "Zm9v"};
    for (size_t n = 1; n <= 3; n++) {
        char out[4];
        hs__base64_group((const uint8_t *)"foo", n, out);
        assert_memory_equal(out, groups[n - 1], 4);
    }
}

static void each_letter_has_its_value_and_nothing_else_has_one(void **state) {
    (void)state;
    unsigned letters = 0;
    for (unsigned c = 0; c < 256; c++) {
        const unsigned v = hs__base64_value((uint8_t)c);
        letters += v != HS__BASE64_NONE;
        if (v != HS__BASE64_NONE) {
            const uint8_t bits = (uint8_t)(v << 2);
            char out[4];
            hs__base64_group(&bits, 1, out);
            assert_int_equal((uint8_t)out[0], c);
        }
    }
    assert_int_equal(letters, 64);
}

static void only_white_space_is_space(void **state) {
    (void)state;
    const char *const spaces = " \t\n\v\f\r";
    for (int c = 1; c < 256; c++) {
        assert_int_equal(hs__base64_is_space((uint8_t)c), strchr(spaces, c) != NULL);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_are_those_of_the_rfc),
        cmocka_unit_test(each_letter_has_its_value_and_nothing_else_has_one),
        cmocka_unit_test(only_white_space_is_space),
    };
    return RUN(tests);
}
