#include "crypto/keywrap.h"

#include <string.h>

enum { HALF = 8, ROUNDS = 6 };

/* The value that tells a good unwrap (RFC 3394 2.2.3.1). */
static const uint8_t check[HALF] = {0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6};

static void mix(uint8_t a[HALF], size_t t) {
    for (size_t i = HALF; t; t >>= 8)
        a[--i] ^= (uint8_t)t;
}

static bool is_length(size_t n) {
    return n % HALF == 0 && n >= 2 * HALF && n <= HS__KEYWRAP_MAX;
}

/* block is A | R[i]; `r` holds R[1] to R[n] (RFC 3394 2.2.1). */
hs_status hs__key_wrap(const hs_provider *p, hs_span kek, hs_span key, uint8_t *out) {
    uint8_t block[2 * HALF];
    uint8_t *r = out + HALF;
    size_t n = key.n / HALF;
    hs__aes *aes;
    if (!is_length(key.n))
        return HS_E_MISUSE;
    hs_status st = p->aes_new(p, HS__AES_ECB, kek, (hs_span){NULL, 0}, true, &aes);
    if (st)
        return st;
    memmove(r, key.p, key.n);
    memcpy(block, check, HALF);
    for (size_t t = 0; t < ROUNDS * n && !st; t++) {
        memcpy(block + HALF, r + t % n * HALF, HALF);
        st = p->aes_update(p, aes, block, sizeof block, block);
        mix(block, t + 1);
        memcpy(r + t % n * HALF, block + HALF, HALF);
    }
    memcpy(out, block, HALF);
    if (st)
        hs__wipe(out, key.n + HALF);
    hs__wipe(block, sizeof block);
    p->aes_free(p, aes);
    return st;
}

hs_status hs__key_unwrap(const hs_provider *p, hs_span kek, hs_span wrapped,
                         uint8_t out[HS__KEYWRAP_MAX], size_t *out_n) {
    uint8_t block[2 * HALF];
    size_t n = wrapped.n / HALF - 1;
    hs__aes *aes;
    if (wrapped.n < HALF || !is_length(wrapped.n - HALF))
        return HS_E_CMS_KEY;
    hs_status st = p->aes_new(p, HS__AES_ECB, kek, (hs_span){NULL, 0}, false, &aes);
    if (st)
        return st;
    memcpy(block, wrapped.p, HALF);
    memcpy(out, wrapped.p + HALF, n * HALF);
    for (size_t t = ROUNDS * n; t-- > 0 && !st;) {
        mix(block, t + 1);
        memcpy(block + HALF, out + t % n * HALF, HALF);
        st = p->aes_update(p, aes, block, sizeof block, block);
        memcpy(out + t % n * HALF, block + HALF, HALF);
    }
    if (!st && !hs__ct_equal(block, check, HALF))
        st = HS_E_CMS_KEY;
    if (st)
        hs__wipe(out, n * HALF);
    else
        *out_n = n * HALF;
    hs__wipe(block, sizeof block);
    p->aes_free(p, aes);
    return st;
}
