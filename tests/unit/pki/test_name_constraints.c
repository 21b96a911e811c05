#include "pki/name_constraints.h"

#include "tests/unit/pki/pki_test.h"

typedef enum { PERMITS, EXCLUDES } side;

/* Whether a CA with this one constraint may vouch for a leaf with this one name. */
static hs_status judge(side s, hs__general_name constraint, hs__general_name name) {
    made *ca = make(&(spec){.is_ca = true,
                            .permitted = s == PERMITS ? &constraint : NULL,
                            .n_permitted = s == PERMITS ? 1 : 0,
                            .excluded = s == EXCLUDES ? &constraint : NULL,
                            .n_excluded = s == EXCLUDES ? 1 : 0});
    made *leaf = make(&(spec){.issuer = ca, .names = &name, .n_names = 1});
    const hs__cert ca_cert = cert_of(made_der(ca));
    const hs__cert leaf_cert = cert_of(made_der(leaf));
    hs__breach breach;
    size_t work = 0;
    const hs_status st = hs__name_constraints_check(&ca_cert, &leaf_cert, &work, 100, &breach);
    made_free(leaf);
    made_free(ca);
    return st;
}

typedef struct {
    const char *constraint, *name;
    bool permitted, not_excluded;
} text_case;

static void check_all(const text_case *cases, size_t n, hs__general_name (*kind)(const char *)) {
    for (size_t i = 0; i < n; i++) {
        const hs__general_name constraint = kind(cases[i].constraint);
        const hs__general_name name = kind(cases[i].name);
        const bool permitted = judge(PERMITS, constraint, name) == HS_OK;
        const bool not_excluded = judge(EXCLUDES, constraint, name) == HS_OK;
        if (permitted != cases[i].permitted || not_excluded != cases[i].not_excluded) {
            fail_msg("%s under %s: permitted %d, not excluded %d", cases[i].name,
                     cases[i].constraint, permitted, not_excluded);
        }
    }
}

static void dns_names(void **state) {
    (void)state;
    static const text_case cases[] = {
        {"a.test", "a.test", true, false},
        {"a.test", "A.TEST", true, false},
        {"a.test", "x.y.a.test", true, false},
        {"a.test", "ba.test", false, true},
        {"a.test", "test", false, true},
        {"test", "a.test", true, false},
        {"", "a.test", true, false},
        {"a.test", "*.a.test", true, false},
        {"x.a.test", "*.a.test", false, false}, /* some of it is excluded, not all permitted */
        {"y.x.a.test", "*.a.test", false, true},
        {"b.test", "*.a.test", false, true},
        {".a.test", "x.a.test", false, false}, /* no such form: neither way */
        {"a.test", "a_test..", false, false},
        {"a.test", "a.test.", false, false},
    };
    check_all(cases, sizeof(cases) / sizeof(cases[0]), dns);
}

static void email_addresses(void **state) {
    (void)state;
    static const text_case cases[] = {
        {"a@a.test", "a@a.test", true, false},  {"a@a.test", "A@a.test", false, true},
        {"a@a.test", "a@A.test", true, false},  {"a@a.test", "b@a.test", false, true},
        {"a.test", "a@a.test", true, false},    {"a.test", "a@x.a.test", false, true},
        {".a.test", "a@x.a.test", true, false}, {".a.test", "a@a.test", false, true},
        {"a.test", "nobody", false, false},     {"a.test", "@a.test", false, false},
    };
    check_all(cases, sizeof(cases) / sizeof(cases[0]), email);
}

static void uris(void **state) {
    (void)state;
    static const text_case cases[] = {
        {"a.test", "https://a.test", true, false},
        {"a.test", "https://a.test/b.test", true, false},
        {"a.test", "https://b.test/a.test", false, true},
        {"a.test", "https://user@a.test:443/", true, false},
        {"a.test", "https://a.test@b.test/", false, true},
        {"a.test", "https://x.a.test", false, true},
        {".a.test", "https://x.a.test?q", true, false},
        {".a.test", "https://a.test", false, true},
        {"a.test", "urn:a.test", false, false},
        {"a.test", "https:///a.test", false, false},
        {"a.test", "https://[::1]/", false, false},
        {"a.test", "https://1.2.3.4/", false, false},
    };
    check_all(cases, sizeof(cases) / sizeof(cases[0]), uri);
}

static void addresses(void **state) {
    (void)state;
    const bytes net = unhex("0a 01 00 00 ff ff 00 00");
    const bytes inside = unhex("0a 01 02 03");
    const bytes outside = unhex("0a 02 02 03");
    const bytes net6 = unhex("20010db8000000000000000000000000 ffffffff000000000000000000000000");
    const bytes inside6 = unhex("20010db8000000000000000000000001");
    assert_ok(judge(PERMITS, ip(&net), ip(&inside)));
    assert_status(judge(PERMITS, ip(&net), ip(&outside)), HS_E_NAME_CONSTRAINTS);
    assert_status(judge(EXCLUDES, ip(&net), ip(&inside)), HS_E_NAME_CONSTRAINTS);
    assert_ok(judge(EXCLUDES, ip(&net), ip(&outside)));
    assert_ok(judge(PERMITS, ip(&net6), ip(&inside6)));
    /* One family permitted is the other one not. */
    assert_status(judge(PERMITS, ip(&net), ip(&inside6)), HS_E_NAME_CONSTRAINTS);
    assert_ok(judge(EXCLUDES, ip(&net), ip(&inside6)));
}

