#include "pki/oid.h"

#include "tests/unit/pki/pki_test.h"

/* The two spellings in oids.def are typed by hand: they must agree. */
static void bytes_and_dotted_form_agree(void **state) {
    (void)state;
    for (int id = 1; id < HS__OID_COUNT; id++) {
        char dotted[HS__OID_TEXT_MAX];
        const hs_span content = hs__oid_bytes((hs__oid)id);
        hs__oid_dotted(content, dotted, sizeof(dotted));
        assert_string_equal(dotted, hs__oid_dotted_of((hs__oid)id));
        assert_int_equal(hs__oid_find(content), id);
        assert_true(strlen(hs__oid_meaning((hs__oid)id)) > 0);
    }
}

static void names_are_found(void **state) {
    (void)state;
    assert_int_equal(hs__oid_by_name("CN", 2), HS__OID_COMMON_NAME);
    assert_int_equal(hs__oid_by_name("cn", 2), HS__OID_COMMON_NAME);
    assert_int_equal(hs__oid_by_name("2.5.4.3", 7), HS__OID_COMMON_NAME);
    assert_int_equal(hs__oid_by_name("CNx", 3), HS__OID_UNKNOWN);
    assert_int_equal(hs__oid_by_name("", 0), HS__OID_UNKNOWN);
}

static void unknown_ones_are_shown_as_numbers(void **state) {
    (void)state;
    char out[HS__OID_TEXT_MAX];
    static const struct {
        const char *hex, *text;
    } cases[] = {
        {"2a 03 04", "1.2.3.4"},
        {"88 37 03", "2.999.3"}, /* X.690 8.19.5 */
        {"00", "0.0"},
        {"78", "2.40"},
        {"55 04 03", "CN"},
        {"2a 83", "1.2?"},
        {"", "?"},
        {"69 83 ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff 7f",
         "2.25.340282366920938463463374607431768211455"}, /* X.667: a UUID */
        {"2a ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff 7f 01", "1.2?"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const bytes b = unhex(cases[i].hex);
        hs__oid_text(of(&b), out, sizeof(out));
        assert_string_equal(out, cases[i].text);
    }
    assert_int_equal(hs__oid_find((hs_span){NULL, 0}), HS__OID_UNKNOWN);
}

static void text_is_cut_to_its_room(void **state) {
    (void)state;
    char out[6];
    const bytes b = unhex("2a 03 04 05 06");
    hs__oid_dotted(of(&b), out, sizeof(out));
    assert_string_equal(out, "1.2.3");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_and_dotted_form_agree),
        cmocka_unit_test(names_are_found),
        cmocka_unit_test(unknown_ones_are_shown_as_numbers),
        cmocka_unit_test(text_is_cut_to_its_room),
    };
    return RUN(tests);
}
