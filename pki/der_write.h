/* der_write.h - what certificates need of writing DER beyond crypto/der.h. Like there, all is
 * written from the end of the buffer backwards: the last field first. */
#ifndef HS_PKI_DER_WRITE_H
#define HS_PKI_DER_WRITE_H

#include "pki/der.h"
#include "pki/oid.h"

void hs__der_put_oid(hs__der_out *o, hs__oid id);
void hs__der_put_null(hs__der_out *o);
void hs__der_put_true(hs__der_out *o); /* FALSE is the default everywhere, and left out */

/* One whole element around these bytes. */
void hs__der_put_value(hs__der_out *o, uint8_t tag, hs_span content);

/* A BIT STRING of whole bytes around all that was written since `end`. */
void hs__der_wrap_bits(hs__der_out *o, const uint8_t *end);

/* A named bit list: bit k of `bits` is bit k of the ASN.1 type; at most 16. */
void hs__der_put_named_bits(hs__der_out *o, uint32_t bits);

#endif
