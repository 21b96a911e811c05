#include "crypto/pbkdf2.h"

#include <string.h>

#include "crypto/hmac.h"

/* F(P, S, c, i): U1 xor U2 xor ... xor Uc. */
static hs_status block(const hs_provider *p, hs__hmac_key *k, hs_span salt, unsigned iterations,
                       unsigned i, uint8_t out[HS__HASH_MAX]) {
    uint8_t u[HS__HASH_MAX];
    size_t len = hs__hash_len(k->id);
    const uint8_t index[4] = {(uint8_t)(i >> 24), (uint8_t)(i >> 16), (uint8_t)(i >> 8),
                              (uint8_t)i};
    const hs_span first[] = {salt, {index, sizeof index}};
    const hs_span next = {u, len};

    hs_status st = hs__hmac_key_run(p, k, first, 2, u);
    if (!st)
        memcpy(out, u, len);
    for (unsigned c = 1; c < iterations && !st; c++) {
        st = hs__hmac_key_run(p, k, &next, 1, u);
        for (size_t b = 0; b < len && !st; b++)
            out[b] ^= u[b];
    }
    hs__wipe(u, sizeof u);
    return st;
}

hs_status hs__pbkdf2(const hs_provider *p, hs__hash_id id, hs_span password, hs_span salt,
                     unsigned iterations, uint8_t *out, size_t n) {
    hs__hmac_key k = {0};
    uint8_t t[HS__HASH_MAX] = {0};
    size_t len = hs__hash_len(id);
    unsigned i = 0;

    hs_status st = hs__hmac_key_set(p, &k, id, password);
    for (size_t done = 0; done < n && !st; done += len) {
        st = block(p, &k, salt, iterations, ++i, t);
        memcpy(out + done, t, n - done < len ? n - done : len);
    }
    hs__hmac_key_end(p, &k);
    hs__wipe(t, sizeof t);
    if (st)
        hs__wipe(out, n);
    return st;
}
