#include "pki/der.h"

#include "tests/unit/pki/pki_test.h"

static hs__rd_root root;

static hs__rd reader(const bytes *b) {
    hs__rd r;
    hs__rd_init(&r, &root, of(b), "T", NULL);
    return r;
}

/* Each of these is BER, or nothing at all, and refused; mbedtls_asn1 takes the first six. */
static void lengths_that_are_not_der_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        "04 81 01 aa",          /* long form for a short length */
        "04 81 7f",             /* the same, and cut off */
        "04 82 00 01 aa",       /* a leading zero */
        "04 83 00 00 01 aa",    /* two of them */
        "04 82 00 80",          /* long enough for 81, written as 82 */
        "04 84 00 00 00 01 aa", /* four bytes for 1 */
        "24 80 04 01 aa 00 00", /* indefinite */
        "04 80 aa 00 00",       /* indefinite and primitive */
        "04 85 00 00 00 00 01 aa",
        "04 ff aa",
        "04 02 aa",    /* cut off */
        "04",          /* no length */
        "04 82 01",    /* half a length */
        "1f 24 01 aa", /* tag number in the long form */
        "04 84 ff ff ff ff",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const bytes b = unhex(bad[i]);
        hs__rd r = reader(&b);
        uint8_t tag;
        const hs_span v = hs__der_any(&r, "x", &tag);
        assert_int_equal(v.n, 0);
        assert_status(hs__rd_status(&r), HS_E_DECODE);
        assert_string_equal(root.where, "T.x");
        hs_span list = of(&b);
        hs_span content;
        assert_false(hs__der_walk(&list, &tag, &content));
    }
}

/* All of the element is there, and only its length is written with a zero in front. */
static void a_leading_zero_in_a_length_is_refused(void **state) {
    (void)state;
    bytes b = unhex("04 82 00 80");
    b.n += 128;
    hs__rd r = reader(&b);
    assert_int_equal(hs__der_value(&r, "x", HS__DER_OCTET_STRING).n, 0);
    assert_string_equal(root.problem, "has a length written with more bytes than needed");
}

static void good_lengths_are_read(void **state) {
    (void)state;
    static uint8_t big[70000] = {0x04, 0x83, 0x01, 0x00, 0x00};
    hs__rd r;
    const bytes small = unhex("04 00");
    r = reader(&small);
    assert_int_equal(hs__der_value(&r, "x", HS__DER_OCTET_STRING).n, 0);
    assert_ok(hs__rd_end(&r));
    bytes medium = unhex("04 81 80");
    medium.n += 128;
    r = reader(&medium);
    assert_int_equal(hs__der_value(&r, "x", HS__DER_OCTET_STRING).n, 128);
    assert_ok(hs__rd_end(&r));
    hs__rd_init(&r, &root, (hs_span){big, 5 + 65536}, NULL, NULL);
    assert_int_equal(hs__der_value(&r, "x", HS__DER_OCTET_STRING).n, 65536);
    assert_ok(hs__rd_end(&r));
}

static void the_wrong_tag_is_named(void **state) {
    (void)state;
    const bytes b = unhex("02 01 05");
    hs__rd r = reader(&b);
    assert_int_equal(hs__der_value(&r, "x", HS__DER_OID).n, 0);
    assert_string_equal(root.problem, "has tag 02, not 06 (OBJECT IDENTIFIER)");
    r = reader(&(bytes){0});
    assert_int_equal(hs__der_value(&r, "x", HS__DER_OID).n, 0);
    assert_string_equal(root.problem, "is missing (OBJECT IDENTIFIER)");
}

static void the_first_failure_sticks(void **state) {
    (void)state;
    const bytes b = unhex("02 01 05 04 01 aa");
    hs__rd r = reader(&b);
    hs__rd inside;
    hs__der_open(&r, "list", HS__DER_SEQUENCE, &inside);
    assert_int_equal(hs__rd_left(&inside), 0);
    assert_int_equal(hs__der_value(&r, "later", HS__DER_OCTET_STRING).n, 0);
    assert_false(hs__der_next_is(&r, HS__DER_INTEGER));
    hs__der_close(&inside);
    assert_status(hs__rd_end(&r), HS_E_DECODE);
    assert_string_equal(root.where, "T.list");
}

