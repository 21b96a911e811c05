/* signed.h - SignedData (RFC 5652 section 5), read as a stream: the content is hashed and given
 * away while it passes, what stands behind it is kept. */
#ifndef HS_CMS_SIGNED_H
#define HS_CMS_SIGNED_H

#include "cms/ber.h"
#include "cms/signer.h"

enum {
    HS__CMS_CERTS_MAX = 64,
    HS__CMS_CERT_BYTES = 65536,       /* of one certificate */
    HS__CMS_CERTS_BYTES = 4 * 65536,  /* of all */
    HS__CMS_SIGNER_BYTES = 4 * 16384, /* of a SignerInfo */
    HS__CMS_HASHES = 4
};

/* Zeroed to begin with. */
typedef struct {
    hs__cms_buf content_type; /* content of its OID */
    bool runs[HS__CMS_HASHES];
    hs__hash hash[HS__CMS_HASHES]; /* by hs__hash_id, as digestAlgorithms lists them */
    uint64_t content_n;
    hs__cms_buf certificates;         /* one behind the other, in DER */
    size_t cert_n[HS__CMS_CERTS_MAX]; /* how long each is */
    size_t n_certificates;
    hs__cms_buf signer; /* the SignerInfo; empty: there is none */
} hs__cms_signed;

/* Reads SignedData from its SEQUENCE on. Failures are b's; one of `out` is, too. HS_E_UNSUPPORTED:
 * the content is not in the message, or there is more than one signer. */
void hs__cms_signed_read(hs__cms_signed *s, const hs_provider *p, hs__ber *b, hs__cms_sink out);

void hs__cms_signed_free(hs__cms_signed *s, const hs_provider *p);

#endif
