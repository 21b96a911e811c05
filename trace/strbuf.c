#include "trace/strbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/provider.h"

/* Room for n more bytes and the terminator. Not realloc: it would leave unwiped copies. */
static bool reserve(hs__strbuf *b, size_t n) {
    if (b->failed || n > SIZE_MAX / 4) {
        b->failed = true;
        return false;
    }
    if (b->cap - b->n > n) {
        return true;
    }
    size_t cap = b->cap != 0 ? b->cap : 128;
    while (cap - b->n <= n) {
        cap *= 2;
    }
    char *p = malloc(cap);
    if (p == NULL) {
        b->failed = true;
        return false;
    }
    if (b->p != NULL) {
        memcpy(p, b->p, b->n);
        hs__wipe(b->p, b->cap);
        free(b->p);
    }
    b->p = p;
    b->cap = cap;
    return true;
}

void hs__buf_bytes(hs__strbuf *b, const void *p, size_t n) {
    if (n == 0 || !reserve(b, n)) {
        return;
    }
    memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = 0;
}

void hs__buf_add(hs__strbuf *b, const char *s) {
    if (s != NULL) {
        hs__buf_bytes(b, s, strlen(s));
    }
}

void hs__buf_fmt(hs__strbuf *b, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    va_list again;
    va_copy(again, args);
    const size_t room = b->failed ? 0 : b->cap - b->n; /* mostly it fits */
    int n = vsnprintf(room > 0 ? b->p + b->n : NULL, room, fmt, args);
    va_end(args);
    if (n > 0 && (size_t)n >= room && reserve(b, (size_t)n)) {
        (void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
    }
    b->n += n > 0 && !b->failed ? (size_t)n : 0;
    va_end(again);
}

void hs__buf_hex(hs__strbuf *b, hs_span bytes) {
    static const char digits[] = "0123456789abcdef";
    if (bytes.n == 0 || bytes.n > SIZE_MAX / 8 || !reserve(b, 2 * bytes.n)) {
        return;
    }
    char *out = b->p + b->n;
    for (size_t i = 0; i < bytes.n; i++) {
        *out++ = digits[bytes.p[i] >> 4];
        *out++ = digits[bytes.p[i] & 15];
    }
    *out = 0;
    b->n += 2 * bytes.n;
}

void hs__buf_hex_cut(hs__strbuf *b, hs_span bytes, size_t max) {
    bool cut = bytes.n > max;
    hs__buf_hex(b, (hs_span){bytes.p, cut ? max : bytes.n});
    if (cut) {
        hs__buf_add(b, "...");
    }
}

void hs__buf_pad(hs__strbuf *b, size_t n) {
    if (n <= b->n || !reserve(b, n - b->n)) {
        return;
    }
    memset(b->p + b->n, ' ', n - b->n);
    b->n = n;
    b->p[n] = 0;
}

const char *hs__buf_str(const hs__strbuf *b) {
    return b->p != NULL ? b->p : "";
}

void hs__buf_clear(hs__strbuf *b) {
    if (b->p != NULL) {
        hs__wipe(b->p, b->n);
        b->p[0] = 0;
    }
    b->n = 0;
    b->failed = false;
}

void hs__buf_free(hs__strbuf *b) {
    if (b->p != NULL) {
        hs__wipe(b->p, b->cap);
        free(b->p);
    }
    *b = (hs__strbuf){0};
}
