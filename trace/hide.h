/* hide.h - records in clear without the secrets in them: session ids, tickets, PSK identities. */
#ifndef HS_TRACE_HIDE_H
#define HS_TRACE_HIDE_H

#include "handshake/trace.h"

/* What one direction of a connection is in the middle of; all zero at its beginning. */
typedef struct {
    uint8_t head[4]; /* of a message that is not whole in its record */
    size_t head_n, left;
} hs__hide_side;

/* Bytes that are hidden, counted from the record's first byte; they come in order. */
typedef void (*hs__hide_fn)(void *ctx, size_t off, size_t n);

/* Zeroes what is not to be shown in `copy`, a copy of w->raw, and tells each range to `told` (NULL
 * is allowed). Of handshake records these are the fields that hs__field_is_secret names, and all of
 * a message of theirs that cannot be read or is cut over records; alerts and ChangeCipherSpec
 * are shown, protected records too; what is of another type may be anything and is hidden. */
void hs__hide_record(hs__hide_side *s, const hs_trace_wire *w, uint8_t *copy, hs__hide_fn told,
                     void *ctx);

#endif
