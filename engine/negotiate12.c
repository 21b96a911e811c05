/* TLS 1.2: the suite decides how keys are agreed on and what the certificate must hold, so suite,
 * group and identity are chosen together. */
#include "engine/fail.h"
#include "engine/identity.h"
#include "engine/negotiate.h"
#include "engine/trace_emit.h"
#include "proto/codepoints.h"

/* RFC 8422 4: a client without supported_groups leaves the choice to us. */
static uint16_t choose_group(const hs_conn *c) {
    const hs_config *f = c->config;
    const hs__extensions *e = &c->hs->hello.extensions;
    const hs_span ours = {f->groups_wire, 2 * f->groups.n};
    const hs_span theirs = hs__ext_has(e, HS__EXT_supported_groups) ? e->supported_groups : ours;
    size_t at = 0;
    uint16_t group;
    do {
        group = hs__next_common(f->groups, theirs, f->prefer, &at);
    } while (group != 0 && (hs__group_versions(group) & HS__TLS12) == 0);
    return group;
}

/* The first suite that has what it needs; 0: none. `name`: only with a certificate for it. */
static uint16_t usable_suite(hs_conn *c, const char *name) {
    hs__handshake *hs = c->hs;
    const hs_config *f = c->config;
    const hs__extensions *e = &hs->hello.extensions;
    size_t at = 0;
    uint16_t id;
    do {
        id = hs__next_common(f->suites, hs->hello.cipher_suites, f->prefer, &at);
        const hs__suite *suite = hs__suite_for(id, HS__VERSION_TLS12);
        if (suite == NULL || (suite->kx == HS__KX_ECDHE && c->group == 0)) {
            continue;
        }
        const hs__wanted wanted = {.version = HS__VERSION_TLS12,
                                   .kx = suite->kx,
                                   .auth = suite->auth,
                                   .schemes = e->signature_algorithms,
                                   .groups = e->supported_groups,
                                   .name = name};
        hs->credential = hs__identity_for(c, &wanted, &hs->own_scheme);
    } while (id != 0 && hs->credential == NULL);
    return id;
}

static bool has_common_suite(const hs_conn *c) {
    size_t at = 0;
    uint16_t id;
    do {
        id = hs__next_common(c->config->suites, c->hs->hello.cipher_suites, HS_PREFER_SERVER, &at);
    } while (id != 0 && hs__suite_for(id, HS__VERSION_TLS12) == NULL);
    return id != 0;
}

/* What was missing, of the three. */
static hs_status nothing_fits(hs_conn *c) {
    hs__trace_suite(c, 0);
    if (!has_common_suite(c)) {
        return hs__no_common_suite(c);
    }
    return c->group == 0
               ? hs__fail(c, HS_E_NO_COMMON_GROUP, "ClientHello.extensions[supported_groups]",
                          "none of the %zu offered is among our %zu",
                          hs__list16_count(c->hs->hello.extensions.supported_groups),
                          c->config->groups.n)
               : hs__no_identity(c);
}

static void trace_choices(hs_conn *c) {
    const hs__handshake *hs = c->hs;
    const hs__extensions *e = &hs->hello.extensions;
    const hs_config *f = c->config;
    hs__trace_suite(c, c->suite->id);
    if (c->group != 0) {
        hs__trace_choose(c, "group", hs__group_name(c->group), true, e->supported_groups,
                         (hs_span){f->groups_wire, 2 * f->groups.n},
                         "for the ephemeral key exchange");
    }
    if (hs->own_scheme != 0) {
        hs__trace_choose(c, "sigalg", hs__scheme_name(hs->own_scheme), true,
                         e->signature_algorithms, (hs_span){NULL, 0},
                         hs->sni_used ? "of the certificate for the name the client asked for"
                                      : "of the first certificate that fits the suite");
    }
}

hs_status hs__choose_all_12(hs_conn *c) {
    hs__handshake *hs = c->hs;
    hs_status st = hs__check_server_name(c);
    if (st != HS_OK) {
        return st;
    }
    c->group = choose_group(c);
    uint16_t id = c->server_name != NULL ? usable_suite(c, c->server_name) : 0;
    hs->sni_used = id != 0;
    if (id == 0 && (c->server_name == NULL || !c->config->strict_sni)) {
        id = usable_suite(c, NULL);
    }
    if (id == 0) {
        return nothing_fits(c);
    }
    c->suite = hs__suite_of(id);
    c->group = c->suite->kx == HS__KX_ECDHE ? c->group : 0;
    trace_choices(c);
    return HS_OK;
}
