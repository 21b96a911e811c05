#include "engine/session_cache.h"

#include <string.h>

#include "crypto/provider.h"

hs_status hs__cache_init(hs__session_cache *c, hs__memory *m, size_t entries) {
    c->n_slots = (entries + HS__CACHE_WAYS - 1) / HS__CACHE_WAYS * HS__CACHE_WAYS;
    c->slots = hs__alloc(m, c->n_slots * sizeof(*c->slots));
    c->uses = 0;
    c->swept = 0;
    atomic_flag_clear(&c->lock);
    return c->slots != NULL ? HS_OK : HS_E_NOMEM;
}

void hs__cache_end(hs__session_cache *c, hs__memory *m) {
    hs__free(m, c->slots, c->n_slots * sizeof(*c->slots));
}

/* ---- with the lock held ------------------------------------------------------------------ */

static void empty(hs__cache_slot *slot) {
    hs__wipe(slot->bytes, slot->n);
    slot->n = 0;
    slot->expires_ms = 0;
    slot->used = 0;
}

/* Ids are random, so their first bytes spread over the sets. */
static hs__cache_slot *set_of(hs__session_cache *c, const uint8_t *id) {
    const uint32_t hash =
        (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3];
    return c->slots + hash % (c->n_slots / HS__CACHE_WAYS) * HS__CACHE_WAYS;
}

static hs__cache_slot *find(hs__session_cache *c, const uint8_t *id) {
    hs__cache_slot *set = set_of(c, id);
    for (size_t i = 0; i < HS__CACHE_WAYS; i++) {
        if (set[i].expires_ms != 0 && memcmp(set[i].id, id, sizeof(set[i].id)) == 0) {
            return &set[i];
        }
    }
    return NULL;
}

/* The slot of this id, or an empty one, or the one that was not used for longest. */
static hs__cache_slot *find_room(hs__session_cache *c, const uint8_t *id) {
    hs__cache_slot *best = find(c, id);
    hs__cache_slot *set = set_of(c, id);
    for (size_t i = 0; best == NULL && i < HS__CACHE_WAYS; i++) {
        best = set[i].expires_ms == 0 ? &set[i] : NULL;
    }
    if (best != NULL) {
        return best;
    }
    best = set;
    for (size_t i = 1; i < HS__CACHE_WAYS; i++) {
        best = set[i].used < best->used ? &set[i] : best;
    }
    return best;
}

/* Nobody may ever ask again for a session that is over: its secret goes by the way. */
static void sweep_one(hs__session_cache *c, uint64_t now_ms) {
    hs__cache_slot *slot = &c->slots[c->swept];
    c->swept = (c->swept + 1) % c->n_slots;
    if (slot->expires_ms != 0 && slot->expires_ms <= now_ms) {
        empty(slot);
    }
}

/* ---- for all threads --------------------------------------------------------------------- */

void hs__cache_put(hs__session_cache *c, uint64_t now_ms, const uint8_t id[HS__STORE_ID],
                   hs_span state, uint64_t expires_ms) {
    hs__lock_take(&c->lock);
    sweep_one(c, now_ms);
    hs__cache_slot *slot = find_room(c, id);
    empty(slot);
    memcpy(slot->id, id, sizeof(slot->id));
    memcpy(slot->bytes, state.p, state.n);
    slot->n = state.n;
    slot->expires_ms = expires_ms;
    slot->used = ++c->uses;
    hs__lock_give(&c->lock);
}

size_t hs__cache_get(hs__session_cache *c, uint64_t now_ms, const uint8_t id[HS__STORE_ID],
                     uint8_t *out) {
    size_t n = 0;
    hs__lock_take(&c->lock);
    hs__cache_slot *slot = find(c, id);
    if (slot != NULL) {
        n = slot->n;
        memcpy(out, slot->bytes, n);
        slot->used = ++c->uses;
    }
    if (slot != NULL && slot->expires_ms <= now_ms) {
        empty(slot); /* this once it is shown, so that its end can be told */
    }
    sweep_one(c, now_ms);
    hs__lock_give(&c->lock);
    return n;
}

void hs__cache_remove(hs__session_cache *c, const uint8_t id[HS__STORE_ID]) {
    hs__lock_take(&c->lock);
    hs__cache_slot *slot = find(c, id);
    if (slot != NULL) {
        empty(slot);
    }
    hs__lock_give(&c->lock);
}
