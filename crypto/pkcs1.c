#include "crypto/pkcs1.h"

#include "crypto/ct_mask.h"
#include "crypto/premaster.h"
#include "crypto/public_numbers.h"

enum { KEY_MAX = 64 };

void hs__pkcs1_unpad(const uint8_t *block, size_t n, uint8_t bad, size_t out_n,
                     const uint8_t *fallback, uint8_t *out) {
    const uint8_t *secret = block + n - out_n;
    /* The length is known, so the zero that ends the padding has one place only. */
    bad |= (uint8_t)(block[0] | (block[1] ^ 2) | secret[-1]);
    for (const uint8_t *at = block + 2; at < secret - 1; at++)
        bad |= hs__ct_is_zero(*at);
    uint8_t good = hs__ct_is_zero(bad);
    for (size_t i = 0; i < out_n; i++)
        out[i] = hs__ct_pick(good, secret[i], fallback[i]);
}

hs_status hs__pkcs1_decrypt(const hs_provider *p, const hs__private_key *k, hs_span ct,
                            size_t key_n, uint8_t *out) {
    uint8_t block[HS__RSA_BITS_MAX / 8];
    uint8_t fallback[KEY_MAX];
    hs__public_numbers v;
    if (key_n > KEY_MAX)
        return HS_E_MISUSE;
    hs_status st = p->key_public(p, k, &v);
    if (!st && v.type != HS__KEY_RSA)
        st = HS_E_KEY_TYPE;
    if (!st)
        st = p->random(p, fallback, key_n);
    if (st)
        return st;
    bool is_usable = hs__premaster_input(v.n, ct, block);
    st = p->rsa_private(p, k, block);
    if (!st)
        hs__pkcs1_unpad(block, v.n.n, !is_usable, key_n, fallback, out);
    hs__wipe(block, sizeof block);
    hs__wipe(fallback, sizeof fallback);
    return st;
}
