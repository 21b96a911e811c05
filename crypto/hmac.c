#include "crypto/hmac.h"

#include <string.h>

/* RFC 2104 section 2: a key longer than a block is hashed first. */
static hs_status pad_key(const hs_provider *p, hs__hash *h, hs__hash_id id, hs_span key,
                         uint8_t block[HS__HASH_BLOCK_MAX]) {
    memset(block, 0, HS__HASH_BLOCK_MAX);
    if (key.n <= hs__hash_block_len(id)) {
        if (key.n)
            memcpy(block, key.p, key.n);
        return HS_OK;
    }
    hs_status st = p->hash_start(p, h, id);
    if (!st)
        st = p->hash_update(p, h, key.p, key.n);
    if (!st)
        st = p->hash_snapshot(p, h, block);
    return st;
}

static void flip(uint8_t *block, size_t n, uint8_t mask) {
    for (size_t i = 0; i < n; i++)
        block[i] ^= mask;
}

/* Hashes (block ^ mask); the block keeps the mask. */
static hs_status start_masked(const hs_provider *p, hs__hash *h, hs__hash_id id, uint8_t *block,
                              uint8_t mask) {
    flip(block, hs__hash_block_len(id), mask);
    hs_status st = p->hash_start(p, h, id);
    return st ? st : p->hash_update(p, h, block, hs__hash_block_len(id));
}

static hs_status feed(const hs_provider *p, hs__hash *h, const hs_span *parts, size_t n_parts) {
    hs_status st = HS_OK;
    for (size_t i = 0; i < n_parts && !st; i++) {
        if (parts[i].n)
            st = p->hash_update(p, h, parts[i].p, parts[i].n);
    }
    return st;
}

enum { IPAD = 0x36, OPAD = 0x5c };

hs_status hs__hmac(const hs_provider *p, hs__hash_id id, hs_span key, const hs_span *parts,
                   size_t n_parts, uint8_t *out) {
    hs__hash h = {0};
    uint8_t block[HS__HASH_BLOCK_MAX];
    uint8_t inner[HS__HASH_MAX];

    hs_status st = pad_key(p, &h, id, key, block);
    if (!st)
        st = start_masked(p, &h, id, block, IPAD);
    if (!st)
        st = feed(p, &h, parts, n_parts);
    if (!st)
        st = p->hash_snapshot(p, &h, inner);
    if (!st)
        st = start_masked(p, &h, id, block, IPAD ^ OPAD);
    if (!st)
        st = p->hash_update(p, &h, inner, hs__hash_len(id));
    if (!st)
        st = p->hash_snapshot(p, &h, out);
    p->hash_end(p, &h);
    hs__wipe(block, sizeof block);
    hs__wipe(inner, sizeof inner);
    return st;
}

hs_status hs__hmac_key_set(const hs_provider *p, hs__hmac_key *k, hs__hash_id id, hs_span key) {
    uint8_t block[HS__HASH_BLOCK_MAX];
    k->id = id;
    hs_status st = pad_key(p, &k->work, id, key, block);
    if (!st)
        st = start_masked(p, &k->inner, id, block, IPAD);
    if (!st)
        st = start_masked(p, &k->outer, id, block, IPAD ^ OPAD);
    hs__wipe(block, sizeof block);
    return st;
}

hs_status hs__hmac_key_run(const hs_provider *p, hs__hmac_key *k, const hs_span *parts,
                           size_t n_parts, uint8_t *out) {
    uint8_t inner[HS__HASH_MAX];
    hs_status st = p->hash_clone(p, &k->work, &k->inner);
    if (!st)
        st = feed(p, &k->work, parts, n_parts);
    if (!st)
        st = p->hash_snapshot(p, &k->work, inner);
    if (!st)
        st = p->hash_clone(p, &k->work, &k->outer);
    if (!st)
        st = p->hash_update(p, &k->work, inner, hs__hash_len(k->id));
    if (!st)
        st = p->hash_snapshot(p, &k->work, out);
    hs__wipe(inner, sizeof inner);
    return st;
}

void hs__hmac_key_end(const hs_provider *p, hs__hmac_key *k) {
    p->hash_end(p, &k->inner);
    p->hash_end(p, &k->outer);
    p->hash_end(p, &k->work);
}
