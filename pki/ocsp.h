/* ocsp.h - OCSP responses (RFC 6960 4.2) as a view on their bytes. Whether one is to be believed
 * is decided in revocation.c. Writing: ocsp_write.h. */
#ifndef HS_PKI_OCSP_H
#define HS_PKI_OCSP_H

#include "pki/extension.h"
#include "pki/name.h"
#include "pki/ocsp_write.h"

typedef struct {
    unsigned status; /* OCSPResponseStatus: 0 is successful, else nothing below is set */
    hs_span tbs;     /* what is signed */
    hs__sigalg signature;
    hs_span signature_value;
    bool is_by_key;    /* the responder is named by ... */
    hs_span responder; /* ... the SHA-1 of its key; else a whole Name */
    int64_t produced;  /* Unix seconds, as all times here */
    hs_span singles;   /* content; hs__ocsp_next walks over it */
    bool has_nonce;
    hs_span nonce;        /* content of the OCTET STRING in the extension */
    hs_span certificates; /* content: Certificates; may be empty */
    size_t n_unknown_critical;
} hs__ocsp;

/* Reads an OCSPResponse and nothing behind it. Any fault is HS_E_OCSP; root->where and
 * root->problem say which. `sink` may be NULL. */
HS_MUST_CHECK hs_status hs__ocsp_read(hs_span der, const hs__field_sink *sink, hs__ocsp *out,
                                      hs__rd_root *root);

/* What a response says about one certificate. */
typedef struct {
    hs__oid hash; /* of the two below */
    hs_span issuer_name_hash, issuer_key_hash;
    hs_span serial; /* content of the INTEGER */
    hs__ocsp_verdict verdict;
    int64_t revoked_at;
    unsigned reason; /* RFC 5280 5.3.1; 0 where none is given */
    int64_t this_update, next_update;
    bool has_next_update;
    size_t n_unknown_critical;
} hs__ocsp_single;

/* Walks over the singles of a response that was read before; false at the end. */
bool hs__ocsp_next(hs_span *singles, hs__ocsp_single *out);

/* "good", "try later", ...: the text of a status that is not 0. */
const char *hs__ocsp_status_text(unsigned status);

#endif
