/* What is changed in key exchange messages. */
#include <string.h>

#include "engine/lab_bytes.h"
#include "engine/lab_edits.h"
#include "proto/client_key_exchange.h"

/* A share of the group, as long as that one, whose private key nobody has. A group where there is
 * no such thing (a server's half of a KEM) gets one bit changed. */
static bool fresh_share(hs__lab_message *m, uint16_t group, hs_span share) {
    uint8_t fresh[HS__SHARE_MAX];
    size_t n = 0;
    hs__kex *kex = NULL;
    if (m->p->kex_generate(m->p, group, &kex, fresh, &n) != HS_OK || n != share.n) {
        m->p->kex_free(m->p, kex);
        return hs__lab_flip_last(m, share);
    }
    m->p->kex_free(m->p, kex);
    memcpy(m->m + hs__lab_at(m, share), fresh, n);
    return true;
}

static bool zero_share(hs__lab_message *m, uint16_t group, hs_span share) {
    (void)group;
    memset(m->m + hs__lab_at(m, share), 0, share.n);
    return share.n > 0;
}

typedef bool (*share_edit)(hs__lab_message *m, uint16_t group, hs_span share);

static bool each_share(hs__lab_message *m, share_edit edit) {
    hs__client_hello h;
    bool any = false;
    if (!hs__lab_client_hello(m, &h)) {
        return false;
    }
    hs_span list = h.extensions.client_shares;
    hs__key_share share;
    while (hs__key_share_next(&list, &share)) {
        any = edit(m, share.group, share.key_exchange) || any;
    }
    return any;
}

static bool server_share(hs__lab_message *m, share_edit edit) {
    hs__server_hello h;
    return hs__lab_server_hello(m, &h) && hs__ext_has(&h.extensions, HS__EXT_key_share) &&
           edit(m, h.extensions.server_share.group, h.extensions.server_share.key_exchange);
}

static bool read_client_exchange(const hs__lab_message *m, hs_span *keys) {
    hs__rd_root root = {.status = HS_OK};
    hs__client_key_exchange cke;
    const bool ok =
        hs__client_key_exchange_read(hs__lab_whole(m), m->kx, NULL, &root, &cke) == HS_OK;
    *keys = ok ? cke.exchange_keys : (hs_span){NULL, 0};
    return ok;
}

static bool share_12(hs__lab_message *m, share_edit edit) {
    hs__server_key_exchange ske;
    hs_span keys;
    if (m->m[0] == HS__HT_server_key_exchange) {
        return hs__lab_server_exchange(m, &ske) && edit(m, ske.params.group, ske.params.point);
    }
    return m->kx == HS__KX_ECDHE && read_client_exchange(m, &keys) && edit(m, m->group, keys);
}

static bool any_share(hs__lab_message *m, share_edit edit) {
    return m->m[0] == HS__HT_client_hello   ? each_share(m, edit)
           : m->m[0] == HS__HT_server_hello ? server_share(m, edit)
                                            : share_12(m, edit);
}

bool hs__lab_do_other_share(hs__lab_message *m) {
    return any_share(m, fresh_share);
}

bool hs__lab_do_bad_point(hs__lab_message *m) {
    return any_share(m, zero_share);
}

bool hs__lab_do_damaged_premaster(hs__lab_message *m) {
    hs_span keys;
    return m->kx == HS__KX_RSA && read_client_exchange(m, &keys) && hs__lab_flip_last(m, keys);
}

/* A whole hello from a file, or this one with another random and other shares: like an old one, it
 * is well formed and its private keys are nowhere. */
bool hs__lab_do_old_hello(hs__lab_message *m) {
    const hs_span old = m->lab->file_bytes;
    if (old.n > 0) {
        const bool fits = old.n <= m->cap;
        memcpy(m->m, old.p, fits ? old.n : 0);
        m->n = fits ? old.n : m->n;
        return fits;
    }
    if (hs__lab_find(m, HS__EXT_supported_versions) == 0 ||
        m->p->random(m->p, m->m + HS__LAB_RANDOM_AT, HS__RANDOM) != HS_OK) {
        return false;
    }
    (void)hs__lab_do_other_share(m); /* there may be none, where a HelloRetryRequest is wanted */
    return true;
}
