/* path_check.h - what the files with checks share: the checks that stand in other files than the
 * table of path_check.c, and a few words for their texts. */
#ifndef HS_PKI_PATH_CHECK_H
#define HS_PKI_PATH_CHECK_H

#include "pki/path.h"

enum { HS__LIST_TEXT = 160 };

/* Texts are wanted. */
static inline bool hs__is_wanted(const hs__finding *f) {
    return f->arena != NULL;
}

static inline bool hs__has(const hs__cert *c, hs__ext ext) {
    return (c->has & (uint32_t)ext) != 0;
}

static inline bool hs__is_anchor(const hs__path *path, size_t depth) {
    return path->anchor != NULL && depth + 1 == path->n;
}

/* A Name as text that lives as long as the report. */
const char *hs__say_name(const hs__finding *f, hs_span name);

/* How a summary speaks of a certificate: "certificate", "CA certificate CN=x". */
const char *hs__say_who(const hs__finding *f, const hs__path *path, size_t depth);

/* For failures whose sentence is: who, verb, then what was got. */
void hs__summarize(hs__finding *f, const hs__path *path, size_t depth, const char *verb);

/* check_names.c: RFC 9525, RFC 5280 4.2.1.10, the scope of an anchor. */
void hs__check_name(hs__judge *j, const hs__path *path, size_t depth, hs__finding *f);
void hs__check_name_constraints(hs__judge *j, const hs__path *path, size_t depth, hs__finding *f);
void hs__check_anchor_scope(hs__judge *j, const hs__path *path, size_t depth, hs__finding *f);

/* check_profile.c: the rules of rules.def that have no check of their own. */
void hs__check_profile(hs__judge *j, const hs__path *path, size_t depth, hs__finding *f);

/* How a certificate by itself breaks this rule (one HS_RULE_* bit of check_profile.c's table);
 * NULL: it does not. What is no CA is taken for a leaf, what is self-issued for a root. */
const char *hs__profile_problem(const hs__cert *cert, uint32_t rule);

/* policy.c: RFC 5280 6.1, the parts about policies. */
void hs__check_policies(hs__judge *j, const hs__path *path, size_t depth, hs__finding *f);

/* revocation.c: RFC 5280 6.3, RFC 6960, RFC 7633. */
void hs__check_revocation(hs__judge *j, const hs__path *path, size_t depth, hs__finding *f);
void hs__check_staple(hs__judge *j, const hs__path *path, size_t depth, hs__finding *f);

#endif
