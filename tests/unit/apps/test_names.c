/* names.h: names for certificates and rules for name constraints, as users type them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "apps/common/names.h"

typedef struct {
    const char *text;
    hs__general_kind kind;
    const char *value;
    size_t n;
} row;

#define VALUE(s) s, sizeof(s) - 1

static void check(const row *r, const char *why, hs__name_list *list) {
    if (why)
        fail_msg("'%s': %s", r->text, why);
    assert_int_equal(list->n, 1);
    assert_int_equal(list->v[0].kind, r->kind);
    assert_int_equal(list->v[0].value.n, r->n);
    assert_memory_equal(list->v[0].value.p, r->value, r->n);
    hs__name_list_free(list);
}

static void kinds_are_told_by_their_look(void **state) {
    static const row ROWS[] = {
        {"localhost", HS__NAME_DNS, VALUE("localhost")},
        {"A.Test.", HS__NAME_DNS, VALUE("a.test")},
        {"*.a.test", HS__NAME_DNS, VALUE("*.a.test")},
        {"xn--bcher-kva.test", HS__NAME_DNS, VALUE("xn--bcher-kva.test")},
        {"127.0.0.1", HS__NAME_IP, VALUE("\x7f\0\0\1")},
        {"::1", HS__NAME_IP, VALUE("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1")},
        {"[::1]", HS__NAME_IP, VALUE("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1")},
        {"alice@example.test", HS__NAME_EMAIL, VALUE("alice@example.test")},
        {"https://a.test/x", HS__NAME_URI, VALUE("https://a.test/x")},
        {"spiffe://a.test/x", HS__NAME_URI, VALUE("spiffe://a.test/x")},
        {"urn:uuid:1", HS__NAME_URI, VALUE("urn:uuid:1")},
        {"dns:a.test", HS__NAME_DNS, VALUE("a.test")},
        {"IP:10.0.0.1", HS__NAME_IP, VALUE("\x0a\0\0\1")},
        {"EMAIL:a@b.test", HS__NAME_EMAIL, VALUE("a@b.test")},
        {"URI:tag:x", HS__NAME_URI, VALUE("tag:x")},
    };
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        hs__name_list list = {0};
        const char *why = hs__name_list_add(&list, ROWS[i].text);
        check(&ROWS[i], why, &list);
    }
}

static void what_is_no_name_is_refused(void **state) {
    static const char *const BAD[] = {
        "",        "a..test",      ".a.test",     "a.*.test",       "a*.test",
        "**.test", "-a.test",      "a test",      "a.test/",        "@b.test",
        "a@",      "a b@c.test",   "IP:a.test",   "IP:1.2.3",       "IP:1.2.3.4.5",
        "DNS:",    "email:b.test", "URI:nothing", "b\xc3\xbc.test", "a.test\nb.test"};
    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        hs__name_list list = {0};
        if (!hs__name_list_add(&list, BAD[i]))
            fail_msg("'%s' was taken for a name", BAD[i]);
        assert_int_equal(list.n, 0);
        hs__name_list_free(&list);
    }
}

static void a_name_given_twice_is_there_once(void **state) {
    hs__name_list list = {0};
    (void)state;
    assert_null(hs__name_list_add(&list, "a.test"));
    assert_null(hs__name_list_add(&list, "A.TEST"));
    assert_null(hs__name_list_add(&list, "127.0.0.1"));
    assert_int_equal(list.n, 2);
    assert_true(hs__name_list_has(&list, HS__NAME_IP));
    assert_false(hs__name_list_has(&list, HS__NAME_EMAIL));
    hs__name_list_free(&list);
}

static void rules_are_domains_and_networks(void **state) {
    static const row ROWS[] = {
        {"test", HS__NAME_DNS, VALUE("test")},
        {".test", HS__NAME_DNS, VALUE("test")},
        {"127.0.0.0/8", HS__NAME_IP, VALUE("\x7f\0\0\0\xff\0\0\0")},
        {"10.1.2.3", HS__NAME_IP, VALUE("\x0a\1\2\3\xff\xff\xff\xff")},
        {"192.168.128.0/17", HS__NAME_IP, VALUE("\xc0\xa8\x80\0\xff\xff\x80\0")},
        {"0.0.0.0/0", HS__NAME_IP, VALUE("\0\0\0\0\0\0\0\0")},
        {"::1/128", HS__NAME_IP,
         VALUE("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"
               "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")},
    };
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        hs__name_list list = {0};
        const char *why = hs__name_list_add_rule(&list, ROWS[i].text);
        check(&ROWS[i], why, &list);
    }
}

static void rules_that_mean_nothing_are_refused(void **state) {
    static const char *const BAD[] = {"",
                                      ".",
                                      "*.test",
                                      "127.0.0.1/8",
                                      "10.0.0.0/33",
                                      "10.0.0.0/",
                                      "10.0.0.0/-1",
                                      "::1/129",
                                      "a.test/8",
                                      "a@b.test",
                                      "https://a.test"};
    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        hs__name_list list = {0};
        if (!hs__name_list_add_rule(&list, BAD[i]))
            fail_msg("'%s' was taken for a rule", BAD[i]);
        hs__name_list_free(&list);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_are_told_by_their_look),
        cmocka_unit_test(what_is_no_name_is_refused),
        cmocka_unit_test(a_name_given_twice_is_there_once),
        cmocka_unit_test(rules_are_domains_and_networks),
        cmocka_unit_test(rules_that_mean_nothing_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
