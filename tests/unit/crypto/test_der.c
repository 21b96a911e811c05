#include "crypto/der.h"

#include "tests/unit/crypto/each_provider.h"

static bool takes(const char *hex, uint8_t tag, size_t *content_n, size_t *left) {
    bytes b = unhex(hex);
    hs_span in = of(&b);
    hs_span content = {NULL, 0};
    bool ok = hs__der_take(&in, tag, &content);
    *content_n = content.n;
    *left = in.n;
    return ok;
}

static void elements_are_taken_one_by_one(void **state) {
    (void)state;
    size_t n;
    size_t left;
    assert_true(takes("0401aa0500", HS__DER_OCTET_STRING, &n, &left));
    assert_int_equal(n, 1);
    assert_int_equal(left, 2);
    assert_true(takes("0400", HS__DER_OCTET_STRING, &n, &left));
    assert_int_equal(n, 0);
    assert_int_equal(left, 0);
}

static void lengths_that_are_not_der_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",           /* nothing */
        "04",         /* no length */
        "0402aa",     /* cut short */
        "048101aa",   /* long form of a short length */
        "04820001aa", /* leading zero */
        "0480aa0000", /* indefinite */
        "0481",       /* length cut short */
        "04ffaa",     /* reserved */
        "0489010101010101010101aa",
        "0488ffffffffffffffffaa",
    };
    size_t n;
    size_t left;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(takes(bad[i], HS__DER_OCTET_STRING, &n, &left));
        assert_int_equal(left, unhex(bad[i]).n); /* nothing was taken */
    }
    assert_false(takes("0401aa", HS__DER_SEQUENCE, &n, &left));
}

static void long_lengths_are_read(void **state) {
    (void)state;
    uint8_t b[3 + 200] = {0x04, 0x81, 200};
    hs_span in = {b, sizeof b};
    hs_span content;
    assert_true(hs__der_take(&in, HS__DER_OCTET_STRING, &content));
    assert_int_equal(content.n, 200);
}

static bool takes_unsigned(const char *hex, const char *magnitude) {
    bytes b = unhex(hex);
    bytes want = unhex(magnitude);
    hs_span in = of(&b);
    hs_span m = {NULL, 0};
    if (!hs__der_take_unsigned(&in, &m))
        return false;
    assert_int_equal(in.n, 0);
    assert_true(hs__der_is(m, want.p, want.n));
    return true;
}

static void integers_are_minimal_and_not_negative(void **state) {
    (void)state;
    assert_true(takes_unsigned("020100", ""));
    assert_true(takes_unsigned("02017f", "7f"));
    assert_true(takes_unsigned("02020080", "80"));
    assert_false(takes_unsigned("0200", ""));     /* empty */
    assert_false(takes_unsigned("020180", ""));   /* negative */
    assert_false(takes_unsigned("0202007f", "")); /* superfluous zero */
    assert_false(takes_unsigned("02020000", "")); /* superfluous zero */
    assert_false(takes_unsigned("02810101", "")); /* long form */
    assert_false(takes_unsigned("040101", ""));   /* not an INTEGER */
}

static void small_integers_have_a_bound(void **state) {
    (void)state;
    bytes fits = unhex("020500ffffffff");
    bytes too_big = unhex("02050100000000");
    hs_span in = of(&fits);
    unsigned v = 0;
    assert_true(hs__der_take_small(&in, &v));
    assert_true(v == 0xffffffffu);
    in = of(&too_big);
    assert_false(hs__der_take_small(&in, &v));
}

static void what_is_written_reads_back(void **state) {
    (void)state;
    for (size_t n = 0; n < 300; n += 7) {
        uint8_t room[400];
        uint8_t data[300];
        uint8_t *end = room + sizeof room;
        hs__der_out o = {room, end, false};
        memset(data, 0xa5, sizeof data);
        hs__der_put(&o, data, n);
        hs__der_wrap(&o, HS__DER_OCTET_STRING, end);
        hs__der_put_small(&o, (unsigned)n);
        hs__der_wrap(&o, HS__DER_SEQUENCE, end);
        assert_false(o.full);
        hs_span in = {o.p, (size_t)(end - o.p)};
        hs_span seq;
        hs_span content;
        unsigned v;
        assert_true(hs__der_take(&in, HS__DER_SEQUENCE, &seq));
        assert_true(hs__der_take_small(&seq, &v));
        assert_int_equal(v, n);
        assert_true(hs__der_take(&seq, HS__DER_OCTET_STRING, &content));
        assert_true(hs__der_is(content, data, n));
        assert_int_equal(in.n + seq.n, 0);
    }
}

static void a_full_buffer_stays_full(void **state) {
    (void)state;
    uint8_t room[8];
    uint8_t *end = room + sizeof room;
    hs__der_out o = {room, end, false};
    hs__der_put(&o, "123456789", 9);
    assert_true(o.full);
    hs__der_put(&o, "1", 1);
    assert_true(o.full);
    assert_null(hs__der_put_room(&o, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_are_taken_one_by_one),
        cmocka_unit_test(lengths_that_are_not_der_are_refused),
        cmocka_unit_test(long_lengths_are_read),
        cmocka_unit_test(integers_are_minimal_and_not_negative),
        cmocka_unit_test(small_integers_have_a_bound),
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(a_full_buffer_stays_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
