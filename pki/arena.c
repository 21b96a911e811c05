#include "pki/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHUNK = 4000 };

struct hs__arena_chunk {
    hs__arena_chunk *next;
    char room[];
};

static bool grow(hs__arena *a, size_t n) {
    const size_t room = n > CHUNK ? n : CHUNK;
    hs__arena_chunk *c = malloc(sizeof(*c) + room);
    if (c == NULL) {
        a->is_short = true;
        return false;
    }
    c->next = a->chunks;
    a->chunks = c;
    a->at = c->room;
    a->left = room;
    return true;
}

const char *hs__arena_f(hs__arena *a, const char *format, ...) {
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    const int wrote = vsnprintf(a->at, a->left, format, args);
    const size_t n = wrote < 0 ? 0 : (size_t)wrote + 1;
    const char *text = "";
    if (n > 0 && (n <= a->left || grow(a, n))) {
        (void)vsnprintf(a->at, a->left, format, again);
        text = a->at;
        a->at += n;
        a->left -= n;
    }
    va_end(again);
    va_end(args);
    return text;
}

void hs__arena_free(hs__arena *a) {
    while (a->chunks != NULL) {
        hs__arena_chunk *next = a->chunks->next;
        free(a->chunks);
        a->chunks = next;
    }
    *a = (hs__arena){0};
}
