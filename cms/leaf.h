/* leaf.h - what a value means, in words: for hs-seal show. */
#ifndef HS_CMS_LEAF_H
#define HS_CMS_LEAF_H

#include "cms/show.h"

enum { HS__CMS_LEAF_TEXT = 192 };

/* The value of an element with this tag; "" where there is nothing to say. Printable. */
void hs__cms_value_text(uint8_t tag, hs_span value, char text[HS__CMS_LEAF_TEXT]);

/* Kind and text of a field that pki's cursor read. *tag: of the element it belongs to, kept from
 * one field to the next. */
hs__cms_leaf_kind hs__cms_leaf_of(const hs__field *f, uint8_t *tag, char text[HS__CMS_LEAF_TEXT]);

#endif
