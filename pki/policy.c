/* Certificate policies (RFC 5280 6.1). The RFC keeps a tree that certificates can blow up; here
 * stands what matters of it at each level: which policy the next certificate has to name, and
 * which policy of the anchor's domain that stands for. RFC 9618 says why that is the same. */
#include <string.h>

#include "pki/path_check.h"
#include "pki/text.h"
#include "proto/span.h"

enum { PAIRS_MAX = 128 };

/* A node of the valid policy tree that is not anyPolicy. */
typedef struct {
    hs_span domain;   /* the policy at the top of its branch */
    hs_span expected; /* what the next certificate has to name */
} pair;

typedef struct {
    pair pairs[PAIRS_MAX];
    size_t n;
    bool has_any; /* the tree has a branch of anyPolicy down to here */
    size_t explicit_policy, mapping, any_policy; /* the counters of 6.1.2 (d) to (f) */
    bool is_full;                                /* more policies than we follow */
    const char *problem;
} state;

static bool is_any(hs_span policy) {
    return hs__oid_find(policy) == HS__OID_ANY_POLICY;
}

static void put(state *s, hs_span domain, hs_span expected) {
    for (size_t i = 0; i < s->n; i++) {
        if (hs__span_equal(s->pairs[i].domain, domain) &&
            hs__span_equal(s->pairs[i].expected, expected)) {
            return;
        }
    }
    if (s->n == PAIRS_MAX) {
        s->is_full = true;
        return;
    }
    s->pairs[s->n++] = (pair){domain, expected};
}

/* More policies or mappings in one certificate than there may be pairs. */
static bool has_too_many(const hs__cert *c) {
    hs_span policies = c->policies;
    hs_span mappings = c->policy_mappings;
    hs_span one;
    hs_span other;
    size_t n = 0;
    size_t n_mappings = 0;
    while (n <= PAIRS_MAX && hs__cert_policy_next(&policies, &one)) {
        n++;
    }
    while (n_mappings <= PAIRS_MAX && hs__cert_mapping_next(&mappings, &one, &other)) {
        n_mappings++;
    }
    return n > PAIRS_MAX || n_mappings > PAIRS_MAX;
}

static bool lists(const hs__cert *c, hs_span policy) {
    hs_span rest = c->policies;
    hs_span one;
    while (hs__cert_policy_next(&rest, &one)) {
        if (hs__span_equal(one, policy)) {
            return true;
        }
    }
    return false;
}

static bool lists_any(const hs__cert *c) {
    return lists(c, hs__oid_bytes(HS__OID_ANY_POLICY));
}

/* 6.1.3 (d): the next level of the tree. */
static void take_policies(state *s, const hs__cert *c, bool may_use_any) {
    const state before = *s;
    const bool has_any = lists_any(c) && may_use_any;
    hs_span rest = c->policies;
    hs_span one;
    s->n = 0;
    while (hs__cert_policy_next(&rest, &one)) {
        bool has_parent = false;
        for (size_t i = 0; i < before.n && !is_any(one); i++) {
            if (hs__span_equal(before.pairs[i].expected, one)) {
                put(s, before.pairs[i].domain, one);
                has_parent = true;
            }
        }
        if (!has_parent && before.has_any && !is_any(one)) {
            put(s, one, one);
        }
    }
    for (size_t i = 0; i < before.n && has_any; i++) {
        if (!lists(c, before.pairs[i].expected)) {
            put(s, before.pairs[i].domain, before.pairs[i].expected);
        }
    }
    s->has_any = before.has_any && has_any;
}

static bool is_mapped(const hs__cert *c, hs_span policy) {
    hs_span rest = c->policy_mappings;
    hs_span from;
    hs_span to;
    while (hs__cert_mapping_next(&rest, &from, &to)) {
        if (hs__span_equal(from, policy)) {
            return true;
        }
    }
    return false;
}

static bool expects(const state *s, hs_span policy) {
    for (size_t i = 0; i < s->n; i++) {
        if (hs__span_equal(s->pairs[i].expected, policy)) {
            return true;
        }
    }
    return false;
}

/* 6.1.4 (a), (b). */
static void map_policies(state *s, const hs__cert *c) {
    const state before = *s;
    hs_span rest = c->policy_mappings;
    hs_span from;
    hs_span to;
    if (rest.n == 0) {
        return;
    }
    s->n = 0;
    for (size_t i = 0; i < before.n; i++) {
        if (!is_mapped(c, before.pairs[i].expected)) {
            put(s, before.pairs[i].domain, before.pairs[i].expected);
        }
    }
    while (hs__cert_mapping_next(&rest, &from, &to)) {
        if (is_any(from) || is_any(to)) {
            s->problem = "a policy mapping names anyPolicy";
        }
        for (size_t i = 0; i < before.n && before.mapping > 0; i++) {
            if (hs__span_equal(before.pairs[i].expected, from)) {
                put(s, before.pairs[i].domain, to);
            }
        }
        if (before.mapping > 0 && before.has_any && !expects(&before, from)) {
            put(s, from, to);
        }
    }
}

static void lower(size_t *counter, int limit) {
    if (limit >= 0 && (size_t)limit < *counter) {
        *counter = (size_t)limit;
    }
}

