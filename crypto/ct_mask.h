/* ct_mask.h - choices without a branch, for what must not be told by time: whether a ciphertext
 * of somebody else had the right padding. A mask is 0xff for yes and 0 for no. */
#ifndef HS_CRYPTO_CT_MASK_H
#define HS_CRYPTO_CT_MASK_H

#include <stdint.h>

/* Keeps the compiler from seeing where a value comes from, and so from making a branch of it. */
static inline uint8_t hs__ct_hide(uint8_t value) {
#if defined(__GNUC__) || defined(__clang__)
    __asm__("" : "+r"(value));
    return value;
#else
    volatile uint8_t hidden = value;
    return hidden;
#endif
}

/* 0xff if `value` is zero, else 0. */
static inline uint8_t hs__ct_is_zero(uint8_t value) {
    return hs__ct_hide((uint8_t)((hs__ct_hide(value) - 1u) >> 8));
}

/* `yes` where the mask is set, else `no`. */
static inline uint8_t hs__ct_pick(uint8_t mask, uint8_t yes, uint8_t no) {
    return (uint8_t)((yes & mask) | (no & ~mask));
}

#endif
