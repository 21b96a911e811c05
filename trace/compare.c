#include "trace/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/certificate12.h"
#include "proto/certificate13.h"
#include "proto/client_hello.h"
#include "proto/encrypted_extensions.h"
#include "proto/record_header.h"
#include "proto/server_hello.h"
#include "trace/cert_text.h"

/* ---- rungs ------------------------------------------------------------------------------- */

static void copy(char out[HS__SHORT_NAME], const char *s) {
    (void)snprintf(out, HS__SHORT_NAME, "%s", hs__str(s));
}

static hs__rung *add_rung(hs__compare_run *r, const hs_trace *ev, bool outbound, const char *name,
                          size_t n) {
    if (r->n_rungs == HS__RUNGS) {
        r->is_cut = true;
        return NULL;
    }
    hs__rung *rung = &r->rungs[r->n_rungs++];
    *rung = (hs__rung){.from_client = outbound != ev->is_server,
                       .is_encrypted = r->is_encrypted[outbound],
                       .t_us = ev->t_us,
                       .n = n};
    (void)snprintf(rung->name, sizeof rung->name, "%s", hs__str(name));
    return rung;
}

/* In TLS 1.3 it is sent in clear and before what waits to be sent under a key. */
static void change_cipher_spec(hs__compare_run *r, const hs_trace *ev) {
    const hs_trace_wire *w = &ev->u.wire;
    hs__rung *rung = add_rung(r, ev, w->outbound, "ChangeCipherSpec", 1);
    if (rung == NULL) {
        return;
    }
    hs__rung moved = *rung;
    moved.is_encrypted = false;
    while (w->outbound && rung > r->rungs && rung[-1].from_client == moved.from_client &&
           rung[-1].is_encrypted) {
        *rung = rung[-1];
        moved.t_us = rung->t_us;
        rung--;
    }
    *rung = moved;
}

static void application_data(hs__compare_run *r, const hs_trace *ev) {
    const hs_trace_appdata *a = &ev->u.appdata;
    hs__rung *last = r->n_rungs > 0 ? &r->rungs[r->n_rungs - 1] : NULL;
    if (last != NULL && last->from_client == (a->outbound != ev->is_server) &&
        strcmp(last->name, "application data") == 0) {
        last->n += a->n;
        return;
    }
    (void)add_rung(r, ev, a->outbound, "application data", a->n);
}

/* ---- what can be read on the way --------------------------------------------------------- */

static hs__strbuf *item(hs__strbuf *b) {
    hs__buf_add(b, b->n > 0 ? "; " : "");
    return b;
}

static void add_protocols(hs__strbuf *b, const char *title, hs_span list) {
    hs_span name;
    const char *before = " ";
    hs__buf_add(item(b), title);
    while (hs__protocol_name_next(&list, &name)) {
        hs__buf_add(b, before);
        hs__buf_bytes(b, name.p, name.n);
        before = ", ";
    }
}

static void client_hello(hs__strbuf *b, const hs_trace *ev) {
    hs__client_hello m;
    hs__rd_root root;
    if (hs__client_hello_read(ev->u.message.raw, NULL, &root, &m) != HS_OK) {
        return;
    }
    const hs__extensions *e = &m.extensions;
    hs__buf_add(item(b), "all that the client offers");
    if (hs__ext_has(e, HS__EXT_server_name)) {
        hs__buf_add(item(b), "the server's name ");
        hs__buf_bytes(b, e->server_name.p, e->server_name.n);
    }
    if (hs__ext_has(e, HS__EXT_application_layer_protocol_negotiation)) {
        add_protocols(b, "the protocols offered:", e->protocol_name_list);
    }
    if (e->session_ticket.n > 0 || hs__ext_has(e, HS__EXT_pre_shared_key)) {
        hs__buf_add(item(b), "a ticket: the client was here before");
    }
}

static void add_protocol_chosen(hs__strbuf *b, const hs__extensions *e) {
    if (hs__ext_has(e, HS__EXT_application_layer_protocol_negotiation)) {
        add_protocols(b, "the protocol chosen:", e->protocol_name_list);
    }
}

static void server_hello(hs__strbuf *b, const hs_trace *ev) {
    hs__server_hello m;
    hs__rd_root root;
    if (hs__server_hello_read(ev->u.message.raw, NULL, &root, &m) == HS_OK) {
        hs__buf_add(item(b), "version and suite");
        add_protocol_chosen(b, &m.extensions);
    }
}

static void encrypted_extensions(hs__strbuf *b, const hs_trace *ev) {
    hs__encrypted_extensions m;
    hs__rd_root root;
    if (hs__encrypted_extensions_read(ev->u.message.raw, NULL, &root, &m) == HS_OK) {
        add_protocol_chosen(b, &m.extensions);
    }
}

/* The sender's own certificate; false when there is none. */
static bool first_certificate(const hs_trace *ev, hs_span *cert) {
    hs__rd_root root;
    if (ev->version == HS__VERSION_TLS12) {
        hs__certificate12 m;
        return hs__certificate12_read(ev->u.message.raw, NULL, &root, &m) == HS_OK &&
               hs__certificate12_next(&m.list, cert);
    }
    hs__certificate13 m;
    return hs__certificate13_read(ev->u.message.raw, NULL, &root, &m) == HS_OK &&
           hs__certificate13_next(&m.list, cert, NULL);
}

