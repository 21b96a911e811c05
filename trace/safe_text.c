#include "handshake/render.h"

#include <string.h>

/* Characters that a terminal or a reader's eye may be misled by: controls, bidi and other
 * format characters, separators of lines, surrogates, tags, noncharacters at the end. */
static const struct {
    uint32_t first, last;
} unsafe[] = {
    {0x0000, 0x001f},   {0x007f, 0x009f},    {0x00ad, 0x00ad}, {0x034f, 0x034f}, {0x061c, 0x061c},
    {0x115f, 0x1160},   {0x17b4, 0x17b5},    {0x180b, 0x180f}, {0x200b, 0x200f}, {0x2028, 0x202e},
    {0x2060, 0x206f},   {0x3164, 0x3164},    {0xd800, 0xf8ff}, {0xfdd0, 0xfdef}, {0xfe00, 0xfe0f},
    {0xfeff, 0xfeff},   {0xffa0, 0xffa0},    {0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0x1bca0, 0x1bca3},
    {0x1d173, 0x1d17a}, {0xe0000, 0x10ffff},
};

static bool is_safe(uint32_t c) {
    for (size_t i = 0; i < sizeof unsafe / sizeof *unsafe; i++) {
        if (c >= unsafe[i].first && c <= unsafe[i].last) {
            return false;
        }
    }
    return true;
}

/* Length of the well-formed UTF-8 character at p (RFC 3629), 0 if there is none. */
static size_t utf8_char(const uint8_t *p, size_t n, uint32_t *out) {
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (p[0] < 0x80) {
        *out = p[0];
        return 1;
    }
    size_t len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc0 ? 2 : 0;
    if (len == 0 || len > n || p[0] > 0xf4) {
        return 0;
    }
    uint32_t c = p[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }
        c = c << 6 | (p[i] & 0x3fu);
    }
    *out = c;
    return c >= smallest[len] && c <= 0x10ffff ? len : 0;
}

size_t hs_safe_text(char *out, size_t cap, const void *p, size_t n) {
    static const char digits[] = "0123456789abcdef";
    const uint8_t *in = p;
    size_t whole = 0, end = 0;
    bool cut = false;
    while (n > 0) {
        uint32_t c = 0;
        size_t take = utf8_char(in, n, &c);
        char escaped[] = {'\\', 'x', digits[in[0] >> 4], digits[in[0] & 15]};
        const char *add = (const char *)in;
        size_t len = take;
        if (take == 0 || !is_safe(c)) {
            /* one byte at a time: the bytes after it in the same character follow alike */
            add = escaped;
            len = sizeof escaped;
            take = 1;
        }
        cut = cut || whole + len >= cap;
        if (!cut) {
            memcpy(out + whole, add, len);
            end = whole + len;
        }
        whole += len;
        in += take;
        n -= take;
    }
    if (cap > 0) {
        out[end] = 0;
    }
    return whole;
}
