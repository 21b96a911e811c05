/* issue.h - making certificates: a struct in, signed DER out. No policy: what may be issued,
 * for how long and with which serial number is the caller's business. */
#ifndef HS_PKI_ISSUE_H
#define HS_PKI_ISSUE_H

#include "pki/certificate.h"

/* What goes into a certificate; all is borrowed for the call. All zero but the required
 * fields is a leaf without extensions beyond key identifiers. */
typedef struct {
    hs_span serial;          /* required: 1 to 20 bytes, unsigned big-endian, not 0 */
    hs_span issuer, subject; /* whole Names: hs__name_from_text, or hs__cert.subject */
    int64_t not_before, not_after;
    const hs__public_numbers *public_key; /* required: of the subject */

    bool is_ca;   /* basicConstraints, critical, is written for CAs only... */
    bool is_leaf; /* ...and with cA FALSE (an empty value) where this asks for it */
    int path_len; /* for CAs; < 0: no limit */

    uint32_t key_usage;      /* HS__KU_*, critical; 0: no extension */
    const hs__oid *purposes; /* extKeyUsage */
    size_t n_purposes;
    const hs__general_name *names; /* subjectAltName; critical if the subject is empty */
    size_t n_names;
    const hs__general_name *permitted, *excluded; /* name constraints, critical; for DNS
                                                     "test" means test and all below it */
    size_t n_permitted, n_excluded;

    bool must_staple;     /* tlsFeature: the server must send an OCSP answer (RFC 7633) */
    const char *crl_url;  /* cRLDistributionPoints; NULL: no extension */
    const char *ocsp_url; /* authorityInfoAccess; NULL: no extension */

    hs_span subject_key_id;   /* .p NULL: hs__spki_key_id of public_key */
    hs_span authority_key_id; /* .p NULL: no extension; roots leave it out */
} hs__cert_template;

/* Signs with the issuer's key (NULL: a draft with an empty signature, to be looked at before
 * it is signed) and writes DER; *n: in the room of out, out the length.
 * HS_E_MISUSE for a template that cannot be written, HS_E_NO_SPACE, or what the provider
 * says. A self-signed root has issuer = subject and its own key on both sides. */
HS_MUST_CHECK hs_status hs__certificate_issue(const hs_provider *p, const hs__cert_template *t,
                                              const hs__private_key *issuer_key, hs__sig_alg alg,
                                              uint8_t *out, size_t *n);

/* Room that is enough for any certificate with this template. */
size_t hs__certificate_room(const hs__cert_template *t);

#endif
