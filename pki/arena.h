/* arena.h - texts of one report: many small ones that live and die together. */
#ifndef HS_PKI_ARENA_H
#define HS_PKI_ARENA_H

#include "handshake/types.h"

typedef struct hs__arena_chunk hs__arena_chunk;

/* All zero is an empty arena. */
typedef struct {
    hs__arena_chunk *chunks;
    char *at; /* free room in the newest chunk */
    size_t left;
    bool is_short; /* memory ran out: some text is "" */
} hs__arena;

/* A text that lives as long as the arena; "" where memory runs out. */
const char *hs__arena_f(hs__arena *a, const char *format, ...) HS_PRINTF(2, 3);
void hs__arena_free(hs__arena *a);

#endif
