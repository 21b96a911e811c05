#include "engine/post13.h"

#include "engine/fail.h"
#include "engine/handlers.h"
#include "engine/key_schedule.h"
#include "engine/record.h"
#include "engine/trace_emit.h"
#include "proto/codepoints.h"

/* RFC 9846 4.7.3: no sender goes beyond this many updates. */
static const uint64_t max_updates = (UINT64_C(1) << 48) - 1;

static void trace_key_update(hs_conn *c, bool outbound, bool requested) {
    if (!hs__tracing(c, HS_TR_KEY_UPDATE)) {
        return;
    }
    hs_trace ev = {.kind = HS_TR_KEY_UPDATE};
    ev.u.key_update =
        (hs_trace_key_update){outbound, requested, outbound ? c->out.generation : c->in.generation};
    hs__emit(c, &ev);
}

bool hs__key_is_used_up(const hs_conn *c) {
    uint64_t limit = c->first->limits.records_per_key;
    uint64_t of_aead = hs__suite_records_per_key(c->suite);
    limit = limit != 0 && limit < of_aead ? limit : of_aead;
    return c->out.seq >= limit;
}

bool hs__key_updates_spent(const hs_conn *c) {
    return c->out.generation >= max_updates;
}

hs_status hs__send_key_update(hs_conn *c, bool requests) {
    if (hs__key_updates_spent(c)) {
        return HS_E_CLOSED;
    }
    hs__message m = {.type = HS__HT_key_update};
    m.u.key_update.update_requested = requests;
    uint8_t bytes[8];
    hs__wr w;
    hs__wr_init(&w, bytes, sizeof(bytes));
    hs__key_update_write(&w, &m.u.key_update);
    const hs_span raw = {bytes, w.n};
    hs__trace_sent(c, HS__HT_key_update, "KeyUpdate", raw);
    hs_status st = hs__record_send(c, HS__CONTENT_handshake, raw);
    st = st == HS_OK ? hs__next_generation(c, true) : st;
    trace_key_update(c, true, requests);
    return st;
}

/* 4.7.3: requests that come while we are silent get one answer: a second one is owed only when
 * data follows the first in the queue, or when it has gone. Past the last update the request is
 * ignored. */
static hs_status answer(hs_conn *c) {
    if (c->write_closed || c->answer_waits > 0 || hs__key_updates_spent(c)) {
        return HS_OK;
    }
    hs_status st = hs__send_key_update(c, false);
    c->answer_waits = c->tx.waiting;
    return st;
}

hs_status hs__on_key_update(hs_conn *c, const hs__message *m, hs__state *next) {
    (void)next;
    c->rx.key_updates++;
    if (c->rx.key_updates > c->first->limits.key_updates) {
        return hs__fail(c, HS_E_TOO_MANY_KEY_UPDATES, "KeyUpdate", "%u in a row",
                        c->rx.key_updates);
    }
    hs_status st = hs__next_generation(c, false);
    trace_key_update(c, false, m->u.key_update.update_requested);
    c->update_requested = false; /* whatever it says, it answers a request of ours */
    return st == HS_OK && m->u.key_update.update_requested ? answer(c) : st;
}

/* 4.7.1: a client that does not resume ignores it; that it parses was checked. */
hs_status hs__on_new_session_ticket(hs_conn *c, const hs__message *m, hs__state *next) {
    (void)next;
    if (!hs__tracing(c, HS_TR_TICKET)) {
        return HS_OK;
    }
    const hs__new_session_ticket13 *t = &m->u.new_session_ticket;
    hs_trace ev = {.kind = HS_TR_TICKET};
    ev.u.ticket = (hs_trace_ticket){.lifetime = t->ticket_lifetime,
                                    .age_add = t->ticket_age_add,
                                    .nonce = t->ticket_nonce,
                                    .ticket_n = t->ticket.n,
                                    .early_max = t->extensions.max_early_data_size};
    hs__emit(c, &ev);
    return HS_OK;
}
