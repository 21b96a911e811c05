#include "apps/hs-trace/members.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/common/say.h"
#include "apps/hs-trace/feed.h"
#include "crypto/provider.h"

/* ---- memory ------------------------------------------------------------------------------ */

struct lines_block {
    lines_block *next;
    size_t n;
    max_align_t room[];
};

void *lines_take(lines_pool *pool, size_t n) {
    lines_block *b = calloc(1, sizeof *b + n);
    if (b == NULL) {
        pool->failed = true;
        return NULL;
    }
    b->n = n;
    b->next = pool->blocks;
    pool->blocks = b;
    return b->room;
}

void lines_free(lines_pool *pool) {
    while (pool->blocks != NULL) {
        lines_block *b = pool->blocks;
        pool->blocks = b->next;
        hs__wipe(b->room, b->n);
        free(b);
    }
}

void *lines_grow(void *items, size_t n, size_t *cap, size_t item) {
    if (n < *cap) {
        return items;
    }
    const size_t more = *cap > 0 ? 2 * *cap : 16;
    void *room = reallocarray(items, more, item);
    if (room != NULL) {
        *cap = more;
    }
    return room;
}

/* ---- members ----------------------------------------------------------------------------- */

const char *lines_text(const json_t *o, const char *key) {
    const char *s = json_string_value(json_object_get(o, key));
    return s != NULL ? s : "";
}

uint64_t lines_uint(const json_t *o, const char *key) {
    const json_int_t v = json_integer_value(json_object_get(o, key));
    return v > 0 ? (uint64_t)v : 0;
}

bool lines_true(const json_t *o, const char *key) {
    return json_is_true(json_object_get(o, key));
}

bool lines_has(const json_t *o, const char *key) {
    return json_object_get(o, key) != NULL;
}

bool lines_is_sent(const json_t *o) {
    return strcmp(lines_text(o, "dir"), "tx") == 0;
}

static int digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool lines_hex(lines_pool *pool, const json_t *o, const char *key, hs_span *out) {
    const json_t *v = json_object_get(o, key);
    *out = (hs_span){NULL, 0};
    if (!json_is_string(v) || json_string_length(v) % 2 != 0) {
        return false;
    }
    const char *s = json_string_value(v);
    const size_t n = json_string_length(v) / 2;
    uint8_t *bytes = lines_take(pool, n + 1);
    for (size_t i = 0; bytes != NULL && i < n; i++) {
        const int high = digit(s[2 * i]), low = digit(s[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    *out = (hs_span){bytes, bytes != NULL ? n : 0};
    return bytes != NULL;
}

bool lines_same(hs_span a, hs_span b) {
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

size_t lines_first_difference(hs_span a, hs_span b) {
    size_t i = 0;
    while (i < a.n && i < b.n && a.p[i] == b.p[i]) {
        i++;
    }
    return i;
}

const char *lines_show(hs_span bytes) {
    enum { MAX = 40, BUFFERS = 8 };
    static _Thread_local char room[BUFFERS][2 * MAX + 4];
    static _Thread_local unsigned next;
    char *out = room[next++ % BUFFERS];
    const size_t n = bytes.n < MAX ? bytes.n : MAX;
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(out + 2 * i, 3, "%02x", bytes.p[i]);
    }
    (void)snprintf(out + 2 * n, 4, "%s", bytes.n > MAX ? "..." : bytes.n == 0 ? "-" : "");
    return out;
}

/* ---- files ------------------------------------------------------------------------------- */

static hs__exit one_line(const trace_feed *feed, size_t number, hs_span line, lines_each *each,
                         void *ctx, hs__fault *fault) {
    json_error_t error;
    json_t *o = json_loadb((const char *)line.p, line.n, 0, &error);
    if (!json_is_object(o)) {
        json_decref(o);
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "%s: line %zu: not a line of a trace%s%s",
                             hs__safe(feed->name), number, o == NULL ? ": " : "",
                             o == NULL ? hs__safe(error.text) : "");
    }
    if (lines_uint(o, "v") == 1) {
        each(ctx, number, o);
    }
    json_decref(o);
    return HS__EXIT_OK;
}

hs__exit lines_read(const char *path, lines_each *each, void *ctx, hs__fault *fault) {
    trace_feed feed = {0};
    const char *line = NULL;
    size_t n = 0, number = 0;
    hs__exit code = trace_feed_open(&feed, path, fault);
    while (code == HS__EXIT_OK) {
        code = trace_feed_next(&feed, &line, &n, fault);
        if (code != HS__EXIT_OK || line == NULL) {
            break;
        }
        number++;
        if (n > 0) {
            code = one_line(&feed, number, (hs_span){(const uint8_t *)line, n}, each, ctx, fault);
        }
    }
    trace_feed_close(&feed);
    return code;
}
