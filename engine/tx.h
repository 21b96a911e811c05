/* tx.h - the queue of bytes for the network (E2).
 *
 * A queue of chunks. A chunk never moves or grows once bytes of it were handed out; it is
 * given back when all of it is consumed. */
#ifndef HS_ENGINE_TX_H
#define HS_ENGINE_TX_H

#include "engine/memory.h"
#include "handshake/status.h"

typedef struct hs__chunk {
    struct hs__chunk *next;
    size_t cap;      /* of the whole allocation */
    size_t off, end; /* waiting bytes: data[off..end) */
    uint8_t data[];
} hs__chunk;

typedef struct {
    hs__chunk *head, *tail;
    size_t waiting;
} hs__tx;

/* While more waits nothing is parsed and no data is taken; alerts and KeyUpdates are queued all the
 * same. */
enum { HS__TX_FULL = 64 * 1024 };

/* n contiguous bytes at the end of the queue, or NULL without memory. Nothing is queued until
 * hs__tx_commit says how many of them were filled. */
uint8_t *hs__tx_room(hs__memory *m, hs__tx *q, size_t n);
void hs__tx_commit(hs__tx *q, size_t n);

size_t hs__tx_peek(const hs__tx *q, hs_span *v, size_t max);
void hs__tx_consume(hs__memory *m, hs__tx *q, size_t n);
void hs__tx_end(hs__memory *m, hs__tx *q);

#endif
