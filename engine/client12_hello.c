/* ServerHello of TLS 1.2, as the client reads it (RFC 5246 7.4.1.3). */
#include <string.h>

#include "engine/alpn.h"
#include "engine/fail.h"
#include "engine/handlers.h"
#include "engine/record_limit.h"
#include "engine/resume12.h"
#include "engine/server_choice.h"
#include "engine/trace_emit.h"
#include "engine/transcript.h"
#include "proto/codepoints.h"
#include "proto/span.h"

/* RFC 9846 4.2.3: a server that speaks TLS 1.3 marks its random when it chooses less. To see the
 * mark after we had offered TLS 1.3 means that somebody has taken that out of our hello. */
static hs_status check_downgrade(hs_conn *c, const hs__server_hello *sh) {
    const uint8_t *tail = sh->random.p + HS__RANDOM - sizeof(hs__downgrade_to_12);
    const bool is_marked =
        memcmp(tail, hs__downgrade_to_12, sizeof(hs__downgrade_to_12)) == 0 ||
        memcmp(tail, hs__downgrade_below_12, sizeof(hs__downgrade_below_12)) == 0;
    if (is_marked && c->config->max_version == HS__VERSION_TLS12) {
        hs__trace_note(c,
                       "the server marks its random (DOWNGRD): it speaks TLS 1.3, which we did "
                       "not offer",
                       "rfc9846#section-4.2.3");
    }
    return is_marked && c->config->max_version > HS__VERSION_TLS12
               ? hs__fail(c, HS_E_DOWNGRADE, "ServerHello.random",
                          "it ends in the server's mark for having seen a hello without TLS 1.3, "
                          "which ours offered")
               : HS_OK;
}

static hs_status check_fixed(hs_conn *c, const hs__server_hello *sh) {
    if (sh->legacy_compression_method != HS__COMPRESSION_null) {
        return hs__fail(c, HS_E_ILLEGAL_VALUE, "ServerHello.compression_method", "is %u, must be 0",
                        sh->legacy_compression_method);
    }
    /* RFC 5746 3.4: without it the server may be open to a prefix of somebody else's. */
    if (!hs__ext_has(&sh->extensions, HS__EXT_renegotiation_info)) {
        return hs__fail(c, HS_E_RENEGOTIATION, "ServerHello.extensions",
                        "renegotiation_info is not there: the server is open to an old attack");
    }
    return sh->extensions.renegotiated_connection.n > 0
               ? hs__fail(c, HS_E_RENEGOTIATION, "ServerHello.extensions[renegotiation_info]",
                          "must be empty in a first handshake")
               : HS_OK;
}

/* RFC 7627 5.2. */
static hs_status check_ems(hs_conn *c, const hs__extensions *e) {
    c->ems = hs__ext_has(e, HS__EXT_extended_main_secret);
    return !c->ems && c->config->ems == HS_EMS_REQUIRED
               ? hs__fail(c, HS_E_NO_EMS, "ServerHello.extensions",
                          "the server does not answer extended_main_secret (older: "
                          "extended_master_secret)")
               : HS_OK;
}

static hs_status check(hs_conn *c, const hs__server_hello *sh) {
    hs_status st = check_downgrade(c, sh);
    st = st == HS_OK ? hs__check_chosen_suite(c, sh->cipher_suite, HS__VERSION_TLS12) : st;
    st = st == HS_OK ? hs__check_unasked(c, "ServerHello.extensions", &sh->extensions) : st;
    st = st == HS_OK ? check_fixed(c, sh) : st;
    return st == HS_OK ? check_ems(c, &sh->extensions) : st;
}

/* The server takes up a session by sending the id back: with a ticket one that was made up for
 * that (RFC 5077 3.4). Without a session ours is made up for middleboxes, and nobody can know it
 * (RFC 9846 4.2.3). */
static hs_status check_session_id(hs_conn *c, hs_span echo, bool *resumes) {
    *resumes = echo.n > 0 && hs__span_equal(echo, c->hs->hello.legacy_session_id);
    return *resumes && c->hs->session == NULL
               ? hs__fail(c, HS_E_ILLEGAL_VALUE, "ServerHello.session_id",
                          "the server resumes a session that we did not offer")
               : HS_OK;
}

static void keep_promises(hs_conn *c, const hs__server_hello *sh) {
    hs__handshake12 *v = &c->hs->v12;
    v->session_id_n = sh->legacy_session_id_echo.n;
    if (v->session_id_n > 0) {
        memcpy(v->session_id, sh->legacy_session_id_echo.p, v->session_id_n);
    }
    v->ticket_due = hs__ext_has(&sh->extensions, HS__EXT_session_ticket);
    v->status_due = hs__ext_has(&sh->extensions, HS__EXT_status_request);
}

static hs_status begin(hs_conn *c, const hs__server_hello *sh) {
    c->version = HS__VERSION_TLS12;
    c->table = hs__client_12;
    c->suite = hs__suite_of(sh->cipher_suite);
    c->ccs_ok = false;
    memcpy(c->hs->v12.server_random, sh->random.p, HS__RANDOM);
    c->hs->transcript.keeps = c->config->n_identity > 0;
    hs__trace_server_choices(c, HS__VERSION_TLS12, sh->cipher_suite);
    hs__limit_records(c, &sh->extensions);
    return hs__transcript_add(c, "CH", hs__buffer_span(&c->hs->raw_hello));
}

hs_status hs__client_on_server_hello12(hs_conn *c, const hs__message *m, hs__state *next) {
    const hs__server_hello *sh = &m->u.server_hello;
    bool resumes = false;
    hs_status st = check(c, sh);
    st = st == HS_OK ? check_session_id(c, sh->legacy_session_id_echo, &resumes) : st;
    st = st == HS_OK ? begin(c, sh) : st;
    st = st == HS_OK ? hs__alpn_read(c, "ServerHello", &sh->extensions) : st;
    if (st != HS_OK) {
        return st;
    }
    keep_promises(c, sh);
    *next = !resumes ? HS__WAIT_CERT : c->hs->v12.ticket_due ? HS__WAIT_NST : HS__WAIT_CCS;
    return resumes ? hs__client_resume12(c, sh) : HS_OK;
}
