/* The server's side of the hellos (RFC 9846 4.2): read ClientHello, choose, answer with
 * ServerHello or HelloRetryRequest. */
#include <stdlib.h>
#include <string.h>

#include "engine/alpn.h"
#include "engine/fail.h"
#include "engine/handlers.h"
#include "engine/hello.h"
#include "engine/kex.h"
#include "engine/key_schedule.h"
#include "engine/negotiate.h"
#include "engine/record.h"
#include "engine/trace_emit.h"
#include "engine/transcript.h"
#include "proto/codepoints.h"
#include "proto/span.h"

/* -- ClientHello: is it one for TLS 1.3, and whole? ----------------------------------------------
 */

/* The version first (4.3.1, E.2): what else a hello must hold depends on it. */
static hs_status check_version(hs_conn *c, const hs__client_hello *h) {
    const hs__extensions *e = &h->extensions;
    const char *where = "ClientHello.extensions[supported_versions]";
    if (!hs__ext_has(e, HS__EXT_supported_versions)) {
        const char *name = hs__version_name(h->legacy_version);
        return hs__fail(c, HS_E_VERSION, "ClientHello.legacy_version",
                        "the client offers at most %s, this server speaks TLS 1.3 only",
                        h->legacy_version >= HS__VERSION_TLS12 || name == NULL ? "TLS 1.2" : name);
    }
    if (!hs__list16_has(e->supported_versions, HS__VERSION_TLS13)) {
        return hs__fail(c, HS_E_VERSION, where,
                        "TLS 1.3 (0x0304) is not in it, and this server speaks TLS 1.3 only");
    }
    /* 4.2.2; only where 0x0304 is offered. */
    if (h->legacy_version != HS__VERSION_TLS12) {
        return hs__fail(c, HS_E_VERSION, "ClientHello.legacy_version", "is 0x%04x, must be 0x0303",
                        h->legacy_version);
    }
    return HS_OK;
}

static hs_status check_compression(hs_conn *c, const hs__client_hello *h) {
    const hs_span methods = h->legacy_compression_methods;
    return methods.n != 1 || methods.p[0] != HS__COMPRESSION_null
               ? hs__fail(c, HS_E_ILLEGAL_VALUE, "ClientHello.legacy_compression_methods",
                          "TLS 1.3 allows exactly one, null")
               : HS_OK;
}

/* 9.2: without a PSK all three of these, and a key_share may be empty but must be there. */
static hs_status check_mandatory(hs_conn *c, const hs__extensions *e) {
    static const uint16_t mandatory[] = {HS__EXT_signature_algorithms, HS__EXT_supported_groups,
                                         HS__EXT_key_share};
    for (size_t i = 0; i < sizeof(mandatory) / sizeof(mandatory[0]); i++) {
        if (!hs__ext_has(e, mandatory[i])) {
            return hs__fail(c, HS_E_MISSING_EXTENSION, "ClientHello.extensions",
                            "%s is not there, TLS 1.3 needs it", hs__extension_name(mandatory[i]));
        }
    }
    /* 4.3.9: whoever offers a PSK says in which modes. */
    if (hs__ext_has(e, HS__EXT_pre_shared_key) && !hs__ext_has(e, HS__EXT_psk_key_exchange_modes)) {
        return hs__fail(c, HS_E_MISSING_EXTENSION, "ClientHello.extensions",
                        "pre_shared_key without psk_key_exchange_modes");
    }
    return HS_OK;
}

static hs_status check_hello(hs_conn *c) {
    const hs__client_hello *h = &c->hs->hello;
    hs_status st = check_version(c, h);
    st = st == HS_OK ? check_compression(c, h) : st;
    return st == HS_OK ? check_mandatory(c, &h->extensions) : st;
}

