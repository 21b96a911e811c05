#include "engine/ticket_keys.h"

#include <string.h>

#include "crypto/hkdf.h"

/* ---- the keys ---------------------------------------------------------------------------- */

void hs__ticket_keys_init(hs__ticket_keys *k, uint32_t key_life_s, uint32_t ticket_life_s) {
    atomic_flag_clear(&k->lock);
    memset(k->key, 0, sizeof(k->key));
    k->key_life_s = key_life_s;
    k->ticket_life_s = ticket_life_s;
}

void hs__ticket_keys_end(hs__ticket_keys *k) {
    hs__wipe(k->key, sizeof(k->key));
}

/* How far apart, whichever way: a clock that was set far back must not make a key live on. */
static bool is_past(uint64_t now_ms, uint64_t made_at_ms, uint64_t life_s) {
    const uint64_t apart = now_ms > made_at_ms ? now_ms - made_at_ms : made_at_ms - now_ms;
    return apart >= life_s * 1000;
}

/* With the lock held. */
static bool is_due(const hs__ticket_keys *k, uint64_t now_ms) {
    const hs__ticket_key *current = &k->key[HS__CURRENT_KEY];
    return !current->is_set || is_past(now_ms, current->made_at_ms, k->key_life_s);
}

/* With the lock held. Once no ticket of the previous key can be alive, the key goes. */
static void copy_keys(hs__ticket_keys *k, uint64_t now_ms, hs__ticket_key out[HS__TICKET_KEYS]) {
    hs__ticket_key *previous = &k->key[HS__PREVIOUS_KEY];
    if (is_past(now_ms, previous->made_at_ms, (uint64_t)k->key_life_s + k->ticket_life_s)) {
        hs__wipe(previous, sizeof(*previous));
    }
    memcpy(out, k->key, sizeof(k->key));
}

static hs_status make_key(const hs_provider *p, uint64_t now_ms, hs__ticket_key *out) {
    out->is_set = true;
    out->made_at_ms = now_ms;
    hs_status st = p->random(p, out->name, sizeof(out->name));
    return st ? st : p->random(p, out->key, sizeof(out->key));
}

/* The keys as they are at now_ms. */
static hs_status keys_at(hs__ticket_keys *k, const hs_provider *p, uint64_t now_ms,
                         hs__ticket_key out[HS__TICKET_KEYS]) {
    hs__lock_take(&k->lock);
    const bool due = is_due(k, now_ms);
    if (!due) {
        copy_keys(k, now_ms, out);
    }
    hs__lock_give(&k->lock);
    if (!due) {
        return HS_OK;
    }
    hs__ticket_key fresh;
    hs_status st = make_key(p, now_ms, &fresh); /* without the lock: it may take its time */
    if (st == HS_OK) {
        hs__lock_take(&k->lock);
        if (is_due(k, now_ms)) { /* else another thread was faster */
            k->key[HS__PREVIOUS_KEY] = k->key[HS__CURRENT_KEY];
            k->key[HS__CURRENT_KEY] = fresh;
        }
        copy_keys(k, now_ms, out);
        hs__lock_give(&k->lock);
    }
    hs__wipe(&fresh, sizeof(fresh));
    return st;
}

/* The key that a ticket names; NULL: not there. */
static const hs__ticket_key *find(const hs__ticket_key keys[HS__TICKET_KEYS], const uint8_t *name) {
    for (size_t i = 0; i < HS__TICKET_KEYS; i++) {
        if (keys[i].is_set && memcmp(keys[i].name, name, sizeof(keys[i].name)) == 0) {
            return &keys[i];
        }
    }
    return NULL;
}

/* ---- one ticket -------------------------------------------------------------------------- */

/* Key and nonce for one ticket, the one with this salt. */
enum { ONE_USE = HS__AEAD_KEY_MAX + HS__AEAD_NONCE };

