/* ticket_keys.h - keys that seal tickets and take each other's place as time goes on.
 *
 * A ticket is key name (16) | salt (32) | ciphertext | tag (16): AES-256-GCM under a key and a
 * nonce out of HKDF(ticket key, salt). Each ticket has a key of its own, so that random salts do
 * not collide the way 96-bit nonces under one key would (decision S2). */
#ifndef HS_ENGINE_TICKET_KEYS_H
#define HS_ENGINE_TICKET_KEYS_H

#include "crypto/provider.h"
#include "engine/lock.h"

enum {
    HS__TICKET_KEY_NAME = 16,
    HS__TICKET_SALT = 32,
    HS__TICKET_HEAD = HS__TICKET_KEY_NAME + HS__TICKET_SALT,
    HS__TICKET_OVERHEAD = HS__TICKET_HEAD + HS__AEAD_TAG
};

typedef struct {
    bool is_set;
    uint8_t name[HS__TICKET_KEY_NAME];
    uint8_t key[32];
    uint64_t made_at_ms;
} hs__ticket_key;

/* The one that seals, and the one before it, which opens only. */
enum { HS__CURRENT_KEY, HS__PREVIOUS_KEY, HS__TICKET_KEYS };

/* All zero but the two lives: there is no key before the first use. */
typedef struct {
    hs__lock lock; /* of `key` */
    hs__ticket_key key[HS__TICKET_KEYS];
    uint32_t key_life_s;    /* a key seals that long */
    uint32_t ticket_life_s; /* and opens that much longer, unless the next one is over as well */
} hs__ticket_keys;

void hs__ticket_keys_init(hs__ticket_keys *k, uint32_t key_life_s, uint32_t ticket_life_s);
void hs__ticket_keys_end(hs__ticket_keys *k); /* wipes */

/* Any thread may call these two at any time; both first bring the keys to now_ms.
 * seal: `out` gets n + HS__TICKET_OVERHEAD bytes.
 * open: any bytes of a peer's; `out` has room for as many as come behind the head, and gets *n
 * bytes of what was sealed. *why is NULL, or a static text that says why it does not open: *n = 0
 * then, and nothing is in `out`. Fails for local reasons only. *is_previous: by which key. */
HS_MUST_CHECK hs_status hs__ticket_keys_seal(hs__ticket_keys *k, const hs_provider *p,
                                             uint64_t now_ms, hs_span plain, uint8_t *out);
HS_MUST_CHECK hs_status hs__ticket_keys_open(hs__ticket_keys *k, const hs_provider *p,
                                             uint64_t now_ms, hs_span ticket, uint8_t *out,
                                             size_t *n, bool *is_previous, const char **why);

#endif
