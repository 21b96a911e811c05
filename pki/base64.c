#include "pki/base64.h"

bool hs__base64_is_space(uint8_t c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

unsigned hs__base64_value(uint8_t c) {
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26u;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52u;
    }
    return c == '+' ? 62 : c == '/' ? 63 : HS__BASE64_NONE;
}

void hs__base64_group(const uint8_t *p, size_t n, char out[4]) {
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint32_t bits =
        (uint32_t)p[0] << 16 | (n > 1 ? (uint32_t)p[1] << 8 : 0) | (n > 2 ? p[2] : 0u);
    for (unsigned i = 0; i < 4; i++) {
        out[i] = i <= n ? alphabet[bits >> (18 - 6 * i) & 63] : '=';
    }
}
