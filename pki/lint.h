/* lint.h - what is wrong or unwise in one certificate by itself, as a table of named rules. Who
 * signed it and whether to believe it is not asked here: path.h. */
#ifndef HS_PKI_LINT_H
#define HS_PKI_LINT_H

#include "pki/certificate.h"
#include "pki/text.h"

typedef enum {
    HS__LINT_ERROR,  /* a rule of RFC 5280 is broken, or peers refuse it */
    HS__LINT_WARNING /* allowed, but some peers or programs will not like it */
} hs__lint_severity;

/* Which certificates a rule is about. */
typedef enum {
    HS__LINT_LEAF = 1,
    HS__LINT_SERVER = 2, /* a leaf that says serverAuth, or no purpose at all */
    HS__LINT_CA = 4,
    HS__LINT_ALL = HS__LINT_LEAF | HS__LINT_CA
} hs__lint_scope;

typedef struct {
    const char *name; /* "key_encipherment" */
    hs__lint_severity severity;
    unsigned scope; /* hs__lint_scope */
    /* A rule of a profile (HS_RULE_*), as the check of a path has it; or else a function of our
     * own: true if all is well, and if not `got` tells what was found. */
    uint32_t profile;
    bool (*is_fine)(const hs__cert *cert, hs__text *got);
    const char *expected, *fix;
    const char *rule; /* "rfc5280#section-4.2.1.3", "cabf-br#section-7.1.2.7" */
} hs__lint_rule;

extern const hs__lint_rule hs__lint_rules[];
extern const size_t hs__n_lint_rules;

typedef struct {
    const hs__lint_rule *rule;
    char got[160];
} hs__lint_finding;

enum { HS__LINT_MAX = 48 }; /* room for a finding of each rule */

/* All that is found, errors and warnings in the order of the table; how many. */
size_t hs__lint(const hs__cert *cert, hs__lint_finding out[HS__LINT_MAX]);

#endif
