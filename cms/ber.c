#include "cms/ber.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cms/leaf.h"

enum { CONSTRUCTED = 0x20, STRING_IN_PARTS = HS__DER_OCTET_STRING | CONSTRUCTED };

/* What stands before the content of an element. */
typedef struct {
    uint8_t tag;
    bool is_indefinite;
    size_t n; /* bytes of tag and length */
    uint64_t length;
} header;

/* ---- paths, failures, leaves ---------------------------------------------------------------- */

static void append(char path[HS__PATH_MAX], const char *name, long index) {
    size_t n = strlen(path);
    if (name != NULL && name[0] != '\0') {
        (void)snprintf(path + n, HS__PATH_MAX - n, n > 0 ? ".%s" : "%s", name);
    }
    n = strlen(path);
    if (index != HS__BER_NO_INDEX) {
        (void)snprintf(path + n, HS__PATH_MAX - n, "[%ld]", index);
    }
}

static void path_of(const hs__ber *b, const char *name, char path[HS__PATH_MAX]) {
    path[0] = '\0';
    for (unsigned i = 0; i <= b->depth; i++) {
        append(path, b->levels[i].name, b->levels[i].index);
    }
    append(path, name, HS__BER_NO_INDEX);
}

void hs__ber_fail(hs__ber *b, const char *name, hs_status status, const char *fmt, ...) {
    if (b->status != HS_OK) {
        return;
    }
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(b->problem, sizeof(b->problem), fmt, args);
    va_end(args);
    path_of(b, name, b->where);
    b->status = status;
}

static void cut_off(hs__ber *b, const char *name) {
    hs__ber_fail(b, name, HS_E_CMS_TRUNCATED, "ends at byte %llu",
                 (unsigned long long)(b->off + (b->to - b->from)));
}

/* `part`: "tag", "length" or "" of the element `name`. */
static void tell(hs__ber *b, hs__cms_leaf_kind kind, const char *name, const char *part,
                 hs_span bytes, uint64_t off, uint64_t n, const char *text) {
    char path[HS__PATH_MAX];
    if (b->leaf == NULL || n == 0) {
        return;
    }
    path_of(b, name, path);
    append(path, part, HS__BER_NO_INDEX);
    const hs__cms_leaf leaf = {kind, off, n, path, bytes, text};
    b->leaf(b->leaf_ctx, &leaf);
}

/* ---- the source ----------------------------------------------------------------------------- */

void hs__ber_init(hs__ber *b, hs__cms_source in) {
    memset(b, 0, offsetof(hs__ber, buffer));
    b->in = in;
    b->levels[0] = (hs__ber_level){UINT64_MAX, false, NULL, HS__BER_NO_INDEX};
}

void hs__ber_free(hs__ber *b) {
    hs__cms_buf_free(&b->raw);
    hs__wipe(b->buffer, sizeof(b->buffer));
}

static void fill(hs__ber *b) {
    size_t n = 0;
    memmove(b->buffer, b->buffer + b->from, b->to - b->from);
    b->to -= b->from;
    b->from = 0;
    const hs_status st = b->in.read(b->in.ctx, b->buffer + b->to, sizeof(b->buffer) - b->to, &n);
    if (st) {
        hs__ber_fail(b, NULL, st, "the bytes could not be had");
        return;
    }
    b->to += n;
    b->at_end = n == 0;
}

/* The next n bytes stand in the buffer; n is at most half of it. */
static bool have(hs__ber *b, size_t n) {
    while (b->status == HS_OK && !b->at_end && b->to - b->from < n) {
        fill(b);
    }
    return b->status == HS_OK && b->to - b->from >= n;
}

static void advance(hs__ber *b, size_t n) {
    if (b->is_recording) {
        const hs_status st = hs__cms_buf_put(&b->raw, b->buffer + b->from, n);
        if (st) {
            hs__ber_fail(b, NULL, st, "the bytes cannot be kept");
        }
    }
    b->from += n;
    b->off += n;
}

