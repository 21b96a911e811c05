#include "pki/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void hs__text_init(hs__text *t, char *out, size_t room) {
    *t = (hs__text){.p = out, .room = room};
    out[0] = '\0';
}

static void add(hs__text *t, const char *p, size_t n) {
    static const char dots[] = "...";
    if (t->is_cut) {
        return;
    }
    if (n < t->room - t->n) {
        memcpy(t->p + t->n, p, n);
        t->n += n;
        t->p[t->n] = '\0';
        return;
    }
    t->is_cut = true;
    const size_t most = t->room - sizeof(dots);
    t->n = t->n < most ? t->n : most;
    while (t->n > 0 && ((uint8_t)t->p[t->n] & 0xc0) == 0x80) {
        t->n--; /* not in the middle of a character */
    }
    memcpy(t->p + t->n, dots, sizeof(dots));
    t->n += sizeof(dots) - 1;
}

void hs__text_add(hs__text *t, const char *text) {
    for (size_t n = strlen(text); n > 0;) {
        /* Character by character near the end, so that as much as possible is kept. */
        const size_t left = t->room - t->n;
        const size_t step = n < left ? n : 1;
        add(t, text, step);
        text += step;
        n -= step;
    }
}

void hs__text_f(hs__text *t, const char *format, ...) {
    char piece[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(piece, sizeof(piece), format, args);
    va_end(args);
    hs__text_add(t, piece);
}

/* Characters that are valid but change how the text around them looks, hide, or break lines:
 * controls, bidi and other format characters, fillers, separators of lines, variation selectors,
 * surrogates, private use, noncharacters, tags. */
static const struct {
    uint32_t first, last;
} treacherous[] = {
    {0x0000, 0x001f},   {0x007f, 0x009f},      {0x00ad, 0x00ad}, {0x034f, 0x034f},
    {0x061c, 0x061c},   {0x115f, 0x1160},      {0x17b4, 0x17b5}, {0x180b, 0x180f},
    {0x200b, 0x200f},   {0x2028, 0x202e},      {0x2060, 0x206f}, {0x3164, 0x3164},
    {0xd800, 0xf8ff},   {0xfdd0, 0xfdef},      {0xfe00, 0xfe0f}, {0xfeff, 0xfeff},
    {0xffa0, 0xffa0},   {0xfff0, 0xfffb},      {0xfffe, 0xffff}, {0x1bca0, 0x1bca3},
    {0x1d173, 0x1d17a}, {0xe0000, UINT32_MAX},
};

static bool is_treacherous(uint32_t c) {
    for (size_t i = 0; i < sizeof(treacherous) / sizeof(treacherous[0]); i++) {
        if (c >= treacherous[i].first && c <= treacherous[i].last) {
            return true;
        }
    }
    return (c & 0xfffe) == 0xfffe;
}

size_t hs__text_printable(hs_span bytes) {
    if (bytes.n == 0) {
        return 0;
    }
    const uint8_t first = bytes.p[0];
    if (first >= 0x20 && first < 0x7f) { /* most of what there is */
        return 1;
    }
    if (first < 0x80) {
        return is_treacherous(first) ? 0 : 1;
    }
    const size_t n = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (first < 0xc2 || first > 0xf4 || bytes.n < n) {
        return 0;
    }
    uint32_t c = first & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((bytes.p[i] & 0xc0) != 0x80) {
            return 0;
        }
        c = c << 6 | (bytes.p[i] & 0x3fu);
    }
    return c >= smallest[n] && !is_treacherous(c) ? n : 0;
}

void hs__text_foreign(hs__text *t, hs_span bytes) {
    while (bytes.n > 0 && !t->is_cut) {
        const size_t n = hs__text_printable(bytes);
        if (n == 0) {
            char escaped[8];
            (void)snprintf(escaped, sizeof(escaped), "\\x%02x", bytes.p[0]);
            add(t, escaped, 4);
        } else if (bytes.p[0] == '\\') {
            add(t, "\\\\", 2);
        } else {
            add(t, (const char *)bytes.p, n);
        }
        const size_t used = n > 0 ? n : 1;
        bytes = (hs_span){bytes.p + used, bytes.n - used};
    }
}

void hs__text_hex(hs__text *t, hs_span bytes) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.n && !t->is_cut; i++) {
        const char pair[2] = {digits[bytes.p[i] >> 4], digits[bytes.p[i] & 15]};
        add(t, pair, 2);
    }
}
