/* What the server answered to our ClientHello: ServerHello and HelloRetryRequest
 * (RFC 9846 4.2.3, 4.2.4). What we offered is read from the ClientHello that went out. */

#include "engine/fail.h"
#include "engine/handlers.h"
#include "engine/kex.h"
#include "engine/key_schedule.h"
#include "engine/server_choice.h"
#include "engine/trace_emit.h"
#include "engine/transcript.h"
#include "proto/codepoints.h"
#include "proto/span.h"

/* -- checks that both messages share (4.2.4: the same as for ServerHello) --------------------- */

static hs_status check_version(hs_conn *c, const hs__server_hello *sh) {
    const char *where = "ServerHello.extensions[supported_versions].selected_version";
    const hs__extensions *e = &sh->extensions;
    if (!hs__ext_has(e, HS__EXT_supported_versions)) {
        return sh->kind == HS__IN_HELLO_RETRY_REQUEST
                   ? hs__fail(c, HS_E_MISSING_EXTENSION, where, "HelloRetryRequest without it")
                   : hs__fail(c, HS_E_VERSION, "ServerHello.legacy_version",
                              "after a HelloRetryRequest it must be TLS 1.3");
    }
    if (!hs__list16_has(c->hs->hello.extensions.supported_versions, e->selected_version) ||
        e->selected_version < HS__VERSION_TLS13) {
        return hs__fail(c, HS_E_ILLEGAL_VALUE, where, "0x%04x was not offered",
                        e->selected_version);
    }
    /* 4.2.3: checked, but not used to find the version. */
    if (sh->legacy_version != HS__VERSION_TLS12) {
        return hs__fail(c, HS_E_VERSION, "ServerHello.legacy_version", "is 0x%04x, must be 0x0303",
                        sh->legacy_version);
    }
    return HS_OK;
}

static hs_status check_echo(hs_conn *c, const hs__server_hello *sh) {
    const hs_span sent = c->hs->hello.legacy_session_id;
    const hs_span echo = sh->legacy_session_id_echo;
    if (!hs__span_equal(echo, sent)) {
        return hs__fail(c, HS_E_ILLEGAL_VALUE, "ServerHello.legacy_session_id_echo",
                        "it is not what we sent");
    }
    if (sh->legacy_compression_method != HS__COMPRESSION_null) {
        return hs__fail(c, HS_E_ILLEGAL_VALUE, "ServerHello.legacy_compression_method",
                        "is %u, must be 0", sh->legacy_compression_method);
    }
    return HS_OK;
}

static hs_status check_suite(hs_conn *c, uint16_t id) {
    hs_status st = hs__check_chosen_suite(c, id, HS__VERSION_TLS13);
    if (st == HS_OK && c->suite != NULL && c->suite->id != id) {
        return hs__fail(c, HS_E_ILLEGAL_VALUE, "ServerHello.cipher_suite",
                        "is %s, the HelloRetryRequest said %s", hs__cipher_suite_name(id),
                        hs__cipher_suite_name(c->suite->id));
    }
    return st;
}

static hs_status check_common(hs_conn *c, const hs__server_hello *sh) {
    hs_status st = check_version(c, sh);
    st = st == HS_OK ? check_echo(c, sh) : st;
    st = st == HS_OK ? check_suite(c, sh->cipher_suite) : st;
    return st == HS_OK ? hs__check_unasked(c, "ServerHello.extensions", &sh->extensions) : st;
}

/* Our ClientHello waited for the hash to be known. */
static hs_status begin_transcript(hs_conn *c, uint16_t suite) {
    if (c->suite != NULL) {
        return HS_OK;
    }
    c->suite = hs__suite_of(suite);
    c->version = HS__VERSION_TLS13;
    c->table = hs__client_13;
    return hs__transcript_add(c, "CH", hs__buffer_span(&c->hs->raw_hello));
}

/* Compatibility mode (E.4): one ChangeCipherSpec before our second flight. */
static void note_compat(hs_conn *c) {
    c->ccs_due = c->hs->hello.legacy_session_id.n > 0 && !c->ccs_sent;
}

/* -- HelloRetryRequest ------------------------------------------------------------------------- */

static bool has_share(hs_span shares, uint16_t group) {
    hs__key_share share;
    while (hs__key_share_next(&shares, &share)) {
        if (share.group == group) {
            return true;
        }
    }
    return false;
}

/* 4.3.8: a group that we offered and sent no share for. */
static hs_status check_retry_group(hs_conn *c, uint16_t group) {
    const hs__extensions *own = &c->hs->hello.extensions;
    const char *where = "HelloRetryRequest.extensions[key_share].selected_group";
    const char *name = hs__group_name(group);
    name = name != NULL ? name : "an unknown group";
    if (!hs__list16_has(own->supported_groups, group)) {
        return hs__fail(c, HS_E_ILLEGAL_VALUE, where, "%s (%u) was not offered", name, group);
    }
    if (has_share(own->client_shares, group)) {
        return hs__fail(c, HS_E_ILLEGAL_VALUE, where, "we had sent a share for %s already", name);
    }
    return HS_OK;
}

