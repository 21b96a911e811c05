#include <string.h>

#include "proto_test.h"

static void begin(hs__rd *r, hs__rd_root *root, const char *hex) {
    hs__rd_init(r, root, pt_hex(hex), "M", NULL);
}

static void numbers_are_big_endian(void **state) {
    (void)state;
    hs__rd_root root;
    hs__rd r;
    begin(&r, &root, "01 0203 040506 0708090a");
    assert_int_equal(hs__rd_u8(&r, "a"), 0x01);
    assert_int_equal(hs__rd_u16(&r, "b"), 0x0203);
    assert_int_equal(hs__rd_u24(&r, "c"), 0x040506);
    assert_int_equal(hs__rd_u32(&r, "d"), 0x0708090a);
    assert_int_equal(hs__rd_end(&r), HS_OK);
}

static void the_first_failure_sticks(void **state) {
    (void)state;
    hs__rd_root root;
    hs__rd r;
    begin(&r, &root, "010203");
    assert_int_equal(hs__rd_u32(&r, "first"), 0);
    assert_int_equal(hs__rd_u8(&r, "second"), 0);
    assert_int_equal(hs__rd_bytes(&r, "third", 1).n, 0);
    assert_false(hs__rd_more(&r));
    hs__rd_fail(&r, "fourth", HS_E_ILLEGAL_VALUE, "never seen");
    assert_int_equal(hs__rd_end(&r), HS_E_DECODE);
    assert_string_equal(root.where, "M.first");
    assert_string_equal(root.problem, "needs 4 bytes, 3 are left");
}

static void bytes_left_over_fail(void **state) {
    (void)state;
    hs__rd_root root;
    hs__rd r;
    begin(&r, &root, "010203");
    (void)hs__rd_u8(&r, "a");
    assert_int_equal(hs__rd_end(&r), HS_E_TRAILING);
    assert_string_equal(root.where, "M");
    assert_string_equal(root.problem, "2 bytes are left over at its end");
}

static void nothing_can_be_read_from_nothing(void **state) {
    (void)state;
    hs__rd_root root;
    hs__rd r;
    hs__rd_init(&r, &root, (hs_span){NULL, 0}, NULL, NULL);
    assert_int_equal(hs__rd_rest(&r, "rest").n, 0);
    assert_int_equal(hs__rd_bytes(&r, "none", 0).n, 0);
    assert_int_equal(hs__rd_end(&r), HS_OK);
}

static void vectors_keep_their_bounds(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        unsigned prefix;
        size_t min, max;
        hs_status want;
    } cases[] = {
        {"00", 1, 0, 255, HS_OK},
        {"02 aabb", 1, 2, 2, HS_OK},
        {"0002 aabb", 2, 1, 4, HS_OK},
        {"000002 aabb", 3, 1, 4, HS_OK},
        {"00", 1, 1, 255, HS_E_DECODE},
        {"03 aabbcc", 1, 0, 2, HS_E_DECODE},
        {"03 aabb", 1, 0, 255, HS_E_DECODE},
        {"00", 2, 0, 255, HS_E_DECODE},
        {"ffffff 00", 3, 0, 0xffffff, HS_E_DECODE},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        hs__rd_root root;
        hs__rd r;
        begin(&r, &root, cases[i].hex);
        hs_span got = hs__rd_opaque(&r, "v", cases[i].prefix, cases[i].min, cases[i].max);
        assert_int_equal(hs__rd_end(&r), cases[i].want);
        assert_int_equal(got.n,
                         cases[i].want == HS_OK ? pt_hex(cases[i].hex).n - cases[i].prefix : 0);
        assert_string_equal(root.where, cases[i].want == HS_OK ? "" : "M.v");
    }
}

static void a_vector_that_failed_is_empty_inside(void **state) {
    (void)state;
    hs__rd_root root;
    hs__rd r;
    hs__rd inside;
    begin(&r, &root, "05 aabb");
    hs__rd_vector(&r, "v", 1, 0, 255, &inside);
    assert_int_equal(hs__rd_left(&inside), 0);
    assert_int_equal(hs__rd_u8(&inside, "x"), 0);
    assert_int_equal(hs__rd_end(&inside), HS_E_DECODE);
}

