#include "shm/internal.h"

#include <string.h>
#include <sys/stat.h>

enum { ROUNDS = 1000 }; /* of looking through slots that change all the time */

/* What is looked for: the current key of a pair, or the key with a number. */
typedef struct {
    uint64_t server[2];
    uint64_t client[2];
    uint64_t id; /* 0: by the pair */
} query;

void hs_keys_wipe(hs_shared_key *key) {
    explicit_bzero(key, sizeof *key);
}

/* ---- looking for it ------------------------------------------------------------------------ */

/* Too long a text becomes an id that no slot has: all of its 16 bytes are in use. */
static void id_words(const char *text, uint64_t out[2]) {
    char bytes[16] = {0};
    memcpy(bytes, text, strnlen(text, sizeof bytes));
    memcpy(out, bytes, sizeof bytes);
}

static bool is_wanted(const query *q, const uint64_t *w) {
    if (w[HS__AT_STATE] == HS__SLOT_EMPTY || memcmp(&w[HS__AT_SERVER], q->server, 16) != 0)
        return false;
    if (q->id != 0)
        return w[HS__AT_ID] == q->id;
    return w[HS__AT_CURRENT] != 0 && memcmp(&w[HS__AT_CLIENT], q->client, 16) == 0;
}

/* One look at every slot. While a put is under way a pair has two current keys: the later one is.
 * HS_E_KEYS_BUSY: it may be in a slot that cannot be read. */
static hs_status scan(const hs_keys *keys, const query *q, uint32_t *slot, uint64_t *sequence) {
    hs_status result = HS_E_SHARED_KEY_UNKNOWN;
    uint64_t order = 0;
    for (uint32_t i = 0; i < keys->n; i++) {
        hs__slot_copy copy;
        uint64_t seen;
        const hs_status st = hs__slot_read(keys, i, HS__AT_SECRET, &copy, &seen);
        if (st) {
            result = result ? st : result;
        } else if (is_wanted(q, copy.w) && (result || copy.w[HS__AT_ORDER] > order)) {
            order = copy.w[HS__AT_ORDER];
            *slot = i;
            *sequence = seen;
            result = HS_OK;
        }
    }
    return result;
}

static bool is_removed(const hs_keys *keys) {
    struct stat s;
    return atomic_load_explicit(&keys->header->is_removed, memory_order_acquire) != 0 ||
           fstat(keys->fd, &s) != 0 || s.st_nlink == 0;
}

/* The slot once more, with the secret this time. HS_E_KEYS_BUSY: it has changed. */
static hs_status take(const hs_keys *keys, uint32_t slot, uint64_t sequence, hs_shared_key *out) {
    hs__slot_copy copy;
    uint64_t now;
    hs_status st = hs__slot_read(keys, slot, HS__SLOT_WORDS, &copy, &now);
    if (!st && now != sequence)
        st = HS_E_KEYS_BUSY;
    if (!st && copy.w[HS__AT_STATE] == HS__SLOT_REVOKED)
        st = HS_E_SHARED_KEY_REVOKED;
    if (!st && copy.w[HS__AT_STATE] == HS__SLOT_EXPIRED)
        st = HS_E_SHARED_KEY_EXPIRED;
    if (!st) {
        hs__slot_decode(&copy, out);
        st = out->is_usable ? HS_OK : HS_E_SHARED_KEY_EXPIRED;
        out->mark[0] = slot;
        out->mark[1] = sequence;
    }
    explicit_bzero(&copy, sizeof copy);
    return st;
}

static hs_status look_up(const hs_keys *keys, const query *q, hs_shared_key *out) {
    hs_status st = HS_E_KEYS_BUSY;
    memset(out, 0, sizeof *out);
    if (is_removed(keys))
        return HS_E_KEYS_REMOVED;
    for (int i = 0; i < ROUNDS; i++) {
        const hs__word *const generation = &keys->header->generation;
        const uint64_t before = atomic_load_explicit(generation, memory_order_acquire);
        uint32_t slot = 0;
        uint64_t sequence = 0;
        st = scan(keys, q, &slot, &sequence);
        if (!st)
            st = take(keys, slot, sequence, out);
        if (!st)
            return HS_OK;
        /* A key may have moved from a slot still to come to one that was passed: what was not
         * found counts only when nothing changed meanwhile. */
        atomic_thread_fence(memory_order_acquire);
        if (atomic_load_explicit(generation, memory_order_relaxed) == before)
            break;
    }
    hs_keys_wipe(out);
    return st;
}

hs_status hs_keys_current(const hs_keys *keys, const char *client_id, const char *server_id,
                          hs_shared_key *out) {
    query q = {.id = 0};
    id_words(server_id, q.server);
    id_words(client_id, q.client);
    return look_up(keys, &q, out);
}

hs_status hs_keys_find(const hs_keys *keys, const char *server_id, uint64_t id,
                       hs_shared_key *out) {
    query q = {.id = id};
    id_words(server_id, q.server);
    if (id == 0) { /* no key's number */
        memset(out, 0, sizeof *out);
        return HS_E_SHARED_KEY_UNKNOWN;
    }
    return look_up(keys, &q, out);
}

/* ---- the copy, the list, the header --------------------------------------------------------- */
bool hs_keys_still_current(const hs_keys *keys, const hs_shared_key *key) {
    if (key->secret_n == 0 || key->mark[0] >= keys->n)
        return false;
    const hs__slot *s = &keys->slots[key->mark[0]];
    return atomic_load_explicit(&s->sequence, memory_order_acquire) == key->mark[1] &&
           (key->expires_at_ms == 0 || !hs__shm_is_past(key->expires_at_ms, hs__shm_now_ms()));
}

hs_status hs_keys_next(const hs_keys *keys, uint32_t *at, hs_shared_key *out) {
    memset(out, 0, sizeof *out);
    if (is_removed(keys))
        return HS_E_KEYS_REMOVED;
    while (*at < keys->n) {
        hs__slot_copy copy = {{0}};
        uint64_t sequence;
        /* What cannot be read now is nothing that a list can show. */
        const hs_status st = hs__slot_read(keys, (*at)++, HS__AT_SECRET, &copy, &sequence);
        if (st || copy.w[HS__AT_STATE] == HS__SLOT_EMPTY)
            continue;
        copy.w[HS__AT_SECRET_N] = 0;
        hs__slot_decode(&copy, out);
        return HS_OK;
    }
    return HS_E_SHARED_KEY_UNKNOWN;
}

void hs_keys_get_info(const hs_keys *keys, hs_keys_info *out) {
    const hs__shm_header *h = keys->header;
    *out = (hs_keys_info){
        .name = keys->name,
        .slots = keys->n,
        .in_use = (uint32_t)atomic_load_explicit(&h->in_use, memory_order_relaxed),
        .generation = atomic_load_explicit(&h->generation, memory_order_acquire),
        .is_locked = keys->is_locked,
    };
}