static void bytes_left_inside_are_refused(void **state) {
    (void)state;
    const bytes b = unhex("30 06 02 01 05 02 01 06");
    hs__rd r = reader(&b);
    hs__rd inside;
    hs__der_open(&r, "list", HS__DER_SEQUENCE, &inside);
    assert_int_equal(hs__der_number(&inside, "a", HS__DER_INTEGER, 9), 5);
    hs__der_close(&inside);
    assert_status(hs__rd_end(&r), HS_E_TRAILING);
    assert_string_equal(root.where, "T.list");
}

typedef void (*read_fn)(hs__rd *r);

static void as_boolean(hs__rd *r) {
    (void)hs__der_boolean(r, "x", HS__DER_BOOLEAN);
}
static void as_default(hs__rd *r) {
    (void)hs__der_default_false(r, "x");
}
static void as_integer(hs__rd *r) {
    (void)hs__der_integer(r, "x", HS__DER_INTEGER);
}
static void as_unsigned(hs__rd *r) {
    (void)hs__der_unsigned(r, "x", HS__DER_INTEGER);
}
static void as_number(hs__rd *r) {
    (void)hs__der_number(r, "x", HS__DER_INTEGER, 1000);
}
static void as_oid(hs__rd *r) {
    (void)hs__der_oid(r, "x", HS__DER_OID);
}
static void as_null(hs__rd *r) {
    hs__der_null(r, "x");
}
static void as_bits(hs__rd *r) {
    (void)hs__der_octet_aligned_bits(r, "x", HS__DER_BIT_STRING);
}
static void as_open_bits(hs__rd *r) {
    hs__rd inside;
    hs__der_open_bits(r, "x", &inside);
}
static void as_named_bits(hs__rd *r) {
    (void)hs__der_named_bits(r, "x", HS__DER_BIT_STRING);
}

static const struct {
    read_fn read;
    const char *hex;
    bool is_good;
} values[] = {
    {as_boolean, "01 01 ff", true},
    {as_boolean, "01 01 00", true},
    {as_boolean, "01 01 01", false},
    {as_boolean, "01 00", false},
    {as_boolean, "01 02 ff ff", false},
    {as_default, "01 01 ff", true},
    {as_default, "01 01 00", false},
    {as_integer, "02 01 00", true},
    {as_integer, "02 01 80", true},
    {as_integer, "02 02 00 80", true},
    {as_integer, "02 02 ff 7f", true},
    {as_integer, "02 00", false},
    {as_integer, "02 02 00 05", false},
    {as_integer, "02 02 ff 80", false},
    {as_integer, "02 03 00 00 80", false},
    {as_unsigned, "02 02 00 ff", true},
    {as_unsigned, "02 01 ff", false},
    {as_number, "02 02 03 e8", true},
    {as_number, "02 02 03 e9", false},
    {as_number, "02 05 01 00 00 00 00", false},
    {as_oid, "06 03 55 04 03", true},
    {as_oid, "06 00", false},
    {as_oid, "06 03 55 04 83", false},
    {as_oid, "06 03 55 80 03", false},
    {as_oid, "06 02 80 01", false},
    {as_null, "05 00", true},
    {as_null, "05 01 00", false},
    {as_null, "05 81 00", false},
    {as_bits, "03 02 00 aa", true},
    {as_bits, "03 01 00", true},
    {as_bits, "03 02 01 aa", false},
    {as_bits, "03 02 04 a0", false},
    {as_bits, "03 00", false},
    {as_bits, "03 02 08 00", false},
    {as_bits, "03 01 01", false},
    {as_open_bits, "03 02 00 aa", true},
    {as_open_bits, "03 02 04 a0", false},
    {as_open_bits, "03 00", false},
    {as_named_bits, "03 02 07 80", true},
    {as_named_bits, "03 01 00", true},
    {as_named_bits, "03 03 07 00 80", true},
    {as_named_bits, "03 02 06 80", true}, /* zero bits at the end: see der.h */
    {as_named_bits, "03 02 07 81", false},
    {as_named_bits, "03 03 00 80 00", true},
    {as_named_bits, "03 04 07 00 00 80", false},
};

