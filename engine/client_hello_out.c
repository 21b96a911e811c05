/* The client's ClientHello (RFC 9846 4.2.2) for TLS 1.3, 1.2 or both, and the second one after a
 * HelloRetryRequest. */
#include <string.h>

#include "engine/fail.h"
#include "engine/handlers.h"
#include "engine/hello.h"
#include "engine/kex.h"
#include "engine/record.h"
#include "engine/record_limit.h"
#include "engine/resume12.h"
#include "engine/staple.h"
#include "proto/codepoints.h"

/* A fresh key pair and its share; never used on another connection (RFC 9846 4.3.8). */
static hs_status add_share(hs_conn *c, uint16_t group, hs__buffer *list) {
    hs__handshake *hs = c->hs;
    uint8_t share[HS__SHARE_MAX];
    hs__key_share entry = {group, {share, 0}};
    hs_status st =
        hs__kex_generate(c, group, &hs->shares[hs->n_shares].kex, share, &entry.key_exchange.n);
    if (st != HS_OK) {
        return st;
    }
    hs->shares[hs->n_shares++].group = group;
    size_t n = 4 + entry.key_exchange.n;
    st = hs__buffer_room(c, list, n);
    if (st == HS_OK) {
        hs__wr w;
        hs__wr_init(&w, list->p + list->n, n);
        hs__key_share_write(&w, &entry);
        list->n += w.n;
        st = w.status;
    }
    return st;
}

/* In the order of supported_groups (RFC 9846 4.3.8). */
static hs_status add_shares(hs_conn *c, hs__buffer *list) {
    const hs_config *f = c->config;
    hs_status st = HS_OK;
    for (size_t i = 0; st == HS_OK && i < f->groups.n; i++) {
        if (hs__ids_has(f->shares, f->groups.ids[i])) {
            st = add_share(c, f->groups.ids[i], list);
        }
    }
    return st;
}

static bool offers(const hs_conn *c, uint16_t version) {
    return c->config->min_version <= version && version <= c->config->max_version;
}

static void set_extensions_13(hs_conn *c, hs_span shares, hs__extensions *e) {
    static const uint8_t versions[] = {0x03, 0x04, 0x03, 0x03};
    hs__ext_set(e, HS__EXT_supported_versions);
    e->supported_versions = (hs_span){versions, offers(c, HS__VERSION_TLS12) ? 4 : 2};
    hs__ext_set(e, HS__EXT_key_share);
    e->client_shares = shares;
    if (c->hs->cookie.n > 0) {
        hs__ext_set(e, HS__EXT_cookie);
        e->cookie = hs__buffer_span(&c->hs->cookie);
    }
}

static hs_span own_ticket(const hs_conn *c) {
    const hs_session *session = c->hs->session;
    return session != NULL ? hs__session_state_of(session)->ticket : (hs_span){NULL, 0};
}

static bool offers_ecdhe_12(const hs_conn *c) {
    const hs__ids suites = c->config->suites;
    size_t i = 0;
    while (i < suites.n && hs__suite_of(suites.ids[i])->kx != HS__KX_ECDHE) {
        i++;
    }
    return i < suites.n;
}

/* RFC 8422 4: not without a suite that they are for. */
static void set_curves(hs_conn *c, hs__extensions *e) {
    static const uint8_t uncompressed[] = {HS__POINT_FORMAT_uncompressed};
    const hs_config *f = c->config;
    if (offers_ecdhe_12(c)) {
        hs__ext_set(e, HS__EXT_ec_point_formats);
        e->ec_point_formats = (hs_span){uncompressed, sizeof(uncompressed)};
    }
    if (offers_ecdhe_12(c) || offers(c, HS__VERSION_TLS13)) {
        hs__ext_set(e, HS__EXT_supported_groups);
        e->supported_groups = (hs_span){f->groups_wire, 2 * f->groups.n};
    }
}

/* RFC 5746 3.4: empty, for a first handshake, and there is no other with us. */
static void set_extensions_12(hs_conn *c, hs__extensions *e) {
    hs__ext_set(e, HS__EXT_renegotiation_info);
    if (c->config->ems != HS_EMS_OFF) {
        hs__ext_set(e, HS__EXT_extended_main_secret);
    }
    /* RFC 5077 3.2: the ticket, or empty to ask for one. */
    if (c->config->sessions_wanted) {
        hs__ext_set(e, HS__EXT_session_ticket);
        e->session_ticket = own_ticket(c);
    }
}

