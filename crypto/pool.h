/* pool.h - a few objects kept for reuse by any thread, without a lock.
 *
 * Library contexts are costly to make and may be used by one thread at a time only. Whoever
 * needs one takes it (or makes a new one when the pool is empty), uses it alone, and puts it
 * back (or frees it when the pool is full). */
#ifndef HS_CRYPTO_POOL_H
#define HS_CRYPTO_POOL_H

#include <stdatomic.h>
#include <stdbool.h>

enum { HS__POOL_SLOTS = 8 };

/* All zero is an empty pool. */
typedef struct {
    _Atomic(void *) slot[HS__POOL_SLOTS];
} hs__pool;

void *hs__pool_take(hs__pool *pool);             /* NULL: empty */
bool hs__pool_put(hs__pool *pool, void *object); /* false: full, still the caller's */

#endif
