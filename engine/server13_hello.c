/* The server's side of the hellos in TLS 1.3 (RFC 9846 4.2): choose, answer with ServerHello or
 * HelloRetryRequest. */
#include <stdlib.h>
#include <string.h>

#include "engine/alpn.h"
#include "engine/fail.h"
#include "engine/handlers.h"
#include "engine/hello.h"
#include "engine/identity.h"
#include "engine/kex.h"
#include "engine/key_schedule.h"
#include "engine/negotiate.h"
#include "engine/record.h"
#include "engine/server_hello.h"
#include "engine/trace_emit.h"
#include "engine/transcript.h"
#include "proto/codepoints.h"
#include "proto/span.h"

/* -- ClientHello: is it whole? ------------------------------------------------------------- */

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

/* 4.2.2; only where 0x0304 is offered. */
static hs_status check_legacy_version(hs_conn *c, const hs__client_hello *h) {
    return h->legacy_version != HS__VERSION_TLS12
               ? hs__fail(c, HS_E_VERSION, "ClientHello.legacy_version",
                          "is 0x%04x, must be 0x0303", h->legacy_version)
               : HS_OK;
}

static hs_status check_hello(hs_conn *c) {
    const hs__client_hello *h = &c->hs->hello;
    hs_status st = check_legacy_version(c, h);
    st = st == HS_OK ? check_compression(c, h) : st;
    return st == HS_OK ? check_mandatory(c, &h->extensions) : st;
}

/* -- choosing ------------------------------------------------------------------------------ */

hs_status hs__server_choose_13(hs_conn *c, hs__state *next) {
    hs__handshake *hs = c->hs;
    const hs__extensions *e = &hs->hello.extensions;
    hs_status st = check_hello(c);
    st = st == HS_OK ? hs__choose_suite(c) : st;
    st = st == HS_OK ? hs__choose_group(c, &hs->retry_group) : st;
    st = st == HS_OK ? hs__choose_identity(c) : st;
    st = st == HS_OK ? hs__alpn_choose(c, e) : st;
    if (st == HS_OK && hs__ext_has(e, HS__EXT_early_data)) {
        hs->early_left = HS__EARLY_SKIPPED;
    }
    c->ccs_ok = true;
    *next = hs->retry_group != 0 ? HS__SEND_HRR : HS__SEND_SH;
    return st;
}

/* -- answering ----------------------------------------------------------------------------- */

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
    hs_status st = hs__flush(c);
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
