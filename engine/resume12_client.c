/* The client's side of resumption in TLS 1.2. */
#include <stdio.h>
#include <string.h>

#include "engine/fail.h"
#include "engine/handlers.h"
#include "engine/key_schedule12.h"
#include "engine/lasting12.h"
#include "engine/resume12.h"
#include "engine/session_context.h"
#include "engine/trace_emit.h"
#include "proto/codepoints.h"
#include "proto/span.h"

/* A ClientHello holds 65,535 bytes of extensions, and servers have limits of their own: a longer
 * ticket would keep us from ever connecting. */
enum { TICKET_OFFERED_MAX = 32 * 1024 };

static bool is_same_name(const hs_conn *c, hs_span name) {
    const hs_span own = {(const uint8_t *)c->server_name, c->server_name_n};
    return hs__span_equal(own, name);
}

/* NULL: it can be offered; else why not. */
static const char *unfit(hs_conn *c, const hs__session_state *s) {
    const hs_config *f = c->config;
    const char *why;
    uint8_t context[HS__SESSION_CONTEXT];
    if (!f->sessions_wanted) {
        return "sessions are not wanted";
    }
    if (s->version != HS__VERSION_TLS12 || f->min_version > HS__VERSION_TLS12) {
        return "it is of a version that is not offered";
    }
    if (!hs__ids_has(f->suites, s->suite)) {
        return "its suite is not offered";
    }
    /* RFC 7627 5.3: who offers the extension offers no session without it. */
    if (s->extended_main_secret != (f->ems != HS_EMS_OFF)) {
        return s->extended_main_secret ? "its main secret is the extended one, which is off"
                                       : "its main secret is not the extended one";
    }
    if (s->ticket.n > TICKET_OFFERED_MAX) {
        return "its ticket is too long for a hello";
    }
    if (!is_same_name(c, s->server_name)) {
        return "it is of another server name";
    }
    if (hs__session_context(c, context) != HS_OK ||
        memcmp(context, s->context, sizeof(context)) != 0) {
        return "trust, checks, identity or protocols are not what they were";
    }
    return hs__session_usable(s, hs__now_ms(c), &why) ? NULL : why;
}

void hs__session_check_offer(hs_conn *c) {
    hs__handshake *hs = c->hs;
    if (hs->session == NULL) {
        return;
    }
    const char *why = hs__session_is_retired(hs->session)
                          ? "a connection with it has failed"
                          : unfit(c, hs__session_state_of(hs->session));
    if (why != NULL) {
        char text[120];
        (void)snprintf(text, sizeof(text), "the session is not offered: %s", why);
        hs__trace_note(c, text, "rfc9846#section-4.7.1");
        hs_session_unref(hs->session);
        hs->session = NULL;
    }
}

/* A session is resumed as it was, or not at all. */
static hs_status check_same(hs_conn *c, const hs__server_hello *sh, const hs__session_state *s) {
    if (sh->cipher_suite != s->suite) {
        return hs__fail(c, HS_E_ILLEGAL_VALUE, "ServerHello.cipher_suite", "%s, the session has %s",
                        hs__cipher_suite_name(sh->cipher_suite), hs__cipher_suite_name(s->suite));
    }
    return c->ems != s->extended_main_secret
               ? hs__fail(c, HS_E_NO_EMS, "ServerHello.extensions",
                          "extended_main_secret is %s, and the session was made %s it",
                          c->ems ? "there" : "missing", c->ems ? "without" : "with")
               : HS_OK;
}

hs_status hs__client_resume12(hs_conn *c, const hs__server_hello *sh) {
    const hs__session_state *s = hs__session_state_of(c->hs->session);
    c->resumed = true;
    hs_status st = check_same(c, sh, s);
    if (st != HS_OK) {
        return st;
    }
    c->hs->transcript.keeps = false;
    c->peer_authenticated = s->has_peer && s->peer_verdict == HS_OK;
    c->verdict = s->peer_verdict;
    memcpy(c->hs->v12.main_secret, s->secret, HS__MAIN_SECRET_12);
    hs__trace_note(c,
                   s->ticket.n > 0
                       ? "the session is resumed by its ticket: no certificates, no key exchange"
                       : "the session is resumed by its id: no certificates, no key exchange",
                   "rfc5246#section-7.3");
    return hs__key_block12(c);
}

hs_status hs__client_on_new_session_ticket12(hs_conn *c, const hs__message *m, hs__state *next) {
    const hs__new_session_ticket12 *nst = &m->u.new_session_ticket12;
    c->hs->v12.ticket_life = nst->ticket_lifetime_hint;
    hs__trace_ticket(c, false, nst->ticket_lifetime_hint, nst->ticket.n);
    *next = HS__WAIT_CCS;
    return hs__buffer_add(c, &c->hs->v12.ticket, nst->ticket);
}

/* What does not change when a session is resumed comes from it. */
static hs_status describe(hs_conn *c, hs__session_state *s) {
    const hs__handshake *hs = c->hs;
    const uint64_t now = hs__now_ms(c);
    if (c->resumed) {
        *s = *hs__session_state_of(hs->session);
    } else {
        s->full_at_ms = now;
    }
    s->issued_at_ms = now > s->full_at_ms ? now : s->full_at_ms; /* a clock may step back a bit */
    s->lifetime_s = hs->v12.ticket_life;
    s->session_id = hs->v12.ticket.n > 0 ? (hs_span){NULL, 0}
                                         : (hs_span){hs->v12.session_id, hs->v12.session_id_n};
    s->ticket = hs__buffer_span(&hs->v12.ticket);
    return c->resumed ? HS_OK : hs__session_describe(c, s);
}

static hs_status make_session(hs_conn *c) {
    hs__session_state s = {0};
    hs_status st = describe(c, &s);
    st = st == HS_OK ? hs__session_new(&s, &c->session) : st;
    hs__wipe(&s, sizeof(s));
    return st;
}

/* Without a new ticket a resumed session is the one that the program has. */
hs_status hs__client_keep_session12(hs_conn *c) {
    const hs__handshake12 *v = &c->hs->v12;
    const bool has_new = v->ticket.n > 0 || (!c->resumed && v->session_id_n > 0);
    hs_status st = c->config->sessions_wanted && has_new ? make_session(c) : HS_OK;
    hs__lasting12_session(c, c->session != NULL ? c->session : c->resumed ? c->hs->session : NULL);
    return st;
}
