#include "engine/negotiate.h"

#include "engine/fail.h"
#include "engine/trace_emit.h"
#include "pki/credential.h"
#include "proto/codepoints.h"

/* The first of our list that is in theirs, or of theirs that is in ours; 0: none. */
static uint16_t first_common(hs__ids ours, hs_span theirs, hs_preference prefer) {
    if (prefer == HS_PREFER_SERVER) {
        for (size_t i = 0; i < ours.n; i++) {
            if (hs__list16_has(theirs, ours.ids[i])) {
                return ours.ids[i];
            }
        }
        return 0;
    }
    for (size_t i = 0; i < hs__list16_count(theirs); i++) {
        if (hs__ids_has(ours, hs__list16_at(theirs, i))) {
            return hs__list16_at(theirs, i);
        }
    }
    return 0;
}

static const char *by_whose_order(const hs_conn *c) {
    return c->config->prefer == HS_PREFER_SERVER ? "the first of ours that the client offers"
                                                 : "the first of the client's that we have";
}

hs_status hs__choose_suite(hs_conn *c) {
    const hs_config *f = c->config;
    const hs_span offered = c->hs->hello.cipher_suites;
    uint16_t id = first_common(f->suites, offered, f->prefer);
    const hs_span ours = {f->suites_wire, 2 * f->suites.n};
    hs__trace_choose(c, "suite", id != 0 ? hs__cipher_suite_name(id) : NULL, true, offered, ours,
                     id != 0 ? by_whose_order(c) : "none is in both lists");
    if (id == 0) {
        return hs__fail(c, HS_E_NO_COMMON_SUITE, "ClientHello.cipher_suites",
                        "none of the %zu offered is among our %zu", hs__list16_count(offered),
                        f->suites.n);
    }
    c->suite = hs__suite_13(id);
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

/* ---- identity ---------------------------------------------------------------------------- */

/* Our best scheme that the peer takes and the credential can sign with; 0: none. */
static uint16_t scheme_for(const hs_config *f, const hs_credential *credential, hs_span theirs) {
    for (size_t i = 0; i < f->schemes_n; i += 2) {
        const uint16_t id = (uint16_t)(f->schemes[i] << 8 | f->schemes[i + 1]);
        const hs__scheme *scheme = hs__scheme_of(id);
        if ((hs__scheme_uses(id) & HS__USE_V13) != 0 && hs__list16_has(theirs, id) &&
            hs__credential_can_sign(credential, scheme->key, scheme->alg)) {
            return id;
        }
    }
    return 0;
}

hs_credential *hs__identity_for(const hs_conn *c, hs_span schemes, const char *name,
                                uint16_t *scheme) {
    const hs_config *f = c->config;
    for (size_t i = 0; i < f->n_identity; i++) {
        if (name != NULL && !hs__credential_fits_name(f->identity[i], name)) {
            continue;
        }
        *scheme = scheme_for(f, f->identity[i], schemes);
        if (*scheme != 0) {
            return f->identity[i];
        }
    }
    return NULL;
}

static hs_status no_identity(hs_conn *c) {
    if (c->config->n_identity == 0) {
        return hs__fail(c, HS_E_NO_IDENTITY, "", "the configuration holds none");
    }
    return hs__fail(c, HS_E_NO_COMMON_SCHEME, "ClientHello.extensions[signature_algorithms]",
                    "the client lists %zu schemes",
                    hs__list16_count(c->hs->hello.extensions.signature_algorithms));
}

static bool serves_name(const hs_conn *c) {
    for (size_t i = 0; i < c->config->n_identity; i++) {
        if (hs__credential_fits_name(c->config->identity[i], c->server_name)) {
            return true;
        }
    }
    return false;
}

/* By name first; without a fit the first usable one, as most servers do, or with strict_sni an
 * unrecognized_name alert (RFC 6066 3). */
hs_status hs__choose_identity(hs_conn *c) {
    hs__handshake *hs = c->hs;
    const hs_span schemes = hs->hello.extensions.signature_algorithms;
    if (c->server_name != NULL) {
        hs->credential = hs__identity_for(c, schemes, c->server_name, &hs->own_scheme);
        hs->sni_used = hs->credential != NULL;
    }
    bool is_strict = c->server_name != NULL && c->config->strict_sni;
    if (is_strict && !serves_name(c)) {
        return hs__fail(c, HS_E_UNKNOWN_NAME, "ClientHello.extensions[server_name]",
                        "it asks for %s", c->server_name);
    }
    if (hs->credential == NULL && !is_strict) {
        hs->credential = hs__identity_for(c, schemes, NULL, &hs->own_scheme);
    }
    if (hs->credential == NULL) {
        return no_identity(c);
    }
    hs__trace_choose(c, "sigalg", hs__scheme_name(hs->own_scheme), true, schemes,
                     (hs_span){NULL, 0},
                     hs->sni_used ? "of the certificate for the name the client asked for"
                                  : "of the first certificate that fits");
    return HS_OK;
}
