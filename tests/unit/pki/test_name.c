#include "pki/name.h"

#include "pki/der_write.h"
#include "tests/unit/pki/openssl_certs.h"
#include "tests/unit/pki/pki_test.h"

static hs_span from_text(const char *s, bytes *b) {
    b->n = sizeof(b->p);
    assert_ok(hs__name_from_text(s, b->p, &b->n));
    return of(b);
}

static const char *printed(hs_span name) {
    static char out[HS__NAME_TEXT];
    hs__name_text(name, out, sizeof(out));
    return out;
}

/* One attribute, one RDN. */
static hs_span one(uint8_t tag, const char *value, bytes *b) {
    hs__der_out o = {.start = b->p, .p = b->p + sizeof(b->p)};
    const uint8_t *end = o.p;
    hs__der_put_value(&o, tag, text(value));
    hs__der_put_oid(&o, HS__OID_COMMON_NAME);
    hs__der_wrap(&o, HS__DER_SEQUENCE, end);
    hs__der_wrap(&o, HS__DER_SET, end);
    hs__der_wrap(&o, HS__DER_SEQUENCE, end);
    b->n = (size_t)(end - o.p);
    memmove(b->p, o.p, b->n);
    return of(b);
}

static void text_becomes_the_der_that_others_write(void **state) {
    (void)state;
    bytes b;
    const bytes want = unhex("30 22 31 0b 30 09 06 03 55 04 06 13 02 44 45" /* C=DE first */
                             "31 13 30 11 06 03 55 04 03 0c 0a 61 2c 62 20 c3 9f 2b 22 20 23");
    const hs_span got = from_text("CN=a\\,b \\C3\\9f\\+\\\" #, C=DE", &b);
    assert_int_equal(got.n, want.n);
    assert_memory_equal(got.p, want.p, want.n);
}

static void text_survives_the_way_there_and_back(void **state) {
    (void)state;
    static const char *const names[] = {
        "",
        "CN=a.test",
        "CN=a.test,O=Example,C=DE",
        "CN=\\ leading and trailing\\ ",
        "CN=\\#hash",
        "CN=a\\,b\\+c\\\"d\\\\e\\<f\\>g\\;h=i",
        "emailAddress=a@a.test,DC=a,DC=test,serialNumber=42",
        "CN=Gr\303\274\303\237e",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        bytes b;
        assert_string_equal(printed(from_text(names[i], &b)), names[i]);
        assert_int_equal(hs__name_is_empty(of(&b)), names[i][0] == '\0');
    }
}

static void other_text_is_refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        "a.test", "CN",       "CN=",    "CN= ",   "XX=a",     "CN=a,",
        ",CN=a",  "CN=a+O=b", "CN=a\\", "CN=a;b", "CN=\"a\"", "=a",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        bytes b = {.n = sizeof(b.p)};
        if (hs__name_from_text(bad[i], b.p, &b.n) != HS_E_ILLEGAL_VALUE) {
            fail_msg("taken: %s", bad[i]);
        }
    }
    bytes b = {.n = 5};
    assert_status(hs__name_from_text("CN=abc", b.p, &b.n), HS_E_NO_SPACE);
}

