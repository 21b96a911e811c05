/* der.h - the little DER that keys and signatures need: strict reading, and writing from the
 * end backwards. Certificates have their own cursor in pki/, with field names. */
#ifndef HS_CRYPTO_DER_H
#define HS_CRYPTO_DER_H

#include "crypto/provider.h"

enum {
    HS__DER_INTEGER = 0x02,
    HS__DER_BIT_STRING = 0x03,
    HS__DER_OCTET_STRING = 0x04,
    HS__DER_NULL = 0x05,
    HS__DER_OID = 0x06,
    HS__DER_SEQUENCE = 0x30
};

/* Takes one element with this tag from the front of *in; *content is its value. False, and
 * *in unchanged, if the next one is another, is cut short or has a length that is not DER
 * (X.690 10.1: definite and as short as possible). */
bool hs__der_take(hs_span *in, uint8_t tag, hs_span *content);

/* An INTEGER that is not negative and minimally encoded; *magnitude is without leading zeros
 * (empty for 0). */
bool hs__der_take_unsigned(hs_span *in, hs_span *magnitude);

/* The same, and the value must fit. */
bool hs__der_take_small(hs_span *in, unsigned *value);

/* True if `value` holds exactly these bytes. */
bool hs__der_is(hs_span value, const void *bytes, size_t n);

/* Writing: p moves down from the end of the buffer to `start`; `full` stays set once
 * something did not fit. */
typedef struct {
    uint8_t *start, *p;
    bool full;
} hs__der_out;

/* Bytes as they are, and room for bytes that the caller fills (NULL when full). */
void hs__der_put(hs__der_out *o, const void *bytes, size_t n);
uint8_t *hs__der_put_room(hs__der_out *o, size_t n);

/* Tag and length of an element with n bytes of content; at most HS__DER_HEADER bytes. */
enum { HS__DER_HEADER = 10 };
void hs__der_put_header(hs__der_out *o, uint8_t tag, uint64_t n);

/* Puts tag and length before all that was written since `end`, a former value of o->p. */
void hs__der_wrap(hs__der_out *o, uint8_t tag, const uint8_t *end);

/* A whole INTEGER from an unsigned big-endian magnitude, leading zeros allowed. */
void hs__der_put_unsigned(hs__der_out *o, hs_span magnitude);
void hs__der_put_small(hs__der_out *o, unsigned value);

#endif
