/* split.h - records out of a stream of bytes, without judging them. */
#ifndef HS_MITM_SPLIT_H
#define HS_MITM_SPLIT_H

#include "proto/record_header.h"

enum { SPLIT_MAX = HS__RECORD_HEADER + HS__RECORD_CIPHER_MAX_12 };

/* All zero is a fresh one. */
typedef struct {
    uint8_t buffer[SPLIT_MAX];
    size_t n;
    bool is_opaque; /* this is not TLS: `buffer` has what came of it first */
} splitter;

/* Takes bytes from the front of *in until a record is complete: true, and *record has it until the
 * next call. False: *in is used up, or what comes is not TLS (`is_opaque`). */
bool split_next(splitter *s, hs_span *in, hs_span *record);

#endif
