#include "crypto/premaster.h"

#include <assert.h>
#include <string.h>

#include "crypto/public_numbers.h"

/* Everything the client sends is known to whoever sent it: ordinary comparisons will do. */
bool hs__premaster_input(hs_span modulus, hs_span ct, uint8_t *input) {
    size_t n = modulus.n;
    bool is_usable = false;
    if (ct.n == n) {
        memset(input, 0, n);
        input[n - 1] = 1;
        bool is_above_1 = memcmp(ct.p, input, n) > 0;
        /* A modulus is odd, so its last byte holds n - 1 without a borrow. */
        memcpy(input, modulus.p, n);
        input[n - 1]--;
        is_usable = is_above_1 && memcmp(ct.p, input, n) < 0;
    }
    if (is_usable) {
        memcpy(input, ct.p, n);
        return true;
    }
    memset(input, 2, n);
    input[0] = 0; /* below a modulus, which has no leading zero */
    return false;
}

/* Keeps the compiler from seeing where a value comes from, and so from making a branch of it. */
static uint8_t hide(uint8_t value) {
#if defined(__GNUC__) || defined(__clang__)
    __asm__("" : "+r"(value));
    return value;
#else
    volatile uint8_t hidden = value;
    return hidden;
#endif
}

/* 0xff if `value` is zero, else 0. */
static uint8_t mask_if_zero(uint8_t value) {
    return hide((uint8_t)((hide(value) - 1u) >> 8));
}

static_assert(HS__RSA_BITS_MIN / 8 - HS__PREMASTER - 3 >= 8,
              "RFC 8017 7.2.2 wants 8 bytes of padding, the smallest key leaves more");

void hs__premaster_unpad(const uint8_t *block, size_t n, uint16_t version, bool is_usable,
                         const uint8_t fallback[HS__PREMASTER], uint8_t out[HS__PREMASTER]) {
    const uint8_t *secret = block + n - HS__PREMASTER;
    /* The length is known, so the zero that ends the padding has one place only. */
    uint8_t bad = (uint8_t)(block[0] | (block[1] ^ 2) | secret[-1]);
    for (const uint8_t *at = block + 2; at < secret - 1; at++)
        bad |= mask_if_zero(*at);
    bad |= (uint8_t)(secret[0] ^ (version >> 8));
    bad |= (uint8_t)(secret[1] ^ (version & 0xff));
    bad |= !is_usable;

    uint8_t good = mask_if_zero(bad);
    for (size_t i = 0; i < HS__PREMASTER; i++)
        out[i] = (uint8_t)((secret[i] & good) | (fallback[i] & ~good));
}
