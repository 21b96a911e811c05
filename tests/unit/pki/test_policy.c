/* RFC 5280 6.1, the parts about policies. Paths are put together from what the extensions hold,
 * without signatures; the expected verdicts were worked out by hand from the RFC's text. */
#include "pki/path_check.h"

#include "tests/unit/pki/pki_test.h"

enum { LONGEST = 5, ROOM = 256 };

/* One certificate, the anchor's issue first in a path. Policies are 1.2.3.1 ... as the letters "a"
 * ..., "*" is anyPolicy. mappings: pairs of letters, issuer's policy first. */
typedef struct {
    const char *policies, *mappings;
    int require, no_mapping, no_any; /* 1 + the skip count; 0: absent */
    bool is_self_issued;
} link;

static size_t put_oid(uint8_t *p, char letter) {
    static const uint8_t any[] = {0x06, 4, 0x55, 0x1d, 0x20, 0};
    if (letter == '*') {
        memcpy(p, any, sizeof(any));
        return sizeof(any);
    }
    const uint8_t oid[] = {0x06, 3, 0x2a, 3, (uint8_t)(letter - 'a' + 1)};
    memcpy(p, oid, sizeof(oid));
    return sizeof(oid);
}

/* SEQUENCEs of `width` OIDs each. */
static hs_span list_of(const char *letters, size_t width, uint8_t *room) {
    size_t n = 0;
    for (; letters != NULL && *letters != '\0'; letters += width) {
        const size_t at = n + 2;
        n = at;
        for (size_t i = 0; i < width; i++) {
            n += put_oid(room + n, letters[i]);
        }
        room[at - 2] = 0x30;
        room[at - 1] = (uint8_t)(n - at);
    }
    return (hs_span){room, n};
}

typedef struct {
    hs__cert cert[LONGEST];
    uint8_t policies[LONGEST][ROOM], mappings[LONGEST][ROOM];
} world;

static void put_link(world *w, size_t depth, const link *l) {
    static const uint8_t one[] = {0x30, 0x0d, 0x31, 0x0b, 0x30, 9,   6,  3,
                                  0x55, 4,    3,    0x0c, 2,    'a', 'a'};
    static const uint8_t two[] = {0x30, 0x0d, 0x31, 0x0b, 0x30, 9,   6,  3,
                                  0x55, 4,    3,    0x0c, 2,    'b', 'b'};
    w->cert[depth] = (hs__cert){
        .subject = {one, sizeof(one)},
        .issuer = {l->is_self_issued ? one : two, sizeof(one)},
        .policies = list_of(l->policies, 1, w->policies[depth]),
        .policy_mappings = list_of(l->mappings, 2, w->mappings[depth]),
        .require_policy = l->require - 1,
        .inhibit_mapping = l->no_mapping - 1,
        .inhibit_any_policy = l->no_any - 1,
    };
}

/* links: from the anchor (whose policies do not count) down to the leaf. */
static hs_status judge(const hs_verify_options *o, const link *links, size_t n) {
    static world w;
    static hs__anchor anchor;
    hs__path path = {.n = n, .anchor = &anchor};
    hs__judge j = {.options = o};
    hs__finding f = {.status = HS_OK};
    for (size_t i = 0; i < n; i++) {
        put_link(&w, n - 1 - i, &links[i]);
        path.cert[n - 1 - i] = &w.cert[n - 1 - i];
    }
    hs__check_policies(&j, &path, 0, &f);
    return f.status;
}

typedef struct {
    const char *what;
    link links[LONGEST];
    size_t n;
    const char *asked; /* letters */
    hs_verify_options options;
    bool is_good;
} row;

