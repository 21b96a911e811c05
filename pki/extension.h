/* extension.h - Extensions (RFC 5280 4.1, 5.2, 5.3; RFC 6960 4.4): the list that certificates,
 * revocation lists, their entries and OCSP responses share. */
#ifndef HS_PKI_EXTENSION_H
#define HS_PKI_EXTENSION_H

#include "pki/der.h"
#include "pki/oid.h"

typedef struct {
    hs_span all;              /* content; hs__cert_extension_next walks over it */
    hs_span unknown_critical; /* OID content of the first critical one without a reader */
    size_t n_unknown_critical;
} hs__cert_extension_list;

/* Reads the inside of an extension's OCTET STRING. False, and nothing read: no reader for it. */
typedef bool (*hs__extension_reader)(void *ctx, hs__oid id, bool is_critical, hs__rd *value);

/* Reads the SEQUENCE OF Extension, not empty, none of them twice. */
void hs__cert_extension_list_read(hs__rd *r, const char *field, hs__extension_reader read,
                                  void *ctx, hs__cert_extension_list *out);

typedef struct {
    hs__oid id;
    hs_span oid; /* content */
    bool is_critical;
    hs_span value; /* inside of the OCTET STRING */
} hs__cert_extension;

/* Walks over a list that was read before; false at its end. */
bool hs__cert_extension_next(hs_span *extensions, hs__cert_extension *out);

/* A list without items breaks SIZE (1..MAX), which all lists of the RFC have. */
void hs__require_items(hs__rd *list, size_t n);

#endif
