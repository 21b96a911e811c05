#include "engine/config.h"

#include <string.h>

#include "engine/session_context.h"
#include "engine/suites.h"
#include "pki/credential.h"
#include "proto/codepoints.h"
#include "proto/record_header.h"

enum { ALPN_NAME_MAX = 255 };

bool hs__ids_has(hs__ids list, uint16_t id) {
    for (size_t i = 0; i < list.n; i++) {
        if (list.ids[i] == id) {
            return true;
        }
    }
    return false;
}

void hs__config_set_vector(hs_config *config, hs__vector_fn fn, void *ctx) {
    config->vector = fn;
    config->vector_ctx = ctx;
}

static size_t count(const uint16_t *list) {
    size_t n = 0;
    while (list[n] != 0) {
        n++;
    }
    return n;
}

/* ---- checks: each answers with a sentence, or NULL --------------------------------------- */

static uint16_t min_version(const hs_options *o) {
    return o->min_version != 0 ? o->min_version : HS__VERSION_TLS12;
}

static uint16_t max_version(const hs_options *o) {
    return o->max_version != 0 ? o->max_version : HS__VERSION_TLS13;
}

static const char *check_versions(const hs_options *o) {
    const uint16_t min = min_version(o);
    const uint16_t max = max_version(o);
    return min < HS__VERSION_TLS12 || max > HS__VERSION_TLS13 || min > max
               ? "min_version and max_version must lie within TLS 1.2 (0x0303) and 1.3 (0x0304)"
               : NULL;
}

static const char *check_suites(const hs_options *o) {
    bool fits = o->suites == NULL;
    for (const uint16_t *s = o->suites; s != NULL && *s != 0; s++) {
        const hs__suite *suite = hs__suite_of(*s);
        if (suite == NULL) {
            return "suites has a number that is not a suite we speak";
        }
        if (suite->kx == HS__KX_RSA && !o->classic) {
            return "suites has one with RSA key transport, which needs `classic`";
        }
        fits = fits || (suite->version >= min_version(o) && suite->version <= max_version(o));
    }
    return fits ? NULL : "suites has none for the versions that are allowed";
}

static const char *check_groups(const hs_options *o) {
    for (const uint16_t *g = o->groups; g != NULL && *g != 0; g++) {
        if (!hs__provider_has_group(o->provider, *g)) {
            return "groups has one that the crypto provider does not have";
        }
    }
    const uint16_t *groups = o->groups != NULL ? o->groups : o->provider->groups;
    const hs__ids ids = {groups, count(groups)};
    if (o->shares != NULL && count(o->shares) > HS__MAX_SHARES) {
        return "shares has more than four groups";
    }
    for (const uint16_t *s = o->shares; s != NULL && *s != 0; s++) {
        if (!hs__ids_has(ids, *s)) {
            return "shares has a group that is not in groups";
        }
    }
    return ids.n == 0 ? "groups is empty" : NULL;
}

static const char *check_schemes(const hs_options *o) {
    for (const uint16_t *s = o->schemes; s != NULL && *s != 0; s++) {
        const hs__scheme *scheme = hs__scheme_of(*s);
        if (scheme == NULL || !hs__provider_has_key_type(o->provider, scheme->key)) {
            return "schemes has one that we or the crypto provider do not have";
        }
    }
    return o->schemes != NULL && o->schemes[0] == 0 ? "schemes is empty" : NULL;
}

static const char *check_alpn(const hs_options *o) {
    size_t total = 0;
    for (const char *const *a = o->alpn; a != NULL && *a != NULL; a++) {
        size_t n = strlen(*a);
        if (n == 0 || n > ALPN_NAME_MAX) {
            return "an alpn name must have 1 to 255 bytes";
        }
        total += 1 + n;
    }
    return total > UINT16_MAX - 2 ? "alpn is longer than the extension can hold" : NULL;
}

static const char *check_policy(const hs_options *o) {
    if (o->trust != NULL && o->now_ms == NULL) {
        return "trust needs now_ms: certificates cannot be judged without the time";
    }
    if ((o->sessions != NULL || o->sessions_wanted) && o->now_ms == NULL) {
        return "sessions need now_ms: they have an end";
    }
    if (o->record_size_limit != 0 &&
        (o->record_size_limit < 64 || o->record_size_limit > HS__RECORD_INNER_MAX)) {
        return "record_size_limit must be 64 to 16385 (RFC 8449)";
    }
    return NULL;
}