hs_span hs__ber_peek(hs__ber *b, size_t n) {
    (void)have(b, n);
    const size_t there = b->to - b->from;
    return (hs_span){b->buffer + b->from, there < n ? there : n};
}

/* Some of the next n bytes, n > 0, at most `max`, not consumed; empty after a failure. */
static hs_span some_of(hs__ber *b, const char *name, uint64_t n, size_t max) {
    if (!have(b, 1)) {
        cut_off(b, name);
        return (hs_span){NULL, 0};
    }
    size_t now = b->to - b->from;
    now = now < max ? now : max;
    return (hs_span){b->buffer + b->from, now < n ? now : (size_t)n};
}

void hs__ber_raw(hs__ber *b, uint8_t *out, size_t room, size_t *n) {
    *n = 0;
    if (!have(b, 1)) {
        return;
    }
    const hs_span next = some_of(b, NULL, UINT64_MAX, room);
    memcpy(out, next.p, next.n);
    *n = next.n;
    advance(b, next.n);
}

hs_status hs__ber_end(hs__ber *b) {
    if (b->status == HS_OK && have(b, 1)) {
        hs__ber_fail(b, NULL, HS_E_CMS_FORMAT, "something follows behind the end, at byte %llu",
                     (unsigned long long)b->off);
    }
    return b->status;
}

/* ---- headers -------------------------------------------------------------------------------- */

static bool is_inside(hs__ber *b, const char *name, uint64_t n) {
    if (n > b->levels[b->depth].limit - b->off) {
        hs__ber_fail(b, name, HS_E_CMS_FORMAT, "is longer than what is left");
    }
    return b->status == HS_OK;
}

static bool is_eoc(hs__ber *b) {
    const hs_span next = hs__ber_peek(b, 2);
    return next.n == 2 && next.p[0] == 0 && next.p[1] == 0;
}

bool hs__ber_more(hs__ber *b) {
    const hs__ber_level *l = &b->levels[b->depth];
    if (b->status != HS_OK) {
        return false;
    }
    return l->is_indefinite ? !is_eoc(b) : b->off != l->limit;
}

uint8_t hs__ber_tag(hs__ber *b) {
    return hs__ber_more(b) && have(b, 1) ? b->buffer[b->from] : 0;
}

/* The bytes of a length behind its first one (X.690 8.1.3.5). */
static void read_long_length(hs__ber *b, const char *name, header *h, size_t more) {
    if (more > sizeof(h->length)) {
        hs__ber_fail(b, name, HS_E_CMS_FORMAT, "has a length of %zu bytes", more);
        return;
    }
    if (!have(b, 2 + more)) {
        cut_off(b, name);
        return;
    }
    const uint8_t *p = b->buffer + b->from + 2;
    h->length = 0;
    for (size_t i = 0; i < more; i++) {
        h->length = h->length << 8 | p[i];
    }
    h->n = 2 + more;
    b->is_ber = b->is_ber || p[0] == 0 || h->length < 0x80;
}

static void read_header(hs__ber *b, const char *name, header *h) {
    if (!have(b, 2)) {
        cut_off(b, name);
        return;
    }
    const uint8_t *p = b->buffer + b->from;
    *h = (header){.tag = p[0], .is_indefinite = p[1] == 0x80, .n = 2, .length = p[1]};
    if (p[0] == 0 || (p[0] & 0x1f) == 0x1f) {
        hs__ber_fail(b, name, HS_E_CMS_FORMAT, "has the tag %02x, which has no place here", p[0]);
    } else if (h->is_indefinite && (p[0] & CONSTRUCTED) == 0) {
        hs__ber_fail(b, name, HS_E_CMS_FORMAT, "has an indefinite length but no parts");
    } else if (p[1] > 0x80) {
        read_long_length(b, name, h, p[1] & 0x7f);
    }
    b->is_ber = b->is_ber || h->is_indefinite;
}

