/* ber_value.h - the small values that stand between the large ones, told field by field. */
#ifndef HS_CMS_BER_VALUE_H
#define HS_CMS_BER_VALUE_H

#include "cms/ber.h"
#include "pki/oid.h"

/* An OBJECT IDENTIFIER; its content is put into *content, which may be NULL. */
hs__oid hs__ber_oid(hs__ber *b, const char *name, hs__cms_buf *content);

/* An INTEGER of at most `max`. */
uint32_t hs__ber_number(hs__ber *b, const char *name, uint32_t max);

/* ContentInfo (RFC 5652 section 3), opened up to its content; close it with two hs__ber_close. */
hs__oid hs__ber_content_info(hs__ber *b, hs__cms_buf *type);

#endif
