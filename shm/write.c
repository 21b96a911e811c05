#include "shm/internal.h"

#include <string.h>

/* A writer reads slots without ado: nobody else changes them. */
static uint64_t word(const hs_keys *keys, uint32_t slot, int at) {
    return atomic_load_explicit(&keys->slots[slot].words[at], memory_order_relaxed);
}

static void load(const hs_keys *keys, uint32_t slot, hs__slot_copy *out) {
    for (int i = 0; i < HS__SLOT_WORDS; i++)
        out->w[i] = word(keys, slot, i);
}

static bool is_same(const hs_keys *keys, uint32_t slot, const hs__slot_copy *key, int at, int n) {
    uint64_t difference = 0;
    for (int i = at; i < at + n; i++)
        difference |= word(keys, slot, i) ^ key->w[i];
    return difference == 0;
}

static bool is_same_pair(const hs_keys *keys, uint32_t slot, const hs__slot_copy *key) {
    return is_same(keys, slot, key, HS__AT_SERVER, 4);
}

/* Takes the secret away; what the slot was stays to be told. */
static void end_key(hs_keys *keys, uint32_t slot, hs__slot_state state, uint64_t ended_at_ms) {
    hs__slot_copy copy;
    load(keys, slot, &copy);
    explicit_bzero(&copy.w[HS__AT_SECRET], HS_KEYS_SECRET_MAX);
    copy.w[HS__AT_SECRET_N] = 0;
    copy.w[HS__AT_STATE] = state;
    copy.w[HS__AT_ENDED] = ended_at_ms;
    hs__slot_change(keys, slot, &copy);
}

static void expire(hs_keys *keys) {
    const uint64_t now = hs__shm_now_ms();
    for (uint32_t i = 0; i < keys->n; i++) {
        if (word(keys, i, HS__AT_STATE) == HS__SLOT_USABLE &&
            hs__shm_is_past(word(keys, i, HS__AT_EXPIRES), now))
            end_key(keys, i, HS__SLOT_EXPIRED, 0);
    }
}

/* ---- a put, and what it does to the pair's other keys ------------------------------------------
 */

/* From the best slot for a new key to the worst; the last one may not be taken. */
typedef enum { OWN_PREVIOUS, FREE, ENDED, OTHERS_PREVIOUS, OWN_CURRENT, IN_FORCE } slot_rank;

static slot_rank rank_of(const hs_keys *keys, uint32_t slot, const hs__slot_copy *key) {
    const bool is_current = word(keys, slot, HS__AT_CURRENT) != 0;
    if (word(keys, slot, HS__AT_STATE) == HS__SLOT_EMPTY)
        return FREE;
    if (word(keys, slot, HS__AT_STATE) != HS__SLOT_USABLE)
        return ENDED;
    if (is_same_pair(keys, slot, key))
        return is_current ? OWN_CURRENT : OWN_PREVIOUS;
    return is_current ? IN_FORCE : OTHERS_PREVIOUS;
}

/* Of equal ones the oldest. */
static hs_status choose(const hs_keys *keys, const hs__slot_copy *key, uint32_t *slot) {
    slot_rank best = IN_FORCE;
    for (uint32_t i = 0; i < keys->n; i++) {
        const slot_rank rank = rank_of(keys, i, key);
        if (rank < best || (rank == best && rank != IN_FORCE &&
                            word(keys, i, HS__AT_ORDER) < word(keys, *slot, HS__AT_ORDER))) {
            best = rank;
            *slot = i;
        }
    }
    return best == IN_FORCE ? HS_E_KEYS_FULL : HS_OK;
}

/* The usable key of the pair that was put last before this one; its own slot when there is none. */
static uint32_t one_before(const hs_keys *keys, uint32_t slot, const hs__slot_copy *key) {
    uint32_t found = slot;
    for (uint32_t i = 0; i < keys->n; i++) {
        if (i != slot && word(keys, i, HS__AT_STATE) == HS__SLOT_USABLE &&
            is_same_pair(keys, i, key) &&
            (found == slot || word(keys, i, HS__AT_ORDER) > word(keys, found, HS__AT_ORDER)))
            found = i;
    }
    return found;
}

static void step_down_one(hs_keys *keys, uint32_t slot) {
    hs__slot_copy copy;
    if (word(keys, slot, HS__AT_CURRENT) == 0)
        return;
    load(keys, slot, &copy);
    copy.w[HS__AT_CURRENT] = 0;
    hs__slot_change(keys, slot, &copy);
    explicit_bzero(&copy, sizeof copy);
}

/* After the new key is in: until here readers found one of the two. The one that was current stays
 * for what is under way, older ones go. Done twice it is as done once. */
