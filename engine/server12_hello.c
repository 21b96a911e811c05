/* The server's side of the hellos in TLS 1.2 (RFC 5246 7.4.1): choose, answer. */
#include <string.h>

#include "engine/alpn.h"
#include "engine/fail.h"
#include "engine/handlers.h"
#include "engine/key_schedule12.h"
#include "engine/negotiate.h"
#include "engine/record_limit.h"
#include "engine/resume12.h"
#include "engine/server_hello.h"
#include "engine/staple.h"
#include "engine/trace_emit.h"
#include "proto/codepoints.h"

/* -- ClientHello --------------------------------------------------------------------------- */

static bool has_byte(hs_span list, uint8_t value) {
    return list.n > 0 && memchr(list.p, value, list.n) != NULL;
}

static hs_status check_compression(hs_conn *c, const hs__client_hello *h) {
    return has_byte(h->legacy_compression_methods, HS__COMPRESSION_null)
               ? HS_OK
               : hs__fail(c, HS_E_ILLEGAL_VALUE, "ClientHello.compression_methods",
                          "null is not in it, it must be (RFC 5246 7.4.1.2)");
}

/* RFC 8422 5.1.2. */
static hs_status check_point_formats(hs_conn *c, const hs__extensions *e) {
    return !hs__ext_has(e, HS__EXT_ec_point_formats) ||
                   has_byte(e->ec_point_formats, HS__POINT_FORMAT_uncompressed)
               ? HS_OK
               : hs__fail(c, HS_E_ILLEGAL_VALUE, "ClientHello.extensions[ec_point_formats]",
                          "uncompressed is not in it, it must be");
}

/* RFC 5746 3.6: empty in a first handshake. A client that says nothing about it may be taken: we
 * never renegotiate. */
static hs_status check_renegotiation(hs_conn *c, const hs__extensions *e) {
    return e->renegotiated_connection.n > 0
               ? hs__fail(c, HS_E_RENEGOTIATION, "ClientHello.extensions[renegotiation_info]",
                          "must be empty in a first handshake")
               : HS_OK;
}

/* RFC 7627 5.1. */
static hs_status check_ems(hs_conn *c, const hs__extensions *e) {
    c->ems = c->config->ems != HS_EMS_OFF && hs__ext_has(e, HS__EXT_extended_main_secret);
    return !c->ems && c->config->ems == HS_EMS_REQUIRED
               ? hs__fail(c, HS_E_NO_EMS, "ClientHello.extensions",
                          "the client does not offer extended_main_secret (older: "
                          "extended_master_secret)")
               : HS_OK;
}

static hs_status check_hello(hs_conn *c) {
    const hs__client_hello *h = &c->hs->hello;
    hs_status st = check_compression(c, h);
    st = st == HS_OK ? check_point_formats(c, &h->extensions) : st;
    st = st == HS_OK ? check_renegotiation(c, &h->extensions) : st;
    return st == HS_OK ? check_ems(c, &h->extensions) : st;
}

hs_status hs__server_choose_12(hs_conn *c, hs__state *next) {
    hs__handshake *hs = c->hs;
    hs_status st = check_hello(c);
    st = st == HS_OK ? hs__alpn_choose(c, &hs->hello.extensions) : st;
    st = st == HS_OK ? hs__server_find_session12(c) : st;
    if (st == HS_OK && !c->resumed) {
        st = hs__choose_all_12(c);
        st = st == HS_OK ? hs__server_plan_session12(c) : st;
        hs->transcript.keeps = c->config->client_auth != HS_CLIENT_AUTH_NONE;
    }
    *next = HS__SEND_SH;
    return st;
}

/* -- ServerHello --------------------------------------------------------------------------- */

/* RFC 9846 4.2.3: a server that could do more says so in its random, so that a client which had
 * offered more learns of a man in the middle. */
static hs_status make_random(hs_conn *c) {
    uint8_t *random = c->hs->v12.server_random;
    hs_status st = c->p->random(c->p, random, HS__RANDOM);
    if (c->config->max_version > HS__VERSION_TLS12) {
        memcpy(random + HS__RANDOM - sizeof(hs__downgrade_to_12), hs__downgrade_to_12,
               sizeof(hs__downgrade_to_12));
        hs__trace_note(c,
                       "our random ends in the mark of a server that could do TLS 1.3 (DOWNGRD): "
                       "a client that offered it learns that somebody took it out",
                       "rfc9846#section-4.2.3");
    }
    return st;
}

static bool has_renegotiation_signal(const hs__client_hello *h) {
    return hs__ext_has(&h->extensions, HS__EXT_renegotiation_info) ||
           hs__list16_has(h->cipher_suites, HS__SUITE_TLS_EMPTY_RENEGOTIATION_INFO_SCSV);
}

static void answer_extensions(hs_conn *c, uint8_t alpn[HS__ALPN_ROOM], hs__extensions *e) {
    static const uint8_t uncompressed[] = {HS__POINT_FORMAT_uncompressed};
    const hs__client_hello *h = &c->hs->hello;
    if (has_renegotiation_signal(h)) {
        hs__ext_set(e, HS__EXT_renegotiation_info);
    }
    if (c->ems) {
        hs__ext_set(e, HS__EXT_extended_main_secret);
    }
    if (c->hs->sni_used) {
        hs__ext_set(e, HS__EXT_server_name);
    }
    if (!c->resumed && hs__staple_to_send(c).n > 0) {
        hs__ext_set(e, HS__EXT_status_request);
    }
    if (c->hs->v12.ticket_due) {
        hs__ext_set(e, HS__EXT_session_ticket);
    }
    /* RFC 8422 4: when a session is resumed no points are exchanged. */
    if (!c->resumed && c->suite->kx == HS__KX_ECDHE &&
        hs__ext_has(&h->extensions, HS__EXT_ec_point_formats)) {
        hs__ext_set(e, HS__EXT_ec_point_formats);
        e->ec_point_formats = (hs_span){uncompressed, sizeof(uncompressed)};
    }
    hs__alpn_answer(c, alpn, e);
    hs__record_limit_answer(c, e);
}

hs_status hs__server_send_hello12(hs_conn *c, const hs__message *m, hs__state *next) {
    (void)m;
    uint8_t alpn[HS__ALPN_ROOM];
    hs__message hello = {.type = HS__HT_server_hello};
    hs__server_hello *sh = &hello.u.server_hello;
    hs_status st = make_random(c);
    sh->kind = HS__IN_SERVER_HELLO_12;
    sh->legacy_version = HS__VERSION_TLS12;
    sh->random = (hs_span){c->hs->v12.server_random, HS__RANDOM};
    sh->legacy_session_id_echo = c->resumed
                                     ? c->hs->hello.legacy_session_id
                                     : (hs_span){c->hs->v12.session_id, c->hs->v12.session_id_n};
    sh->cipher_suite = c->suite->id;
    answer_extensions(c, alpn, &sh->extensions);
    sh->has_extensions = sh->extensions.types.known != 0; /* RFC 5246 7.4.1.4: else not even none */
    st = st == HS_OK ? hs__send(c, &hello, NULL) : st;
    *next = !c->resumed ? HS__SEND_CERT : c->hs->v12.ticket_due ? HS__SEND_NST : HS__SEND_CCS;
    return st == HS_OK && c->resumed ? hs__key_block12(c) : st;
}
