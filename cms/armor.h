/* armor.h - PEM text around a message (RFC 7468 section 9), as a stream in both directions. */
#ifndef HS_CMS_ARMOR_H
#define HS_CMS_ARMOR_H

#include "cms/stream.h"

enum { HS__CMS_ARMOR_TEXT = 4096, HS__CMS_LINE = 80 };

/* Writing: zeroed to begin with but for `out`. put: an hs__cms_write_fn on the armor. */
typedef struct {
    hs__cms_sink out;
    bool has_begun;
    uint8_t group[3]; /* bytes that wait for a whole group */
    size_t group_n;
    size_t line_n; /* letters in the line so far */
    char text[HS__CMS_ARMOR_TEXT];
    size_t text_n;
} hs__cms_armor;

HS_MUST_CHECK hs_status hs__cms_armor_put(void *armor, hs_span bytes);
HS_MUST_CHECK hs_status hs__cms_armor_end(hs__cms_armor *a);

/* Reading: zeroed to begin with but for `in`. What begins with the byte 30 is handed on as it is;
 * else there is text, in which a block CMS or PKCS7 is looked for. read: an hs__cms_read_fn.
 * HS_E_PEM: bad letters, or another line at its end; HS_E_CMS_TRUNCATED: it has no end;
 * HS_E_CMS_FORMAT: there is no such block. What stands behind the block is not looked at. */
typedef struct {
    hs__cms_source in;
    enum { HS__CMS_FRESH, HS__CMS_BINARY, HS__CMS_TEXT, HS__CMS_DONE } state;
    uint8_t raw[HS__CMS_ARMOR_TEXT];
    size_t from, to;
    uint32_t bits;
    unsigned have, padding;
    char label[16];
} hs__cms_unarmor;

HS_MUST_CHECK hs_status hs__cms_unarmor_read(void *unarmor, uint8_t *buf, size_t room, size_t *n);

#endif
