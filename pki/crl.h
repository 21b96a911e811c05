/* crl.h - certificate revocation lists (RFC 5280 section 5) as a view on their bytes. Whether one
 * is to be believed is decided in revocation.c. Writing: crl_write.h. */
#ifndef HS_PKI_CRL_H
#define HS_PKI_CRL_H

#include "pki/crl_point.h"
#include "pki/crl_write.h"
#include "pki/extension.h"
#include "pki/name.h"

typedef struct {
    hs_span tbs; /* what is signed */
    hs__sigalg signature;
    bool algorithms_match; /* the one inside is the same, byte for byte */
    hs_span signature_value;
    int version;                      /* 1 or 2 */
    hs_span issuer;                   /* whole Name */
    int64_t this_update, next_update; /* Unix seconds */
    bool has_next_update;
    hs_span entries; /* content; hs__crl_next walks over it */
    size_t n_entries;

    hs_span authority_key_id; /* keyIdentifier; empty if it has none */
    bool has_number, is_number_critical;
    bool is_delta;
    bool has_scope;
    hs__crl_scope scope;
    size_t n_unknown_critical; /* of the list and of its entries */
} hs__crl;

/* Reads one list and nothing behind it. Any fault is HS_E_CRL; root->where and root->problem say
 * which. `sink` may be NULL. */
HS_MUST_CHECK hs_status hs__crl_read(hs_span der, const hs__field_sink *sink, hs__crl *out,
                                     hs__rd_root *root);

typedef struct {
    hs_span serial; /* content of the INTEGER */
    int64_t when;
    unsigned reason; /* RFC 5280 5.3.1; 0 where none is given */
} hs__revoked;

/* Walks over the entries of a list that was read before; false at the end. */
bool hs__crl_next(hs_span *entries, hs__revoked *out);

/* The entry with this serial number. */
bool hs__crl_find(const hs__crl *crl, hs_span serial, hs__revoked *out);

/* "keyCompromise"; "a reason of its own" for numbers that RFC 5280 5.3.1 does not have. */
const char *hs__revocation_reason(unsigned code);

#endif