/* Takes the header of the next element; false after a failure. */
static bool take_header(hs__ber *b, const char *name, header *h) {
    char text[24];
    *h = (header){0};
    if (b->status == HS_OK && !hs__ber_more(b)) {
        hs__ber_fail(b, name, HS_E_CMS_FORMAT, "is missing");
    }
    if (b->status == HS_OK && is_inside(b, name, 2)) {
        read_header(b, name, h);
    }
    if (b->status != HS_OK || !is_inside(b, name, h->n)) {
        return false;
    }
    if (b->leaf != NULL && !b->is_recording) {
        const uint8_t *p = b->buffer + b->from;
        const char *tag =
            hs__der_tag_name(h->tag == STRING_IN_PARTS ? HS__DER_OCTET_STRING : h->tag);
        (void)snprintf(text, sizeof(text), h->is_indefinite ? "until 00 00" : "%llu",
                       (unsigned long long)h->length);
        tell(b, HS__CMS_LEAF_TAG, name, "tag", (hs_span){p, 1}, b->off, 1, tag != NULL ? tag : "");
        tell(b, HS__CMS_LEAF_LENGTH, name, "length", (hs_span){p + 1, h->n - 1}, b->off + 1,
             h->n - 1, text);
    }
    advance(b, h->n);
    return h->is_indefinite || is_inside(b, name, h->length);
}

static bool expect(hs__ber *b, const char *name, uint8_t tag) {
    const uint8_t next = hs__ber_tag(b);
    if (b->status == HS_OK && next != 0 && next != tag) {
        const char *want = hs__der_tag_name(tag);
        hs__ber_fail(b, name, HS_E_CMS_FORMAT, "has tag %02x, not %02x (%s)", next, tag,
                     want != NULL ? want : "?");
    }
    return b->status == HS_OK;
}

/* ---- levels --------------------------------------------------------------------------------- */

static bool enter(hs__ber *b, const char *name, const header *h) {
    if (b->depth + 1 == HS__BER_DEPTH) {
        hs__ber_fail(b, name, HS_E_CMS_FORMAT, "is nested too deeply");
        return false;
    }
    const uint64_t limit = h->is_indefinite ? b->levels[b->depth].limit : b->off + h->length;
    b->depth++;
    b->levels[b->depth] = (hs__ber_level){limit, h->is_indefinite, name, HS__BER_NO_INDEX};
    return true;
}

void hs__ber_open(hs__ber *b, const char *name, uint8_t tag) {
    header h;
    if (expect(b, name, tag) && take_header(b, name, &h)) {
        (void)enter(b, name, &h);
    }
}

void hs__ber_close(hs__ber *b) {
    const hs__ber_level *l = &b->levels[b->depth];
    if (b->status != HS_OK) {
        return;
    }
    if (hs__ber_more(b)) {
        if (l->is_indefinite && !have(b, 2)) {
            cut_off(b, NULL);
        }
        hs__ber_fail(b, NULL, HS_E_CMS_FORMAT, "has something left over at its end, at byte %llu",
                     (unsigned long long)b->off);
    } else if (l->is_indefinite && is_inside(b, NULL, 2)) {
        if (!b->is_recording) {
            tell(b, HS__CMS_LEAF_END, NULL, "end", hs__ber_peek(b, 2), b->off, 2, "end");
        }
        advance(b, 2);
    }
    b->depth -= b->status == HS_OK;
}

void hs__ber_item(hs__ber *b, long i) {
    b->levels[b->depth].index = i;
}

/* ---- whole elements ------------------------------------------------------------------------- */

static bool put(hs__ber *b, const char *name, hs__cms_buf *out, const void *p, size_t n) {
    const hs_status st = hs__cms_buf_put(out, p, n);
    if (st) {
        hs__ber_fail(b, name, st, "cannot be kept");
    }
    return st == HS_OK;
}

static void copy_bytes(hs__ber *b, const char *name, uint64_t n, hs__cms_buf *out) {
    while (n > 0 && b->status == HS_OK) {
        const hs_span next = some_of(b, name, n, HS__BER_BUFFER);
        if (put(b, name, out, next.p, next.n)) {
            advance(b, next.n);
            n -= next.n;
        }
    }
}

