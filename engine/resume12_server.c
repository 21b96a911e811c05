/* The server's side of resumption in TLS 1.2. */
#include <stdio.h>
#include <string.h>

#include "engine/fail.h"
#include "engine/handlers.h"
#include "engine/resume12.h"
#include "engine/session_context.h"
#include "engine/session_store.h"
#include "engine/trace_emit.h"
#include "proto/codepoints.h"
#include "proto/span.h"

/* ---- finding ----------------------------------------------------------------------------- */

/* A ticket comes before an id: then that is of no meaning but to be echoed (RFC 5077 3.4). */
static bool brings_ticket(const hs_conn *c) {
    return c->hs->hello.extensions.session_ticket.n > 0 && !c->config->no_tickets;
}

static hs_status look_up(hs_conn *c, hs__session_found *found) {
    const hs__client_hello *h = &c->hs->hello;
    hs_session_store *store = c->config->sessions;
    if (brings_ticket(c)) {
        return hs__ticket_open(store, hs__now_ms(c), h->extensions.session_ticket, found);
    }
    if (h->legacy_session_id.n > 0) {
        hs__store_get(store, hs__now_ms(c), h->legacy_session_id, found);
        return HS_OK;
    }
    found->why_not = "the client names none";
    return HS_OK;
}

/* NULL: it may go on; else why this needs a full handshake (decision S2, RFC 6066 3). */
static const char *unfit(const hs_conn *c, const hs__session_state *s) {
    const hs_config *f = c->config;
    const hs__client_hello *h = &c->hs->hello;
    const hs_span name = {(const uint8_t *)c->server_name, c->server_name_n};
    uint8_t context[HS__SESSION_CONTEXT];
    if (s->version != HS__VERSION_TLS12) {
        return "it is of another version";
    }
    if (!hs__list16_has(h->cipher_suites, s->suite) || !hs__ids_has(f->suites, s->suite)) {
        return "its suite is not offered any more";
    }
    if (s->extended_main_secret && f->ems == HS_EMS_OFF) {
        return "its main secret is the extended one, which is off";
    }
    if (!s->extended_main_secret && (c->ems || f->ems == HS_EMS_REQUIRED)) {
        return "its main secret is not the extended one";
    }
    if (!hs__span_equal(s->server_name, name)) {
        return "it is of another server name";
    }
    if (!hs__span_equal(s->alpn, c->alpn)) {
        return "it has another application protocol";
    }
    if (hs__session_context(c, context) != HS_OK ||
        memcmp(context, s->context, sizeof(context)) != 0) {
        return "identities, trust or client authentication are not what they were";
    }
    return s->has_peer || f->client_auth != HS_CLIENT_AUTH_NEED
               ? NULL
               : "it has no client certificate, and one is needed";
}

static void take_up(hs_conn *c, const hs__session_found *found) {
    const hs__session_state *s = &found->state;
    hs__handshake12 *v = &c->hs->v12;
    c->resumed = true;
    c->suite = hs__suite_of(s->suite);
    c->peer_authenticated = s->has_peer && s->peer_verdict == HS_OK;
    c->verdict = s->peer_verdict;
    memcpy(v->main_secret, s->secret, HS__MAIN_SECRET_12);
    v->full_at_ms = s->full_at_ms;
    v->has_peer = s->has_peer;
    v->peer_not_after = s->peer_not_after;
    memcpy(v->peer_sha256, s->peer_sha256, sizeof(v->peer_sha256));
    v->ticket_due = found->renew;
    const hs_span id = c->hs->hello.legacy_session_id;
    if (!brings_ticket(c)) {
        memcpy(v->session_id, id.p, id.n);
        v->session_id_n = id.n;
    }
}

/* RFC 7627 5.3: to drop the extension on the way back is no client's own doing. */
static hs_status check_ems(hs_conn *c, const hs__session_state *s) {
    return s->extended_main_secret &&
                   !hs__ext_has(&c->hs->hello.extensions, HS__EXT_extended_main_secret)
               ? hs__fail(c, HS_E_NO_EMS, "ClientHello.extensions",
                          "extended_main_secret is missing, and the session was made with it")
               : HS_OK;
}

