/* attributes.h - signed attributes (RFC 5652 5.3 and 11), and the two that are ours. */
#ifndef HS_CMS_ATTRIBUTES_H
#define HS_CMS_ATTRIBUTES_H

#include "cms/open.h"
#include "pki/der_write.h"

/* Room for all of them. */
enum { HS__CMS_ATTRIBUTES_ROOM = 512 + HS__CMS_RECEIVERS_MAX * (HS__CMS_CERT_HASH + 2) };

typedef struct {
    hs_span digest;
    int64_t time;
    const uint8_t *serial; /* HS__CMS_SERIAL bytes */
    const hs__cms_sealed_for *receivers;
    size_t n_receivers;
} hs__cms_attributes;

/* Writes the SET OF that is signed. */
void hs__cms_attributes_write(hs__der_out *o, const hs__cms_attributes *a);

/* What was read; spans are borrowed. Empty or false: not there. */
typedef struct {
    hs_span content_type; /* content of the OID */
    hs_span digest;
    bool has_time;
    int64_t time;
    hs_span serial;
    bool has_receivers;
    hs_span receivers; /* content of the SEQUENCE: OCTET STRINGs of HS__CMS_CERT_HASH bytes */
    size_t n_receivers;
} hs__cms_attributes_found;

/* Reads the attributes inside their SET. HS_E_CMS_ATTRIBUTES: a type occurs twice, or one that we
 * know has not exactly one value. What we do not know is gone over. */
void hs__cms_attributes_read(hs__rd *r, hs__cms_attributes_found *out);

#endif