static void certificate(hs__strbuf *b, const hs_trace *ev) {
    hs_span cert;
    if (first_certificate(ev, &cert)) {
        const bool of_client = ev->u.message.outbound != ev->is_server;
        hs__buf_fmt(item(b), "the %s's certificate: ", of_client ? "client" : "server");
        hs__cert_summary(b, cert);
    }
}

static void certificate_request(hs__strbuf *b, const hs_trace *ev) {
    (void)ev;
    hs__buf_add(item(b), "that a client certificate is asked for");
}

static void new_session_ticket(hs__strbuf *b, const hs_trace *ev) {
    (void)ev;
    hs__buf_add(item(b), "the new ticket");
}

static void look(hs__compare_run *r, const hs_trace *ev) {
    static const struct {
        uint8_t type;
        void (*add)(hs__strbuf *b, const hs_trace *ev);
    } rows[] = {
        {HS__HT_client_hello, client_hello},
        {HS__HT_server_hello, server_hello},
        {HS__HT_encrypted_extensions, encrypted_extensions},
        {HS__HT_certificate, certificate},
        {HS__HT_certificate_request, certificate_request},
        {HS__HT_new_session_ticket, new_session_ticket},
    };
    const hs_trace_message *m = &ev->u.message;
    hs__strbuf *to = r->is_encrypted[m->outbound] ? &r->hidden : &r->seen;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].type == m->type) {
            hs__strbuf part = {0};
            rows[i].add(&part, ev);
            if (strstr(hs__buf_str(to), hs__buf_str(&part)) == NULL) { /* a second ticket, hello */
                hs__buf_add(item(to), hs__buf_str(&part));
            }
            hs__buf_free(&part);
        }
    }
}

/* ---- events ------------------------------------------------------------------------------ */

static void message(hs__compare_run *r, const hs_trace *ev) {
    const hs_trace_message *m = &ev->u.message;
    hs__rung *rung = add_rung(r, ev, m->outbound, m->name, m->raw.n);
    if (rung != NULL) {
        rung->is_message = true;
    }
    if (!r->is_done) {
        r->n_messages++;
        if (r->is_encrypted[m->outbound] && r->first_encrypted == 0) {
            r->first_encrypted = r->n_messages;
        }
    }
    look(r, ev);
}

static void alert(hs__compare_run *r, const hs_trace *ev) {
    const hs_trace_alert *a = &ev->u.alert;
    hs__strbuf name = {0};
    hs__code_add(&name, hs__alert_name, a->description);
    char text[HS__SHORT_NAME];
    (void)snprintf(text, sizeof text, "alert %s", hs__buf_str(&name));
    (void)add_rung(r, ev, a->outbound, text, 2);
    if (!r->is_done && r->failure[0] == 0) {
        (void)snprintf(r->failure, sizeof r->failure, "%s %s", a->outbound ? "we sent" : "got",
                       text);
    }
    hs__buf_free(&name);
}

static void done(hs__compare_run *r, const hs_trace_done *d) {
    r->is_done = true;
    r->done = *d;
    copy(r->suite, d->suite);
    copy(r->group, d->group);
    copy(r->scheme, d->scheme);
    r->done.version = r->done.suite = r->done.group = r->done.scheme = r->done.mode = NULL;
    r->done.alpn = (hs_span){NULL, 0};
}

static void run_event(hs_render *base, const hs_trace *ev) {
    hs__compare_run *r = (hs__compare_run *)base;
    r->version = ev->version;
    switch (ev->kind) {
    case HS_TR_MESSAGE:
        message(r, ev);
        break;
    case HS_TR_WIRE:
        if (ev->u.wire.type == HS__CONTENT_change_cipher_spec) {
            change_cipher_spec(r, ev);
        }
        break;
    case HS_TR_KEY:
        r->is_encrypted[ev->u.key.outbound] = true;
        break;
    case HS_TR_ALERT:
        alert(r, ev);
        break;
    case HS_TR_APPDATA:
        application_data(r, ev);
        break;
    case HS_TR_DONE:
        done(r, &ev->u.done);
        break;
    default:
        break;
    }
}

/* ---- life -------------------------------------------------------------------------------- */

/* A run ends with its comparison. */
static void run_free(hs_render *base) {
    (void)base;
}

static const hs__render_class run_class = {run_event, run_free};

static void run_init(hs__compare_run *r, const char *title) {
    r->base.class = &run_class;
    r->base.mask = HS_TRACE_MASK(HS_TR_MESSAGE) | HS_TRACE_MASK(HS_TR_WIRE) |
                   HS_TRACE_MASK(HS_TR_KEY) | HS_TRACE_MASK(HS_TR_ALERT) |
                   HS_TRACE_MASK(HS_TR_APPDATA) | HS_TRACE_MASK(HS_TR_DONE);
    hs__buf_add(&r->title, title);
}

hs_status hs_compare_new(const hs_render_options *o, const char *left, const char *right,
                         hs_compare **out) {
    *out = NULL;
    hs_compare *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return HS_E_NOMEM;
    }
    hs_status st = hs__setup_copy(&c->setup, o);
    if (st) {
        free(c);
        return st;
    }
    run_init(&c->runs[0], left);
    run_init(&c->runs[1], right);
    *out = c;
    return HS_OK;
}

hs_render *hs_compare_run(hs_compare *c, size_t run) {
    return run < 2 ? &c->runs[run].base : NULL;
}

void hs_compare_free(hs_compare *c) {
    if (c == NULL) {
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        hs__buf_free(&c->runs[i].title);
        hs__buf_free(&c->runs[i].seen);
        hs__buf_free(&c->runs[i].hidden);
    }
    hs__setup_free(&c->setup);
    free(c);
}
