/* The rules of rules.def: each one is broken once, on a certificate that was good. */
#include "pki/path_check.h"

#include <stdio.h>

#include "tests/unit/pki/openssl_revocation.h"
#include "tests/unit/pki/pki_test.h"

/* A root and a leaf that keep every rule. */
typedef struct {
    hs__cert leaf, root;
    hs__anchor anchor;
    hs__path path;
    hs_verify_options options;
    hs__judge judge;
} world;

static void begin(world *w) {
    memset(w, 0, sizeof(*w));
    w->leaf = cert_of(der_of(rev_good));
    w->root = cert_of(der_of(rev_root));
    w->anchor.flags = HS_TRUST_WEB_PKI;
    w->path = (hs__path){.cert = {&w->leaf, &w->root}, .n = 2, .anchor = &w->anchor};
    w->options = (hs_verify_options){.profile = HS_PROFILE_WEB_PKI, .now = NOW};
    w->judge = (hs__judge){.options = &w->options, .host_status = HS_E_ILLEGAL_VALUE};
}

/* What the check finds at this depth; "" for nothing. */
static const char *problem(world *w, size_t depth) {
    static char text[200];
    hs__arena arena = {0};
    hs__finding f = {.arena = &arena};
    hs__check_profile(&w->judge, &w->path, depth, &f);
    (void)snprintf(text, sizeof(text), "%s", f.status ? f.got : "");
    assert_true(f.status == HS_OK || f.status == HS_E_CERT_PROFILE);
    hs__arena_free(&arena);
    return text;
}

static void a_good_chain_keeps_every_rule(void **state) {
    (void)state;
    static world w;
    begin(&w);
    assert_string_equal(problem(&w, 0), "");
    assert_string_equal(problem(&w, 1), "");
}

static void give_name(hs__cert *c, const char *name, uint8_t *room, size_t n) {
    assert_ok(hs__name_from_text(name, room, &n));
    c->subject = (hs_span){room, n};
}

/* Each breaks one thing; *depth says where it shows. */
static void no_subject_key_id(world *w) {
    w->root.subject_key_id.n = 0;
}
static void no_authority_key_id(world *w) {
    w->leaf.authority_key_id.n = 0;
}
static void half_an_authority(world *w) {
    w->leaf.has_authority_serial = true;
}
static void a_root_with_all_fields(world *w) {
    w->root.has_authority_issuer = w->root.has_authority_serial = true;
}
static void two_key_ids(world *w) {
    w->root.authority_key_id = w->leaf.subject_key_id;
}
static void a_critical_key_id(world *w) {
    w->leaf.critical |= HS__EXT_SUBJECT_KEY_ID;
}
static void policy_constraints_not_critical(world *w) {
    w->root.has |= HS__EXT_POLICY_CONSTRAINTS;
}
static void basic_constraints_not_critical(world *w) {
    w->root.critical &= ~(uint32_t)HS__EXT_BASIC_CONSTRAINTS;
}
static void critical_names(world *w) {
    w->leaf.critical |= HS__EXT_SUBJECT_ALT_NAME;
}
static void no_subject(world *w) {
    static const uint8_t empty[] = {0x30, 0};
    w->leaf.subject = (hs_span){empty, 2};
}
static void constraints_in_a_leaf(world *w) {
    w->leaf.has |= HS__EXT_NAME_CONSTRAINTS;
}
static void a_leaf_that_signs(world *w) {
    w->leaf.key_usage |= HS__KU_CERT_SIGN;
}
static void a_path_length_in_a_leaf(world *w) {
    w->leaf.path_len = 0;
}
static void no_issuer(world *w) {
    static const uint8_t empty[] = {0x30, 0};
    w->leaf.issuer = (hs_span){empty, 2};
}
static void a_critical_purpose(world *w) {
    w->leaf.critical |= HS__EXT_EXT_KEY_USAGE;
}
static void a_root_with_purposes(world *w) {
    w->root.has |= HS__EXT_EXT_KEY_USAGE;
}
static void any_purpose(world *w) {
    static const uint8_t any[] = {0x06, 4, 0x55, 0x1d, 0x25, 0};
    w->leaf.ext_key_usage = (hs_span){any, sizeof(any)};
}
static void another_common_name(world *w) {
    static uint8_t room[64];
    give_name(&w->leaf, "CN=b.test", room, sizeof(room));
}
static void two_common_names(world *w) {
    static uint8_t room[64];
    give_name(&w->leaf, "CN=a.test,CN=a.test", room, sizeof(room));
}
static void an_underscore(world *w) {
    static const uint8_t names[] = {0x82, 5, 'a', '_', '.', 'd', 'e'};
    static uint8_t room[64];
    w->leaf.names = (hs_span){names, sizeof(names)};
    give_name(&w->leaf, "CN=A", room, sizeof(room));
}
static void an_odd_length(world *w) {
    static const uint8_t n[257] = {1, 1};
    static const uint8_t e[] = {1, 0, 1};
    w->leaf.key.numbers = (hs__public_numbers){.type = HS__KEY_RSA, .n = {n, 257}, .e = {e, 3}};
}
static void an_even_exponent(world *w) {
    static const uint8_t n[256] = {0x80};
    static const uint8_t e[] = {2};
    w->leaf.key.numbers = (hs__public_numbers){.type = HS__KEY_RSA, .n = {n, 256}, .e = {e, 1}};
}
static void an_old_root(world *w) {
    w->root.version = 1;
    w->root.is_ca = false;
    w->root.has = 0;
    w->root.key_usage = 0;
}
static void a_root_with_two_algorithms(world *w) {
    w->root.algorithms_match = false;
}