/* Puts tag and length before what was written since `mark`. */
static void wrap(hs__ber *b, const char *name, uint8_t tag, size_t mark, hs__cms_buf *out) {
    uint8_t head[HS__DER_HEADER];
    hs__der_out o = {.start = head, .p = head + sizeof(head)};
    const size_t n = out->n - mark;
    hs__der_put_header(&o, tag, n);
    const size_t head_n = (size_t)(head + sizeof(head) - o.p);
    if (put(b, name, out, o.p, head_n)) { /* room at the end, first */
        memmove(out->p + mark + head_n, out->p + mark, n);
        memcpy(out->p + mark, o.p, head_n);
    }
}

static void too_long(hs__ber *b, const char *name) {
    hs__ber_fail(b, name, HS_E_CMS_FORMAT, "is longer than is taken here");
}

/* The next element, in DER; as_part: the bytes of a string only. Recursion is bounded by enter. */
static void copy(hs__ber *b, const char *name, uint64_t max, bool as_part, hs__cms_buf *out) {
    header h;
    const size_t mark = out->n;
    if (!take_header(b, name, &h)) {
        return;
    }
    const bool in_parts = h.tag == STRING_IN_PARTS;
    if (as_part && !in_parts && h.tag != HS__DER_OCTET_STRING) {
        hs__ber_fail(b, name, HS_E_CMS_FORMAT, "has a part with the tag %02x", h.tag);
    }
    if (!h.is_indefinite && h.length > max) {
        too_long(b, name);
    }
    b->is_ber = b->is_ber || in_parts;
    if ((h.tag & CONSTRUCTED) == 0) {
        copy_bytes(b, name, h.length, out);
    } else if (b->status == HS_OK && enter(b, NULL, &h)) {
        while (hs__ber_more(b) && out->n - mark <= max) {
            copy(b, name, max - (out->n - mark), in_parts, out);
        }
        if (out->n - mark > max) {
            too_long(b, name);
        }
        hs__ber_close(b);
    }
    if (b->status == HS_OK && !as_part) {
        wrap(b, name, in_parts ? HS__DER_OCTET_STRING : h.tag, mark, out);
    }
}

void hs__ber_take(hs__ber *b, const char *name, uint8_t tag, size_t max, hs__cms_buf *out) {
    const bool was_ber = b->is_ber;
    if (tag != 0 && !expect(b, name, tag)) {
        return;
    }
    b->raw.n = 0;
    b->is_recording = b->leaf != NULL;
    b->is_ber = false;
    b->taken_off = b->off;
    copy(b, name, max, false, out);
    b->taken_is_der = !b->is_ber;
    b->is_ber = b->is_ber || was_ber;
    b->is_recording = false;
}

static void on_field(void *ctx, const hs__field *f) {
    hs__ber_taken *t = ctx;
    char path[HS__PATH_MAX];
    char whole[HS__PATH_MAX];
    char text[HS__CMS_LEAF_TEXT];
    const hs__cms_leaf_kind kind = hs__cms_leaf_of(f, &t->tag, text);
    hs__rd_path(f->at, f->name, path, sizeof(path));
    path_of(t->ber, path, whole);
    const hs__cms_leaf leaf = {kind, t->off + f->off, f->bytes.n, whole, f->bytes, text};
    t->ber->leaf(t->ber->leaf_ctx, &leaf);
}

void hs__ber_read_taken(hs__ber *b, hs_span der, hs__ber_taken *t, hs__rd *r) {
    *t = (hs__ber_taken){.ber = b, .off = b->taken_off, .sink = {on_field, t}};
    if (b->status != HS_OK) {
        der.n = 0;
    }
    hs__rd_init(r, &t->root, der, NULL, b->leaf != NULL && b->taken_is_der ? &t->sink : NULL);
    if (b->leaf != NULL && !b->taken_is_der && b->status == HS_OK) {
        tell(b, HS__CMS_LEAF_VALUE, NULL, NULL, hs__cms_buf_span(&b->raw), b->taken_off, b->raw.n,
             "in BER");
    }
}

