#include "cms/buf.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/provider.h"

static hs_status grow(hs__cms_buf *b, size_t more) {
    if (b->room - b->n >= more) {
        return HS_OK;
    }
    const size_t room = (b->n + more) * 2;
    uint8_t *p = malloc(room);
    if (p == NULL) {
        return HS_E_NOMEM;
    }
    if (b->n > 0) {
        memcpy(p, b->p, b->n);
        hs__wipe(b->p, b->n);
    }
    free(b->p);
    b->p = p;
    b->room = room;
    return HS_OK;
}

hs_status hs__cms_buf_put(hs__cms_buf *b, const void *p, size_t n) {
    const hs_status st = grow(b, n);
    if (st == HS_OK && n > 0) {
        memcpy(b->p + b->n, p, n);
        b->n += n;
    }
    return st;
}

void hs__cms_buf_free(hs__cms_buf *b) {
    if (b->p != NULL) {
        hs__wipe(b->p, b->room);
    }
    free(b->p);
    *b = (hs__cms_buf){NULL, 0, 0};
}
