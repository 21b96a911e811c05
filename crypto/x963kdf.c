#include "crypto/x963kdf.h"

#include <string.h>

hs_status hs__x963_kdf(const hs_provider *p, hs__hash_id hash, hs_span z, hs_span info,
                       uint8_t *out, size_t n) {
    uint8_t digest[HS__HASH_MAX];
    size_t step = hs__hash_len(hash);
    hs_status st = HS_OK;
    for (uint32_t i = 1; n > 0 && !st; i++) {
        const uint8_t counter[4] = {(uint8_t)(i >> 24), (uint8_t)(i >> 16), (uint8_t)(i >> 8),
                                    (uint8_t)i};
        const hs_span parts[] = {{counter, sizeof counter}, info};
        st = p->digest(p, hash, z, parts, 2, digest);
        size_t now = n < step ? n : step;
        if (!st)
            memcpy(out, digest, now);
        out += now;
        n -= now;
    }
    hs__wipe(digest, sizeof digest);
    return st;
}
