#include "crypto/der.h"

#include <string.h>

/* A DER length; *header gets the bytes of tag and length together. */
static bool read_length(hs_span in, size_t *header, size_t *length) {
    size_t n = in.p[1];
    size_t bytes = 0;
    if (n & 0x80) {
        bytes = n & 0x7f;
        n = 0;
        if (bytes == 0 || bytes > sizeof n || in.n < 2 + bytes)
            return false;
        for (size_t i = 0; i < bytes; i++)
            n = n << 8 | in.p[2 + i];
        if (n < 0x80 || in.p[2] == 0)
            return false;
    }
    *header = 2 + bytes;
    *length = n;
    return n <= in.n - *header;
}

bool hs__der_take(hs_span *in, uint8_t tag, hs_span *content) {
    size_t header;
    size_t length;
    if (in->n < 2 || in->p[0] != tag || !read_length(*in, &header, &length))
        return false;
    *content = (hs_span){in->p + header, length};
    *in = (hs_span){in->p + header + length, in->n - header - length};
    return true;
}

bool hs__der_take_unsigned(hs_span *in, hs_span *magnitude) {
    hs_span rest = *in;
    hs_span v;
    if (!hs__der_take(&rest, HS__DER_INTEGER, &v) || v.n == 0 || v.p[0] & 0x80)
        return false;
    if (v.p[0] == 0) {
        /* X.690 8.3.2: a leading zero only where the next bit would be a sign. */
        if (v.n > 1 && !(v.p[1] & 0x80))
            return false;
        v = (hs_span){v.p + 1, v.n - 1};
    }
    *in = rest;
    *magnitude = v;
    return true;
}

bool hs__der_take_small(hs_span *in, unsigned *value) {
    hs_span v;
    if (!hs__der_take_unsigned(in, &v) || v.n > 4)
        return false;
    *value = 0;
    for (size_t i = 0; i < v.n; i++)
        *value = *value << 8 | v.p[i];
    return true;
}

bool hs__der_is(hs_span value, const void *bytes, size_t n) {
    return value.n == n && memcmp(value.p, bytes, n) == 0;
}

uint8_t *hs__der_put_room(hs__der_out *o, size_t n) {
    if (o->full || (size_t)(o->p - o->start) < n) {
        o->full = true;
        return NULL;
    }
    o->p -= n;
    return o->p;
}

void hs__der_put(hs__der_out *o, const void *bytes, size_t n) {
    uint8_t *to = hs__der_put_room(o, n);
    if (to && n)
        memcpy(to, bytes, n);
}

void hs__der_put_header(hs__der_out *o, uint8_t tag, uint64_t n) {
    uint8_t header[2 + sizeof n];
    uint8_t *h = header + sizeof header;
    size_t bytes = 0;
    if (n < 0x80) {
        *--h = (uint8_t)n;
    } else {
        for (; n; n >>= 8, bytes++)
            *--h = (uint8_t)n;
        *--h = (uint8_t)(0x80 | bytes);
    }
    *--h = tag;
    hs__der_put(o, h, (size_t)(header + sizeof header - h));
}

void hs__der_wrap(hs__der_out *o, uint8_t tag, const uint8_t *end) {
    hs__der_put_header(o, tag, (uint64_t)(end - o->p));
}

void hs__der_put_unsigned(hs__der_out *o, hs_span magnitude) {
    const uint8_t *end = o->p;
    while (magnitude.n && magnitude.p[0] == 0)
        magnitude = (hs_span){magnitude.p + 1, magnitude.n - 1};
    hs__der_put(o, magnitude.p, magnitude.n);
    if (magnitude.n == 0 || magnitude.p[0] & 0x80)
        hs__der_put(o, "", 1);
    hs__der_wrap(o, HS__DER_INTEGER, end);
}

void hs__der_put_small(hs__der_out *o, unsigned value) {
    const uint8_t bytes[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                              (uint8_t)value};
    hs__der_put_unsigned(o, (hs_span){bytes, sizeof bytes});
}