static void an_inner_reader_does_not_reach_outside(void **state) {
    (void)state;
    hs__rd_root root;
    hs__rd r;
    hs__rd inside;
    begin(&r, &root, "02 aabb cc");
    hs__rd_vector(&r, "v", 1, 0, 255, &inside);
    assert_int_equal(hs__rd_u24(&inside, "x"), 0);
    assert_int_equal(hs__rd_status(&r), HS_E_DECODE);
    assert_string_equal(root.where, "M.v.x");
}

static void paths_name_items_and_labels(void **state) {
    (void)state;
    hs__rd_root root;
    hs__rd r;
    hs__rd list;
    hs__rd body;
    begin(&r, &root, "04 03 02 aabb");
    hs__rd_vector(&r, "extensions", 1, 0, 255, &list);
    hs__rd_label(&list, "key_share");
    hs__rd_vector(&list, NULL, 1, 0, 255, &body);
    hs__rd shares;
    hs__rd_vector(&body, "client_shares", 1, 0, 255, &shares);
    hs__rd_item(&shares, 1);
    char path[64];
    hs__rd_path(&shares, "group", path, sizeof(path));
    assert_string_equal(path, "M.extensions[key_share].client_shares[1].group");
    const hs__field field = {.at = &shares, .name = "group"};
    hs__field_path(&field, path, sizeof(path));
    assert_string_equal(path, "extensions[key_share].client_shares[1].group");
    char small[12];
    hs__rd_path(&shares, "group", small, sizeof(small));
    assert_string_equal(small, "M.extension");
}

/* A struct without a length has a name in paths, and the outer reader goes on behind it. */
static void a_struct_inside_is_entered_and_left(void **state) {
    (void)state;
    hs__rd_root root;
    hs__rd r;
    hs__rd sub;
    begin(&r, &root, "01 0203 04");
    hs__rd_item(&r, 7);
    (void)hs__rd_u8(&r, "first");
    hs__rd_enter(&r, "inside", &sub);
    assert_int_equal(hs__rd_u16(&sub, "number"), 0x0203);
    char path[HS__PATH_MAX];
    hs__rd_path(&sub, "number", path, sizeof(path));
    assert_non_null(strstr(path, "[7].inside.number"));
    hs__rd_leave(&r, &sub);
    assert_int_equal(hs__rd_u8(&r, "last"), 4);
    assert_int_equal(hs__rd_end(&r), HS_OK);
}

static void a_list_of_bytes_is_searched(void **state) {
    (void)state;
    const uint8_t list[] = {1, 64};
    assert_true(hs__list8_has(SPAN(list), 64));
    assert_false(hs__list8_has(SPAN(list), 0));
    assert_false(hs__list8_has((hs_span){NULL, 0}, 0));
}

static void lists_become_a_leaf_for_each_item(void **state) {
    (void)state;
    hs_span bytes = pt_hex("0004 001d 0017 02 0001");
    hs__rd_root root;
    hs__rd r;
    pt_cover cover;
    pt_cover_begin(&cover, bytes);
    hs__rd_init(&r, &root, bytes, "M", &cover.sink);
    hs_span groups = hs__rd_list16(&r, "groups", 2, 2, 100, hs__group_name);
    hs_span modes = hs__rd_list8(&r, "modes", 1, 1, 100, hs__psk_mode_name);
    assert_int_equal(hs__rd_end(&r), HS_OK);
    assert_true(pt_cover_has(&cover, "groups.length"));
    assert_true(pt_cover_has(&cover, "groups[0]"));
    assert_true(pt_cover_has(&cover, "groups[1]"));
    assert_true(pt_cover_has(&cover, "modes[1]"));
    pt_cover_end(&cover);
    assert_int_equal(hs__list16_count(groups), 2);
    assert_int_equal(hs__list16_at(groups, 1), 0x17);
    assert_true(hs__list16_has(groups, 0x1d));
    assert_false(hs__list16_has(groups, 0x1e));
    pt_assert_bytes(modes, pt_hex("0001"));
}

static void an_odd_list_fails_with_and_without_sink(void **state) {
    (void)state;
    for (int told = 0; told < 2; told++) {
        hs_span bytes = pt_hex("0003 001d 00");
        hs__rd_root root;
        hs__rd r;
        pt_cover cover;
        pt_cover_begin(&cover, bytes);
        hs__rd_init(&r, &root, bytes, "M", told != 0 ? &cover.sink : NULL);
        assert_int_equal(hs__rd_list16(&r, "groups", 2, 0, 100, NULL).n, 0);
        assert_int_equal(hs__rd_status(&r), HS_E_DECODE);
        cover.next = bytes.n; /* not all of it could be told */
        pt_cover_end(&cover);
    }
}

