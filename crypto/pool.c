#include "crypto/pool.h"

#include <stddef.h>

void *hs__pool_take(hs__pool *pool) {
    for (int i = 0; i < HS__POOL_SLOTS; i++) {
        if (!atomic_load_explicit(&pool->slot[i], memory_order_relaxed))
            continue;
        void *object = atomic_exchange_explicit(&pool->slot[i], NULL, memory_order_acquire);
        if (object)
            return object;
    }
    return NULL;
}

bool hs__pool_put(hs__pool *pool, void *object) {
    for (int i = 0; i < HS__POOL_SLOTS; i++) {
        void *empty = NULL;
        if (atomic_compare_exchange_strong_explicit(&pool->slot[i], &empty, object,
                                                    memory_order_release, memory_order_relaxed))
            return true;
    }
    return false;
}
