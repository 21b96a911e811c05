/* session_cache.h - a bounded place for sessions under random ids, the server's.
 *
 * Sets of eight slots; an id's first bytes choose its set, and within a set the one that was not
 * used for longest makes room. Nothing is allocated after the beginning, and a lock is held for
 * eight comparisons and one copy. */
#ifndef HS_ENGINE_SESSION_CACHE_H
#define HS_ENGINE_SESSION_CACHE_H

#include "engine/lock.h"
#include "engine/memory.h"
#include "engine/session.h"

enum {
    HS__STORE_ID = 32, /* bytes of an id */
    HS__CACHE_WAYS = 8
};

typedef struct {
    uint8_t id[HS__STORE_ID];
    uint64_t expires_ms; /* 0: empty */
    uint64_t used;       /* the later, the larger */
    size_t n;
    uint8_t bytes[HS__SESSION_STATE_MAX];
} hs__cache_slot;

typedef struct {
    hs__lock lock;
    hs__cache_slot *slots;
    size_t n_slots; /* a multiple of HS__CACHE_WAYS */
    uint64_t uses;
    size_t swept; /* slots looked at in turn, one each call, for what is over */
} hs__session_cache;

/* Room for `entries` or a few more. end wipes. */
HS_MUST_CHECK hs_status hs__cache_init(hs__session_cache *c, hs__memory *m, size_t entries);
void hs__cache_end(hs__session_cache *c, hs__memory *m);

/* state: at most HS__SESSION_STATE_MAX bytes. */
void hs__cache_put(hs__session_cache *c, uint64_t now_ms, const uint8_t id[HS__STORE_ID],
                   hs_span state, uint64_t expires_ms);

/* Copies the bytes to `out`, which has room for HS__SESSION_STATE_MAX; their number, or 0: there
 * is none. */
size_t hs__cache_get(hs__session_cache *c, uint64_t now_ms, const uint8_t id[HS__STORE_ID],
                     uint8_t *out);
void hs__cache_remove(hs__session_cache *c, const uint8_t id[HS__STORE_ID]);

#endif