static hs_status derive(const hs_provider *p, const hs__ticket_key *key, const uint8_t *salt,
                        uint8_t out[ONE_USE]) {
    static const char info[] = "handshake ticket";
    uint8_t prk[HS__HASH_MAX];
    hs_status st = hs__hkdf_extract(p, HS__SHA256, (hs_span){salt, HS__TICKET_SALT},
                                    (hs_span){key->key, sizeof(key->key)}, prk);
    if (st == HS_OK) {
        st = hs__hkdf_expand(p, HS__SHA256, (hs_span){prk, hs__hash_len(HS__SHA256)},
                             (hs_span){(const uint8_t *)info, sizeof(info) - 1}, out, ONE_USE);
    }
    hs__wipe(prk, sizeof(prk));
    return st;
}

static hs_status ticket_aead(const hs_provider *p, const hs__ticket_key *key, const uint8_t *salt,
                             bool seals, hs__aead **aead, uint8_t nonce[HS__AEAD_NONCE]) {
    uint8_t once[ONE_USE];
    hs_status st = derive(p, key, salt, once);
    if (st == HS_OK) {
        memcpy(nonce, once + HS__AEAD_KEY_MAX, HS__AEAD_NONCE);
        st = p->aead_new(p, HS__AES_256_GCM, once, seals, aead);
    }
    hs__wipe(once, sizeof(once));
    return st;
}

hs_status hs__ticket_keys_seal(hs__ticket_keys *k, const hs_provider *p, uint64_t now_ms,
                               hs_span plain, uint8_t *out) {
    hs__ticket_key keys[HS__TICKET_KEYS];
    hs__aead *aead = NULL;
    uint8_t nonce[HS__AEAD_NONCE];
    uint8_t *salt = out + HS__TICKET_KEY_NAME;
    hs_status st = keys_at(k, p, now_ms, keys);
    if (st) {
        return st;
    }
    memcpy(out, keys[HS__CURRENT_KEY].name, HS__TICKET_KEY_NAME);
    st = p->random(p, salt, HS__TICKET_SALT);
    if (st) {
        goto out;
    }
    st = ticket_aead(p, &keys[HS__CURRENT_KEY], salt, true, &aead, nonce);
    if (st) {
        goto out;
    }
    st = p->aead_seal(p, aead, nonce, (hs_span){out, HS__TICKET_HEAD}, plain.p, plain.n, NULL, 0,
                      out + HS__TICKET_HEAD);
    p->aead_free(p, aead);
out:
    hs__wipe(keys, sizeof(keys));
    return st;
}

hs_status hs__ticket_keys_open(hs__ticket_keys *k, const hs_provider *p, uint64_t now_ms,
                               hs_span ticket, uint8_t *out, size_t *n, bool *is_previous,
                               const char **why) {
    hs__ticket_key keys[HS__TICKET_KEYS];
    hs__aead *aead = NULL;
    uint8_t nonce[HS__AEAD_NONCE];
    *n = 0;
    *is_previous = false;
    *why = ticket.n < HS__TICKET_OVERHEAD ? "it is not a ticket of ours" : NULL;
    if (*why != NULL) {
        return HS_OK;
    }
    hs_status st = keys_at(k, p, now_ms, keys);
    if (st) {
        return st;
    }
    const hs__ticket_key *key = find(keys, ticket.p);
    if (key == NULL) {
        *why = "it is sealed with a key that we do not have, or no longer";
        goto out;
    }
    *is_previous = key == &keys[HS__PREVIOUS_KEY];
    st = ticket_aead(p, key, ticket.p + HS__TICKET_KEY_NAME, false, &aead, nonce);
    if (st) {
        goto out;
    }
    memcpy(out, ticket.p + HS__TICKET_HEAD, ticket.n - HS__TICKET_HEAD);
    st = p->aead_open(p, aead, nonce, (hs_span){ticket.p, HS__TICKET_HEAD}, out,
                      ticket.n - HS__TICKET_HEAD, n);
    p->aead_free(p, aead);
    if (st == HS_E_BAD_RECORD_MAC) {
        st = HS_OK;
        *n = 0;
        *why = "its seal is broken";
    }
out:
    hs__wipe(keys, sizeof(keys));
    return st;
}
