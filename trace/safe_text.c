#include "handshake/render.h"

#include <string.h>

#include "pki/text.h"

/* How many bytes are what most are: printable ASCII, which is added at once. */
static size_t plain(const uint8_t *p, size_t n) {
    size_t i = 0;
    while (i < n && p[i] >= 0x20 && p[i] < 0x7f) {
        i++;
    }
    return i;
}

size_t hs_safe_text(char *out, size_t cap, const void *p, size_t n) {
    static const char digits[] = "0123456789abcdef";
    const uint8_t *in = p;
    size_t whole = 0, end = 0;
    bool cut = false;
    while (n > 0) {
        const size_t fits = cap > whole + 1 ? cap - whole - 1 : 1; /* as much of it as possible */
        size_t take = plain(in, n < fits || cut ? n : fits);
        if (take == 0) {
            take = hs__text_printable((hs_span){in, n});
        }
        char escaped[] = {'\\', 'x', digits[in[0] >> 4], digits[in[0] & 15]};
        const char *add = (const char *)in;
        size_t len = take;
        if (take == 0) {
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
