#include <stdlib.h>

#include "net/stream.h"

int hs_uv_loop_new(uv_loop_t *loop, hs_uv_loop **out) {
    hs_uv_loop *l = calloc(1, sizeof *l);
    *out = l;
    if (!l)
        return UV_ENOMEM;
    l->uv = loop;
    return 0;
}

void hs_uv_loop_free(hs_uv_loop *loop) {
    if (!loop)
        return;
    free(loop->spare);
    free(loop);
}

/* A slab on loan to a stream that waits is not the loop's: the next reader gets another. One is
 * kept, so that a busy loop allocates none. */
uint8_t *hs__slab_take(hs_uv_loop *loop) {
    uint8_t *slab = loop->spare;
    loop->spare = NULL;
    return slab ? slab : malloc(HS__SLAB);
}

void hs__slab_give(hs_uv_loop *loop, uint8_t *slab) {
    if (loop->spare)
        free(slab);
    else
        loop->spare = slab;
}