static void step_down(hs_keys *keys, uint32_t slot) {
    hs__slot_copy latest;
    load(keys, slot, &latest);
    explicit_bzero(&latest.w[HS__AT_SECRET], HS_KEYS_SECRET_MAX);
    const uint32_t kept = one_before(keys, slot, &latest);
    for (uint32_t i = 0; i < keys->n; i++) {
        if (i == slot || !is_same_pair(keys, i, &latest))
            continue;
        if (i == kept || word(keys, i, HS__AT_STATE) != HS__SLOT_USABLE)
            step_down_one(keys, i);
        else
            hs__slot_empty(keys, i);
    }
}

static bool find(const hs_keys *keys, const hs__slot_copy *key, uint32_t *slot) {
    for (*slot = 0; *slot < keys->n; (*slot)++) {
        if (word(keys, *slot, HS__AT_STATE) != HS__SLOT_EMPTY &&
            is_same(keys, *slot, key, HS__AT_ID, 1) && is_same(keys, *slot, key, HS__AT_SERVER, 2))
            return true;
    }
    return false;
}

/* HS_OK: it is there already, as it is. */
static hs_status compare(const hs_keys *keys, uint32_t slot, const hs__slot_copy *key) {
    const uint64_t state = word(keys, slot, HS__AT_STATE);
    if (state == HS__SLOT_REVOKED)
        return HS_E_SHARED_KEY_REVOKED;
    if (state == HS__SLOT_EXPIRED)
        return HS_E_SHARED_KEY_EXPIRED;
    return is_same(keys, slot, key, HS__AT_ID, HS__SLOT_WORDS - HS__AT_ID) ? HS_OK
                                                                           : HS_E_SHARED_KEY_EXISTS;
}

static bool is_id(const char *text) {
    const size_t n = strnlen(text, HS_KEYS_ID_MAX + 1);
    return n >= 1 && n <= HS_KEYS_ID_MAX;
}

static bool is_whole(const hs_shared_key *key) {
    return key->id != 0 && is_id(key->server_id) && is_id(key->client_id) && key->secret_n != 0 &&
           key->secret_n <= HS_KEYS_SECRET_MAX && key->ended_at_ms == 0;
}

hs_status hs_keys_put(hs_keys *keys, const hs_shared_key *key) {
    if (!keys->is_writer)
        return HS_E_MISUSE;
    if (!is_whole(key))
        return HS_E_CONFIG;
    expire(keys);
    hs__slot_copy copy;
    uint32_t slot;
    hs_status st = HS_OK;
    hs__slot_encode(key, &copy);
    if (find(keys, &copy, &slot)) {
        st = compare(keys, slot, &copy);
        goto out;
    }
    if (hs__shm_is_past(key->expires_at_ms, hs__shm_now_ms()))
        st = HS_E_SHARED_KEY_EXPIRED;
    if (!st)
        st = choose(keys, &copy, &slot);
    if (st)
        goto out;
    copy.w[HS__AT_CURRENT] = 1;
    copy.w[HS__AT_ORDER] = ++keys->order;
    hs__slot_change(keys, slot, &copy);
    step_down(keys, slot);
out:
    explicit_bzero(&copy, sizeof copy);
    return st;
}

hs_status hs_keys_revoke(hs_keys *keys, const char *server_id, uint64_t id, uint64_t now_ms) {
    hs_shared_key key = {.id = id};
    hs__slot_copy copy;
    uint32_t slot;
    if (!keys->is_writer)
        return HS_E_MISUSE;
    if (!is_id(server_id))
        return HS_E_SHARED_KEY_UNKNOWN;
    memcpy(key.server_id, server_id, strlen(server_id));
    hs__slot_encode(&key, &copy);
    if (!find(keys, &copy, &slot))
        return HS_E_SHARED_KEY_UNKNOWN;
    if (word(keys, slot, HS__AT_STATE) != HS__SLOT_REVOKED)
        end_key(keys, slot, HS__SLOT_REVOKED, now_ms);
    return HS_OK;
}

/* ---- what a writer before this one left --------------------------------------------------------
 */

void hs__shm_repair(hs_keys *keys) {
    uint64_t in_use = 0;
    uint32_t last = 0;
    for (uint32_t i = 0; i < keys->n; i++) {
        if (atomic_load_explicit(&keys->slots[i].sequence, memory_order_relaxed) & 1)
            hs__slot_empty(keys, i);
        if (word(keys, i, HS__AT_ORDER) > keys->order) {
            keys->order = word(keys, i, HS__AT_ORDER);
            last = i;
        }
    }
    /* It may have been killed within the last put, when a pair has two current keys. */
    if (word(keys, last, HS__AT_CURRENT) != 0)
        step_down(keys, last);
    expire(keys);
    for (uint32_t i = 0; i < keys->n; i++)
        in_use += word(keys, i, HS__AT_STATE) == HS__SLOT_USABLE;
    atomic_store_explicit(&keys->header->in_use, in_use, memory_order_relaxed);
}
