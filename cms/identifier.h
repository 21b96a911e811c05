/* identifier.h - how a message names a certificate: by issuer and serial number, or by the key's
 * identifier (RFC 5652 10.2.4 and 6.2.1). */
#ifndef HS_CMS_IDENTIFIER_H
#define HS_CMS_IDENTIFIER_H

#include "cms/seal.h"
#include "pki/certificate.h"
#include "pki/der_write.h"

/* Either issuer and serial, or key_id; all empty: it has none of these forms. */
typedef struct {
    hs_span issuer; /* a whole Name */
    hs_span serial; /* content of the INTEGER */
    hs_span key_id;
} hs__cms_id;

/* IssuerAndSerialNumber, or [0] IMPLICIT SubjectKeyIdentifier. */
void hs__cms_id_read(hs__rd *r, const char *name, hs__cms_id *out);

/* IssuerAndSerialNumber. */
void hs__cms_id_write(hs__der_out *o, const hs__cert *cert);

bool hs__cms_id_is(const hs__cms_id *id, const hs__cert *cert);

/* "CN=ca.test, serial 0a1b" / "key id 0a1b"; printable. */
void hs__cms_id_text(const hs__cms_id *id, char out[HS__CMS_WHO_TEXT]);

#endif
