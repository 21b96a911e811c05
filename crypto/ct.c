#include <string.h>

#include "crypto/provider.h"

bool hs__ct_equal(const void *a, const void *b, size_t n) {
    const volatile uint8_t *x = a;
    const volatile uint8_t *y = b;
    unsigned diff = 0;
    for (size_t i = 0; i < n; i++)
        diff |= (unsigned)(x[i] ^ y[i]);
    return diff == 0;
}

#if defined(__GNUC__) || defined(__clang__)
void hs__wipe(void *p, size_t n) {
    if (n == 0)
        return;
    memset(p, 0, n);
    /* The compiler must assume that the zeros are read here, so it keeps the memset. */
    __asm__ __volatile__("" : : "r"(p) : "memory");
}
#else
void hs__wipe(void *p, size_t n) {
    volatile uint8_t *bytes = p;
    while (n--)
        *bytes++ = 0;
}
#endif
