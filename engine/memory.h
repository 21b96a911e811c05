/* memory.h - where the engine's memory comes from: the configuration's allocator, and a few
 * buffers that connections of one configuration hand to each other so that moving data costs
 * no allocation per record. */
#ifndef HS_ENGINE_MEMORY_H
#define HS_ENGINE_MEMORY_H

#include <stdatomic.h>

#include "handshake/types.h"

/* Sizes of pooled buffers: a small reply, one full record on its way in, 64 KiB of sealed
 * records. Each keeps one spare. */
enum { HS__POOL_SMALL = 4096, HS__POOL_RECORD = 16672, HS__POOL_BULK = 65792, HS__POOL_SIZES = 3 };

typedef struct {
    hs_alloc alloc;
    _Atomic(void *) spare[HS__POOL_SIZES];
} hs__memory;

/* `alloc` NULL: calloc and free. */
void hs__memory_init(hs__memory *m, const hs_alloc *alloc);
void hs__memory_end(hs__memory *m);

/* Zeroed memory, or NULL. free wipes first. */
void *hs__alloc(hs__memory *m, size_t n);
void hs__free(hs__memory *m, void *p, size_t n);

/* At least n bytes, not zeroed; *cap is what it holds and goes back with it. Only what is
 * public (ciphertext) may stay in a buffer that is given back, or the caller wipes it. */
void *hs__spare_take(hs__memory *m, size_t n, size_t *cap);
void hs__spare_give(hs__memory *m, void *p, size_t cap);

#endif