static const struct {
    void (*spoil)(world *w);
    size_t depth;
    uint32_t rule;
    const char *words;
} cases[] = {
    {no_subject_key_id, 1, HS_RULE_KEY_IDS, "without subjectKeyIdentifier"},
    {no_authority_key_id, 0, HS_RULE_KEY_IDS, "no authorityKeyIdentifier"},
    {half_an_authority, 0, HS_RULE_KEY_IDS, "not both"},
    {a_root_with_all_fields, 1, HS_RULE_KEY_IDS, "has issuer and serial number"},
    {two_key_ids, 1, HS_RULE_KEY_IDS, "two key identifiers differ"},
    {a_critical_key_id, 0, HS_RULE_CRITICAL, "a critical subjectKeyIdentifier"},
    {policy_constraints_not_critical, 1, HS_RULE_CRITICAL, "policyConstraints"},
    {basic_constraints_not_critical, 1, HS_RULE_CRITICAL, "basicConstraints"},
    {critical_names, 0, HS_RULE_CRITICAL, "a critical subjectAltName"},
    {no_subject, 0, HS_RULE_CRITICAL, "an empty subject"},
    {constraints_in_a_leaf, 0, HS_RULE_CA_FIELDS, "name constraints in a certificate"},
    {a_leaf_that_signs, 0, HS_RULE_CA_FIELDS, "keyCertSign"},
    {a_path_length_in_a_leaf, 0, HS_RULE_CA_FIELDS, "pathLenConstraint"},
    {no_issuer, 0, HS_RULE_ISSUER_NAMED, "issuer without a name"},
    {a_critical_purpose, 0, HS_RULE_PURPOSES, "a critical extKeyUsage"},
    {a_root_with_purposes, 1, HS_RULE_PURPOSES, "a root with extKeyUsage"},
    {any_purpose, 0, HS_RULE_PURPOSES, "anyExtendedKeyUsage"},
    {another_common_name, 0, HS_RULE_COMMON_NAME, "common name"},
    {two_common_names, 0, HS_RULE_COMMON_NAME, "more than one"},
    {an_underscore, 0, HS_RULE_DNS_NAMES, "no host name"},
    {an_odd_length, 0, HS_RULE_KEYS, "multiple of 8"},
    {an_even_exponent, 0, HS_RULE_KEYS, "exponent"},
    {an_old_root, 1, HS_RULE_ANCHOR, "version 3"},
    {a_root_with_two_algorithms, 1, HS_RULE_ANCHOR, "two signature algorithms"},
};
enum { CASES = sizeof(cases) / sizeof(cases[0]) };

static void each_rule_can_be_broken_and_switched_off(void **state) {
    (void)state;
    static world w;
    for (size_t i = 0; i < CASES; i++) {
        begin(&w);
        cases[i].spoil(&w);
        const char *got = problem(&w, cases[i].depth);
        if (strstr(got, cases[i].words) == NULL) {
            fail_msg("'%s' instead of '%s'", got, cases[i].words);
        }
        w.options.rules_off = cases[i].rule;
        assert_string_equal(problem(&w, cases[i].depth), "");
        w.options = (hs_verify_options){.profile = HS_PROFILE_PRIVATE};
        assert_string_equal(problem(&w, cases[i].depth), "");
        w.options.rules_on = cases[i].rule | HS_RULE_ANCHOR;
        assert_true(problem(&w, cases[i].depth)[0] != '\0');
    }
}