static const row rows[] = {
    {"nobody asks", {{0}, {"a"}, {"b"}}, 3, "", {0}, true},
    {"the same all the way", {{0}, {"a"}, {"a"}}, 3, "", {.require_policy = true}, true},
    {"another below", {{0}, {"a"}, {"b"}}, 3, "", {.require_policy = true}, false},
    {"none in the middle", {{0}, {NULL}, {"a"}}, 3, "", {.require_policy = true}, false},
    {"none in the leaf", {{0}, {"a"}, {NULL}}, 3, "", {.require_policy = true}, false},
    {"one of two", {{0}, {"ab"}, {"bc"}}, 3, "", {.require_policy = true}, true},
    {"one that is asked for", {{0}, {"ab"}, {"ab"}}, 3, "b", {.require_policy = true}, true},
    {"none that is asked for", {{0}, {"ab"}, {"ab"}}, 3, "c", {.require_policy = true}, false},
    {"asked for, not required", {{0}, {"ab"}, {"ab"}}, 3, "c", {0}, true},
    {"any in the CA", {{0}, {"*"}, {"a"}}, 3, "a", {.require_policy = true}, true},
    {"any in the leaf", {{0}, {"a"}, {"*"}}, 3, "a", {.require_policy = true}, true},
    {"any in the leaf, another asked for",
     {{0}, {"a"}, {"*"}},
     3,
     "b",
     {.require_policy = true},
     false},
    {"any everywhere", {{0}, {"*"}, {"*"}}, 3, "z", {.require_policy = true}, true},
    {"any does not count at first",
     {{0}, {"*"}, {"a"}},
     3,
     "",
     {.require_policy = true, .inhibit_any_policy = true},
     false},
    {"the CA lets any not count below",
     {{0}, {"a", .no_any = 1}, {"*"}},
     3,
     "",
     {.require_policy = true},
     false},
    {"...but one further down",
     {{0}, {"a", .no_any = 2}, {"a"}, {"*"}},
     4,
     "",
     {.require_policy = true},
     false},
    {"...and not yet", {{0}, {"a", .no_any = 2}, {"*"}}, 3, "", {.require_policy = true}, true},
    {"a self-issued CA may use any",
     {{0}, {"a", .no_any = 1}, {"*", .is_self_issued = true}, {"a"}},
     4,
     "",
     {.require_policy = true},
     true},
    {"a self-issued leaf may not",
     {{0}, {"a", .no_any = 1}, {"*", .is_self_issued = true}},
     3,
     "",
     {.require_policy = true},
     false},
    {"the CA requires one below", {{0}, {"a", .require = 1}, {"b"}}, 3, "", {0}, false},
    {"...and it is there", {{0}, {"a", .require = 1}, {"a"}}, 3, "", {0}, true},
    {"required two below, the path is shorter",
     {{0}, {"a", .require = 3}, {"b"}},
     3,
     "",
     {0},
     true},
    {"required one below", {{0}, {"a", .require = 2}, {"b"}}, 3, "", {0}, false},
    {"self-issued ones do not count down",
     {{0}, {"a", .require = 3}, {"a", .is_self_issued = true}, {"b"}},
     4,
     "",
     {0},
     true},
    {"the leaf itself requires one", {{0}, {"a"}, {"b", .require = 1}}, 3, "", {0}, false},
    {"the anchor requires one", {{.require = 1}, {"a"}, {"b"}}, 3, "", {0}, false},
    {"a mapping", {{0}, {"a", "ab"}, {"b"}}, 3, "a", {.require_policy = true}, true},
    {"the mapped one under its old name",
     {{0}, {"a", "ab"}, {"a"}},
     3,
     "",
     {.require_policy = true},
     false},
    {"the anchor's name counts",
     {{0}, {"a", "ab"}, {"b"}},
     3,
     "b",
     {.require_policy = true},
     false},
    {"to two", {{0}, {"a", "abac"}, {"c"}}, 3, "a", {.require_policy = true}, true},
    {"two mappings in a row",
     {{0}, {"a", "ab"}, {"b", "bc"}, {"c"}},
     4,
     "a",
     {.require_policy = true},
     true},
    {"out of any", {{0}, {"*", "ab"}, {"b"}}, 3, "a", {.require_policy = true}, true},
    {"mapping inhibited at first",
     {{0}, {"a", "ab"}, {"b"}},
     3,
     "",
     {.require_policy = true, .inhibit_mapping = true},
     false},
    {"mapping inhibited by a CA",
     {{0}, {"a", .no_mapping = 1}, {"a", "ab"}, {"b"}},
     4,
     "",
     {.require_policy = true},
     false},
    {"...one further down",
     {{0}, {"a", .no_mapping = 2}, {"a", "ab"}, {"b"}},
     4,
     "",
     {.require_policy = true},
     true},
    {"to any", {{0}, {"a", "a*"}, {"a"}}, 3, "", {0}, false},
    {"from any", {{0}, {"*", "*a"}, {"a"}}, 3, "", {0}, false},
};

