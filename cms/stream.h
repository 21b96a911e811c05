/* stream.h - how bytes come in and go out of cms/: in pieces, so that a message of any size costs
 * the same memory.
 *
 * Both calls block until they are done. They may fail; their status is then the whole call's. */
#ifndef HS_CMS_STREAM_H
#define HS_CMS_STREAM_H

#include "handshake/status.h"

/* Puts at most `room` bytes (never 0) into buf; *n: how many, 0 only at the end. */
typedef hs_status hs__cms_read_fn(void *ctx, uint8_t *buf, size_t room, size_t *n);

/* Takes all of these bytes; borrowed for the call only. */
typedef hs_status hs__cms_write_fn(void *ctx, hs_span bytes);

typedef struct {
    hs__cms_read_fn *read;
    void *ctx;
} hs__cms_source;

typedef struct {
    hs__cms_write_fn *write;
    void *ctx;
} hs__cms_sink;

#endif
