#include "crypto/oaep.h"

#include <string.h>

#include "crypto/ct_mask.h"
#include "crypto/digest.h"
#include "crypto/premaster.h"
#include "crypto/public_numbers.h"

enum { BLOCK_MAX = HS__RSA_BITS_MAX / 8 };

/* out ^= MGF1(seed) (RFC 8017 B.2.1). */
static hs_status mask(const hs_provider *p, hs__hash_id hash, hs_span seed, uint8_t *out,
                      size_t n) {
    uint8_t digest[HS__HASH_MAX];
    size_t step = hs__hash_len(hash);
    hs_status st = HS_OK;
    for (uint32_t i = 0; n > 0 && !st; i++) {
        const uint8_t counter[4] = {(uint8_t)(i >> 24), (uint8_t)(i >> 16), (uint8_t)(i >> 8),
                                    (uint8_t)i};
        const hs_span part = {counter, sizeof counter};
        st = p->digest(p, hash, seed, &part, 1, digest);
        size_t now = n < step ? n : step;
        for (size_t k = 0; k < now && !st; k++)
            *out++ ^= digest[k];
        n -= now;
    }
    hs__wipe(digest, sizeof digest);
    return st;
}

/* block = 00 | seed | DB, where DB = hash of the label | zeros | 01 | msg, both masked. */
static hs_status encode(const hs_provider *p, hs__oaep how, hs_span msg, uint8_t *block, size_t n) {
    size_t h = hs__hash_len(how.hash);
    uint8_t *seed = block + 1;
    uint8_t *db = seed + h;
    size_t db_n = n - 1 - h;
    memset(block, 0, n);
    memcpy(block + n - msg.n, msg.p, msg.n);
    block[n - msg.n - 1] = 1;
    hs_status st = hs__digest(p, how.hash, (hs_span){NULL, 0}, db);
    if (!st)
        st = p->random(p, seed, h);
    if (!st)
        st = mask(p, how.mgf1, (hs_span){seed, h}, db, db_n);
    if (!st)
        st = mask(p, how.mgf1, (hs_span){db, db_n}, seed, h);
    return st;
}

hs_status hs__oaep_encrypt(const hs_provider *p, const hs__public_numbers *to, hs__oaep how,
                           hs_span msg, uint8_t *ct, size_t *ct_n) {
    uint8_t block[BLOCK_MAX];
    hs__public_key *key = NULL;
    size_t n = to->n.n;
    if (to->type != HS__KEY_RSA)
        return HS_E_KEY_TYPE;
    if (n > BLOCK_MAX || n < 2 * hs__hash_len(how.hash) + 2 + msg.n)
        return HS_E_NO_SPACE;
    hs_status st = p->public_new(p, to, &key);
    if (!st)
        st = encode(p, how, msg, block, n);
    if (!st)
        st = p->rsa_public(p, key, block);
    if (!st) {
        memcpy(ct, block, n);
        *ct_n = n;
    }
    hs__wipe(block, sizeof block);
    if (key)
        p->public_free(p, key);
    return st;
}

/* Looks at every byte of DB behind the label's hash, whatever stands there. *at: where the message
 * begins. Returns 0 if all is well. */
static uint8_t find_message(const uint8_t *db, size_t h, size_t n, size_t *at) {
    uint8_t bad = 0;
    uint8_t found = 0;
    size_t begin = 0;
    for (size_t i = h; i < n; i++) {
        uint8_t is_one = hs__ct_is_zero(db[i] ^ 1);
        uint8_t is_first = (uint8_t)(is_one & ~found);
        size_t wide = (size_t)0 - (is_first & 1u);
        begin |= (i + 1) & wide;
        found |= is_one;
        bad |= (uint8_t)(db[i] & ~found);
    }
    *at = begin;
    return (uint8_t)(bad | (uint8_t)~found);
}

hs_status hs__oaep_decode(const hs_provider *p, hs__oaep how, uint8_t *block, size_t n,
                          uint8_t *bad, size_t *at) {
    uint8_t label[HS__HASH_MAX];
    size_t h = hs__hash_len(how.hash);
    uint8_t *seed = block + 1;
    uint8_t *db = seed + h;
    size_t db_n = n - 1 - h;
    hs_status st = hs__digest(p, how.hash, (hs_span){NULL, 0}, label);
    if (!st)
        st = mask(p, how.mgf1, (hs_span){db, db_n}, seed, h);
    if (!st)
        st = mask(p, how.mgf1, (hs_span){seed, h}, db, db_n);
    if (st)
        return st;
    *bad = block[0];
    for (size_t i = 0; i < h; i++)
        *bad |= (uint8_t)(db[i] ^ label[i]);
    *bad |= find_message(db, h, db_n, at);
    *at += 1 + h;
    return HS_OK;
}

hs_status hs__oaep_decrypt(const hs_provider *p, const hs__private_key *k, hs__oaep how, hs_span ct,
                           size_t max, uint8_t *out, size_t *out_n) {
    uint8_t block[BLOCK_MAX];
    hs__public_numbers v;
    uint8_t bad = 0;
    size_t at = 0;
    hs_status st = p->key_public(p, k, &v);
    if (!st && v.type != HS__KEY_RSA)
        st = HS_E_KEY_TYPE;
    if (!st && v.n.n < 2 * hs__hash_len(how.hash) + 2)
        st = HS_E_CMS_KEY;
    if (st)
        return st;
    bool is_usable = hs__premaster_input(v.n, ct, block);
    st = p->rsa_private(p, k, block);
    if (!st)
        st = hs__oaep_decode(p, how, block, v.n.n, &bad, &at);
    /* RFC 8017 7.1.2 step 3: one verdict about everything. */
    if (!st && (bad || !is_usable || v.n.n - at > max))
        st = HS_E_CMS_KEY;
    if (!st) {
        *out_n = v.n.n - at;
        memcpy(out, block + at, *out_n);
    }
    hs__wipe(block, sizeof block);
    return st;
}