static void step_down(size_t *counter) {
    *counter -= *counter > 0 ? 1 : 0;
}

/* 6.1.4 (h) to (j), after a certificate that is not the last. */
static void count_down(state *s, const hs__cert *c) {
    if (!hs__cert_is_self_issued(c)) {
        step_down(&s->explicit_policy);
        step_down(&s->mapping);
        step_down(&s->any_policy);
    }
    lower(&s->explicit_policy, c->require_policy);
    lower(&s->mapping, c->inhibit_mapping);
    lower(&s->any_policy, c->inhibit_any_policy);
}

/* 6.1.2; what an anchor says limits what is below it (RFC 5937 3.2). */
static void begin(state *s, const hs_verify_options *o, const hs__path *path) {
    const size_t never = path->n + 1;
    s->has_any = true;
    s->explicit_policy = o->require_policy ? 0 : never;
    s->mapping = o->inhibit_mapping ? 0 : never;
    s->any_policy = o->inhibit_any_policy ? 0 : never;
    if (path->anchor != NULL) {
        const hs__cert *anchor = path->cert[path->n - 1];
        lower(&s->explicit_policy, anchor->require_policy);
        lower(&s->mapping, anchor->inhibit_mapping);
        lower(&s->any_policy, anchor->inhibit_any_policy);
    }
}

/* The dotted form is among those asked for. */
static bool is_asked_for(const hs_verify_options *o, hs_span policy) {
    char text[HS__OID_TEXT_MAX];
    hs__oid_dotted(policy, text, sizeof(text));
    for (size_t i = 0; i < o->n_policies; i++) {
        if (strcmp(o->policies[i], text) == 0) {
            return true;
        }
    }
    return false;
}

/* 6.1.5 (g): something of the tree is left that was asked for. */
static bool is_left(const state *s, const hs_verify_options *o) {
    bool is_good = s->has_any || (s->n > 0 && o->n_policies == 0);
    for (size_t i = 0; i < s->n && !is_good; i++) {
        is_good = is_asked_for(o, s->pairs[i].domain);
    }
    return is_good;
}

static void process(state *s, const hs_verify_options *o, const hs__path *path) {
    const size_t first = path->n - (path->anchor != NULL ? 1 : 0);
    begin(s, o, path);
    for (size_t depth = first; depth-- > 0;) {
        const hs__cert *c = path->cert[depth];
        const bool is_last = depth == 0;
        s->is_full = s->is_full || has_too_many(c);
        if (s->is_full) {
            return;
        }
        take_policies(s, c, s->any_policy > 0 || (!is_last && hs__cert_is_self_issued(c)));
        if (s->explicit_policy == 0 && s->n == 0 && !s->has_any) {
            return; /* 6.1.3 (f): nothing can come back */
        }
        if (!is_last) {
            map_policies(s, c);
            count_down(s, c);
        }
    }
    /* 6.1.5 (a), (b) */
    step_down(&s->explicit_policy);
    if (path->cert[0]->require_policy == 0) {
        s->explicit_policy = 0;
    }
}

static const char *policies_text(const hs__finding *f, const hs__cert *c) {
    char text[HS__LIST_TEXT];
    char one[HS__OID_TEXT_MAX];
    hs__text t;
    hs_span rest = c->policies;
    hs_span policy;
    hs__text_init(&t, text, sizeof(text));
    while (hs__cert_policy_next(&rest, &policy)) {
        hs__oid_text(policy, one, sizeof(one));
        hs__text_f(&t, "%s%s", t.n > 0 ? ", " : "", one);
    }
    return hs__arena_f(f->arena, "%s", t.n > 0 ? text : "no policy");
}

/* Somebody on the path, or who asks, says something about policies. */
static bool has_demands(const hs_verify_options *o, const hs__path *path) {
    bool has_some = o->require_policy || o->n_policies > 0;
    for (size_t i = 0; i < path->n && !has_some; i++) {
        has_some = path->cert[i]->require_policy >= 0 || path->cert[i]->policy_mappings.n > 0;
    }
    return has_some;
}

void hs__check_policies(hs__judge *j, const hs__path *path, size_t depth, hs__finding *f) {
    const hs_verify_options *o = j->options;
    state s = {.n = 0};
    if (!has_demands(o, path) || path->n < 2) {
        f->is_skipped = true;
        return;
    }
    process(&s, o, path);
    const bool is_good = s.explicit_policy > 0 || is_left(&s, o);
    if (s.is_full) {
        j->is_exhausted = true;
        f->status = HS_E_VERIFY_LIMIT;
    } else if (!is_good || s.problem != NULL) {
        f->status = HS_E_CERT_POLICY;
    }
    if (hs__is_wanted(f)) {
        const char *policies = policies_text(f, path->cert[depth]);
        f->expected = s.explicit_policy > 0 ? "policy mappings that make sense"
                                            : "a policy that holds from the anchor to the leaf";
        f->got = s.problem != NULL ? s.problem
                 : f->status == HS_OK
                     ? policies
                     : hs__arena_f(f->arena, "none does; the certificate is of %s", policies);
        f->fix = "issue under a policy that each CA above allows";
        f->summary = hs__arena_f(f->arena, "no policy holds for the whole chain: %s", f->got);
    }
}