static void trace_found(hs_conn *c, const char *why_not) {
    char text[120];
    if (why_not != NULL) {
        (void)snprintf(text, sizeof(text), "the session is not resumed: %s", why_not);
    } else {
        (void)snprintf(text, sizeof(text),
                       "the session is resumed by its %s: no certificates, no key exchange",
                       brings_ticket(c) ? "ticket" : "id");
    }
    hs__trace_note(c, text, "rfc5246#section-7.3");
}

hs_status hs__server_find_session12(hs_conn *c) {
    if (c->config->sessions == NULL) {
        return HS_OK;
    }
    hs__session_found found;
    hs_status st = look_up(c, &found);
    const bool exists = st == HS_OK && found.why_not == NULL;
    const char *why = exists ? unfit(c, &found.state) : found.why_not;
    st = exists ? check_ems(c, &found.state) : st;
    if (st == HS_OK && why == NULL) {
        take_up(c, &found);
    }
    const bool was_named =
        c->hs->hello.extensions.session_ticket.n > 0 || c->hs->hello.legacy_session_id.n > 0;
    if (st == HS_OK && was_named) {
        trace_found(c, why);
    }
    hs__wipe(&found, sizeof(found));
    return st;
}

/* ---- giving out -------------------------------------------------------------------------- */

hs_status hs__server_plan_session12(hs_conn *c) {
    hs__handshake12 *v = &c->hs->v12;
    if (c->config->sessions == NULL) {
        return HS_OK;
    }
    v->ticket_due =
        !c->config->no_tickets && hs__ext_has(&c->hs->hello.extensions, HS__EXT_session_ticket);
    if (v->ticket_due) {
        return HS_OK;
    }
    v->session_id_n = HS__STORE_ID;
    return c->p->random(c->p, v->session_id, sizeof(v->session_id));
}

/* A renewed session has the age of its full handshake, and the peer of it. */
static hs_status describe(const hs_conn *c, hs__session_state *s) {
    const hs__handshake12 *v = &c->hs->v12;
    hs_status st = hs__session_describe(c, s);
    s->full_at_ms = c->resumed ? v->full_at_ms : hs__now_ms(c);
    if (c->resumed) {
        s->has_peer = v->has_peer;
        s->peer_not_after = v->peer_not_after;
        s->peer_verdict = c->verdict;
        memcpy(s->peer_sha256, v->peer_sha256, sizeof(s->peer_sha256));
    }
    return st;
}

/* What cannot be sealed goes out as an empty ticket, which is none (RFC 5077 3.3). */
hs_status hs__server_send_new_session_ticket12(hs_conn *c, const hs__message *m, hs__state *next) {
    (void)m;
    hs__session_state s = {0};
    uint8_t ticket[HS__TICKET_MAX];
    size_t n = 0;
    hs_status st = describe(c, &s);
    st = st == HS_OK ? hs__ticket_seal(c->config->sessions, hs__now_ms(c), &s, ticket, &n) : st;
    hs__message nst = {.type = HS__HT_new_session_ticket};
    nst.u.new_session_ticket12 =
        (hs__new_session_ticket12){.ticket_lifetime_hint = s.lifetime_s, .ticket = {ticket, n}};
    hs__wipe(&s, sizeof(s));
    *next = HS__SEND_CCS;
    if (st != HS_OK) {
        return st;
    }
    hs__trace_ticket(c, true, nst.u.new_session_ticket12.ticket_lifetime_hint, n);
    return hs__send(c, &nst, NULL);
}

hs_status hs__server_keep_session12(hs_conn *c) {
    const hs__handshake12 *v = &c->hs->v12;
    if (c->resumed || v->session_id_n == 0) {
        return HS_OK;
    }
    hs__session_state s = {0};
    hs_status st = describe(c, &s);
    st = st == HS_OK ? hs__store_put(c->config->sessions, hs__now_ms(c), v->session_id, &s) : st;
    hs__wipe(&s, sizeof(s));
    return st;
}
