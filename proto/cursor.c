#include "proto/cursor.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- reading ----------------------------------------------------------------------------- */

void hs__rd_init(hs__rd *r, hs__rd_root *root, hs_span bytes, const char *name,
                 const hs__field_sink *sink) {
    static const uint8_t nothing[1]; /* so that no pointer of a reader is ever NULL */
    if (bytes.p == NULL) {
        bytes = (hs_span){nothing, 0};
    }
    root->base = bytes.p;
    root->sink = sink;
    root->status = HS_OK;
    root->where[0] = '\0';
    root->problem[0] = '\0';
    *r = (hs__rd){.p = bytes.p, .end = bytes.p + bytes.n, .root = root, .name = name, .index = -1};
}

/* Appends to buf at *n; a text that does not fit is cut, buf stays terminated. */
static void append(char *buf, size_t cap, size_t *n, const char *text) {
    while (*text != '\0' && *n + 1 < cap) {
        buf[(*n)++] = *text++;
    }
    buf[*n] = '\0';
}

static void append_reader(const hs__rd *r, bool with_head, char *buf, size_t cap, size_t *n) {
    if (r->up != NULL) {
        append_reader(r->up, with_head, buf, cap, n);
    }
    if (r->name != NULL && (with_head || r->up != NULL)) {
        append(buf, cap, n, *n > 0 ? "." : "");
        append(buf, cap, n, r->name);
    }
    if (r->label != NULL || r->index >= 0) {
        char number[24];
        (void)snprintf(number, sizeof(number), "%ld", r->index);
        append(buf, cap, n, "[");
        append(buf, cap, n, r->label != NULL ? r->label : number);
        append(buf, cap, n, "]");
    }
}

static void path(const hs__rd *at, const char *name, bool with_head, char *buf, size_t cap) {
    size_t n = 0;
    buf[0] = '\0';
    append_reader(at, with_head, buf, cap, &n);
    if (name != NULL) {
        append(buf, cap, &n, n > 0 ? "." : "");
        append(buf, cap, &n, name);
    }
}

void hs__rd_path(const hs__rd *at, const char *name, char *buf, size_t cap) {
    path(at, name, true, buf, cap);
}

void hs__field_path(const hs__field *f, char *buf, size_t cap) {
    path(f->at, f->name, false, buf, cap);
}

void hs__rd_fail(hs__rd *r, const char *name, hs_status status, const char *fmt, ...) {
    hs__rd_root *root = r->root;
    if (root->status != HS_OK) {
        return;
    }
    root->status = status;
    hs__rd_path(r, name, root->where, sizeof(root->where));
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(root->problem, sizeof(root->problem), fmt, args);
    va_end(args);
}

size_t hs__rd_left(const hs__rd *r) {
    return (size_t)(r->end - r->p);
}

hs_span hs__rd_tail(const hs__rd *r) {
    return (hs_span){r->p, hs__rd_left(r)};
}

bool hs__rd_more(const hs__rd *r) {
    return r->root->status == HS_OK && r->p != r->end;
}

hs_status hs__rd_status(const hs__rd *r) {
    return r->root->status;
}

void hs__rd_item(hs__rd *r, size_t i) {
    r->index = (long)i;
    r->label = NULL;
}

void hs__rd_label(hs__rd *r, const char *label) {
    r->label = label;
}

/* Takes n bytes off the reader; NULL once anything has failed. */
static const uint8_t *take(hs__rd *r, const char *name, size_t n) {
    if (r->root->status != HS_OK) {
        return NULL;
    }
    if (hs__rd_left(r) < n) {
        hs__rd_fail(r, name, HS_E_DECODE, "needs %zu bytes, %zu are left", n, hs__rd_left(r));
        return NULL;
    }
    const uint8_t *p = r->p;
    r->p += n;
    return p;
}

static void tell(const hs__rd *r, const char *name, const uint8_t *p, size_t n, hs__field_kind kind,
                 uint64_t value, hs__name_fn names) {
    const hs__field_sink *sink = r->root->sink;
    if (sink == NULL) {
        return;
    }
    const hs__field f = {.at = r,
                         .name = name,
                         .off = (size_t)(p - r->root->base),
                         .bytes = {p, n},
                         .kind = kind,
                         .value = value,
                         .names = names};
    sink->field(sink->ctx, &f);
}

static uint64_t big_endian(const uint8_t *p, size_t n) {
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++) {
        v = v << 8 | p[i];
    }
    return v;
}