typedef struct {
    hs__field last;
    size_t count;
} seen_fields;

static void remember(void *ctx, const hs__field *f) {
    seen_fields *seen = ctx;
    seen->last = *f;
    seen->count++;
}

static void fields_have_kind_value_and_names(void **state) {
    (void)state;
    seen_fields seen = {.count = 0};
    const hs__field_sink sink = {remember, &seen};
    hs__rd_root root;
    hs__rd r;
    hs__rd_init(&r, &root, pt_hex("0304 02 6832"), "M", &sink);
    (void)hs__rd_code16(&r, "version", hs__version_name);
    assert_int_equal(seen.last.kind, HS__FIELD_CODE);
    assert_int_equal(seen.last.value, 0x0304);
    assert_string_equal(seen.last.names((uint32_t)seen.last.value), "TLS 1.3");
    (void)hs__rd_text(&r, "name", 1, 1, 255);
    assert_int_equal(seen.last.kind, HS__FIELD_TEXT);
    assert_int_equal(seen.last.off, 3);
    assert_int_equal(seen.count, 3); /* its length is a field too */
}

/* ---- writing ----------------------------------------------------------------------------- */

static void write_all(hs__wr *w) {
    hs__wr_u8(w, "a", 0x01);
    hs__wr_u16(w, "b", 0x0203);
    hs__wr_u32(w, "d", 0x0708090a);
    size_t mark = hs__wr_open(w, "f", 2);
    hs__wr_opaque(w, "g", 1, pt_hex("aabb"));
    hs__wr_bytes(w, "h", NULL, 0);
    hs__wr_close(w, "f", 2, mark);
}

static void what_is_counted_is_what_is_written(void **state) {
    (void)state;
    hs__wr count;
    hs__wr_init(&count, NULL, 0);
    write_all(&count);
    assert_int_equal(count.status, HS_OK);
    uint8_t out[64];
    hs__wr w;
    hs__wr_init(&w, out, count.n);
    write_all(&w);
    assert_int_equal(w.status, HS_OK);
    assert_int_equal(w.n, count.n);
    pt_assert_bytes((hs_span){out, w.n}, pt_hex("01 0203 0708090a 0003 02 aabb"));
}

static void a_full_buffer_fails_and_is_not_overrun(void **state) {
    (void)state;
    for (size_t cap = 0; cap < 12; cap++) {
        uint8_t out[24];
        memset(out, 0xee, sizeof(out));
        hs__wr w;
        hs__wr_init(&w, out, cap);
        write_all(&w);
        assert_int_equal(w.status, HS_E_NO_SPACE);
        assert_non_null(w.where);
        for (size_t i = cap; i < sizeof(out); i++) {
            assert_int_equal(out[i], 0xee);
        }
    }
}

static void a_length_that_does_not_fit_its_field_fails(void **state) {
    (void)state;
    static const uint8_t long_name[256];
    hs__wr w;
    hs__wr_init(&w, NULL, 0);
    hs__wr_opaque(&w, "name", 1, SPAN(long_name));
    assert_int_equal(w.status, HS_E_NO_SPACE);
    assert_string_equal(w.where, "name");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_big_endian),
        cmocka_unit_test(the_first_failure_sticks),
        cmocka_unit_test(bytes_left_over_fail),
        cmocka_unit_test(nothing_can_be_read_from_nothing),
        cmocka_unit_test(vectors_keep_their_bounds),
        cmocka_unit_test(a_vector_that_failed_is_empty_inside),
        cmocka_unit_test(an_inner_reader_does_not_reach_outside),
        cmocka_unit_test(paths_name_items_and_labels),
        cmocka_unit_test(a_struct_inside_is_entered_and_left),
        cmocka_unit_test(a_list_of_bytes_is_searched),
        cmocka_unit_test(lists_become_a_leaf_for_each_item),
        cmocka_unit_test(an_odd_list_fails_with_and_without_sink),
        cmocka_unit_test(fields_have_kind_value_and_names),
        cmocka_unit_test(what_is_counted_is_what_is_written),
        cmocka_unit_test(a_full_buffer_fails_and_is_not_overrun),
        cmocka_unit_test(a_length_that_does_not_fit_its_field_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
