/* certs.h - the certificates in a file, and certificates as PEM. */
#ifndef HS_APPS_CERTS_H
#define HS_APPS_CERTS_H

#include "apps/common/fault.h"
#include "apps/common/files.h"
#include "pki/certificate.h"

/* In the order of the file. All zero is an empty list. */
typedef struct {
    hs__cert *v; /* views on `der` */
    size_t n;
    hs__bytes der;
} hs__certs;

/* Reads each CERTIFICATE block, or one DER certificate. `where` names the bytes in faults. None
 * at all is a fault. */
HS_MUST_CHECK hs__exit hs__certs_parse(hs_span text, const char *where, hs__certs *out,
                                       hs__fault *fault);
HS_MUST_CHECK hs__exit hs__certs_read(const char *path, hs__certs *out, hs__fault *fault);
void hs__certs_free(hs__certs *certs);

/* Adds the certificate as PEM to the end of *text. */
HS_MUST_CHECK hs__exit hs__certs_add_pem(hs_span der, hs__bytes *text, hs__fault *fault);

/* SHA-256 of the certificate as lower-case hex; `out` has room for 65 bytes. */
HS_MUST_CHECK hs_status hs__cert_sha256(const hs_provider *provider, const hs__cert *cert,
                                        char *out);

/* Lower-case hex; returns `out`. */
const char *hs__hex(hs_span bytes, char *out, size_t room);

#endif
