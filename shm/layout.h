/* layout.h - what lies in the shared memory: a header, then slots of the same size.
 *
 * All of it is words of 64 bits that are read and written atomically, in the byte order of the
 * machine. A change of this layout is a new HS__SHM_LAYOUT. */
#ifndef HS_SHM_LAYOUT_H
#define HS_SHM_LAYOUT_H

#include <assert.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "handshake/keys.h"

/* "HSKEYS" and 2 bytes that another byte order would show the other way round. */
#define HS__SHM_MAGIC  UINT64_C(0x48534b455953010a)
#define HS__SHM_LAYOUT 1

typedef _Atomic uint64_t hs__word;
static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "a lock of one process does not hold up another");

/* Of a key. Nobody may read more into EMPTY than that the slot is free. */
typedef enum { HS__SLOT_EMPTY, HS__SLOT_USABLE, HS__SLOT_REVOKED, HS__SLOT_EXPIRED } hs__slot_state;

/* A slot's contents, by word. The secret comes last: who looks for a key need not touch it. */
enum {
    HS__AT_STATE,    /* hs__slot_state */
    HS__AT_CURRENT,  /* 1: the last one put for its pair, even when it was revoked since */
    HS__AT_ORDER,    /* grows with each put */
    HS__AT_ID,       /* the server's number */
    HS__AT_MADE,     /* times in ms */
    HS__AT_EXPIRES,  /**/
    HS__AT_ENDED,    /**/
    HS__AT_SECRET_N, /**/
    HS__AT_SERVER,   /* 2 words, filled up with zeros */
    HS__AT_CLIENT = HS__AT_SERVER + 2,
    HS__AT_SECRET = HS__AT_CLIENT + 2,
    HS__SLOT_WORDS = HS__AT_SECRET + HS_KEYS_SECRET_MAX / 8
};

typedef struct {
    hs__word sequence; /* odd while the slot is being written */
    hs__word words[HS__SLOT_WORDS];
    uint64_t unused[24 - 1 - HS__SLOT_WORDS]; /* whole cache lines */
} hs__slot;

typedef struct {
    hs__word magic; /* written last: 0 while the memory is being made */
    hs__word layout, slots;
    hs__word generation; /* grows with each change of a slot, while that slot's sequence is odd */
    hs__word in_use;     /* usable keys */
    hs__word is_removed; /* 1: the name is gone or about to go */
    uint64_t unused[18];
} hs__shm_header;

static_assert(sizeof(hs__slot) == 192, "part of the layout");
static_assert(sizeof(hs__shm_header) == 192, "part of the layout");
static_assert(HS_KEYS_ID_MAX < 16, "an id and its NUL fit into two words");

static inline size_t hs__shm_size(uint32_t slots) {
    return sizeof(hs__shm_header) + slots * sizeof(hs__slot);
}

#endif