static hs_status read_retry(hs_conn *c, const hs__extensions *e) {
    bool has_group = hs__ext_has(e, HS__EXT_key_share);
    bool has_cookie = hs__ext_has(e, HS__EXT_cookie);
    if (!has_group && !has_cookie) {
        return hs__fail(c, HS_E_RETRY_USELESS, "HelloRetryRequest.extensions",
                        "it has neither key_share nor cookie");
    }
    hs_status st = has_group ? check_retry_group(c, e->selected_group) : HS_OK;
    if (st == HS_OK && has_group) {
        c->hs->retry_group = e->selected_group;
        hs__trace_choose(c, "hrr", hs__group_name(e->selected_group), false,
                         c->hs->hello.extensions.supported_groups, (hs_span){NULL, 0},
                         "the server wants a share for this group: one more round trip");
    }
    return st == HS_OK && has_cookie ? hs__buffer_add(c, &c->hs->cookie, e->cookie) : st;
}

hs_status hs__client_on_retry(hs_conn *c, const hs__message *m, hs__state *next) {
    const hs__server_hello *sh = &m->u.server_hello;
    hs_status st = check_common(c, sh);
    st = st == HS_OK ? read_retry(c, &sh->extensions) : st;
    if (st != HS_OK) {
        return st;
    }
    c->hrr = true;
    hs__trace_server_choices(c, HS__VERSION_TLS13, sh->cipher_suite);
    note_compat(c);
    st = begin_transcript(c, sh->cipher_suite);
    *next = HS__SEND_CH2;
    return st == HS_OK ? hs__transcript_restart(c) : st;
}

/* -- ServerHello ----------------------------------------------------------------------------------
 */

static hs_status read_share(hs_conn *c, const hs__extensions *e) {
    hs__handshake *hs = c->hs;
    const char *where = "ServerHello.extensions[key_share].server_share.group";
    if (!hs__ext_has(e, HS__EXT_key_share)) {
        return hs__fail(c, HS_E_MISSING_EXTENSION, "ServerHello.extensions[key_share]",
                        "without it and without a PSK there is no key");
    }
    if (hs__ext_has(e, HS__EXT_pre_shared_key)) {
        return hs__fail(c, HS_E_UNSOLICITED_EXTENSION, "ServerHello.extensions[pre_shared_key]",
                        "we offered no PSK");
    }
    uint16_t group = e->server_share.group;
    if (hs->retry_group != 0 && group != hs->retry_group) {
        return hs__fail(c, HS_E_ILLEGAL_VALUE, where, "is %u, the HelloRetryRequest asked for %s",
                        group, hs__group_name(hs->retry_group));
    }
    if (!has_share(hs->hello.extensions.client_shares, group)) {
        return hs__fail(c, HS_E_ILLEGAL_VALUE, where, "we sent no share for group %u", group);
    }
    c->group = group;
    return hs__kex_agree(c, group, e->server_share.key_exchange);
}

hs_status hs__client_on_server_hello13(hs_conn *c, const hs__message *m, hs__state *next) {
    const hs__server_hello *sh = &m->u.server_hello;
    hs_status st = hs__check_ends_record(c, "ServerHello");
    st = st == HS_OK ? check_common(c, sh) : st;
    if (st != HS_OK) {
        return st;
    }
    hs__trace_server_choices(c, HS__VERSION_TLS13, sh->cipher_suite);
    st = begin_transcript(c, sh->cipher_suite);
    st = st == HS_OK ? read_share(c, &sh->extensions) : st;
    if (st != HS_OK) {
        return st;
    }
    hs__trace_choose(c, "group", hs__group_name(c->group), false,
                     c->hs->hello.extensions.supported_groups, (hs_span){NULL, 0},
                     c->hrr ? "the group of the HelloRetryRequest"
                            : "a share that we had sent was taken: no HelloRetryRequest");
    note_compat(c);
    *next = HS__HAVE_SH;
    return HS_OK;
}

/* Both directions change at once: what we say about the server's encrypted messages is encrypted
 * too (RFC 9846 A.1). */
hs_status hs__client_make_keys(hs_conn *c, const hs__message *m, hs__state *next) {
    (void)m;
    hs__handshake *hs = c->hs;
    hs_status st = hs__schedule_handshake(c, (hs_span){hs->ecdhe, hs->ecdhe_n});
    hs__wipe(hs->ecdhe, sizeof(hs->ecdhe));
    hs__kex_free_shares(c);
    *next = HS__WAIT_EE;
    return st;
}
