#include "crypto/premaster.h"

#include <assert.h>

#include "crypto/ct_mask.h"
#include "crypto/pkcs1.h"
#include "crypto/public_numbers.h"

/* The borrow of a - b - borrow, for numbers subtracted byte by byte. */
static unsigned borrow_of(unsigned a, unsigned b, unsigned borrow) {
    return (a - b - borrow) >> 31;
}

/* The ciphertext is no secret, who sent it knows it. Taking the same steps for all of them keeps
 * even this out of what can be measured. */
bool hs__premaster_input(hs_span modulus, hs_span ct, uint8_t *input) {
    size_t n = modulus.n;
    const uint8_t *from = ct.n == n ? ct.p : modulus.p; /* the modulus is out of range, too */
    unsigned above_1 = 0;
    unsigned below_n_less_1 = 0;
    for (size_t i = n; i-- > 0;) {
        unsigned one = i == n - 1; /* n is odd: its last byte less 1 is n - 1 without a borrow */
        above_1 = borrow_of(one, from[i], above_1);
        below_n_less_1 = borrow_of(from[i], modulus.p[i] - one, below_n_less_1);
    }
    uint8_t refused = hs__ct_is_zero((uint8_t)(above_1 & below_n_less_1));
    for (size_t i = 0; i < n; i++) {
        uint8_t stand_in = modulus.p[i] >> (i == 0); /* less than n, a number like any other */
        input[i] = hs__ct_pick(refused, stand_in, from[i]);
    }
    return refused == 0;
}

static_assert(HS__RSA_BITS_MIN / 8 - HS__PREMASTER - 3 >= 8,
              "RFC 8017 7.2.2 wants 8 bytes of padding, the smallest key leaves more");

void hs__premaster_unpad(const uint8_t *block, size_t n, uint16_t version, bool is_usable,
                         const uint8_t fallback[HS__PREMASTER], uint8_t out[HS__PREMASTER]) {
    const uint8_t *secret = block + n - HS__PREMASTER;
    uint8_t bad = (uint8_t)(secret[0] ^ (version >> 8));
    bad |= (uint8_t)(secret[1] ^ (version & 0xff));
    bad |= !is_usable;
    hs__pkcs1_unpad(block, n, bad, HS__PREMASTER, fallback, out);
}