static void set_extensions(hs_conn *c, hs_span shares, hs__extensions *e) {
    const hs_config *f = c->config;
    if (c->server_name != NULL) {
        hs__ext_set(e, HS__EXT_server_name);
        e->server_name = (hs_span){(const uint8_t *)c->server_name, strlen(c->server_name)};
    }
    if (offers(c, HS__VERSION_TLS13)) {
        set_extensions_13(c, shares, e);
    }
    if (offers(c, HS__VERSION_TLS12)) {
        set_extensions_12(c, e);
    }
    set_curves(c, e);
    hs__ext_set(e, HS__EXT_signature_algorithms);
    e->signature_algorithms = (hs_span){f->schemes, f->schemes_n};
    hs__staple_ask(c, e);
    if (f->alpn_n > 0) {
        hs__ext_set(e, HS__EXT_application_layer_protocol_negotiation);
        e->protocol_name_list = (hs_span){f->alpn, f->alpn_n};
    }
    if (f->record_size_limit != 0) {
        hs__ext_set(e, HS__EXT_record_size_limit);
        e->record_size_limit = hs__own_record_limit(f, f->max_version);
    }
}

/* The id of the session that is offered. Else a random one: with a ticket, so that the server can
 * tell by it that it takes that (RFC 5077 3.4); with TLS 1.3, to look like a resumption of TLS 1.2
 * to those in between (E.4). Or none. */
static hs_status make_session_id(hs_conn *c) {
    hs__handshake *hs = c->hs;
    const hs__session_state *s = hs->session != NULL ? hs__session_state_of(hs->session) : NULL;
    if (s != NULL && s->ticket.n == 0) {
        memcpy(hs->session_id, s->session_id.p, s->session_id.n);
        hs->session_id_n = s->session_id.n;
        return HS_OK;
    }
    const bool is_compat = offers(c, HS__VERSION_TLS13) && !c->config->no_compat;
    hs->session_id_n = s != NULL || is_compat ? sizeof(hs->session_id) : 0;
    return c->p->random(c->p, hs->session_id, hs->session_id_n);
}

/* Writes and keeps the ClientHello: what was offered is judged from the bytes that went out. */
static hs_status send_hello(hs_conn *c, hs_span shares) {
    static const uint8_t null_compression[] = {0};
    hs__handshake *hs = c->hs;
    hs__message m = {.type = HS__HT_client_hello};
    hs__client_hello *h = &m.u.client_hello;
    h->legacy_version = HS__VERSION_TLS12;
    h->random = (hs_span){hs->random, sizeof(hs->random)};
    h->legacy_session_id = (hs_span){hs->session_id, hs->session_id_n};
    h->cipher_suites = (hs_span){c->config->suites_wire, 2 * c->config->suites.n};
    h->legacy_compression_methods = (hs_span){null_compression, sizeof(null_compression)};
    h->has_extensions = true;
    set_extensions(c, shares, &h->extensions);
    hs_span raw;
    hs_status st = hs__send(c, &m, &raw);
    return st == HS_OK ? hs__hello_keep(c, raw) : st;
}

hs_status hs__client_send_hello(hs_conn *c, const hs__message *m, hs__state *next) {
    (void)m;
    hs__handshake *hs = c->hs;
    hs__buffer shares = {NULL, 0, 0};
    hs_status st = c->p->random(c->p, hs->random, sizeof(hs->random));
    if (st == HS_OK) {
        hs__session_check_offer(c);
        st = make_session_id(c);
    }
    if (st == HS_OK && offers(c, HS__VERSION_TLS13)) {
        st = add_shares(c, &shares);
    }
    if (st == HS_OK) {
        st = send_hello(c, hs__buffer_span(&shares));
    }
    hs__buffer_free(c, &shares);
    c->ccs_ok = offers(c, HS__VERSION_TLS13);
    *next = HS__WAIT_SH;
    return st;
}

/* RFC 9846 4.2.2: the same but for key_share, if a group was asked for, and cookie. */
hs_status hs__client_send_hello2(hs_conn *c, const hs__message *m, hs__state *next) {
    (void)m;
    hs__handshake *hs = c->hs;
    hs__buffer shares = {NULL, 0, 0};
    hs_status st = c->ccs_due ? hs__record_send_ccs(c) : HS_OK;
    if (st == HS_OK && hs->retry_group != 0) {
        hs__kex_free_shares(c);
        st = add_share(c, hs->retry_group, &shares);
    } else if (st == HS_OK) {
        st = hs__buffer_add(c, &shares, hs->hello.extensions.client_shares);
    }
    if (st == HS_OK) {
        st = send_hello(c, hs__buffer_span(&shares));
    }
    hs__buffer_free(c, &shares);
    *next = HS__WAIT_SH2;
    return st;
}
