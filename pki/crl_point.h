/* crl_point.h - where revocation lists are, and which part of the certificates a list covers:
 * DistributionPoint (RFC 5280 4.2.1.13) and IssuingDistributionPoint (5.2.5). */
#ifndef HS_PKI_CRL_POINT_H
#define HS_PKI_CRL_POINT_H

#include "pki/general_name.h"

/* Of a certificate. */
typedef struct {
    bool has_name;
    hs_span full_name; /* content: GeneralNames; empty where the name is relative */
    bool has_reasons;  /* covers some reasons only */
    bool has_issuer;   /* cRLIssuer: somebody else makes the list */
} hs__crl_point;

hs__crl_point hs__crl_point_read(hs__rd *r, const char *field);

/* Walks over the content of cRLDistributionPoints that was read before; false at its end. */
bool hs__crl_point_next(hs_span *points, hs__crl_point *out);

/* Of a list. */
typedef struct {
    bool has_name;
    hs_span full_name;
    bool only_users, only_cas, only_attributes;
    bool has_reasons; /* onlySomeReasons */
    bool is_indirect; /* has other issuers' certificates */
} hs__crl_scope;

void hs__crl_scope_read(hs__rd *r, hs__crl_scope *out);

#endif