static hs_status keep_server_name(hs_conn *c, const hs__extensions *e) {
    if (!hs__ext_has(e, HS__EXT_server_name) || e->server_name.n == 0) {
        return HS_OK;
    }
    c->server_name = hs__alloc(c->memory, e->server_name.n + 1);
    if (c->server_name == NULL) {
        return HS_E_NOMEM;
    }
    memcpy(c->server_name, e->server_name.p, e->server_name.n);
    c->server_name_n = e->server_name.n;
    return HS_OK;
}

hs_status hs__server_on_client_hello(hs_conn *c, const hs__message *m, hs__state *next) {
    hs_status st = hs__hello_keep(c, m->raw);
    st = st == HS_OK ? check_hello(c) : st;
    st = st == HS_OK ? keep_server_name(c, &c->hs->hello.extensions) : st;
    if (st == HS_OK && hs__ext_has(&c->hs->hello.extensions, HS__EXT_early_data)) {
        c->hs->early_left = HS__EARLY_SKIPPED;
    }
    c->ccs_ok = true;
    *next = HS__WAIT_CONFIG;
    return st;
}

/* -- choosing
 * ---------------------------------------------------------------------------------------- */

static void use_config(hs_conn *c, hs_config *config) {
    if (config != NULL && config != c->config) {
        hs_config_ref(config);
        hs_config_unref(c->config);
        c->config = config;
    }
}

hs_status hs__server_on_config(hs_conn *c, const hs__message *m, hs__state *next) {
    hs__handshake *hs = c->hs;
    use_config(c, m->u.config);
    hs_status st = hs__choose_suite(c);
    st = st == HS_OK ? hs__choose_group(c, &hs->retry_group) : st;
    st = st == HS_OK ? hs__choose_identity(c) : st;
    const hs__extensions *e = &hs->hello.extensions;
    if (st == HS_OK && c->config->alpn_n > 0 &&
        hs__ext_has(e, HS__EXT_application_layer_protocol_negotiation)) {
        st = hs__alpn_choose(c, e->protocol_name_list);
    }
    if (st == HS_OK) {
        c->version = HS__VERSION_TLS13;
        hs__limit_records(c, e);
        st = hs__transcript_add(c, "CH", hs__buffer_span(&hs->raw_hello));
    }
    *next = hs->retry_group != 0 ? HS__SEND_HRR : HS__SEND_SH;
    return st;
}

/* -- answering
 * ---------------------------------------------------------------------------------------- */

static void fill_hello(hs_conn *c, hs__ext_in kind, const uint8_t *random, hs__message *m) {
    *m = (hs__message){.type = HS__HT_server_hello};
    hs__server_hello *sh = &m->u.server_hello;
    sh->kind = kind;
    sh->legacy_version = HS__VERSION_TLS12;
    sh->random = (hs_span){random, HS__RANDOM};
    sh->legacy_session_id_echo = c->hs->hello.legacy_session_id;
    sh->cipher_suite = c->suite->id;
    sh->has_extensions = true;
    hs__ext_set(&sh->extensions, HS__EXT_supported_versions);
    sh->extensions.selected_version = HS__VERSION_TLS13;
    hs__ext_set(&sh->extensions, HS__EXT_key_share);
}

/* E.4: with a session id from the client, a ChangeCipherSpec right after our first message. */
static hs_status flush_and_ccs(hs_conn *c) {
    hs__buffer *flight = &c->hs->flight;
    hs_status st = hs__record_send(c, HS__CONTENT_handshake, hs__buffer_span(flight));
    flight->n = 0;
    return st == HS_OK && c->hs->hello.legacy_session_id.n > 0 ? hs__record_send_ccs(c) : st;
}

/* What went out decides what may come back. */
static hs_status keep_cookie(hs_conn *c, hs_span retry) {
    hs__rd_root root = {.status = HS_OK};
    hs__server_hello sent;
    hs_status st = hs__server_hello_read(retry, NULL, &root, &sent);
    return st == HS_OK ? hs__buffer_add(c, &c->hs->cookie, sent.extensions.cookie) : st;
}

