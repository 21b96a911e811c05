/* X.690 8.1.3 and 8.7, and where we stop. */
#include "cms/ber.h"

#include "cms/ber_value.h"
#include "tests/unit/cms/cms_test.h"

/* A reader over bytes typed as hex, which come in ones, or all at once. */
typedef struct {
    heap in;
    hs__ber ber;
} reader;

static reader *read_hex(const char *hex, size_t step) {
    reader *r = calloc(1, sizeof(*r));
    const bytes b = unhex(hex);
    assert_non_null(r);
    assert_ok(heap_put(&r->in, of(&b)));
    r->in.step = step;
    hs__ber_init(&r->ber, (hs__cms_source){heap_get, &r->in});
    return r;
}

static void done(reader *r) {
    hs__ber_free(&r->ber);
    heap_free(&r->in);
    free(r);
}

/* Whatever its form, an element is taken as the same DER. */
static void elements_are_taken_as_der(void **state) {
    (void)state;
    static const struct {
        const char *ber, *der;
        bool is_ber;
    } cases[] = {
        {"04 02 aa bb", "04 02 aa bb", false},
        {"04 81 02 aa bb", "04 02 aa bb", true},
        {"04 84 00 00 00 02 aa bb", "04 02 aa bb", true},
        {"24 80 04 01 aa 04 00 04 01 bb 00 00", "04 02 aa bb", true},
        {"24 05 04 01 aa 24 00", "04 01 aa", true},
        {"24 80 24 80 04 01 aa 00 00 04 01 bb 00 00", "04 02 aa bb", true},
        {"30 00", "30 00", false},
        {"30 80 00 00", "30 00", true},
        {"30 80 02 01 05 30 80 04 01 aa 00 00 00 00", "30 08 02 01 05 30 03 04 01 aa", true},
        {"30 05 24 80 04 00 00 00", "", true}, /* the end of the string lies outside */
        {"a0 04 24 02 04 00", "a0 02 04 00", true},
        {"05 00", "05 00", false},
    };
    for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
        hs__cms_buf out = {NULL, 0, 0};
        const bytes der = unhex(cases[i / 2].der);
        reader *r = read_hex(cases[i / 2].ber, i % 2);
        hs__ber_take(&r->ber, "x", 0, 100, &out);
        if (der.n == 0) {
            assert_status(r->ber.status, HS_E_CMS_FORMAT);
        } else {
            assert_ok(hs__ber_end(&r->ber));
            assert_int_equal(r->ber.is_ber, cases[i / 2].is_ber);
            assert_int_equal(out.n, der.n);
            assert_memory_equal(out.p, der.p, der.n);
        }
        hs__cms_buf_free(&out);
        done(r);
    }
}

static void what_is_no_element_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        hs_status status;
        const char *problem;
    } cases[] = {
        {"", HS_E_CMS_TRUNCATED, "ends at byte 0"},
        {"04", HS_E_CMS_TRUNCATED, "ends at byte 1"},
        {"04 82 01", HS_E_CMS_TRUNCATED, "ends at byte 3"},
        {"04 02 aa", HS_E_CMS_TRUNCATED, "ends at byte 3"},
        {"30 80 04 01 aa", HS_E_CMS_TRUNCATED, "ends at byte 5"},
        {"30 80 00", HS_E_CMS_TRUNCATED, "ends at byte 3"},
        {"04 80 00 00", HS_E_CMS_FORMAT, "has an indefinite length but no parts"},
        {"1f 22 00", HS_E_CMS_FORMAT, "has the tag 1f, which has no place here"},
        {"00 00", HS_E_CMS_FORMAT, "has the tag 00, which has no place here"},
        {"30 02 04 01 aa", HS_E_CMS_FORMAT, "is longer than what is left"},
        {"30 01 04", HS_E_CMS_FORMAT, "is longer than what is left"},
        {"24 03 02 01 05", HS_E_CMS_FORMAT, "has a part with the tag 02"},
        {"04 89 01 00 00 00 00 00 00 00 00", HS_E_CMS_FORMAT, "has a length of 9 bytes"},
        {"04 88 ff ff ff ff ff ff ff ff", HS_E_CMS_FORMAT, "is longer than what is left"},
        {"04 7f", HS_E_CMS_FORMAT, "is longer than is taken here"},
    };
    for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
        hs__cms_buf out = {NULL, 0, 0};
        reader *r = read_hex(cases[i / 2].hex, i % 2);
        hs__ber_take(&r->ber, "x", 0, 100, &out);
        assert_int_equal(r->ber.status, cases[i / 2].status);
        assert_string_equal(r->ber.problem, cases[i / 2].problem);
        hs__cms_buf_free(&out);
        done(r);
    }
}

static void depth_is_bounded(void **state) {
    (void)state;
    for (size_t depth = HS__BER_DEPTH - 2; depth <= 1000; depth = depth < 30 ? depth + 1 : 1000) {
        heap in = {NULL, 0, 0, 0, 0};
        hs__cms_buf out = {NULL, 0, 0};
        hs__ber *b = calloc(1, sizeof(*b));
        static const uint8_t begin[] = {0x30, 0x80};
        static const uint8_t end[] = {0, 0};
        for (size_t i = 0; i < depth; i++) {
            assert_ok(heap_put(&in, (hs_span){begin, 2}));
        }
        for (size_t i = 0; i < depth; i++) {
            assert_ok(heap_put(&in, (hs_span){end, 2}));
        }
        assert_non_null(b);
        hs__ber_init(b, (hs__cms_source){heap_get, &in});
        hs__ber_take(b, "x", 0, 10000, &out);
        assert_int_equal(hs__ber_end(b), depth < HS__BER_DEPTH ? HS_OK : HS_E_CMS_FORMAT);
        hs__cms_buf_free(&out);
        hs__ber_free(b);
        free(b);
        heap_free(&in);
        if (depth == 1000) {
            break;
        }
    }
}

