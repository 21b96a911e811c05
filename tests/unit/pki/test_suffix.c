#include "pki/suffix.h"

#include "tests/unit/pki/pki_test.h"

static const char list[] = "// a comment\n"
                           "outside\n"
                           "// ===BEGIN ICANN DOMAINS===\n"
                           "com\n"
                           "co.uk   with words behind it\n"
                           "*.ck\n"
                           "!www.ck\r\n"
                           "\n"
                           "\xe4\xb8\xad\xe5\x9b\xbd\n"
                           "// ===END ICANN DOMAINS===\n"
                           "// ===BEGIN PRIVATE DOMAINS===\n"
                           "blog.example\n";

static void rules_wildcards_and_exceptions(void **state) {
    (void)state;
    static const struct {
        const char *name;
        bool is_suffix;
    } cases[] = {
        {"com", true},           {"COM", true},           {"co.uk", true},    {"Co.UK", true},
        {"uk", false},           {"example.com", false},  {"a.co.uk", false}, {"a.ck", true},
        {"b.ck", true},          {"ck", false},           {"www.ck", false},  {"a.www.ck", false},
        {"blog.example", false}, {"outside", false},      {"", false},        {"om", false},
        {"xn--fiqs8s", true},    {"a.xn--fiqs8s", false},
    };
    hs__suffixes *s;
    assert_ok(hs__suffixes_new(text(list), &s));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (hs__suffixes_has(s, text(cases[i].name)) != cases[i].is_suffix) {
            fail_msg("%s", cases[i].name);
        }
    }
    hs__suffixes_free(s);
}

static void a_list_without_marks_counts_as_a_whole(void **state) {
    (void)state;
    hs__suffixes *s;
    assert_ok(hs__suffixes_new(text("org\nco.uk"), &s));
    assert_true(hs__suffixes_has(s, text("org")));
    assert_true(hs__suffixes_has(s, text("co.uk")));
    hs__suffixes_free(s);
}

static void a_list_without_rules_is_none(void **state) {
    (void)state;
    hs__suffixes *s;
    assert_status(hs__suffixes_new(text("// nothing\n\n"), &s), HS_E_ILLEGAL_VALUE);
    assert_null(s);
    assert_status(hs__suffixes_new((hs_span){NULL, 0}, &s), HS_E_ILLEGAL_VALUE);
    hs__suffixes_free(NULL);
}

static void long_names_are_no_harm(void **state) {
    (void)state;
    char name[1000];
    hs__suffixes *s;
    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_ok(hs__suffixes_new(text(list), &s));
    assert_false(hs__suffixes_has(s, text(name)));
    hs__suffixes_free(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_wildcards_and_exceptions),
        cmocka_unit_test(a_list_without_marks_counts_as_a_whole),
        cmocka_unit_test(a_list_without_rules_is_none),
        cmocka_unit_test(long_names_are_no_harm),
    };
    return RUN(tests);
}
