/* oid.h - object identifiers: the ones we know (oids.def), and how to show any other. */
#ifndef HS_PKI_OID_H
#define HS_PKI_OID_H

#include "handshake/types.h"

typedef enum {
    HS__OID_UNKNOWN,
#define HS__OID(id, bytes, dotted, name, meaning) HS__OID_##id,
#include "pki/oids.def"
#undef HS__OID
    HS__OID_COUNT
} hs__oid;

enum { HS__OID_TEXT_MAX = 160 }; /* room for a dotted OID; longer ones are cut */

/* From the content bytes of an OBJECT IDENTIFIER. */
hs__oid hs__oid_find(hs_span content);

/* From a short name ("CN") without regard to case, or dotted ("2.5.4.3"). */
hs__oid hs__oid_by_name(const char *name, size_t n);

hs_span hs__oid_bytes(hs__oid id);         /* content bytes; empty for UNKNOWN */
const char *hs__oid_name(hs__oid id);      /* "CN"; "" for UNKNOWN */
const char *hs__oid_meaning(hs__oid id);   /* "common name"; "" for UNKNOWN */
const char *hs__oid_dotted_of(hs__oid id); /* "2.5.4.3"; "" for UNKNOWN */

/* Arcs as "1.2.3" from content bytes; what is not well formed ends in "?". */
void hs__oid_dotted(hs_span content, char *out, size_t room);

/* The short name where it is known, else the dotted form. */
void hs__oid_text(hs_span content, char *out, size_t room);

#endif