static void more_than_is_wanted_is_refused(void **state) {
    (void)state;
    static const char *const forms[] = {"04 05 01 02 03 04 05",
                                        "24 80 04 03 01 02 03 04 02 04 05 00 00",
                                        "30 80 04 03 01 02 03 00 00"};
    for (size_t i = 0; i < 3; i++) {
        for (size_t max = 4; max <= 5; max++) {
            hs__cms_buf out = {NULL, 0, 0};
            reader *r = read_hex(forms[i], 0);
            hs__ber_take(&r->ber, "x", 0, max, &out);
            assert_int_equal(r->ber.status, max == 5 ? HS_OK : HS_E_CMS_FORMAT);
            hs__cms_buf_free(&out);
            done(r);
        }
    }
}

static void strings_are_read_piece_by_piece(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        uint8_t tag;
        const char *content;
    } cases[] = {
        {"04 03 01 02 03", 0x04, "010203"},
        {"04 00", 0x04, ""},
        {"80 03 01 02 03", 0x80, "010203"},
        {"24 80 04 01 01 04 00 04 02 02 03 00 00", 0x04, "010203"},
        {"a0 80 04 01 01 24 80 04 02 02 03 00 00 00 00", 0x80, "010203"},
        {"a0 08 24 06 04 01 01 04 01 02", 0x80, "0102"},
        {"a0 80 00 00", 0x80, ""},
    };
    for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t out[8];
        size_t all = 0;
        size_t n;
        const bytes want = unhex(cases[i / 2].content);
        reader *r = read_hex(cases[i / 2].hex, i % 2);
        hs__ber_string_open(&r->ber, "x", cases[i / 2].tag);
        do {
            hs__ber_string_read(&r->ber, out + all, i % 2 ? 1 : sizeof(out) - all, &n);
            all += n;
        } while (n > 0);
        assert_ok(hs__ber_end(&r->ber));
        assert_int_equal(all, want.n);
        assert_memory_equal(out, want.p, all);
        done(r);
    }
}

static void a_failure_names_its_place(void **state) {
    (void)state;
    reader *r = read_hex("30 0a 31 08 02 01 05 02 03 01 02 03", 0);
    hs__ber_open(&r->ber, "Outer", HS__DER_SEQUENCE);
    hs__ber_open(&r->ber, "list", HS__DER_SET);
    hs__ber_item(&r->ber, 0);
    assert_int_equal(hs__ber_number(&r->ber, "version", 5), 5);
    hs__ber_item(&r->ber, 1);
    assert_int_equal(hs__ber_number(&r->ber, "version", 5), 0);
    assert_status(r->ber.status, HS_E_CMS_FORMAT);
    assert_string_equal(r->ber.where, "Outer.list[1].version");
    assert_string_equal(r->ber.problem, "is above 5");
    assert_false(hs__ber_more(&r->ber));
    done(r);
}

static void levels_are_closed_at_their_end(void **state) {
    (void)state;
    static const char *const forms[] = {"30 03 02 01 05 05 00", "30 80 02 01 05 00 00 05 00"};
    for (size_t i = 0; i < 2; i++) {
        reader *r = read_hex(forms[i], 0);
        hs__ber_open(&r->ber, "x", HS__DER_SEQUENCE);
        hs__ber_close(&r->ber);
        assert_status(r->ber.status, HS_E_CMS_FORMAT);
        done(r);
        r = read_hex(forms[i], 0);
        hs__ber_open(&r->ber, "x", HS__DER_SEQUENCE);
        assert_true(hs__ber_more(&r->ber));
        hs__ber_skip(&r->ber, "y");
        assert_false(hs__ber_more(&r->ber));
        hs__ber_close(&r->ber);
        hs__ber_skip(&r->ber, "z");
        assert_ok(hs__ber_end(&r->ber));
        done(r);
    }
}

static hs_status broken(void *ctx, uint8_t *buf, size_t room, size_t *n) {
    (void)ctx;
    (void)buf;
    (void)room;
    (void)n;
    return HS_E_IO;
}

static void a_source_that_fails_is_told(void **state) {
    (void)state;
    hs__ber *b = calloc(1, sizeof(*b));
    assert_non_null(b);
    hs__ber_init(b, (hs__cms_source){broken, NULL});
    hs__ber_open(b, "x", HS__DER_SEQUENCE);
    assert_status(b->status, HS_E_IO);
    hs__ber_free(b);
    free(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_are_taken_as_der),
        cmocka_unit_test(what_is_no_element_is_refused),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(more_than_is_wanted_is_refused),
        cmocka_unit_test(strings_are_read_piece_by_piece),
        cmocka_unit_test(a_failure_names_its_place),
        cmocka_unit_test(levels_are_closed_at_their_end),
        cmocka_unit_test(a_source_that_fails_is_told),
    };
    return RUN(tests);
}
