/* set.h - SET OF in the order of DER (X.690 11.6). */
#ifndef HS_CMS_SET_H
#define HS_CMS_SET_H

#include "pki/der_write.h"

/* Sorts whole elements and writes them as one element with this tag. */
void hs__cms_set_write(hs__der_out *o, uint8_t tag, hs_span *items, size_t n);

#endif
