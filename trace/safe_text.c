#include "handshake/render.h"

#include <string.h>

#include "pki/text.h"

size_t hs_safe_text(char *out, size_t cap, const void *p, size_t n) {
    static const char digits[] = "0123456789abcdef";
    const uint8_t *in = p;
    size_t whole = 0, end = 0;
    bool cut = false;
    while (n > 0) {
        size_t take = hs__text_printable((hs_span){in, n});
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
