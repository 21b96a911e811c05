/* crl_write.h - making certificate revocation lists (RFC 5280 section 5). Reading: crl.h. */
#ifndef HS_PKI_CRL_WRITE_H
#define HS_PKI_CRL_WRITE_H

#include "pki/signed.h"

/* Reasons of RFC 5280 5.3.1 that a list of ours may name: HS__REASON(ID, code, name, meaning). */
#define HS__REASONS(X)                                                                             \
    X(UNSPECIFIED, 0, "unspecified", "no reason is given")                                         \
    X(KEY_COMPROMISE, 1, "keyCompromise", "somebody else may have the private key")                \
    X(CA_COMPROMISE, 2, "cACompromise", "somebody else may have the CA's private key")             \
    X(AFFILIATION_CHANGED, 3, "affiliationChanged", "the owner's name or role has changed")        \
    X(SUPERSEDED, 4, "superseded", "another certificate has taken its place")                      \
    X(CESSATION, 5, "cessationOfOperation", "it is not used any more")                             \
    X(PRIVILEGE_WITHDRAWN, 9, "privilegeWithdrawn", "the owner may not have it any more")

typedef enum {
#define HS__REASON(id, code, name, meaning) HS__REASON_##id = code,
    HS__REASONS(HS__REASON)
#undef HS__REASON
} hs__reason;

typedef struct {
    hs_span serial; /* content of the INTEGER, as hs__cert.serial */
    int64_t when;
    hs__reason reason; /* UNSPECIFIED is left out, as 5.3.1 wants */
} hs__crl_entry;

typedef struct {
    hs_span issuer;           /* Name of the CA that signs */
    hs_span authority_key_id; /* its key id */
    int64_t this_update, next_update;
    uint64_t number; /* cRLNumber; grows with each list of this CA */
    const hs__crl_entry *entries;
    size_t n_entries;
} hs__crl_template;

/* As hs__certificate_issue. */
HS_MUST_CHECK hs_status hs__crl_issue(const hs_provider *p, const hs__crl_template *t,
                                      const hs__private_key *key, hs__sig_alg alg, uint8_t *out,
                                      size_t *n);
size_t hs__crl_room(const hs__crl_template *t);

#endif
