#include "crypto/digest.h"

hs_status hs__digest(const hs_provider *p, hs__hash_id id, hs_span data, uint8_t *out) {
    hs__hash h = {0};
    hs_status st = p->hash_start(p, &h, id);
    if (!st && data.n > 0)
        st = p->hash_update(p, &h, data.p, data.n);
    if (!st)
        st = p->hash_snapshot(p, &h, out);
    p->hash_end(p, &h);
    return st;
}