static uint64_t number(hs__rd *r, const char *name, size_t n, hs__field_kind kind,
                       hs__name_fn names) {
    const uint8_t *p = take(r, name, n);
    if (p == NULL) {
        return 0;
    }
    uint64_t v = big_endian(p, n);
    tell(r, name, p, n, kind, v, names);
    return v;
}

uint8_t hs__rd_u8(hs__rd *r, const char *name) {
    return (uint8_t)number(r, name, 1, HS__FIELD_UINT, NULL);
}

uint16_t hs__rd_u16(hs__rd *r, const char *name) {
    return (uint16_t)number(r, name, 2, HS__FIELD_UINT, NULL);
}

uint32_t hs__rd_u24(hs__rd *r, const char *name) {
    return (uint32_t)number(r, name, 3, HS__FIELD_UINT, NULL);
}

uint32_t hs__rd_u32(hs__rd *r, const char *name) {
    return (uint32_t)number(r, name, 4, HS__FIELD_UINT, NULL);
}

uint8_t hs__rd_code8(hs__rd *r, const char *name, hs__name_fn names) {
    return (uint8_t)number(r, name, 1, HS__FIELD_CODE, names);
}

uint16_t hs__rd_code16(hs__rd *r, const char *name, hs__name_fn names) {
    return (uint16_t)number(r, name, 2, HS__FIELD_CODE, names);
}

static hs_span run(hs__rd *r, const char *name, size_t n, hs__field_kind kind) {
    const uint8_t *p = take(r, name, n);
    if (p == NULL) {
        return (hs_span){NULL, 0};
    }
    if (n > 0) {
        tell(r, name, p, n, kind, 0, NULL);
    }
    return (hs_span){p, n};
}

hs_span hs__rd_bytes(hs__rd *r, const char *name, size_t n) {
    return run(r, name, n, HS__FIELD_BYTES);
}

hs_span hs__rd_rest(hs__rd *r, const char *name) {
    return run(r, name, hs__rd_left(r), HS__FIELD_BYTES);
}

void hs__rd_vector(hs__rd *r, const char *name, unsigned prefix, size_t min, size_t max,
                   hs__rd *sub) {
    /* The prefix belongs to the vector: its leaf is "name.length". */
    *sub =
        (hs__rd){.p = r->end, .end = r->end, .root = r->root, .up = r, .name = name, .index = -1};
    const uint8_t *p = take(r, name, prefix);
    if (p == NULL) {
        return;
    }
    size_t n = (size_t)big_endian(p, prefix);
    tell(sub, "length", p, prefix, HS__FIELD_LENGTH, n, NULL);
    if (n < min || n > max) {
        hs__rd_fail(r, name, HS_E_DECODE, "is %zu bytes long, allowed are %zu to %zu", n, min, max);
        return;
    }
    const uint8_t *inside = take(r, name, n);
    if (inside != NULL) {
        sub->p = inside;
        sub->end = inside + n;
    }
}

void hs__rd_enter(hs__rd *r, const char *name, hs__rd *sub) {
    *sub = (hs__rd){.p = r->p, .end = r->end, .root = r->root, .up = r, .name = name, .index = -1};
}

void hs__rd_leave(hs__rd *r, const hs__rd *sub) {
    r->p = sub->p;
}

/* A vector whose inside is one leaf carries the name itself, its prefix "name.length". */
static hs_span prefixed(hs__rd *r, const char *name, unsigned prefix, size_t min, size_t max,
                        hs__field_kind kind) {
    hs__rd sub;
    hs__rd_vector(r, name, prefix, min, max, &sub);
    return run(&sub, NULL, hs__rd_left(&sub), kind);
}

hs_span hs__rd_opaque(hs__rd *r, const char *name, unsigned prefix, size_t min, size_t max) {
    return prefixed(r, name, prefix, min, max, HS__FIELD_BYTES);
}

hs_span hs__rd_text(hs__rd *r, const char *name, unsigned prefix, size_t min, size_t max) {
    return prefixed(r, name, prefix, min, max, HS__FIELD_TEXT);
}

static hs_span list(hs__rd *r, const char *name, unsigned prefix, size_t min, size_t max,
                    size_t width, hs__name_fn names) {
    hs__rd sub;
    hs__rd_vector(r, name, prefix, min, max, &sub);
    const hs_span all = {sub.p, hs__rd_left(&sub)};
    if (all.n % width != 0) {
        hs__rd_fail(r, name, HS_E_DECODE, "is %zu bytes long, not a multiple of %zu", all.n, width);
        return (hs_span){NULL, 0};
    }
    if (r->root->sink != NULL) {
        for (size_t i = 0; hs__rd_more(&sub); i++) {
            hs__rd_item(&sub, i);
            (void)number(&sub, NULL, width, HS__FIELD_CODE, names);
        }
    }
    return hs__rd_status(r) == HS_OK ? all : (hs_span){NULL, 0};
}

