#include "tests/lib/hex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t hs__test_hex(const char *hex, uint8_t *out, size_t room) {
    static const char digits[] = "0123456789abcdef";
    size_t nibbles = 0;
    for (; *hex; hex++) {
        if (strchr(" \n\r\t", *hex))
            continue;
        const char *digit = strchr(digits, *hex >= 'A' && *hex <= 'F' ? *hex + 32 : *hex);
        if (!digit || nibbles / 2 == room) {
            fprintf(stderr, "hex: cannot take \"%s\"\n", hex);
            abort();
        }
        uint8_t v = (uint8_t)(digit - digits);
        out[nibbles / 2] = (uint8_t)(nibbles % 2 ? out[nibbles / 2] | v : v << 4);
        nibbles++;
    }
    if (nibbles % 2) {
        fprintf(stderr, "hex: half a byte at the end\n");
        abort();
    }
    return nibbles / 2;
}
