#include "engine/memory.h"

#include <stdlib.h>

#include "crypto/provider.h"

static const size_t pool_size[HS__POOL_SIZES] = {HS__POOL_SMALL, HS__POOL_RECORD, HS__POOL_BULK};

static void *default_alloc(void *ctx, size_t n) {
    (void)ctx;
    return calloc(1, n);
}

static void default_free(void *ctx, void *p, size_t n) {
    (void)ctx;
    (void)n;
    free(p);
}

void hs__memory_init(hs__memory *m, const hs_alloc *alloc) {
    m->alloc = alloc != NULL ? *alloc : (hs_alloc){default_alloc, default_free, NULL};
    for (size_t i = 0; i < HS__POOL_SIZES; i++) {
        atomic_init(&m->spare[i], NULL);
    }
}

void hs__memory_end(hs__memory *m) {
    for (size_t i = 0; i < HS__POOL_SIZES; i++) {
        void *p = atomic_exchange(&m->spare[i], NULL);
        if (p != NULL) {
            m->alloc.free(m->alloc.ctx, p, pool_size[i]);
        }
    }
}

void *hs__alloc(hs__memory *m, size_t n) {
    return m->alloc.alloc(m->alloc.ctx, n);
}

void hs__free(hs__memory *m, void *p, size_t n) {
    if (p != NULL) {
        hs__wipe(p, n);
        m->alloc.free(m->alloc.ctx, p, n);
    }
}

void *hs__spare_take(hs__memory *m, size_t n, size_t *cap) {
    for (size_t i = 0; i < HS__POOL_SIZES; i++) {
        if (n <= pool_size[i]) {
            *cap = pool_size[i];
            void *p = atomic_exchange(&m->spare[i], NULL);
            return p != NULL ? p : hs__alloc(m, *cap);
        }
    }
    *cap = n;
    return hs__alloc(m, n);
}

void hs__spare_give(hs__memory *m, void *p, size_t cap) {
    if (p == NULL) {
        return;
    }
    for (size_t i = 0; i < HS__POOL_SIZES; i++) {
        if (cap == pool_size[i]) {
            p = atomic_exchange(&m->spare[i], p);
            break;
        }
    }
    if (p != NULL) {
        m->alloc.free(m->alloc.ctx, p, cap);
    }
}