hs_span hs__rd_list16(hs__rd *r, const char *name, unsigned prefix, size_t min, size_t max,
                      hs__name_fn names) {
    return list(r, name, prefix, min, max, 2, names);
}

hs_span hs__rd_list8(hs__rd *r, const char *name, unsigned prefix, size_t min, size_t max,
                     hs__name_fn names) {
    return list(r, name, prefix, min, max, 1, names);
}

void hs__rd_done(hs__rd *r) {
    if (hs__rd_left(r) > 0) {
        hs__rd_fail(r, NULL, HS_E_TRAILING, "%zu bytes are left over at its end", hs__rd_left(r));
    }
}

hs_status hs__rd_end(hs__rd *r) {
    hs__rd_done(r);
    return r->root->status;
}

size_t hs__list16_count(hs_span list16) {
    return list16.n / 2;
}

uint16_t hs__list16_at(hs_span list16, size_t i) {
    return (uint16_t)big_endian(list16.p + 2 * i, 2);
}

bool hs__list16_has(hs_span list16, uint16_t v) {
    for (size_t i = 0; i < hs__list16_count(list16); i++) {
        if (hs__list16_at(list16, i) == v) {
            return true;
        }
    }
    return false;
}

bool hs__list8_has(hs_span list8, uint8_t v) {
    return list8.n > 0 && memchr(list8.p, v, list8.n) != NULL;
}

/* ---- writing ----------------------------------------------------------------------------- */

void hs__wr_init(hs__wr *w, uint8_t *p, size_t cap) {
    *w = (hs__wr){.p = p, .cap = p != NULL ? cap : SIZE_MAX};
}

void hs__wr_fail(hs__wr *w, const char *name, hs_status status) {
    if (w->status == HS_OK) {
        w->status = status;
        w->where = name;
    }
}

/* Room for n more bytes: where they go, or NULL when counting or failed. */
static uint8_t *room(hs__wr *w, const char *name, size_t n) {
    if (w->status == HS_OK && w->cap - w->n < n) {
        hs__wr_fail(w, name, HS_E_NO_SPACE);
    }
    if (w->status != HS_OK) {
        return NULL;
    }
    uint8_t *p = w->p != NULL ? w->p + w->n : NULL;
    w->n += n;
    return p;
}

static void put(uint8_t *p, uint64_t v, size_t n) {
    for (size_t i = n; i-- > 0; v >>= 8) {
        p[i] = (uint8_t)v;
    }
}

static void wr_number(hs__wr *w, const char *name, uint64_t v, size_t n) {
    uint8_t *p = room(w, name, n);
    if (p != NULL) {
        put(p, v, n);
    }
}

void hs__wr_u8(hs__wr *w, const char *name, uint8_t v) {
    wr_number(w, name, v, 1);
}

void hs__wr_u16(hs__wr *w, const char *name, uint16_t v) {
    wr_number(w, name, v, 2);
}

void hs__wr_u32(hs__wr *w, const char *name, uint32_t v) {
    wr_number(w, name, v, 4);
}

void hs__wr_bytes(hs__wr *w, const char *name, const void *bytes, size_t n) {
    uint8_t *p = room(w, name, n);
    if (p != NULL && n > 0) {
        memcpy(p, bytes, n);
    }
}

void hs__wr_opaque(hs__wr *w, const char *name, unsigned prefix, hs_span bytes) {
    size_t mark = hs__wr_open(w, name, prefix);
    hs__wr_bytes(w, name, bytes.p, bytes.n);
    hs__wr_close(w, name, prefix, mark);
}

size_t hs__wr_open(hs__wr *w, const char *name, unsigned prefix) {
    (void)room(w, name, prefix);
    return w->n;
}

void hs__wr_close(hs__wr *w, const char *name, unsigned prefix, size_t mark) {
    size_t n = w->n - mark;
    if (w->status == HS_OK && n >> (8 * prefix) != 0) {
        hs__wr_fail(w, name, HS_E_NO_SPACE);
    }
    if (w->status == HS_OK && w->p != NULL) {
        put(w->p + mark - prefix, n, prefix);
    }
}