/* RFC 5280 7.1. */
static void case_spaces_and_string_type_do_not_matter(void **state) {
    (void)state;
    bytes a;
    bytes b;
    static const struct {
        uint8_t tag_a;
        const char *a;
        uint8_t tag_b;
        const char *b;
        bool are_equal;
    } cases[] = {
        {HS__DER_UTF8_STRING, "Root CA", HS__DER_UTF8_STRING, "Root CA", true},
        {HS__DER_UTF8_STRING, "Root CA", HS__DER_PRINTABLE_STRING, "root ca", true},
        {HS__DER_UTF8_STRING, "  Root   CA ", HS__DER_UTF8_STRING, "Root CA", true},
        {HS__DER_UTF8_STRING, "RootCA", HS__DER_UTF8_STRING, "Root CA", false},
        {HS__DER_UTF8_STRING, "Root C", HS__DER_UTF8_STRING, "Root CA", false},
        {HS__DER_UTF8_STRING, "", HS__DER_UTF8_STRING, " ", true},
        {HS__DER_TELETEX_STRING, "Root", HS__DER_TELETEX_STRING, "Root", true},
        {HS__DER_TELETEX_STRING, "Root", HS__DER_TELETEX_STRING, "root", false},
        {HS__DER_TELETEX_STRING, "Root", HS__DER_UTF8_STRING, "Root", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const hs_span x = one(cases[i].tag_a, cases[i].a, &a);
        const hs_span y = one(cases[i].tag_b, cases[i].b, &b);
        if (hs__name_equal(x, y) != cases[i].are_equal) {
            fail_msg("case %zu", i);
        }
        if (cases[i].are_equal) {
            assert_int_equal(hs__name_hash(x), hs__name_hash(y));
        }
    }
}

static void order_and_number_of_parts_matter(void **state) {
    (void)state;
    bytes a;
    bytes b;
    static const struct {
        const char *a, *b;
        bool are_equal, is_within;
    } cases[] = {
        {"CN=x,O=y", "CN=x,O=y", true, true}, {"CN=x,O=y", "O=y,CN=x", false, false},
        {"CN=x,O=y", "O=y", false, true},     {"O=y", "CN=x,O=y", false, false},
        {"CN=x,O=y", "", false, true},        {"", "", true, true},
        {"CN=x,O=y", "O=Y ", false, true},    {"CN=x,O=y", "O=z", false, false},
        {"CN=x", "O=x", false, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const hs_span x = from_text(cases[i].a, &a);
        const hs_span y = from_text(cases[i].b, &b);
        assert_int_equal(hs__name_equal(x, y), cases[i].are_equal);
        assert_int_equal(hs__name_is_within(x, y), cases[i].is_within);
    }
}

/* Two attributes in one RDN, both ways round. */
static void a_set_has_no_order(void **state) {
    (void)state;
    const bytes a = unhex("30 18 31 16 30 09 06 03 55 04 03 0c 02 61 61"
                          "30 09 06 03 55 04 0b 0c 02 62 62");
    const bytes b = unhex("30 18 31 16 30 09 06 03 55 04 0b 0c 02 62 62"
                          "30 09 06 03 55 04 03 0c 02 41 41");
    const bytes c = unhex("30 18 31 16 30 09 06 03 55 04 0b 0c 02 62 62"
                          "30 09 06 03 55 04 0b 0c 02 62 62");
    assert_true(hs__name_equal(of(&a), of(&b)));
    assert_int_equal(hs__name_hash(of(&a)), hs__name_hash(of(&b)));
    assert_false(hs__name_equal(of(&a), of(&c)));
    assert_string_equal(printed(of(&a)), "CN=aa+OU=bb");
}

static void broken_names_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        "31 00",                            /* not a SEQUENCE */
        "30 02 31 00",                      /* an empty set */
        "30 04 31 02 30 00",                /* no type */
        "30 09 31 07 30 05 06 03 55 04 03", /* no value */
        "30 0d 31 0b 30 09 06 03 55 04 83 0c 02 61 61",
        "30 0f 31 0d 30 0b 06 03 55 04 03 0c 02 61 61 05 00",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const bytes b = unhex(bad[i]);
        hs__rd_root root;
        hs__rd r;
        hs__rd_init(&r, &root, of(&b), NULL, NULL);
        assert_int_equal(hs__name_read(&r, "subject").n, 0);
        assert_int_not_equal(hs__rd_end(&r), HS_OK);
    }
}

static void foreign_names_are_safe_to_print(void **state) {
    (void)state;
    bytes b;
    assert_string_equal(printed(one(HS__DER_UTF8_STRING, "\x1b]0;x\x07</script>\n0.1 ok", &b)),
                        "CN=\\x1b]0\\;x\\x07\\</script\\>\\x0a0.1 ok");
    const bytes bmp = unhex("30 11 31 0f 30 0d 06 03 55 04 03 1e 06 00 47 00 fc 20 ac");
    assert_string_equal(printed(of(&bmp)), "CN=G\xc3\xbc\xe2\x82\xac");
    const bytes odd = unhex("30 0e 31 0c 30 0a 06 03 55 04 03 1e 03 00 47 00");
    assert_string_equal(printed(of(&odd)), "CN=#004700");
    const bytes number = unhex("30 0d 31 0b 30 09 06 03 2a 03 04 0c 02 61 62");
    assert_string_equal(printed(of(&number)), "1.2.3.4=ab");
}

static void names_of_openssl_are_printed(void **state) {
    (void)state;
    const hs__cert rich = cert_of(der_of(openssl_rich));
    hs_span value;
    assert_string_equal(printed(rich.subject), "emailAddress=a@a.test,OU=x+CN=a.test,"
                                               "O=Gro\xc3\x9f"
                                               "e Firma,C=DE");
    hs__name_walk w = hs__name_walk_begin(rich.subject);
    size_t units = 0;
    while (hs__name_walk_next(&w, HS__OID_ORGANIZATIONAL_UNIT, &value)) {
        units++;
    }
    assert_int_equal(units, 1);
    assert_false(hs__name_walk_next(&w, HS__OID_ORGANIZATIONAL_UNIT, &value));
    assert_true(hs__name_attribute(rich.subject, HS__OID_EMAIL_ADDRESS, &value));
    assert_int_equal(value.n, 8);
    assert_false(hs__name_attribute(rich.subject, HS__OID_TITLE, &value));
}

static void long_names_are_cut(void **state) {
    (void)state;
    bytes b;
    char out[16];
    hs__name_text(from_text("CN=abcdefghijklmnop,O=x", &b), out, sizeof(out));
    assert_string_equal(out, "CN=abcdefghi...");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_becomes_the_der_that_others_write),
        cmocka_unit_test(text_survives_the_way_there_and_back),
        cmocka_unit_test(other_text_is_refused),
        cmocka_unit_test(case_spaces_and_string_type_do_not_matter),
        cmocka_unit_test(order_and_number_of_parts_matter),
        cmocka_unit_test(a_set_has_no_order),
        cmocka_unit_test(broken_names_are_refused),
        cmocka_unit_test(foreign_names_are_safe_to_print),
        cmocka_unit_test(names_of_openssl_are_printed),
        cmocka_unit_test(long_names_are_cut),
    };
    return RUN(tests);
}
