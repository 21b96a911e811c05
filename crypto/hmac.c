#include "crypto/hmac.h"

#include <string.h>

enum { IPAD = 0x36, OPAD = 0x5c };

/* block = key, padded with zeros to the hash function's block, xor mask. RFC 2104 section 2:
 * a key longer than a block is hashed first. */
static hs_status pad_key(const hs_provider *p, hs__hash_id id, hs_span key, uint8_t mask,
                         uint8_t block[HS__HASH_BLOCK_MAX]) {
    hs_status st = HS_OK;
    memset(block, 0, HS__HASH_BLOCK_MAX);
    if (key.n > hs__hash_block_len(id))
        st = p->digest(p, id, key, NULL, 0, block);
    else if (key.n)
        memcpy(block, key.p, key.n);
    for (size_t i = 0; i < HS__HASH_BLOCK_MAX; i++)
        block[i] ^= mask;
    return st;
}

static void change_mask(uint8_t block[HS__HASH_BLOCK_MAX]) {
    for (size_t i = 0; i < HS__HASH_BLOCK_MAX; i++)
        block[i] ^= IPAD ^ OPAD;
}

hs_status hs__hmac(const hs_provider *p, hs__hash_id id, hs_span key, const hs_span *parts,
                   size_t n_parts, uint8_t *out) {
    uint8_t block[HS__HASH_BLOCK_MAX];
    uint8_t inner[HS__HASH_MAX];
    const hs_span head = {block, hs__hash_block_len(id)};
    const hs_span tail = {inner, hs__hash_len(id)};

    hs_status st = pad_key(p, id, key, IPAD, block);
    if (!st)
        st = p->digest(p, id, head, parts, n_parts, inner);
    change_mask(block);
    if (!st)
        st = p->digest(p, id, head, &tail, 1, out);
    hs__wipe(block, sizeof block);
    hs__wipe(inner, sizeof inner);
    return st;
}

static hs_status start_with(const hs_provider *p, hs__hash *h, hs__hash_id id,
                            const uint8_t *block) {
    hs_status st = p->hash_start(p, h, id);
    return st ? st : p->hash_update(p, h, block, hs__hash_block_len(id));
}

hs_status hs__hmac_key_set(const hs_provider *p, hs__hmac_key *k, hs__hash_id id, hs_span key) {
    uint8_t block[HS__HASH_BLOCK_MAX];
    k->id = id;
    hs_status st = pad_key(p, id, key, IPAD, block);
    if (!st)
        st = start_with(p, &k->inner, id, block);
    change_mask(block);
    if (!st)
        st = start_with(p, &k->outer, id, block);
    hs__wipe(block, sizeof block);
    return st;
}

static hs_status feed(const hs_provider *p, hs__hash *h, const hs_span *parts, size_t n_parts) {
    hs_status st = HS_OK;
    for (size_t i = 0; i < n_parts && !st; i++) {
        if (parts[i].n)
            st = p->hash_update(p, h, parts[i].p, parts[i].n);
    }
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
