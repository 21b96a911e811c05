/* csr.h - a request for a certificate (PKCS#10, RFC 2986): who wants one, for which key, with
 * which extensions. A view on its bytes, like certificate.h: it is parsed here, not judged. */
#ifndef HS_PKI_CSR_H
#define HS_PKI_CSR_H

#include "pki/certificate.h"

typedef struct {
    hs_span der;     /* all of it */
    hs_span info;    /* what is signed */
    hs_span subject; /* whole Name */
    hs__spki key;
    hs__sigalg signature;
    hs_span signature_value;
    hs_span attributes; /* content of the list; hs__csr_attribute_next walks over it */
    hs__cert wanted;    /* the extensions asked for, all else of it empty */
} hs__csr;

/* Reads one request and nothing behind it. Any fault is HS_E_DECODE; root->where and
 * root->problem say which. `sink` may be NULL. */
HS_MUST_CHECK hs_status hs__csr_read(hs_span der, const hs__field_sink *sink, hs__csr *out,
                                     hs__rd_root *root);

/* Whether it is signed with the key in it: the proof that the sender has the private key.
 * HS_E_BAD_SIGNATURE; HS_E_UNSUPPORTED_KEY for what cannot be checked. */
HS_MUST_CHECK hs_status hs__csr_verify(const hs_provider *p, const hs__csr *csr);

/* OID content of one attribute after the other; false at the end. */
bool hs__csr_attribute_next(hs_span *attributes, hs_span *oid);

#endif
