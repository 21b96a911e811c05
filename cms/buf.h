/* buf.h - bytes that grow, wiped when they go. */
#ifndef HS_CMS_BUF_H
#define HS_CMS_BUF_H

#include "handshake/status.h"

/* Zeroed to begin with. */
typedef struct {
    uint8_t *p;
    size_t n, room;
} hs__cms_buf;

HS_MUST_CHECK hs_status hs__cms_buf_put(hs__cms_buf *b, const void *p, size_t n);
void hs__cms_buf_free(hs__cms_buf *b);

/* Borrowed until the next put. */
static inline hs_span hs__cms_buf_span(const hs__cms_buf *b) {
    return (hs_span){b->p, b->n};
}

#endif
