/* ext.h - what the files ext_*.c give to extensions.c: for each extension that we know a
 * reader and a writer of its body.
 *
 * x_read reads from a reader that holds the body and nothing else; the caller checks that
 * nothing is left over. x_write writes the body without its length. Both know the message
 * by `in`, which the caller has checked against the table. */
#ifndef HS_PROTO_EXT_H
#define HS_PROTO_EXT_H

#include "proto/extensions.h"

#define HS__EXT_KNOWN(code, name, in, section, note)                                               \
    void hs__ext_##name##_read(hs__rd *r, hs__ext_in at, hs__extensions *e);                       \
    void hs__ext_##name##_write(hs__wr *w, hs__ext_in at, const hs__extensions *e);
#include "proto/extensions.def"

/* Bodies that are messages of TLS 1.2, or a part of one, as well. */

/* DistinguishedName name<min..2^16-1> (RFC 9846 4.3.4; RFC 5246 7.4.4: min is 0). */
hs_span hs__authorities_read(hs__rd *r, const char *name, size_t min);

/* CertificateStatus (RFC 6066 section 8; in a CertificateEntry: RFC 9846 4.5.1.1): status_type
 * and response. */
void hs__status_response_read(hs__rd *r, hs__status_request *s);
void hs__status_response_write(hs__wr *w, const hs__status_request *s);

/* A set of 16-bit numbers: finds a number that occurs twice in one pass, however long the
 * list is. Starts zeroed. */
typedef struct {
    uint64_t bits[1024];
} hs__seen16;

/* Adds v; true if it was in already. */
static inline bool hs__seen16_add(hs__seen16 *s, uint16_t v) {
    uint64_t bit = UINT64_C(1) << (v % 64);
    bool was_in = (s->bits[v / 64] & bit) != 0;
    s->bits[v / 64] |= bit;
    return was_in;
}

#endif