hs_status hs__server_send_retry(hs_conn *c, const hs__message *m, hs__state *next) {
    (void)m;
    hs__handshake *hs = c->hs;
    hs_status st = hs__hello_digest(c, hs->hello_digest);
    st = st == HS_OK ? hs__transcript_restart(c) : st;
    if (st != HS_OK) {
        return st;
    }
    hs__message retry;
    fill_hello(c, HS__IN_HELLO_RETRY_REQUEST, hs__hello_retry_random, &retry);
    retry.u.server_hello.extensions.selected_group = hs->retry_group;
    c->hrr = true;
    *next = HS__WAIT_CH2;
    hs_span raw;
    st = hs__send(c, &retry, &raw);
    st = st == HS_OK ? keep_cookie(c, raw) : st;
    return st == HS_OK ? flush_and_ccs(c) : st;
}

/* 4.2.2: the same hello, with exactly one share, of the group that we asked for. */
static hs_status check_second(hs_conn *c) {
    hs__handshake *hs = c->hs;
    uint8_t digest[32];
    hs_status st = hs__hello_digest(c, digest);
    if (st != HS_OK) {
        return st;
    }
    if (memcmp(digest, hs->hello_digest, sizeof(digest)) != 0) {
        return hs__fail(
            c, HS_E_HELLO_CHANGED, "ClientHello",
            "only key_share, early_data, cookie, pre_shared_key and padding may change");
    }
    hs_span shares = hs->hello.extensions.client_shares;
    hs__key_share share = {0, {NULL, 0}};
    if (!hs__key_share_next(&shares, &share) || shares.n > 0 || share.group != hs->retry_group) {
        return hs__fail(c, HS_E_HELLO_CHANGED, "ClientHello.extensions[key_share].client_shares",
                        "must be one share, of the group that we asked for, %s",
                        hs__group_name(hs->retry_group));
    }
    return HS_OK;
}

/* 4.3.2: unchanged, and only one that we sent. */
static hs_status check_cookie(hs_conn *c) {
    const hs_span sent = hs__buffer_span(&c->hs->cookie);
    const hs_span back = c->hs->hello.extensions.cookie;
    return hs__span_equal(sent, back)
               ? HS_OK
               : hs__fail(c, HS_E_ILLEGAL_VALUE, "ClientHello.extensions[cookie]",
                          sent.n == 0 ? "we sent none" : "it is not the one that we sent");
}

hs_status hs__server_on_client_hello2(hs_conn *c, const hs__message *m, hs__state *next) {
    hs_status st = hs__hello_keep(c, m->raw);
    st = st == HS_OK ? check_hello(c) : st;
    st = st == HS_OK ? check_second(c) : st;
    st = st == HS_OK ? check_cookie(c) : st;
    c->group = c->hs->retry_group;
    *next = HS__SEND_SH;
    return st;
}

hs_status hs__server_send_hello(hs_conn *c, const hs__message *m, hs__state *next) {
    (void)m;
    hs__handshake *hs = c->hs;
    uint8_t random[HS__RANDOM];
    uint8_t share[HS__SHARE_MAX];
    size_t share_n = 0;
    hs_status st = c->p->random(c->p, random, sizeof(random));
    if (st == HS_OK) {
        st = hs__kex_respond(c, c->group, hs__client_share(c, c->group), share, &share_n);
    }
    if (st != HS_OK) {
        return st;
    }
    hs__message hello;
    fill_hello(c, HS__IN_SERVER_HELLO, random, &hello);
    hello.u.server_hello.extensions.server_share = (hs__key_share){c->group, {share, share_n}};
    st = hs__send(c, &hello, NULL);
    st = st == HS_OK ? flush_and_ccs(c) : st;
    if (st == HS_OK) {
        st = hs__schedule_handshake(c, (hs_span){hs->ecdhe, hs->ecdhe_n});
    }
    hs__wipe(hs->ecdhe, sizeof(hs->ecdhe));
    *next = HS__SEND_EE;
    return st;
}
