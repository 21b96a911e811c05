/* name.h - distinguished names: read, compare (RFC 5280 7.1), print and write (RFC 4514).
 *
 * A name is passed around as the whole DER of its Name: equal bytes are equal names, and a
 * signature covers them. */
#ifndef HS_PKI_NAME_H
#define HS_PKI_NAME_H

#include "pki/der.h"
#include "pki/oid.h"

/* Reads a Name and returns all its bytes; empty after a failure. */
hs_span hs__name_read(hs__rd *r, const char *field);

bool hs__name_is_empty(hs_span name);

/* RFC 5280 7.1: PrintableString and UTF8String (and IA5String) are compared without regard
 * to ASCII case and to runs of spaces, all else byte by byte. */
bool hs__name_equal(hs_span a, hs_span b);

/* Equal names have equal hashes. */
uint32_t hs__name_hash(hs_span name);

/* True if `name` begins with the RDNs of `base` (directoryName constraints). */
bool hs__name_is_within(hs_span name, hs_span base);

/* The content of the first attribute of this type; false if there is none. */
bool hs__name_attribute(hs_span name, hs__oid type, hs_span *value);

/* Walks over all of this type, in all RDNs; false at the end. */
typedef struct {
    hs_span rdns, set;
} hs__name_walk;

hs__name_walk hs__name_walk_begin(hs_span name);
bool hs__name_walk_next(hs__name_walk *w, hs__oid type, hs_span *value);

enum { HS__NAME_TEXT = 512 };

/* "CN=a.test,O=Example" (RFC 4514, most specific first); "" for the empty name. Bytes that
 * are not printable become \xNN, so the text is safe on a terminal; cut with "..." at the
 * end of the buffer. */
void hs__name_text(hs_span name, char *out, size_t room);

/* The reverse: "CN=a.test,O=Example" to DER; *n: in the room, out the length. Escapes of
 * RFC 4514 are understood; "" is the empty name. HS_E_ILLEGAL_VALUE: not such a text. */
HS_MUST_CHECK hs_status hs__name_from_text(const char *text, uint8_t *out, size_t *n);

#endif