void hs__ber_read_end(hs__ber_taken *t, hs__rd *r) {
    const hs_status st = hs__rd_end(r);
    if (st) {
        const bool is_form = st == HS_E_DECODE || st == HS_E_TRAILING;
        hs__ber_fail(t->ber, t->root.where, is_form ? HS_E_CMS_FORMAT : st, "%s", t->root.problem);
    }
}

void hs__ber_skip(hs__ber *b, const char *name) {
    header h;
    if (!take_header(b, name, &h)) {
        return;
    }
    if (h.tag & CONSTRUCTED) {
        if (enter(b, name, &h)) {
            for (long i = 0; hs__ber_more(b); i++) {
                hs__ber_item(b, i);
                hs__ber_skip(b, NULL);
            }
            hs__ber_item(b, HS__BER_NO_INDEX);
            hs__ber_close(b);
        }
        return;
    }
    hs_span first = hs__ber_peek(b, HS__CMS_LEAF_BYTES);
    first.n = first.n < h.length ? first.n : (size_t)h.length;
    char text[HS__CMS_LEAF_TEXT] = "";
    const bool is_whole = first.n == h.length;
    if (is_whole) {
        hs__cms_value_text(h.tag, first, text);
    }
    tell(b, is_whole ? HS__CMS_LEAF_VALUE : HS__CMS_LEAF_CONTENT, name, NULL, first, b->off,
         h.length, text);
    for (uint64_t left = h.length; left > 0 && b->status == HS_OK;) {
        const hs_span next = some_of(b, name, left, HS__BER_BUFFER);
        advance(b, next.n);
        left -= next.n;
    }
}

/* ---- long strings --------------------------------------------------------------------------- */

static void begin_part(hs__ber *b, const header *h) {
    hs_span first = hs__ber_peek(b, HS__CMS_LEAF_BYTES);
    first.n = first.n < h->length ? first.n : (size_t)h->length;
    b->string.left = h->length;
    tell(b, HS__CMS_LEAF_CONTENT, b->string.name, NULL, first, b->off, h->length, "");
}

void hs__ber_string_open(hs__ber *b, const char *name, uint8_t tag) {
    header h;
    b->string.base = b->depth;
    b->string.left = 0;
    b->string.name = name;
    b->string.is_single = hs__ber_tag(b) != (tag | CONSTRUCTED);
    if (b->string.is_single && !expect(b, name, tag)) {
        return;
    }
    if (!take_header(b, name, &h)) {
        return;
    }
    if (b->string.is_single) {
        begin_part(b, &h);
        return;
    }
    b->is_ber = true;
    (void)enter(b, name, &h);
    b->string.name = "part";
}

/* Goes to the next part that is not empty; false at the end of the string. */
static bool next_part(hs__ber *b) {
    header h;
    while (b->status == HS_OK && b->string.left == 0 && b->depth > b->string.base) {
        const uint8_t tag = hs__ber_tag(b);
        if (!hs__ber_more(b)) {
            hs__ber_close(b);
        } else if (tag == STRING_IN_PARTS) {
            hs__ber_open(b, "part", tag);
        } else if (expect(b, "part", HS__DER_OCTET_STRING) && take_header(b, "part", &h)) {
            begin_part(b, &h);
        }
    }
    return b->status == HS_OK && b->string.left > 0;
}

void hs__ber_string_read(hs__ber *b, uint8_t *out, size_t room, size_t *n) {
    *n = 0;
    if (!next_part(b)) {
        return;
    }
    const hs_span next = some_of(b, b->string.name, b->string.left, room);
    if (next.n > 0) {
        memcpy(out, next.p, next.n);
        advance(b, next.n);
    }
    b->string.left -= next.n;
    *n = next.n;
}
