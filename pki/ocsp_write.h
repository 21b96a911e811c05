/* ocsp_write.h - making OCSP answers (RFC 6960 4.2) about one certificate, signed by its issuer.
 * Reading: ocsp.h. */
#ifndef HS_PKI_OCSP_WRITE_H
#define HS_PKI_OCSP_WRITE_H

#include "pki/crl_write.h"
#include "pki/spki.h"

typedef enum { HS__OCSP_GOOD, HS__OCSP_REVOKED, HS__OCSP_UNKNOWN } hs__ocsp_verdict;

typedef struct {
    hs_span issuer;             /* Name of the CA that issued the certificate and signs */
    const hs__spki *issuer_key; /* as it stands in the CA's certificate */
    hs_span serial;             /* content of the certificate's INTEGER */
    hs__ocsp_verdict verdict;
    int64_t revoked_at; /* and reason: for HS__OCSP_REVOKED */
    hs__reason reason;
    int64_t produced, this_update, next_update;
} hs__ocsp_template;

/* As hs__certificate_issue; writes a whole OCSPResponse. */
HS_MUST_CHECK hs_status hs__ocsp_issue(const hs_provider *p, const hs__ocsp_template *t,
                                       const hs__private_key *key, hs__sig_alg alg, uint8_t *out,
                                       size_t *n);
size_t hs__ocsp_room(const hs__ocsp_template *t);

#endif
