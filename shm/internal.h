/* internal.h - what the files of the shared memory share. */
#ifndef HS_SHM_INTERNAL_H
#define HS_SHM_INTERNAL_H

#include "shm/layout.h"

struct hs_keys {
    hs__shm_header *header; /* of a reader: mapped for reading only */
    hs__slot *slots;
    size_t size; /* of the mapping */
    uint32_t n;  /* slots */
    int fd;      /* of a writer: holds the lock */
    bool is_writer, is_locked;
    uint64_t order; /* writer: of the last put */
    char name[256];
};

/* A slot's contents outside of the shared memory. Holds a secret: wipe it. */
typedef struct {
    uint64_t w[HS__SLOT_WORDS];
} hs__slot_copy;

/* ---- slot.c: one slot, from both sides ----------------------------------------------------- */

/* Writer. Puts all words in and counts the change; a reader sees all of them or none. */
void hs__slot_change(hs_keys *keys, uint32_t slot, const hs__slot_copy *to);
void hs__slot_empty(hs_keys *keys, uint32_t slot); /* wiped */

/* Reader. The first n words as they were at one moment, and the slot's sequence then.
 * HS_E_KEYS_BUSY: somebody died while he wrote it, or does not come to an end. */
HS_MUST_CHECK hs_status hs__slot_read(const hs_keys *keys, uint32_t slot, size_t n,
                                      hs__slot_copy *out, uint64_t *sequence);

/* Between a key and a slot's words. A key that is past its time is not usable. */
void hs__slot_encode(const hs_shared_key *key, hs__slot_copy *out);
void hs__slot_decode(const hs__slot_copy *copy, hs_shared_key *out);

/* Milliseconds since 1970. */
uint64_t hs__shm_now_ms(void);

/* Whether a key that ends at this time is past it. */
static inline bool hs__shm_is_past(uint64_t expires_at_ms, uint64_t now_ms) {
    return expires_at_ms != 0 && now_ms >= expires_at_ms;
}

/* ---- write.c --------------------------------------------------------------------------------- */

/* A new writer, before anything else: wipes what one before it left half done. */
void hs__shm_repair(hs_keys *keys);

#endif
