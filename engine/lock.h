/* lock.h - a lock for a few hundred bytes that threads share: held for a copy, never across a
 * call that can wait or fail. */
#ifndef HS_ENGINE_LOCK_H
#define HS_ENGINE_LOCK_H

#include <stdatomic.h>
#include <threads.h>

typedef atomic_flag hs__lock;

static inline void hs__lock_take(hs__lock *lock) {
    while (atomic_flag_test_and_set_explicit(lock, memory_order_acquire)) {
        thrd_yield(); /* its holder may wait for this processor */
    }
}

static inline void hs__lock_give(hs__lock *lock) {
    atomic_flag_clear_explicit(lock, memory_order_release);
}

#endif
