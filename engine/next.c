/* hs_next: the pump. Bytes that were lent become records, records become messages and data,
 * messages go to the dispatcher; what a program must know becomes an event. */
#include <string.h>

#include "engine/dispatch.h"
#include "engine/fail.h"
#include "engine/finish.h"
#include "engine/message_in.h"
#include "engine/questions.h"
#include "engine/record.h"
#include "engine/trace_emit.h"
#include "proto/alert.h"
#include "proto/codepoints.h"

/* ---- alerts
 * --------------------------------------------------------------------------------------- */

static void end_reading(hs_conn *c) {
    c->read_closed = true;
    c->rx.content_n = 0;
    c->rx.loan_off = c->rx.loan_n;
}

static hs_status on_close_notify(hs_conn *c) {
    if (c->hs != NULL) {
        return hs__fail(c, HS_E_CLOSED_EARLY, "", "in state %s", hs__state_name(c->state));
    }
    end_reading(c);
    c->pending = HS_EV_PEER_CLOSED;
    return HS_OK;
}

/* RFC 9846 6: in TLS 1.3 the description decides, whatever the level says, and unknown ones are
 * errors. In TLS 1.2, and while it may yet become that, the level does: a warning ends nothing, all
 * else ends it (RFC 5246 7.2). */
static bool ends_connection(const hs_conn *c, const hs__alert *a) {
    const bool has_levels = c->version == HS__VERSION_TLS12 ||
                            (c->version == 0 && c->config->min_version == HS__VERSION_TLS12);
    return has_levels ? a->level != HS__ALERT_LEVEL_warning
                      : a->description != HS__ALERT_user_canceled;
}

static hs_status on_alert(hs_conn *c) {
    hs__rd_root root = {.status = HS_OK};
    hs__alert a;
    hs_status st = hs__alert_read((hs_span){c->rx.content, c->rx.content_n}, NULL, &root, &a);
    c->rx.content_n = 0;
    if (st != HS_OK) {
        return hs__fail_read(c, &root);
    }
    hs__trace_alert(c, false, &a);
    if (a.description == HS__ALERT_close_notify) {
        return on_close_notify(c);
    }
    if (ends_connection(c, &a)) {
        return hs__fail_alert(c, a.description);
    }
    c->rx.empty_records++;
    return c->rx.empty_records > c->first->limits.empty_records
               ? hs__fail(c, HS_E_TOO_MANY_ALERTS, "", "%u in a row", c->rx.empty_records)
               : HS_OK;
}

/* ---- one step
 * ----------------------------------------------------------------------------------------- */

static hs_status on_data(hs_conn *c) {
    hs__rx *rx = &c->rx;
    if (c->state != HS__CONNECTED) {
        return hs__fail(c, HS_E_UNEXPECTED_RECORD, "TLSInnerPlaintext.type",
                        "application data came before the handshake was done");
    }
    if (rx->content_n == 0) {
        return HS_OK;
    }
    rx->key_updates = 0;
    c->in.app_bytes += rx->content_n;
    if (hs__tracing(c, HS_TR_APPDATA)) {
        const hs_span data = {rx->content, rx->content_n};
        hs_trace ev = {.kind = HS_TR_APPDATA};
        ev.u.appdata =
            (hs_trace_appdata){false, data.n, hs__tracing_secrets(c) ? data : (hs_span){NULL, 0}};
        hs__emit(c, &ev);
    }
    c->pending = HS_EV_DATA;
    return HS_OK;
}

static hs_status on_handshake(hs_conn *c) {
    bool got;
    uint8_t type;
    hs_span raw;
    hs_status st = hs__message_next(c, &got, &type, &raw);
    if (st == HS_OK && got) {
        st = hs__dispatch_message(c, type, raw);
        hs__message_done(c);
    }
    return st;
}

/* RFC 9846 5.1: between the parts of a handshake message there is no other record. */
static hs_status on_record(hs_conn *c) {
    hs__rx *rx = &c->rx;
    if (rx->type != HS__CONTENT_handshake && hs__message_is_cut(c)) {
        return hs__fail(c, HS_E_INTERLEAVED, "record.type", "%s after %zu bytes of a message",
                        hs__content_type_name(rx->type), rx->message_n);
    }
    if (rx->type == HS__CONTENT_handshake) {
        return on_handshake(c);
    }
    if (rx->type == HS__CONTENT_change_cipher_spec) {
        const hs_span content = {rx->content, rx->content_n};
        rx->content_n = 0;
        return hs__dispatch_ccs(c, content);
    }
    return rx->type == HS__CONTENT_alert ? on_alert(c) : on_data(c);
}

