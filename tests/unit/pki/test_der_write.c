#include "pki/der_write.h"

#include "tests/unit/pki/pki_test.h"

static uint8_t room[64];

static hs__der_out writer(void) {
    return (hs__der_out){.start = room, .p = room + sizeof(room)};
}

static void assert_wrote(const hs__der_out *o, const char *hex) {
    const bytes want = unhex(hex);
    assert_false(o->full);
    assert_int_equal(room + sizeof(room) - o->p, want.n);
    assert_memory_equal(o->p, want.p, want.n);
}

static void elements_have_their_bytes(void **state) {
    (void)state;
    hs__der_out o = writer();
    hs__der_put_oid(&o, HS__OID_COMMON_NAME);
    assert_wrote(&o, "06 03 55 04 03");
    o = writer();
    hs__der_put_null(&o);
    assert_wrote(&o, "05 00");
    o = writer();
    hs__der_put_true(&o);
    assert_wrote(&o, "01 01 ff");
    o = writer();
    const uint8_t *end = o.p;
    hs__der_put_null(&o);
    hs__der_wrap_bits(&o, end);
    assert_wrote(&o, "03 03 00 05 00");
}

/* X.690 11.2.2: no trailing zero bits. */
static void named_bits_are_as_short_as_can_be(void **state) {
    (void)state;
    static const struct {
        uint32_t bits;
        const char *hex;
    } cases[] = {
        {0, "03 01 00"},
        {1u << 0, "03 02 07 80"},
        {1u << 5 | 1u << 6, "03 02 01 06"},
        {1u << 7, "03 02 00 01"},
        {1u << 8, "03 03 07 00 80"},
        {1u << 0 | 1u << 15, "03 03 00 80 01"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        hs__der_out o = writer();
        hs__der_put_named_bits(&o, cases[i].bits);
        assert_wrote(&o, cases[i].hex);
    }
}

static void what_does_not_fit_is_remembered(void **state) {
    (void)state;
    hs__der_out o = {.start = room, .p = room + 3};
    hs__der_put_oid(&o, HS__OID_COMMON_NAME);
    assert_true(o.full);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_have_their_bytes),
        cmocka_unit_test(named_bits_are_as_short_as_can_be),
        cmocka_unit_test(what_does_not_fit_is_remembered),
    };
    return RUN(tests);
}
