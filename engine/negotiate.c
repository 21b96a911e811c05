#include "engine/negotiate.h"

#include "engine/fail.h"
#include "engine/trace_emit.h"
#include "proto/codepoints.h"

uint16_t hs__next_common(hs__ids ours, hs_span theirs, hs_preference prefer, size_t *at) {
    const bool by_ours = prefer == HS_PREFER_SERVER;
    const size_t n = by_ours ? ours.n : hs__list16_count(theirs);
    while (*at < n) {
        const uint16_t id = by_ours ? ours.ids[*at] : hs__list16_at(theirs, *at);
        (*at)++;
        if (by_ours ? hs__list16_has(theirs, id) : hs__ids_has(ours, id)) {
            return id;
        }
    }
    return 0;
}

static uint16_t first_common(hs__ids ours, hs_span theirs, hs_preference prefer) {
    size_t at = 0;
    return hs__next_common(ours, theirs, prefer, &at);
}

void hs__trace_suite(hs_conn *c, uint16_t id) {
    const hs_config *f = c->config;
    const char *why = id == 0                         ? "none is in both lists and can be used"
                      : f->prefer == HS_PREFER_SERVER ? "the first of ours that the client offers"
                                                      : "the first of the client's that we have";
    hs__trace_choose(c, "suite", id != 0 ? hs__cipher_suite_name(id) : NULL, true,
                     c->hs->hello.cipher_suites, (hs_span){f->suites_wire, 2 * f->suites.n}, why);
}

hs_status hs__no_common_suite(hs_conn *c) {
    return hs__fail(c, HS_E_NO_COMMON_SUITE, "ClientHello.cipher_suites",
                    "none of the %zu offered is among our %zu for %s",
                    hs__list16_count(c->hs->hello.cipher_suites), c->config->suites.n,
                    hs__version_name(c->version));
}

hs_status hs__choose_suite(hs_conn *c) {
    const hs_config *f = c->config;
    uint16_t id;
    size_t at = 0;
    do {
        id = hs__next_common(f->suites, c->hs->hello.cipher_suites, f->prefer, &at);
    } while (id != 0 && hs__suite_for(id, HS__VERSION_TLS13) == NULL);
    hs__trace_suite(c, id);
    if (id == 0) {
        return hs__no_common_suite(c);
    }
    c->suite = hs__suite_of(id);
    return HS_OK;
}

hs_span hs__client_share(const hs_conn *c, uint16_t group) {
    hs_span shares = c->hs->hello.extensions.client_shares;
    hs__key_share share;
    while (hs__key_share_next(&shares, &share)) {
        if (share.group == group) {
            return share.key_exchange;
        }
    }
    return (hs_span){NULL, 0};
}

/* Our best group that needs no further round trip; 0: none. */
static uint16_t with_share(const hs_conn *c) {
    const hs__ids ours = c->config->groups;
    for (size_t i = 0; i < ours.n; i++) {
        if (hs__client_share(c, ours.ids[i]).n > 0 &&
            hs__list16_has(c->hs->hello.extensions.supported_groups, ours.ids[i])) {
            return ours.ids[i];
        }
    }
    return 0;
}

/* HS_HRR_ALWAYS: a group without a share, so that there is something to ask for. */
static uint16_t without_share(const hs_conn *c) {
    const hs__ids ours = c->config->groups;
    for (size_t i = 0; i < ours.n; i++) {
        if (hs__client_share(c, ours.ids[i]).n == 0 &&
            hs__list16_has(c->hs->hello.extensions.supported_groups, ours.ids[i])) {
            return ours.ids[i];
        }
    }
    return 0;
}

/* RFC 9846 4.3.8: by the client's preference the group comes first and the round trip second;
 * by ours a share at hand is worth more than a better group. */
static uint16_t choose_group(const hs_conn *c) {
    const hs_config *f = c->config;
    uint16_t group = f->hrr == HS_HRR_ALWAYS ? without_share(c) : 0;
    if (group == 0 && f->prefer == HS_PREFER_SERVER) {
        group = with_share(c);
    }
    return group != 0
               ? group
               : first_common(f->groups, c->hs->hello.extensions.supported_groups, f->prefer);
}

hs_status hs__choose_group(hs_conn *c, uint16_t *retry) {
    const hs_config *f = c->config;
    const hs_span offered = c->hs->hello.extensions.supported_groups;
    uint16_t group = choose_group(c);
    bool has_share = group != 0 && hs__client_share(c, group).n > 0;
    hs__trace_choose(c, "group", group != 0 ? hs__group_name(group) : NULL, true, offered,
                     (hs_span){f->groups_wire, 2 * f->groups.n},
                     group == 0  ? "none is in both lists"
                     : has_share ? "the client sent a share for it: no HelloRetryRequest"
                                 : "the client sent no share for it: HelloRetryRequest");
    if (group == 0) {
        return hs__fail(c, HS_E_NO_COMMON_GROUP, "ClientHello.extensions[supported_groups]",
                        "none of the %zu offered is among our %zu", hs__list16_count(offered),
                        f->groups.n);
    }
    c->group = group;
    *retry = has_share ? 0 : group;
    return HS_OK;
}