/* RFC 9846 F.10: a key that opens preliminary secrets must not sign as well. */
static const char *check_roles(const hs_options *o) {
    hs_credential *const *all = o->classic ? o->identity : NULL;
    for (hs_credential *const *a = all; a != NULL && *a != NULL; a++) {
        for (hs_credential *const *b = all; hs__credential_can_decrypt(*a) && *b != NULL; b++) {
            if (!hs__credential_can_decrypt(*b) && hs__credential_same_key(*a, *b)) {
                return "one RSA key is in two certificates, to decrypt and to sign: key transport "
                       "needs a key of its own (RFC 9846 F.10)";
            }
        }
    }
    return NULL;
}

typedef const char *(*check_fn)(const hs_options *o);
static const check_fn checks[] = {check_versions, check_suites, check_groups, check_schemes,
                                  check_alpn,     check_policy, check_roles};

static const char *what_is_wrong(const hs_options *o) {
    if (o->size != sizeof(*o)) {
        return "size is not sizeof(hs_options): header and library do not match";
    }
    if (o->provider == NULL) {
        return "provider is missing";
    }
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        const char *why = checks[i](o);
        if (why != NULL) {
            return why;
        }
    }
    return NULL;
}

/* ---- copying into the arena -------------------------------------------------------------- */

typedef struct {
    uint8_t *p; /* NULL: measuring */
    size_t n;
} arena;

static void *arena_take(arena *a, size_t n) {
    size_t at = (a->n + sizeof(void *) - 1) & ~(sizeof(void *) - 1);
    a->n = at + n;
    return a->p != NULL ? a->p + at : NULL;
}

static hs__ids copy_ids(arena *a, const uint16_t *list) {
    size_t n = count(list);
    uint16_t *copy = arena_take(a, (n + 1) * sizeof(*copy));
    if (copy != NULL) {
        memcpy(copy, list, (n + 1) * sizeof(*copy));
    }
    return (hs__ids){copy, n};
}

static uint8_t *copy_wire(arena *a, hs__ids list) {
    uint8_t *wire = arena_take(a, 2 * list.n);
    for (size_t i = 0; wire != NULL && i < list.n; i++) {
        wire[2 * i] = (uint8_t)(list.ids[i] >> 8);
        wire[2 * i + 1] = (uint8_t)list.ids[i];
    }
    return wire;
}

/* The schemes of `list` that the provider can verify. */
static void copy_schemes(arena *a, const hs_provider *p, const uint16_t *list, hs_config *c) {
    uint8_t *wire = arena_take(a, 2 * count(list));
    size_t n = 0;
    for (; wire != NULL && *list != 0; list++) {
        const hs__scheme *scheme = hs__scheme_of(*list);
        if (hs__provider_has_key_type(p, scheme->key)) {
            wire[n++] = (uint8_t)(*list >> 8);
            wire[n++] = (uint8_t)*list;
        }
    }
    c->schemes = wire;
    c->schemes_n = n;
}

static void copy_alpn(arena *a, const char *const *alpn, hs_config *c) {
    size_t total = 0;
    for (const char *const *s = alpn; s != NULL && *s != NULL; s++) {
        total += 1 + strlen(*s);
    }
    uint8_t *wire = arena_take(a, total);
    c->alpn = wire;
    c->alpn_n = total;
    for (const char *const *s = alpn; wire != NULL && s != NULL && *s != NULL; s++) {
        size_t n = strlen(*s);
        *wire++ = (uint8_t)n;
        memcpy(wire, *s, n);
        wire += n;
    }
}

static void copy_identity(arena *a, hs_credential *const *identity, hs_config *c) {
    size_t n = 0;
    while (identity != NULL && identity[n] != NULL) {
        n++;
    }
    c->identity = arena_take(a, (n + 1) * sizeof(*c->identity));
    c->n_identity = n;
    for (size_t i = 0; c->identity != NULL && i < n; i++) {
        c->identity[i] = hs_credential_ref(identity[i]);
    }
}

/* Those of the caller, or all in the order that serves the provider; without what the versions
 * and the profile leave out. */
static void copy_suites(arena *a, const hs_options *o, hs_config *c) {
    const uint16_t *list =
        o->suites != NULL ? o->suites : hs__suite_ids(o->provider->chacha20_first);
    uint16_t *copy = arena_take(a, (count(list) + 1) * sizeof(*copy));
    uint8_t *wire = arena_take(a, 2 * count(list));
    size_t n = 0;
    c->min_version = HS__VERSION_TLS13;
    c->max_version = HS__VERSION_TLS12;
    for (; copy != NULL && *list != 0; list++) {
        const hs__suite *suite = hs__suite_of(*list);
        if (suite->version < min_version(o) || suite->version > max_version(o) ||
            (suite->kx == HS__KX_RSA && !o->classic)) {
            continue;
        }
        c->min_version = suite->version < c->min_version ? suite->version : c->min_version;
        c->max_version = suite->version > c->max_version ? suite->version : c->max_version;
        wire[2 * n] = (uint8_t)(suite->id >> 8);
        wire[2 * n + 1] = (uint8_t)suite->id;
        copy[n++] = suite->id;
    }
    c->suites = (hs__ids){copy, n};
    c->suites_wire = wire;
}

