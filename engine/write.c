/* What a program sends: application data, close_notify, KeyUpdate; and draining the queue. */
#include "engine/fail.h"
#include "engine/post13.h"
#include "engine/record.h"
#include "engine/trace_emit.h"
#include "proto/codepoints.h"

size_t hs_tx_peek(const hs_conn *c, hs_span *v, size_t max) {
    return hs__tx_peek(&c->tx, v, max);
}

void hs_tx_consume(hs_conn *c, size_t n) {
    if (c->in_trace) {
        return;
    }
    hs__tx_consume(c->memory, &c->tx, n);
    c->answer_waits = n < c->answer_waits ? c->answer_waits - n : 0;
}

bool hs_wants_write(const hs_conn *c) {
    return c->tx.waiting > HS__TX_FULL;
}

static void trace_data(hs_conn *c, hs_span data) {
    if (!hs__tracing(c, HS_TR_APPDATA)) {
        return;
    }
    hs_trace ev = {.kind = HS_TR_APPDATA};
    ev.u.appdata =
        (hs_trace_appdata){true, data.n, hs__tracing_secrets(c) ? data : (hs_span){NULL, 0}};
    hs__emit(c, &ev);
}

/* One record of at most n bytes. */
static hs_status write_record(hs_conn *c, const uint8_t *p, size_t n, size_t *written) {
    const hs_span part = {p, n < c->max_content ? n : c->max_content};
    *written = 0;
    const bool used_up = hs__key_is_used_up(c);
    if (used_up && c->version == HS__VERSION_TLS12) {
        return HS_E_KEY_USED_UP;
    }
    hs_status st = used_up ? hs__send_key_update(c, false) : HS_OK;
    if (st == HS_OK) {
        trace_data(c, part);
        st = hs__record_send(c, HS__CONTENT_application_data, part);
        c->answer_waits = 0;
    }
    *written = st == HS_OK ? part.n : 0;
    return st;
}

hs_status hs_write(hs_conn *c, const void *p, size_t n, size_t *taken) {
    *taken = 0;
    if (c->in_trace) {
        return HS_E_MISUSE;
    }
    if (c->write_closed) {
        return HS_E_CLOSED;
    }
    if (c->state != HS__CONNECTED) {
        return HS_E_NOT_YET;
    }
    while (*taken < n && c->tx.waiting < HS__TX_FULL) {
        size_t written;
        hs_status st = write_record(c, (const uint8_t *)p + *taken, n - *taken, &written);
        if (st != HS_OK) {
            return hs__fail(c, st, "", "while sealing application data");
        }
        c->out.app_bytes += written;
        *taken += written;
    }
    return HS_OK;
}

hs_status hs_close(hs_conn *c) {
    if (c->in_trace) {
        return HS_E_MISUSE;
    }
    if (c->write_closed) {
        return HS_E_CLOSED;
    }
    /* 6.1: a handshake that is given up says so before it closes. */
    bool gives_up = c->state != HS__CONNECTED;
    if (gives_up) {
        hs__send_alert(c, HS__ALERT_user_canceled);
    }
    hs__send_alert(c, HS__ALERT_close_notify);
    c->write_closed = true;
    c->read_closed = c->read_closed || gives_up;
    return HS_OK;
}

hs_status hs_key_update(hs_conn *c, bool ask_peer) {
    if (c->in_trace) {
        return HS_E_MISUSE;
    }
    if (c->write_closed) {
        return HS_E_CLOSED;
    }
    if (c->state != HS__CONNECTED || (ask_peer && c->update_requested)) {
        return HS_E_NOT_YET;
    }
    if (c->version == HS__VERSION_TLS12) {
        return HS_E_UNSUPPORTED;
    }
    if (hs__key_updates_spent(c)) {
        return HS_E_CLOSED;
    }
    hs_status st = hs__send_key_update(c, ask_peer);
    c->update_requested = c->update_requested || (st == HS_OK && ask_peer);
    return st == HS_OK ? HS_OK : hs__fail(c, st, "", "while updating our key");
}
