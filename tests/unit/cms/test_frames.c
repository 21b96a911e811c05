/* Lengths that are told before the content is there. */
#include "cms/frames.h"

#include "tests/unit/cms/cms_test.h"

static heap write_frames(uint64_t size, const char *const *parts, size_t n_parts) {
    static const uint8_t head[] = {0x02, 0x01, 0x05};
    static const uint8_t tail[] = {0x05, 0x00};
    const hs__cms_frame frames[] = {
        {0x30, {head, sizeof(head)}, sizeof(tail)}, {0xa0, {NULL, 0}, 0}, {0x80, {NULL, 0}, 0}};
    const hs_span tails[] = {{tail, sizeof(tail)}, {NULL, 0}, {NULL, 0}};
    const bool is_ber = size == HS__CMS_SIZE_UNKNOWN;
    heap out = {NULL, 0, 0, 0, 0};
    const hs__cms_sink sink = {heap_put, &out};
    assert_ok(hs__cms_frames_begin(frames, 3, size, sink));
    for (size_t i = 0; i < n_parts; i++) {
        const bytes b = unhex(parts[i]);
        assert_ok(hs__cms_frames_part(is_ber, of(&b), sink));
    }
    assert_ok(hs__cms_frames_end(is_ber, tails, 3, sink));
    if (!is_ber) {
        assert_int_equal(hs__cms_frames_size(frames, 3, size), out.n);
    }
    return out;
}

static void must_be(heap out, const char *hex) {
    const bytes want = unhex(hex);
    assert_int_equal(out.n, want.n);
    assert_memory_equal(out.p, want.p, want.n);
    heap_free(&out);
}

static void a_known_size_gives_definite_lengths(void **state) {
    (void)state;
    static const char *const parts[] = {"aa", "", "bb cc"};
    must_be(write_frames(3, parts, 3), "30 0c 02 01 05 a0 05 80 03 aa bb cc 05 00");
    must_be(write_frames(0, parts, 0), "30 09 02 01 05 a0 02 80 00 05 00");
}

static void an_unknown_one_gives_parts(void **state) {
    (void)state;
    static const char *const parts[] = {"aa", "", "bb cc"};
    must_be(write_frames(HS__CMS_SIZE_UNKNOWN, parts, 3),
            "30 80 02 01 05 a0 80 a0 80 04 01 aa 04 02 bb cc 00 00 00 00 05 00 00 00");
    must_be(write_frames(HS__CMS_SIZE_UNKNOWN, parts, 0),
            "30 80 02 01 05 a0 80 a0 80 00 00 00 00 05 00 00 00");
}

/* Sizes that nobody has the content for. */
static void sizes_beyond_32_bits_are_told(void **state) {
    (void)state;
    const hs__cms_frame frames[] = {{0x30, {NULL, 0}, 0}, {0x04, {NULL, 0}, 0}};
    heap out = {NULL, 0, 0, 0, 0};
    const uint64_t size = UINT64_C(0x0123456789);
    assert_ok(hs__cms_frames_begin(frames, 2, size, (hs__cms_sink){heap_put, &out}));
    assert_int_equal(hs__cms_frames_size(frames, 2, size), size + 14);
    must_be(out, "30 85 01 23 45 67 90 04 85 01 23 45 67 89");
    assert_int_equal(hs__cms_frames_size(frames, 2, HS__CMS_SIZE_UNKNOWN), HS__CMS_SIZE_UNKNOWN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_size_gives_definite_lengths),
        cmocka_unit_test(an_unknown_one_gives_parts),
        cmocka_unit_test(sizes_beyond_32_bits_are_told),
    };
    return RUN(tests);
}