/* RFC 5280 4.2.1.10: a constraint concerns names of its own kind; P2 in the design. */
static void other_kinds_are_free(void **state) {
    (void)state;
    const bytes address = unhex("0a 01 02 03");
    assert_ok(judge(PERMITS, dns("test"), ip(&address)));
    assert_ok(judge(PERMITS, dns("test"), email("a@b.example")));
}

static void directory_names_and_the_subject(void **state) {
    (void)state;
    bytes base = {.n = sizeof(base.p)};
    assert_ok(hs__name_from_text("O=Example", base.p, &base.n));
    const hs__general_name within = {HS__NAME_DIRECTORY, of(&base)};
    made *ca = make(&(spec){.is_ca = true, .permitted = &within, .n_permitted = 1});
    static const struct {
        const char *subject;
        bool is_good;
    } cases[] = {{"CN=a,O=example", true},
                 {"O=EXAMPLE", true},
                 {"CN=a", false},
                 {"O=Example,CN=a", false},
                 {"", true}};
    const hs__cert ca_cert = cert_of(made_der(ca));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        made *leaf = make(&(spec){.issuer = ca, .subject = cases[i].subject});
        const hs__cert c = cert_of(made_der(leaf));
        hs__breach breach;
        size_t work = 0;
        const hs_status st = hs__name_constraints_check(&ca_cert, &c, &work, 100, &breach);
        assert_int_equal(st == HS_OK, cases[i].is_good);
        made_free(leaf);
    }
    made_free(ca);
}

/* The e-mail address of a subject counts where there is no subjectAltName. */
static void an_email_address_in_the_subject_counts(void **state) {
    (void)state;
    const hs__general_name permitted = email("a.test");
    made *ca = make(&(spec){.is_ca = true, .permitted = &permitted, .n_permitted = 1});
    made *bad = make(&(spec){.issuer = ca, .subject = "emailAddress=a@b.test", .no_names = true});
    made *second = make(&(spec){
        .issuer = ca, .subject = "emailAddress=a@a.test,emailAddress=a@b.test", .no_names = true});
    made *good = make(&(spec){.issuer = ca, .subject = "emailAddress=a@a.test", .no_names = true});
    const hs__cert ca_cert = cert_of(made_der(ca));
    hs__cert c = cert_of(made_der(bad));
    hs__breach breach;
    size_t work = 0;
    assert_status(hs__name_constraints_check(&ca_cert, &c, &work, 100, &breach),
                  HS_E_NAME_CONSTRAINTS);
    assert_int_equal(breach.name.kind, HS__NAME_EMAIL);
    assert_false(breach.is_excluded);
    c = cert_of(made_der(good));
    assert_ok(hs__name_constraints_check(&ca_cert, &c, &work, 100, &breach));
    c = cert_of(made_der(second)); /* each one counts, wherever it stands */
    assert_status(hs__name_constraints_check(&ca_cert, &c, &work, 100, &breach),
                  HS_E_NAME_CONSTRAINTS);
    made_free(second);
    made_free(bad);
    made_free(good);
    made_free(ca);
}

static void work_is_bounded(void **state) {
    (void)state;
    hs__general_name many[40];
    for (size_t i = 0; i < 40; i++) {
        many[i] = dns(i + 1 < 40 ? "b.test" : "a.test");
    }
    made *ca = make(&(spec){.is_ca = true, .permitted = many, .n_permitted = 40});
    made *leaf = make(&(spec){.issuer = ca});
    const hs__cert ca_cert = cert_of(made_der(ca));
    const hs__cert c = cert_of(made_der(leaf));
    hs__breach breach;
    size_t work = 0;
    /* 40 for the dNSName, and 40 to find that nothing is said about the subject. */
    assert_ok(hs__name_constraints_check(&ca_cert, &c, &work, 80, &breach));
    assert_int_equal(work, 80);
    assert_status(hs__name_constraints_check(&ca_cert, &c, &work, 159, &breach), HS_E_VERIFY_LIMIT);
    made_free(leaf);
    made_free(ca);
}

static void both_sides_are_printed(void **state) {
    (void)state;
    const bytes net = unhex("7f 00 00 00 ff 00 00 00");
    const hs__general_name permitted[] = {dns("test"), ip(&net)};
    const hs__general_name excluded[] = {dns("a.test")};
    char out[128];
    made *ca = make(&(spec){.is_ca = true,
                            .permitted = permitted,
                            .n_permitted = 2,
                            .excluded = excluded,
                            .n_excluded = 1});
    const hs__cert c = cert_of(made_der(ca));
    hs__name_constraints_text(&c, out, sizeof(out));
    assert_string_equal(out, "permits DNS:test, IP:127.0.0.0/8; excludes DNS:a.test");
    made_free(ca);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dns_names),
        cmocka_unit_test(email_addresses),
        cmocka_unit_test(uris),
        cmocka_unit_test(addresses),
        cmocka_unit_test(other_kinds_are_free),
        cmocka_unit_test(directory_names_and_the_subject),
        cmocka_unit_test(an_email_address_in_the_subject_counts),
        cmocka_unit_test(work_is_bounded),
        cmocka_unit_test(both_sides_are_printed),
    };
    return RUN(tests);
}