/* Run twice: with a measuring arena, then with the real one. */
static void copy_lists(arena *a, const hs_options *o, hs_config *c) {
    const hs_provider *p = o->provider;
    copy_suites(a, o, c);
    c->groups = copy_ids(a, o->groups != NULL ? o->groups : p->groups);
    const uint16_t first[] = {o->groups != NULL ? o->groups[0] : p->groups[0], 0};
    c->shares = copy_ids(a, o->shares != NULL ? o->shares : first);
    copy_schemes(a, p, o->schemes != NULL ? o->schemes : hs__scheme_ids(), c);
    copy_alpn(a, o->alpn, c);
    copy_identity(a, o->identity, c);
    c->groups_wire = copy_wire(a, c->groups);
}

static hs_limits with_defaults(hs_limits l) {
    l.message = l.message != 0 ? l.message : 64 * 1024;
    l.chain = l.chain != 0 ? l.chain : 100 * 1024;
    l.empty_records = l.empty_records != 0 ? l.empty_records : 32;
    l.key_updates = l.key_updates != 0 ? l.key_updates : 32;
    return l;
}

static void copy_scalars(const hs_options *o, hs_config *c) {
    c->client_auth = o->client_auth;
    c->verify = o->verify;
    c->revocation = o->revocation;
    c->prefer = o->prefer;
    c->hrr = o->hrr;
    c->ems = o->extended_main_secret;
    c->classic = o->classic;
    c->strict_sni = o->strict_sni;
    c->no_compat = o->no_compat;
    c->record_size_limit = o->record_size_limit;
    c->sessions_wanted = o->sessions_wanted;
    c->no_tickets = o->no_tickets;
    c->ask = o->ask;
    c->limits = with_defaults(o->limits);
    c->now_ms = o->now_ms;
    c->mono_us = o->mono_us;
    c->clock_ctx = o->clock_ctx;
    c->trace = o->trace;
    c->trace_mask = o->trace_mask;
}

hs_status hs_config_new(const hs_options *o, hs_config **out, const char **why) {
    const char *ignored;
    why = why != NULL ? why : &ignored;
    *out = NULL;
    *why = what_is_wrong(o);
    if (*why != NULL) {
        return HS_E_CONFIG;
    }
    hs_config measured = {.refs = 0};
    arena a = {NULL, 0};
    copy_lists(&a, o, &measured);
    hs__memory memory;
    hs__memory_init(&memory, o->alloc);
    hs_config *c = hs__alloc(&memory, sizeof(*c) + a.n);
    if (c == NULL) {
        *why = "out of memory";
        return HS_E_NOMEM;
    }
    atomic_init(&c->refs, 1);
    hs__memory_init(&c->memory, o->alloc);
    c->arena_n = a.n;
    a = (arena){c->arena, 0};
    copy_lists(&a, o, c);
    copy_scalars(o, c);
    c->provider = hs_provider_ref(o->provider);
    c->trust = o->trust != NULL ? hs_trust_ref(o->trust) : NULL;
    c->sessions = o->sessions != NULL ? hs_session_store_ref(o->sessions) : NULL;
    if (c->sessions != NULL || c->sessions_wanted) {
        hs_status st = hs__config_context(c, c->session_context);
        if (st != HS_OK) {
            *why = hs_status_text(st);
            hs_config_unref(c);
            return st;
        }
    }
    *out = c;
    return HS_OK;
}

hs_config *hs_config_ref(hs_config *config) {
    atomic_fetch_add(&config->refs, 1);
    return config;
}

void hs_config_unref(hs_config *config) {
    if (config == NULL || atomic_fetch_sub(&config->refs, 1) != 1) {
        return;
    }
    for (size_t i = 0; i < config->n_identity; i++) {
        hs_credential_unref(config->identity[i]);
    }
    hs_trust_unref(config->trust);
    hs_session_store_unref(config->sessions);
    hs_provider_unref(config->provider);
    const hs_alloc alloc = config->memory.alloc;
    hs__memory_end(&config->memory);
    alloc.free(alloc.ctx, config, sizeof(*config) + config->arena_n);
}
