/* name_constraints.h - for which names may this CA vouch? (RFC 5280 4.2.1.10) */
#ifndef HS_PKI_NAME_CONSTRAINTS_H
#define HS_PKI_NAME_CONSTRAINTS_H

#include "pki/certificate.h"

/* The name of a certificate that a constraint forbids, and why. */
typedef struct {
    hs__general_name name;
    bool is_excluded; /* else: it is not among the permitted ones */
} hs__breach;

/* Every name of `cert`, its subject included, is permitted by `ca` and not excluded.
 * `work` counts comparisons; HS_E_VERIFY_LIMIT above `limit`. HS_E_NAME_CONSTRAINTS with the
 * first breach. Kinds of names that cannot be compared (otherName, x400Address, ...) breach
 * any constraint of their kind. */
HS_MUST_CHECK hs_status hs__name_constraints_check(const hs__cert *ca, const hs__cert *cert,
                                                   size_t *work, size_t limit, hs__breach *out);

/* "permits DNS:test, IP:127.0.0.0/8; excludes DNS:a.test" */
void hs__name_constraints_text(const hs__cert *ca, char *out, size_t room);

#endif
