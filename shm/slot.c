#include "shm/internal.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    SPINS = 200,   /* a change takes less time than that, unless its writer is not running */
    PAUSES = 5000, /* about a second: then the writer is taken for stopped */
    PAUSE_NS = 100000
};

uint64_t hs__shm_now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- writing ------------------------------------------------------------------------------- */
void hs__slot_change(hs_keys *keys, uint32_t slot, const hs__slot_copy *to) {
    hs__slot *s = &keys->slots[slot];
    hs__shm_header *h = keys->header;
    const uint64_t before = atomic_load_explicit(&s->sequence, memory_order_relaxed);
    const uint64_t odd = before + 1 + (before & 1); /* a writer that was killed left it odd */
    const bool was =
        atomic_load_explicit(&s->words[HS__AT_STATE], memory_order_relaxed) == HS__SLOT_USABLE;
    const bool will = to->w[HS__AT_STATE] == HS__SLOT_USABLE;

    atomic_store_explicit(&s->sequence, odd, memory_order_relaxed);
    /* Who sees the new generation sees the odd sequence, too: see scan() in read.c. */
    atomic_fetch_add_explicit(&h->generation, 1, memory_order_release);
    /* Who sees one of the new words finds the sequence changed. */
    atomic_thread_fence(memory_order_release);
    for (size_t i = 0; i < HS__SLOT_WORDS; i++)
        atomic_store_explicit(&s->words[i], to->w[i], memory_order_relaxed);
    atomic_fetch_add_explicit(&h->in_use, (uint64_t)will - (uint64_t)was, memory_order_relaxed);
    atomic_store_explicit(&s->sequence, odd + 1, memory_order_release);
}

void hs__slot_empty(hs_keys *keys, uint32_t slot) {
    hs__slot_change(keys, slot, &(hs__slot_copy){{HS__SLOT_EMPTY}});
}

/* ---- reading ------------------------------------------------------------------------------- */
static bool read_once(const hs__slot *s, size_t n, hs__slot_copy *out, uint64_t *sequence) {
    const uint64_t before = atomic_load_explicit(&s->sequence, memory_order_acquire);
    *sequence = before;
    if (before & 1)
        return false;
    for (size_t i = 0; i < n; i++)
        out->w[i] = atomic_load_explicit(&s->words[i], memory_order_relaxed);
    atomic_thread_fence(memory_order_acquire);
    return atomic_load_explicit(&s->sequence, memory_order_relaxed) == before;
}

static bool has_writer(const hs_keys *keys) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(keys->fd, F_OFD_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}

/* The lock is asked before the sequence is read again: a writer that let go of it in between has
 * ended its change. */
static bool is_abandoned(const hs_keys *keys, const hs__slot *s, uint64_t sequence) {
    return (sequence & 1) && !has_writer(keys) &&
           atomic_load_explicit(&s->sequence, memory_order_acquire) == sequence;
}

hs_status hs__slot_read(const hs_keys *keys, uint32_t slot, size_t n, hs__slot_copy *out,
                        uint64_t *sequence) {
    const hs__slot *s = &keys->slots[slot];
    const struct timespec pause = {.tv_nsec = PAUSE_NS};
    for (int i = 0; i < SPINS + PAUSES; i++) {
        if (read_once(s, n, out, sequence))
            return HS_OK;
        if (i < SPINS)
            continue;
        if (is_abandoned(keys, s, *sequence))
            break;
        nanosleep(&pause, NULL);
    }
    memset(out, 0, sizeof *out);
    return HS_E_KEYS_BUSY;
}

/* ---- a key and its words ----------------------------------------------------------------------
 */
void hs__slot_encode(const hs_shared_key *key, hs__slot_copy *out) {
    memset(out, 0, sizeof *out);
    out->w[HS__AT_STATE] = HS__SLOT_USABLE;
    out->w[HS__AT_ID] = key->id;
    out->w[HS__AT_MADE] = key->made_at_ms;
    out->w[HS__AT_EXPIRES] = key->expires_at_ms;
    out->w[HS__AT_SECRET_N] = key->secret_n;
    memcpy(&out->w[HS__AT_SERVER], key->server_id, strlen(key->server_id));
    memcpy(&out->w[HS__AT_CLIENT], key->client_id, strlen(key->client_id));
    memcpy(&out->w[HS__AT_SECRET], key->secret, key->secret_n);
}

void hs__slot_decode(const hs__slot_copy *copy, hs_shared_key *out) {
    const uint64_t *w = copy->w;
    memset(out, 0, sizeof *out);
    out->id = w[HS__AT_ID];
    out->made_at_ms = w[HS__AT_MADE];
    out->expires_at_ms = w[HS__AT_EXPIRES];
    out->ended_at_ms = w[HS__AT_ENDED];
    out->is_usable = w[HS__AT_STATE] == HS__SLOT_USABLE &&
                     !hs__shm_is_past(out->expires_at_ms, hs__shm_now_ms());
    out->is_current = out->is_usable && w[HS__AT_CURRENT] != 0;
    memcpy(out->server_id, &w[HS__AT_SERVER], HS_KEYS_ID_MAX);
    memcpy(out->client_id, &w[HS__AT_CLIENT], HS_KEYS_ID_MAX);
    /* Whoever may write here could write anything: nothing is read beyond the slot. */
    out->secret_n = w[HS__AT_SECRET_N] <= HS_KEYS_SECRET_MAX ? w[HS__AT_SECRET_N] : 0;
    memcpy(out->secret, &w[HS__AT_SECRET], out->secret_n);
}
