/* trust.h - the anchors as path building sees them. */
#ifndef HS_PKI_TRUST_H
#define HS_PKI_TRUST_H

#include <stdatomic.h>

#include "handshake/pki.h"
#include "pki/certificate.h"
#include "pki/crl.h"

typedef struct {
    hs__cert cert;
    uint32_t name_hash;            /* of the subject */
    unsigned flags;                /* HS_TRUST_* */
    size_t source;                 /* index; hs__trust_source */
    size_t next;                   /* of the same bucket, SIZE_MAX at the end */
    _Atomic(hs__public_key *) key; /* made at its first use; see hs__anchor_key */
} hs__anchor;

/* Walks over the anchors with this subject: start with NULL; NULL at the end. */
hs__anchor *hs__trust_find(const hs_trust *trust, hs_span subject, const hs__anchor *after);

/* The anchor that is this very certificate, or NULL. */
hs__anchor *hs__trust_find_certificate(const hs_trust *trust, const hs__cert *cert);

/* The anchor's key, ready for public_verify of the store's provider. It is made once and kept
 * with the store; threads may ask at once. */
HS_MUST_CHECK hs_status hs__anchor_key(const hs_trust *trust, hs__anchor *anchor,
                                       const hs__public_key **out);

/* The revocation lists of the store. */
const hs__crl *hs__trust_crls(const hs_trust *trust, size_t *n);

/* The public suffix list, where the store has one, says that this is one. */
bool hs__trust_is_suffix(const hs_trust *trust, hs_span name);

/* SHA-256 over all anchors, what they may vouch for, and all lists, in their order: two stores with
 * the same have the same contents. */
HS_MUST_CHECK hs_status hs__trust_digest(const hs_trust *trust, uint8_t out[32]);

const hs_provider *hs__trust_provider(const hs_trust *trust);
const char *hs__trust_source(const hs_trust *trust, const hs__anchor *anchor);

#endif