static void verdicts_are_those_of_the_rfc(void **state) {
    (void)state;
    static const char *const names[] = {"1.2.3.1", "1.2.3.2", "1.2.3.3"};
    static const char *const last[] = {"1.2.3.26"};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const row *r = &rows[i];
        hs_verify_options o = r->options;
        o.n_policies = strlen(r->asked);
        o.policies =
            r->asked[0] == 'z' ? last : &names[r->asked[0] != '\0' ? r->asked[0] - 'a' : 0];
        const hs_status st = judge(&o, r->links, r->n);
        if (st != (r->is_good ? HS_OK : HS_E_CERT_POLICY)) {
            fail_msg("%s: %s", r->what, hs_status_name(st));
        }
    }
}

/* Certificates of one path, each with these policies and mappings. */
static hs_status judge_many(const char *const *policies, const char *const *mappings,
                            bool *is_exhausted) {
    static world w;
    static uint8_t room[2 * LONGEST][8192];
    static hs__anchor anchor;
    const hs_verify_options o = {.require_policy = true};
    hs__path path = {.n = LONGEST, .anchor = &anchor};
    hs__judge j = {.options = &o};
    hs__finding f = {.status = HS_OK};
    for (size_t i = 0; i < LONGEST; i++) {
        put_link(&w, i, &(link){.policies = NULL});
        w.cert[i].policies = list_of(policies[i % 2], 1, room[2 * i]);
        w.cert[i].policy_mappings = list_of(mappings[i % 2], 2, room[2 * i + 1]);
        path.cert[i] = &w.cert[i];
    }
    hs__check_policies(&j, &path, 0, &f);
    *is_exhausted = j.is_exhausted;
    return f.status;
}

/* Each of `from` to each of `to`. */
static const char *all_pairs(const char *from, const char *to, char *out) {
    char *at = out;
    for (const char *f = from; *f != '\0'; f++) {
        for (const char *t = to; *t != '\0'; t++) {
            *at++ = *f;
            *at++ = *t;
        }
    }
    *at = '\0';
    return out;
}

/* 20 policies become 5, these become 20: the tree of RFC 5280 has 100 times as many leaves with
 * every second CA, and we would have 400 pairs. */
static void a_tree_that_explodes_is_given_up(void **state) {
    (void)state;
    static const char twenty[] = "abcdefghijklmnopqrst";
    static const char five[] = "uvwxy";
    static char up[401];
    static char down[401];
    const char *const policies[] = {five, twenty};
    const char *const mappings[] = {all_pairs(five, twenty, down), all_pairs(twenty, five, up)};
    bool is_exhausted;
    assert_int_equal(judge_many(policies, mappings, &is_exhausted), HS_E_VERIFY_LIMIT);
    assert_true(is_exhausted);
}

static void too_many_mappings_in_one_are_given_up(void **state) {
    (void)state;
    static const char letters[] = "abcdefghijklmnopqrst";
    static char pairs[801];
    const char *const policies[] = {letters, letters};
    const char *const mappings[] = {all_pairs(letters, letters, pairs), pairs};
    bool is_exhausted;
    assert_int_equal(judge_many(policies, mappings, &is_exhausted), HS_E_VERIFY_LIMIT);
    assert_true(is_exhausted);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_are_those_of_the_rfc),
        cmocka_unit_test(a_tree_that_explodes_is_given_up),
        cmocka_unit_test(too_many_mappings_in_one_are_given_up),
    };
    return RUN(tests);
}
