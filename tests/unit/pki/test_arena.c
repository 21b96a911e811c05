#include "pki/arena.h"

#include <stdio.h>

#include "tests/unit/pki/pki_test.h"

static void texts_stay_where_they_are(void **state) {
    (void)state;
    hs__arena a = {0};
    const char *kept[1000];
    char want[32];
    for (size_t i = 0; i < 1000; i++) {
        kept[i] = hs__arena_f(&a, "text %zu", i);
    }
    for (size_t i = 0; i < 1000; i++) {
        (void)snprintf(want, sizeof(want), "text %zu", i);
        assert_string_equal(kept[i], want);
    }
    assert_false(a.is_short);
    hs__arena_free(&a);
    hs__arena_free(&a);
}

static void a_text_may_be_longer_than_a_chunk(void **state) {
    (void)state;
    hs__arena a = {0};
    const char *before = hs__arena_f(&a, "before");
    const char *text = hs__arena_f(&a, "%0*d", 10000, 7);
    const char *after = hs__arena_f(&a, "after");
    assert_int_equal(strlen(text), 10000);
    assert_string_equal(before, "before");
    assert_string_equal(after, "after");
    hs__arena_free(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_stay_where_they_are),
        cmocka_unit_test(a_text_may_be_longer_than_a_chunk),
    };
    return RUN(tests);
}
