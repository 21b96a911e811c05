#include "crypto/prf12.h"

#include <string.h>

#include "crypto/hmac.h"

hs_status hs__prf12(const hs_provider *p, hs__hash_id id, hs_span secret, const char *label,
                    const hs_span *seed, size_t n_seed, uint8_t *out, size_t n) {
    size_t hash_len = hs__hash_len(id);
    uint8_t a[HS__HASH_MAX]; /* A(i) */
    uint8_t block[HS__HASH_MAX];
    /* A(i) | label | seed; without its first part it is the seed of P_hash, A(0). */
    hs_span parts[2 + HS__PRF12_SEED_PARTS_MAX] = {{a, hash_len},
                                                   {(const uint8_t *)label, strlen(label)}};

    if (n_seed > HS__PRF12_SEED_PARTS_MAX)
        return HS_E_MISUSE;
    if (n_seed)
        memcpy(&parts[2], seed, n_seed * sizeof *seed);
    hs_status st = HS_OK;
    for (size_t done = 0; done < n && !st; done += hash_len) {
        bool is_first = done == 0;
        st = hs__hmac(p, id, secret, parts + is_first, is_first ? 1 + n_seed : 1, a);
        if (!st)
            st = hs__hmac(p, id, secret, parts, 2 + n_seed, block);
        if (!st)
            memcpy(out + done, block, n - done < hash_len ? n - done : hash_len);
    }
    if (st)
        hs__wipe(out, n);
    hs__wipe(a, sizeof a);
    hs__wipe(block, sizeof block);
    return st;
}
