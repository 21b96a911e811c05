/* Runs x509-limbo's cases (https://x509-limbo.com) through hs_verify and compares verdicts.
 *
 *   limbo [--rfc5280] [--few] [--provider=NAME] FILE[.xz]
 *                                exit code: 0 as documented, 1 not, 77 no file; --few: a part only
 *   limbo --seeds=FOLDER FILE[.xz]      inputs of tests/fuzz/fuzz_chain.c instead
 *
 * Prints agreement by group, false accepts and false rejects apart, and each disagreement. It
 * fails where a case disagrees that README.md does not explain. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/limbo/limbo.h"

enum { GROUPS_MAX = 32, NAME_MAX_ = 64, SKIP = 77 };

/* What README.md explains, by profile. With reject-all in mind: most cases want a refusal, so
 * the ones that want success are counted apart. */
static const struct {
    const char *id;
    bool is_rfc5280; /* else: by the Web PKI's rules */
} documented[] = {
    {"rfc5280::eku::ee-without-eku", false},
    {"rfc5280::ca-as-leaf", false},
    {"pathlen::validation-ignores-pathlen-in-leaf", false},
};

typedef struct {
    char name[NAME_MAX_];
    size_t cases, good, good_agreed, bad, bad_agreed;
} group;

typedef struct {
    group groups[GROUPS_MAX];
    size_t n;
    size_t false_accepts, false_rejects, undocumented;
    bool is_rfc5280;
} tally;

/* "bettertls", "rfc5280::nc", "webpki": what is before the last "::", without numbers. */
static group *group_of(tally *t, const char *id) {
    const char *end = strstr(id, "::");
    const char *next = end != NULL ? strstr(end + 2, "::") : NULL;
    const size_t n = next != NULL ? (size_t)(next - id) : end != NULL ? (size_t)(end - id) : 0;
    for (size_t i = 0; i < t->n; i++) {
        if (strlen(t->groups[i].name) == n && strncmp(t->groups[i].name, id, n) == 0) {
            return &t->groups[i];
        }
    }
    group *g = &t->groups[t->n < GROUPS_MAX - 1 ? t->n++ : t->n];
    (void)snprintf(g->name, sizeof(g->name), "%.*s", (int)n, id);
    return g;
}

static bool is_documented(const tally *t, const char *id) {
    for (size_t i = 0; i < sizeof(documented) / sizeof(documented[0]); i++) {
        if (documented[i].is_rfc5280 == t->is_rfc5280 && strcmp(documented[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}

static void count(tally *t, const limbo_case *c, const limbo_verdict *v) {
    group *g = group_of(t, c->id);
    const bool agrees = v->is_accepted == c->is_good;
    g->cases++;
    g->good += c->is_good ? 1 : 0;
    g->bad += c->is_good ? 0 : 1;
    g->good_agreed += c->is_good && agrees ? 1 : 0;
    g->bad_agreed += !c->is_good && agrees ? 1 : 0;
    if (agrees) {
        return;
    }
    const bool is_known = is_documented(t, c->id);
    t->false_accepts += v->is_accepted ? 1 : 0;
    t->false_rejects += v->is_accepted ? 0 : 1;
    t->undocumented += is_known ? 0 : 1;
    printf("%s %s: %s%s\n", v->is_accepted ? "FALSE ACCEPT" : "false reject", c->id, v->why,
           is_known ? " (explained in README.md)" : "");
}

static void print(const tally *t) {
    group all = {.name = "all"};
    printf("\n%-24s %6s %8s   %s\n", "group", "cases", "agree", "SUCCESS cases, FAILURE cases");
    for (size_t i = 0; i <= t->n; i++) {
        const group *g = i < t->n ? &t->groups[i] : &all;
        printf("%-24s %6zu %8zu   %zu of %zu, %zu of %zu\n", g->name, g->cases,
               g->good_agreed + g->bad_agreed, g->good_agreed, g->good, g->bad_agreed, g->bad);
        all.cases += i < t->n ? g->cases : 0;
        all.good += g->good;
        all.bad += g->bad;
        all.good_agreed += g->good_agreed;
        all.bad_agreed += g->bad_agreed;
    }
    printf("\nfalse accepts: %zu, false rejects: %zu, not explained: %zu\n", t->false_accepts,
           t->false_rejects, t->undocumented);
}

/* BetterTLS's cases are many and much alike: one out of so many stands for the others. */
enum { SEEDS_OF_MANY = 40, FEW_OF_MANY = 10 };

static bool is_passed_over(const limbo_case *c, size_t i, size_t of_many) {
    return strncmp(c->id, "bettertls", 9) == 0 && i % of_many != 0;
}

static int write_seeds(const json_t *cases, const char *folder) {
    for (size_t i = 0; i < json_array_size(cases); i++) {
        limbo_case c;
        if (!limbo_read(json_array_get(cases, i), &c)) {
            return 1;
        }
        const bool is_written =
            is_passed_over(&c, i, SEEDS_OF_MANY) || limbo_write_seed(&c, folder);
        limbo_case_free(&c);
        if (!is_written) {
            perror(folder);
            return 1;
        }
    }
    return 0;
}

static int run(const limbo_world *w, const json_t *cases, size_t of_many) {
    static tally t;
    t.is_rfc5280 = w->is_rfc5280;
    for (size_t i = 0; i < json_array_size(cases); i++) {
        limbo_case c;
        limbo_verdict v;
        if (!limbo_read(json_array_get(cases, i), &c)) {
            (void)fprintf(stderr, "case %zu is not as limbo's schema has it\n", i);
            return 1;
        }
        if (!is_passed_over(&c, i, of_many)) {
            limbo_judge(w, &c, &v);
            count(&t, &c, &v);
        }
        limbo_case_free(&c);
    }
    print(&t);
    return t.undocumented == 0 && json_array_size(cases) > 0 ? 0 : 1;
}

int main(int argc, char **argv) {
    limbo_world w = {0};
    const char *file = NULL;
    const char *provider = NULL;
    const char *seeds = NULL;
    bool is_rfc5280 = false;
    size_t of_many = 1;
    for (int i = 1; i < argc; i++) {
        is_rfc5280 = is_rfc5280 || strcmp(argv[i], "--rfc5280") == 0;
        of_many = strcmp(argv[i], "--few") == 0 ? FEW_OF_MANY : of_many;
        provider = strncmp(argv[i], "--provider=", 11) == 0 ? argv[i] + 11 : provider;
        seeds = strncmp(argv[i], "--seeds=", 8) == 0 ? argv[i] + 8 : seeds;
        file = argv[i][0] != '-' ? argv[i] : file;
    }
    if (file == NULL || access(file, R_OK) != 0) {
        printf("SKIP: %s is not there; x509-limbo's limbo.json will do as well\n",
               file != NULL ? file : "(no file named)");
        return SKIP;
    }
    if (!limbo_world_open(&w, provider, is_rfc5280)) {
        return 1;
    }
    json_t *all = limbo_load(file);
    const json_t *cases = json_object_get(all, "testcases");
    const int code = cases == NULL   ? 1
                     : seeds != NULL ? write_seeds(cases, seeds)
                                     : run(&w, cases, of_many);
    json_decref(all);
    limbo_world_close(&w);
    return code;
}