static hs_status on_eof(hs_conn *c) {
    c->rx.eof = false;
    return c->read_closed ? HS_OK
                          : hs__fail(c, HS_E_TRUNCATED, "", "%s",
                                     c->hs != NULL ? "the handshake was not done"
                                                   : "the transport ended without it");
}

/* Does one piece of work; false when there is none left. */
static bool step(hs_conn *c) {
    hs__rx *rx = &c->rx;
    if (c->state == HS__FAILED || c->read_closed || hs__is_asking(c) || hs_wants_write(c)) {
        return false;
    }
    if (rx->content_n > 0) {
        return on_record(c) == HS_OK || c->pending != HS_EV_NONE;
    }
    bool got;
    hs_status st = hs__record_next(c, &got);
    if (st == HS_OK && got) {
        st = on_record(c);
        return st == HS_OK || c->pending != HS_EV_NONE;
    }
    rx->exhausted = true;
    if (st == HS_OK && rx->eof) {
        st = on_eof(c);
    }
    return c->pending != HS_EV_NONE;
}

/* ---- events
 * --------------------------------------------------------------------------------------------- */

void hs__peer_free(hs_conn *c) {
    if (c->peer != NULL) {
        hs_report_free(c->peer->report);
        hs__free(c->memory, c->peer, c->peer->size);
        c->peer = NULL;
    }
}

/* What the last event lent out is over. */
static void release(hs_conn *c) {
    if (c->lent == HS_EV_DATA) {
        c->rx.content_n = 0;
        hs__record_release(c);
    } else if (c->lent == HS_EV_CONNECTED) {
        hs__peer_free(c);
        /* Unless the program has made it fail meanwhile, by writing. */
        if (c->pending == HS_EV_NONE && c->session != NULL) {
            c->pending = HS_EV_SESSION;
        }
    } else if (c->lent == HS_EV_SESSION) {
        hs_session_unref(c->session);
        c->session = NULL;
    } else if (c->lent == HS_EV_FAILED) {
        hs__handshake_free(c);
    }
    c->lent = HS_EV_NONE;
}

void hs__finish_handshake(hs_conn *c) {
    hs__trace_done(c);
    c->pending = HS_EV_CONNECTED;
    hs__handshake_free(c);
}

hs_event_kind hs_next(hs_conn *c, hs_event *ev) {
    *ev = (hs_event){.kind = HS_EV_NONE};
    if (c->in_trace) {
        return HS_EV_NONE;
    }
    release(c);
    while (c->pending == HS_EV_NONE && step(c)) {
    }
    ev->kind = c->pending;
    c->lent = c->pending;
    c->pending = HS_EV_NONE;
    if (ev->kind == HS_EV_DATA) {
        ev->bytes = (hs_span){c->rx.content, c->rx.content_n};
    } else if (ev->kind == HS_EV_SESSION) {
        ev->session = c->session;
    } else if (ev->kind == HS_EV_FAILED) {
        ev->error = c->error;
    } else {
        hs__question_event(c, ev);
    }
    return ev->kind;
}

/* ---- lending
 * -------------------------------------------------------------------------------------------- */

hs_status hs_rx(hs_conn *c, uint8_t *p, size_t n) {
    hs__rx *rx = &c->rx;
    if (c->in_trace || rx->lent) {
        return HS_E_MISUSE;
    }
    bool is_over = c->state == HS__FAILED || c->read_closed;
    rx->lent = true;
    rx->exhausted = false;
    rx->loan = p;
    rx->loan_n = n;
    rx->loan_off = is_over ? n : 0; /* after the end whatever comes is ignored */
    return HS_OK;
}

hs_status hs_rx_done(hs_conn *c) {
    hs__rx *rx = &c->rx;
    if (c->in_trace || !rx->lent) {
        return HS_E_MISUSE;
    }
    bool is_over = c->state == HS__FAILED || c->read_closed;
    if (!is_over && !(rx->exhausted && c->lent == HS_EV_NONE)) {
        return HS_E_NOT_YET;
    }
    hs__record_release(c);
    /* A failure in keeping the rest becomes the next event. */
    (void)!hs__record_keep(c);
    rx->lent = false;
    rx->loan = NULL;
    rx->loan_n = rx->loan_off = 0;
    return HS_OK;
}

void hs_rx_eof(hs_conn *c) {
    if (!c->in_trace) {
        c->rx.eof = true;
    }
}