static void values_follow_x690(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        const bytes b = unhex(values[i].hex);
        hs__rd r = reader(&b);
        values[i].read(&r);
        if ((hs__rd_status(&r) == HS_OK) != values[i].is_good) {
            fail_msg("%s: %s", values[i].hex, root.problem);
        }
    }
}

static void values_are_what_they_say(void **state) {
    (void)state;
    bytes b = unhex("02 02 00 ff");
    hs__rd r = reader(&b);
    const hs_span magnitude = hs__der_unsigned(&r, "x", HS__DER_INTEGER);
    assert_int_equal(magnitude.n, 1);
    assert_int_equal(magnitude.p[0], 0xff);
    b = unhex("02 01 00");
    r = reader(&b);
    assert_int_equal(hs__der_unsigned(&r, "x", HS__DER_INTEGER).n, 0);
    b = unhex("03 02 05 a0");
    r = reader(&b);
    assert_int_equal(hs__der_named_bits(&r, "x", HS__DER_BIT_STRING), 1u << 0 | 1u << 2);
    b = unhex("03 03 07 06 80");
    r = reader(&b);
    assert_int_equal(hs__der_named_bits(&r, "x", HS__DER_BIT_STRING), 1u << 5 | 1u << 6 | 1u << 8);
}

/* Every byte is told exactly once, in order. */
static void count_field(void *ctx, const hs__field *f) {
    size_t *next = ctx;
    assert_int_equal(f->off, *next);
    *next += f->bytes.n;
}

static void leaves_cover_every_byte(void **state) {
    (void)state;
    const bytes b = unhex("30 12 02 01 05 04 00 a0 05 03 03 00 30 00 01 01 ff 06 01 2a");
    size_t next = 0;
    const hs__field_sink sink = {count_field, &next};
    hs__rd r;
    hs__rd list;
    hs__rd context;
    hs__rd bits;
    hs__rd empty;
    hs__rd_init(&r, &root, of(&b), NULL, &sink);
    hs__der_open(&r, "list", HS__DER_SEQUENCE, &list);
    assert_int_equal(hs__der_number(&list, "n", HS__DER_INTEGER, 5), 5);
    assert_int_equal(hs__der_value(&list, "s", HS__DER_OCTET_STRING).n, 0);
    hs__der_open(&list, "c", HS__DER_CONTEXT_OPENED | 0, &context);
    hs__der_open_bits(&context, "b", &bits);
    hs__der_open(&bits, "e", HS__DER_SEQUENCE, &empty);
    hs__der_close(&empty);
    hs__der_close(&bits);
    hs__der_close(&context);
    assert_true(hs__der_boolean(&list, "t", HS__DER_BOOLEAN));
    assert_int_equal(hs__der_oid(&list, "o", HS__DER_OID).n, 1);
    hs__der_close(&list);
    assert_ok(hs__rd_end(&r));
    assert_int_equal(next, b.n);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_that_are_not_der_are_refused),
        cmocka_unit_test(a_leading_zero_in_a_length_is_refused),
        cmocka_unit_test(good_lengths_are_read),
        cmocka_unit_test(the_wrong_tag_is_named),
        cmocka_unit_test(the_first_failure_sticks),
        cmocka_unit_test(bytes_left_inside_are_refused),
        cmocka_unit_test(values_follow_x690),
        cmocka_unit_test(values_are_what_they_say),
        cmocka_unit_test(leaves_cover_every_byte),
    };
    return RUN(tests);
}