/* Who put the system's bundle together has judged its roots. */
static void anchors_of_a_bundle_are_not_asked(void **state) {
    (void)state;
    static world w;
    for (size_t i = 0; i < CASES; i++) {
        begin(&w);
        cases[i].spoil(&w);
        w.options.profile = HS_PROFILE_OF_ANCHOR;
        assert_int_equal(problem(&w, cases[i].depth)[0] == '\0', cases[i].depth == 1);
        w.anchor.flags = 0;
        assert_string_equal(problem(&w, cases[i].depth), "");
    }
}

static void name_constraints_need_not_be_critical_but_can_be_made_to(void **state) {
    (void)state;
    static world w;
    begin(&w);
    w.root.has |= HS__EXT_NAME_CONSTRAINTS;
    assert_string_equal(problem(&w, 1), "");
    w.options.rules_on = HS_RULE_CONSTRAINTS_CRITICAL;
    assert_string_equal(problem(&w, 1), "name constraints that are not critical");
    w.root.critical |= HS__EXT_NAME_CONSTRAINTS;
    assert_string_equal(problem(&w, 1), "");
}

/* BR 7.1.4.3, and what nobody would take for a name. */
static void common_names_are_compared_letter_for_letter(void **state) {
    (void)state;
    static const uint8_t a_example[] = {0x82, 9, 'a', '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e'};
    static const uint8_t wildcard[] = {0x82, 9, '*', '.', 'e', 'x', '.', 'o', 'r', 'g', 'x'};
    static const uint8_t four[] = {0x87, 4, 192, 168, 1, 1};
    static const uint8_t six[] = {0x87, 16, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    static const struct {
        const char *cn;
        hs_span names;
        bool is_fine;
    } names[] = {
        {"a.example", {a_example, 11}, true},   {"A.example", {a_example, 11}, false},
        {"b.example", {a_example, 11}, false},  {"\\C3\\A4.example", {a_example, 11}, false},
        {"Our server", {a_example, 11}, true},  {"server", {a_example, 11}, true},
        {"ex.org", {wildcard, 11}, true},       {"a.example", {four, 6}, true},
        {"192.168.1.1", {four, 6}, true},       {"192.168.001.001", {four, 6}, false},
        {"0xC0A80101", {four, 6}, false},       {"192.168.1.2", {four, 6}, false},
        {"192.168.1.1", {a_example, 11}, true}, {"2001:db8::1", {six, 18}, true},
        {"2001:DB8::1", {six, 18}, false},      {"2001:db8:0::1", {six, 18}, false},
    };
    static world w;
    static uint8_t room[256];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char subject[64];
        begin(&w);
        (void)snprintf(subject, sizeof(subject), "O=x,CN=%s", names[i].cn);
        give_name(&w.leaf, subject, room, sizeof(room));
        w.leaf.names = names[i].names;
        if ((problem(&w, 0)[0] == '\0') != names[i].is_fine) {
            fail_msg("%s: %s", names[i].cn, problem(&w, 0));
        }
        /* Nobody issues for this machine's names but oneself. */
        w.judge.host_status = hs__host_read("x.test", &w.judge.host);
        assert_string_equal(problem(&w, 0), "");
    }
}

static void rules_about_servers_are_not_asked_of_others(void **state) {
    (void)state;
    static world w;
    void (*const spoils[])(world *) = {another_common_name, an_underscore, any_purpose};
    for (size_t i = 0; i < 3; i++) {
        begin(&w);
        spoils[i](&w);
        w.options.purpose = HS_PURPOSE_CLIENT;
        assert_string_equal(problem(&w, 0), "");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_chain_keeps_every_rule),
        cmocka_unit_test(each_rule_can_be_broken_and_switched_off),
        cmocka_unit_test(anchors_of_a_bundle_are_not_asked),
        cmocka_unit_test(name_constraints_need_not_be_critical_but_can_be_made_to),
        cmocka_unit_test(common_names_are_compared_letter_for_letter),
        cmocka_unit_test(rules_about_servers_are_not_asked_of_others),
    };
    return RUN(tests);
}
