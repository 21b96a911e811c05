/* der.h - strict DER (X.690) read field by field, over proto's cursor and with its contract:
 * every read names its field, the first failure sticks to the tree, leaves cover each byte.
 *
 * An element `name` gives the leaves "name.tag", "name.length" and, where it is not opened,
 * "name" for its content. Offsets, paths and errors are those of hs__rd. What fails:
 * lengths that are indefinite or longer than needed, tag numbers above 30, and per type what
 * X.690 sections 8, 10 and 11 forbid. There is no lenient mode here. */
#ifndef HS_PKI_DER_H
#define HS_PKI_DER_H

#include "crypto/der.h"
#include "proto/cursor.h"

/* Tags beyond those of crypto/der.h. */
enum {
    HS__DER_BOOLEAN = 0x01,
    HS__DER_ENUMERATED = 0x0a,
    HS__DER_UTF8_STRING = 0x0c,
    HS__DER_PRINTABLE_STRING = 0x13,
    HS__DER_TELETEX_STRING = 0x14,
    HS__DER_IA5_STRING = 0x16,
    HS__DER_UTC_TIME = 0x17,
    HS__DER_GENERALIZED_TIME = 0x18,
    HS__DER_UNIVERSAL_STRING = 0x1c,
    HS__DER_BMP_STRING = 0x1e,
    HS__DER_SET = 0x31,
    HS__DER_CONTEXT = 0x80,        /* | number: [n] IMPLICIT of something primitive */
    HS__DER_CONTEXT_OPENED = 0xa0, /* | number: [n] of something constructed, or EXPLICIT */
};

/* "SEQUENCE", "[0]"; NULL where there is no name. An hs__name_fn. */
const char *hs__der_tag_name(uint32_t tag);

/* The next element has this tag; false at the end and after a failure. */
bool hs__der_next_is(const hs__rd *r, uint8_t tag);
bool hs__der_next_tag(const hs__rd *r, uint8_t *tag);

/* Opens the next element, which must have this tag; `inside` reads its content and is
 * closed by hs__der_close, which refuses bytes left over. After a failure `inside` is empty.
 * Also for an OCTET STRING that holds DER. */
void hs__der_open(hs__rd *r, const char *name, uint8_t tag, hs__rd *inside);
void hs__der_close(hs__rd *inside);

/* The content of the next element, which must have this tag, as one leaf. */
hs_span hs__der_value(hs__rd *r, const char *name, uint8_t tag);

/* The next element whatever it is: content, and *tag (0 after a failure). */
hs_span hs__der_any(hs__rd *r, const char *name, uint8_t *tag);

/* The bytes read by r since `from`, a former value of r->p: for signatures and comparisons. */
hs_span hs__der_since(const hs__rd *r, const uint8_t *from);

/* X.690 11.1: 00 or FF. `tag` allows for implicit tagging, here and below. */
bool hs__der_boolean(hs__rd *r, const char *name, uint8_t tag);

/* `BOOLEAN DEFAULT FALSE`: absent is false, present must be TRUE (X.690 11.5). */
bool hs__der_default_false(hs__rd *r, const char *name);

/* Content of an INTEGER in as few bytes as possible, of any sign. */
hs_span hs__der_integer(hs__rd *r, const char *name, uint8_t tag);

/* An INTEGER >= 0 without leading zeros (empty for 0) / one that is at most `max`. */
hs_span hs__der_unsigned(hs__rd *r, const char *name, uint8_t tag);
uint32_t hs__der_number(hs__rd *r, const char *name, uint8_t tag, uint32_t max);

hs_span hs__der_oid(hs__rd *r, const char *name, uint8_t tag);
void hs__der_null(hs__rd *r, const char *name);

/* The bytes of a BIT STRING that has no unused bits. */
hs_span hs__der_octet_aligned_bits(hs__rd *r, const char *name, uint8_t tag);

/* Opens a BIT STRING that has no unused bits and holds structure, or bytes. */
void hs__der_open_bits(hs__rd *r, const char *name, hs__rd *inside);

/* A named bit list of at most 16 bits; bit k of the ASN.1 type is 1u << k. Zero bits at its
 * end are taken, the one liberty here: X.690 11.2.2 forbids them, but roots in the public
 * bundles have them in keyUsage, and they mean nothing. */
uint32_t hs__der_named_bits(hs__rd *r, const char *name, uint8_t tag);

/* Walks over elements that were read and found good before: false at the end. It stops,
 * too, at bytes that are not DER, so that it is safe on any input. */
bool hs__der_walk(hs_span *list, uint8_t *tag, hs_span *content);

#endif
