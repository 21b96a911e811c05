/* Records out of a stream, however it is cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apps/hs-mitm/split.h"

static splitter s;

static int begin(void **state) {
    (void)state;
    memset(&s, 0, sizeof s);
    return 0;
}

static const uint8_t STREAM[] = {22, 3,  1, 0, 3, 'a', 'b', 'c', 20, 3, 3, 0, 1,
                                 1,  23, 3, 3, 0, 0,   21,  3,   3,  0, 2, 2, 40};
static const size_t LENGTHS[] = {8, 6, 5, 7};

static void the_same_records_wherever_it_is_cut(void **state) {
    (void)state;
    for (size_t cut = 0; cut <= sizeof STREAM; cut++) {
        memset(&s, 0, sizeof s);
        size_t n = 0, at = 0;
        const hs_span parts[] = {{STREAM, cut}, {STREAM + cut, sizeof STREAM - cut}};
        for (size_t i = 0; i < 2; i++) {
            hs_span in = parts[i], record;
            while (split_next(&s, &in, &record)) {
                assert_true(n < 4);
                assert_int_equal(record.n, LENGTHS[n]);
                assert_memory_equal(record.p, STREAM + at, record.n);
                at += record.n;
                n++;
            }
            assert_int_equal(in.n, 0);
        }
        assert_int_equal(n, 4);
        assert_false(s.is_opaque);
        assert_int_equal(s.n, 0);
    }
}

static void a_byte_at_a_time(void **state) {
    (void)state;
    size_t n = 0;
    for (size_t i = 0; i < sizeof STREAM; i++) {
        hs_span in = {STREAM + i, 1}, record;
        n += split_next(&s, &in, &record);
    }
    assert_int_equal(n, 4);
}

static void the_longest_record_and_no_longer(void **state) {
    (void)state;
    static uint8_t longest[SPLIT_MAX];
    const size_t body = sizeof longest - 5;
    const uint8_t header[] = {23, 3, 3, (uint8_t)(body >> 8), (uint8_t)body};
    memcpy(longest, header, sizeof header);
    hs_span in = {longest, sizeof longest}, record;
    assert_true(split_next(&s, &in, &record));
    assert_int_equal(record.n, SPLIT_MAX);
    longest[4]++;
    in = (hs_span){longest, sizeof longest};
    assert_false(split_next(&s, &in, &record));
    assert_true(s.is_opaque);
}

static void what_is_no_record_is_kept_whole(void **state) {
    (void)state;
    static const char *const TEXTS[] = {"GET / HTTP/1.1\r\n", "\x16\x02\x00\x00\x01x",
                                        "\x1a\x03\x03\x00\x01x"};
    for (size_t i = 0; i < 3; i++) {
        memset(&s, 0, sizeof s);
        hs_span in = {(const uint8_t *)TEXTS[i], 6}, record;
        assert_false(split_next(&s, &in, &record));
        assert_true(s.is_opaque);
        /* What was taken and what is left are all of it, in order. */
        assert_int_equal(s.n + in.n, 6);
        assert_memory_equal(s.buffer, TEXTS[i], s.n);
        assert_ptr_equal(in.p, TEXTS[i] + s.n);
        assert_false(split_next(&s, &in, &record));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_same_records_wherever_it_is_cut, begin),
        cmocka_unit_test_setup(a_byte_at_a_time, begin),
        cmocka_unit_test_setup(the_longest_record_and_no_longer, begin),
        cmocka_unit_test_setup(what_is_no_record_is_kept_whole, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
