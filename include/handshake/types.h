/* types.h - the few types that every layer shares.
 *
 * A span is a borrowed run of bytes: whoever hands one out says until when it
 * may be read. Spans are never NUL-terminated and may hold any byte. */
#ifndef HANDSHAKE_TYPES_H
#define HANDSHAKE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const uint8_t *p;
    size_t n;
} hs_span;

/* Where memory comes from. `alloc` returns zeroed memory aligned for any type, or
 * NULL; `free` gets the size that was asked for. Both get `ctx` back unchanged. */
typedef struct {
    void *(*alloc)(void *ctx, size_t n);
    void (*free)(void *ctx, void *p, size_t n);
    void *ctx;
} hs_alloc;

#if defined(__GNUC__) || defined(__clang__)
#define HS_MUST_CHECK        __attribute__((warn_unused_result))
#define HS_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define HS_MUST_CHECK
#define HS_PRINTF(fmt, args)
#endif

#endif
