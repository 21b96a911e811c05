/* strbuf.h - text that grows. A failed allocation sticks: what follows is dropped, and
 * `failed` tells. All-zero is an empty one. Contents are wiped when freed: they may hold
 * secrets. */
#ifndef HS_TRACE_STRBUF_H
#define HS_TRACE_STRBUF_H

#include "handshake/types.h"

typedef struct {
    char *p; /* terminated; NULL while empty */
    size_t n, cap;
    bool failed;
} hs__strbuf;

void hs__buf_bytes(hs__strbuf *b, const void *p, size_t n);
void hs__buf_add(hs__strbuf *b, const char *s); /* NULL adds nothing */
void hs__buf_fmt(hs__strbuf *b, const char *fmt, ...) HS_PRINTF(2, 3);
void hs__buf_hex(hs__strbuf *b, hs_span bytes);

/* The first `max` bytes as hex, "..." when there are more. */
void hs__buf_hex_cut(hs__strbuf *b, hs_span bytes, size_t max);

/* Spaces until n bytes are there. */
void hs__buf_pad(hs__strbuf *b, size_t n);

const char *hs__buf_str(const hs__strbuf *b); /* "" when empty */
void hs__buf_clear(hs__strbuf *b);            /* keeps the memory */
void hs__buf_free(hs__strbuf *b);

#endif
