#include "engine/fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/lasting12.h"
#include "engine/record.h"
#include "engine/trace_emit.h"
#include "proto/alert.h"
#include "proto/codepoints.h"

static const hs_error out_of_memory = {.status = HS_E_NOMEM,
                                       .alert = HS__ALERT_internal_error,
                                       .where = "",
                                       .rule = "",
                                       .text = "out of memory"};

void hs__trace_alert(hs_conn *c, bool outbound, const hs__alert *a) {
    if (!hs__tracing(c, HS_TR_ALERT)) {
        return;
    }
    const hs_error *e = c->error;
    bool explains = outbound && e != NULL;
    hs_trace ev = {.kind = HS_TR_ALERT};
    ev.u.alert = (hs_trace_alert){.outbound = outbound,
                                  .level = a->level,
                                  .description = a->description,
                                  .cause = explains ? hs_status_name(e->status) : "",
                                  .where = explains ? e->where : "",
                                  .rule = explains ? e->rule : "",
                                  .detail = explains ? e->text : "",
                                  .after = c->last_message != NULL ? c->last_message : ""};
    hs__emit(c, &ev);
}

/* An alert that cannot be sealed is dropped: the connection has failed already. */
void hs__send_alert(hs_conn *c, uint8_t description) {
    const hs__alert a = {hs__alert_level_of(description), description};
    uint8_t bytes[2];
    hs__wr w;
    hs__wr_init(&w, bytes, sizeof(bytes));
    hs__alert_write(&w, &a);
    hs__trace_alert(c, true, &a);
    (void)!hs__record_send(c, HS__CONTENT_alert, (hs_span){bytes, w.n});
}

/* Keeps the first error; without memory for it the connection fails with a fixed one. */
static hs_error *keep(hs_conn *c, hs_status status, const char *where) {
    hs__kept_error *k = hs__alloc(c->memory, sizeof(*k));
    if (k == NULL) {
        c->error = &out_of_memory;
        return NULL;
    }
    (void)snprintf(k->where, sizeof(k->where), "%s", where);
    k->error.status = status;
    k->error.alert = hs_status_alert(status);
    k->error.where = k->where;
    k->error.rule = hs_status_rule(status);
    c->kept = k;
    c->error = &k->error;
    return &k->error;
}

/* Nothing more is read. The handshake's memory goes with the next hs_next: handlers above us
 * still stand in it. */
static void stop(hs_conn *c) {
    hs__state from = c->state;
    c->state = HS__FAILED;
    c->pending = HS_EV_FAILED;
    c->rx.content_n = 0;
    c->rx.loan_off = c->rx.loan_n;
    c->write_closed = true;
    hs__trace_state(c, from, hs_status_name(c->error->status));
}

static void finish(hs_conn *c) {
    if (c->hs != NULL) {
        c->hs->flight.n = 0;
    }
    if (c->error->alert != HS_NO_ALERT && !c->error->from_peer && !c->write_closed) {
        hs__send_alert(c, (uint8_t)c->error->alert);
    }
    if (c->error->alert != HS_NO_ALERT && c->version == HS__VERSION_TLS12) {
        hs__forget_session12(c);
    }
    stop(c);
}

hs_status hs__fail(hs_conn *c, hs_status status, const char *where, const char *fmt, ...) {
    if (c->state == HS__FAILED) {
        return status;
    }
    hs_error *e = keep(c, status, where);
    if (e != NULL) {
        int n = snprintf(e->text, sizeof(e->text), "%s%s", hs_status_text(status),
                         fmt[0] != '\0' ? ": " : "");
        va_list args;
        va_start(args, fmt);
        (void)vsnprintf(e->text + n, sizeof(e->text) - (size_t)n, fmt, args);
        va_end(args);
    }
    finish(c);
    return status;
}

hs_status hs__fail_read(hs_conn *c, const hs__rd_root *root) {
    return hs__fail(c, root->status, root->where, "%s%s%s", root->where,
                    root->where[0] != '\0' ? " " : "", root->problem);
}

hs_status hs__fail_chain(hs_conn *c, hs_status verdict) {
    if (c->state == HS__FAILED) {
        return verdict;
    }
    hs_error *e = keep(c, verdict, "Certificate");
    if (e != NULL) {
        const hs_report *report = c->peer->report;
        const char *summary = report != NULL ? report->summary : hs_status_text(verdict);
        (void)snprintf(e->text, sizeof(e->text), "%s", summary);
        e->report = report;
    }
    finish(c);
    return verdict;
}

hs_status hs__fail_alert(hs_conn *c, uint8_t description) {
    const char *name = hs__alert_name(description);
    hs_error *e = keep(c, HS_E_ALERT_RECEIVED, "");
    if (e != NULL) {
        e->alert = description;
        e->from_peer = true;
        (void)snprintf(e->text, sizeof(e->text), "the peer sent the alert %s(%u)%s%s",
                       name != NULL ? name : "unknown", description,
                       c->last_message != NULL ? " after our answer to its " : "",
                       c->last_message != NULL ? c->last_message : "");
    }
    finish(c);
    return HS_E_ALERT_RECEIVED;
}
