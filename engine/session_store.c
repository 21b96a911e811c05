#include "engine/session_store.h"

enum {
    ENTRIES_DEFAULT = 1024,
    ENTRIES_MAX = 1 << 20,
    KEY_LIFE_S = 12 * 3600,
    SESSION_LIFE_S = 2 * 3600
};

struct hs_session_store {
    atomic_uint refs;
    hs__memory memory;
    hs_provider *provider;
    uint32_t session_life_s;
    hs__ticket_keys keys;
    hs__session_cache cache;
};

/* ---- the store --------------------------------------------------------------------------- */

static hs_session_store_options with_defaults(hs_session_store_options o) {
    o.cache_entries = o.cache_entries != 0 ? o.cache_entries : ENTRIES_DEFAULT;
    o.session_life_s = o.session_life_s != 0 ? o.session_life_s : SESSION_LIFE_S;
    const uint32_t key_life_s = o.session_life_s > KEY_LIFE_S ? o.session_life_s : KEY_LIFE_S;
    o.key_life_s = o.key_life_s != 0 ? o.key_life_s : key_life_s;
    return o;
}

static bool is_sound(const hs_session_store_options *o) {
    return o->provider != NULL && o->cache_entries <= ENTRIES_MAX &&
           o->session_life_s <= HS__SESSION_AGE_MAX_S && o->session_life_s <= o->key_life_s;
}

hs_status hs_session_store_new(const hs_session_store_options *options, hs_session_store **out) {
    *out = NULL;
    if (options->size != sizeof(*options)) {
        return HS_E_CONFIG;
    }
    const hs_session_store_options o = with_defaults(*options);
    if (!is_sound(&o)) {
        return HS_E_CONFIG;
    }
    hs__memory memory;
    hs__memory_init(&memory, o.alloc);
    hs_session_store *store = hs__alloc(&memory, sizeof(*store));
    if (store == NULL) {
        return HS_E_NOMEM;
    }
    atomic_init(&store->refs, 1);
    hs__memory_init(&store->memory, o.alloc);
    store->provider = hs_provider_ref(o.provider);
    store->session_life_s = o.session_life_s;
    hs__ticket_keys_init(&store->keys, o.key_life_s, o.session_life_s);
    hs_status st = hs__cache_init(&store->cache, &store->memory, o.cache_entries);
    if (st) {
        hs_session_store_unref(store);
        return st;
    }
    *out = store;
    return HS_OK;
}

hs_session_store *hs_session_store_ref(hs_session_store *store) {
    atomic_fetch_add(&store->refs, 1);
    return store;
}

void hs_session_store_unref(hs_session_store *store) {
    if (store == NULL || atomic_fetch_sub(&store->refs, 1) != 1) {
        return;
    }
    hs__ticket_keys_end(&store->keys);
    hs__cache_end(&store->cache, &store->memory);
    hs_provider_unref(store->provider);
    const hs_alloc alloc = store->memory.alloc;
    hs__memory_end(&store->memory);
    alloc.free(alloc.ctx, store, sizeof(*store));
}

/* ---- giving out -------------------------------------------------------------------------- */

/* Dates the session at now_ms and bounds its life; 0: it has none left. */
static uint32_t date(const hs_session_store *store, uint64_t now_ms, hs__session_state *s) {
    const char *why;
    s->issued_at_ms = now_ms > s->full_at_ms ? now_ms : s->full_at_ms;
    s->lifetime_s = store->session_life_s;
    if (!hs__session_usable(s, now_ms, &why)) {
        return 0;
    }
    /* At most session_life_s, since that is one of the bounds. */
    return (uint32_t)((hs__session_expires_ms(s) - s->issued_at_ms) / 1000);
}

/* The session as bytes, dated; *n = 0: it cannot be given out. */
static hs_status pack(const hs_session_store *store, uint64_t now_ms, hs__session_state *s,
                      uint8_t out[HS__SESSION_STATE_MAX], size_t *n) {
    hs__wr w;
    *n = 0;
    s->lifetime_s = date(store, now_ms, s);
    if (s->lifetime_s == 0) {
        return HS_OK;
    }
    hs__wr_init(&w, out, HS__SESSION_STATE_MAX);
    hs__session_state_write(&w, s);
    if (w.status == HS_OK) {
        *n = w.n;
        return HS_OK;
    }
    s->lifetime_s = 0;
    return w.status == HS_E_NO_SPACE ? HS_OK : w.status; /* a long name is no reason to fail */
}

hs_status hs__ticket_seal(hs_session_store *store, uint64_t now_ms, hs__session_state *s,
                          uint8_t *out, size_t *n) {
    uint8_t state[HS__SESSION_STATE_MAX];
    size_t state_n;
    *n = 0;
    hs_status st = pack(store, now_ms, s, state, &state_n);
    if (st == HS_OK && state_n > 0) {
        st = hs__ticket_keys_seal(&store->keys, store->provider, now_ms, (hs_span){state, state_n},
                                  out);
        *n = st == HS_OK ? state_n + HS__TICKET_OVERHEAD : 0;
    }
    hs__wipe(state, sizeof(state));
    return st;
}

hs_status hs__store_put(hs_session_store *store, uint64_t now_ms, const uint8_t id[HS__STORE_ID],
                        hs__session_state *s) {
    uint8_t state[HS__SESSION_STATE_MAX];
    size_t n;
    hs_status st = pack(store, now_ms, s, state, &n);
    if (st == HS_OK && n > 0) {
        hs__cache_put(&store->cache, now_ms, id, (hs_span){state, n}, hs__session_expires_ms(s));
    }
    hs__wipe(state, sizeof(state));
    return st;
}

/* ---- taking back ------------------------------------------------------------------------- */

/* There is none, so nothing of one is left. */
static void none(hs__session_found *out, const char *why) {
    hs__wipe(out, sizeof(*out));
    out->why_not = why;
}

/* The state in the first n of out->bytes. */
static void unpack(uint64_t now_ms, size_t n, hs__session_found *out) {
    hs__rd_root root;
    hs__rd r;
    hs__rd_init(&r, &root, (hs_span){out->bytes, n}, "session", NULL);
    hs__session_state_read(&r, &out->state);
    const char *why = "it is not a session as we write it";
    if (hs__rd_end(&r) != HS_OK || !hs__session_usable(&out->state, now_ms, &why)) {
        none(out, why);
    }
}

hs_status hs__ticket_open(hs_session_store *store, uint64_t now_ms, hs_span ticket,
                          hs__session_found *out) {
    size_t n;
    const char *why = NULL;
    none(out, "it is longer than ours are");
    if (ticket.n > HS__TICKET_MAX) {
        return HS_OK;
    }
    hs_status st = hs__ticket_keys_open(&store->keys, store->provider, now_ms, ticket, out->bytes,
                                        &n, &out->renew, &why);
    why = st != HS_OK ? hs_status_text(st) : why;
    if (why != NULL) {
        none(out, why);
        return st;
    }
    out->why_not = NULL;
    unpack(now_ms, n, out);
    return HS_OK;
}

void hs__store_get(hs_session_store *store, uint64_t now_ms, hs_span id, hs__session_found *out) {
    none(out, "we do not have it, or no longer");
    const size_t n =
        id.n == HS__STORE_ID ? hs__cache_get(&store->cache, now_ms, id.p, out->bytes) : 0;
    if (n > 0) {
        out->why_not = NULL;
        unpack(now_ms, n, out);
    }
}

void hs__store_remove(hs_session_store *store, hs_span id) {
    if (id.n == HS__STORE_ID) {
        hs__cache_remove(&store->cache, id.p);
    }
}
