/* Messages that break: what our transcript gets of one, and what goes out. */
#include <stdio.h>
#include <string.h>

#include "engine/dispatch.h"
#include "engine/lab_state.h"
#include "engine/trace_emit.h"

void hs__config_set_lab(hs_config *config, const hs__lab *lab) {
    config->lab = lab;
}

bool hs__lab_happened(const hs_conn *c) {
    return c->lab != NULL && c->lab->done;
}

hs_status hs__lab_state_of(hs_conn *c, struct hs__lab_state **out) {
    if (c->lab == NULL && c->first->lab != NULL) {
        c->lab = hs__alloc(c->memory, sizeof(*c->lab));
        if (c->lab == NULL) {
            return HS_E_NOMEM;
        }
    }
    *out = c->lab;
    return HS_OK;
}

void hs__lab_end(hs_conn *c) {
    if (c->lab != NULL) {
        hs__buffer_free(c, &c->lab->hashed);
        hs__buffer_free(c, &c->lab->later);
        hs__free(c->memory, c->lab, sizeof(*c->lab));
        c->lab = NULL;
    }
}

void hs__lab_happens(hs_conn *c) {
    const hs__lab *lab = c->first->lab;
    char text[320];
    c->lab->done = true;
    (void)snprintf(text, sizeof(text), "lab: %s, on purpose: %s", lab->text, lab->row->text);
    hs__trace_note(c, text, "");
}

/* ---- before the transcript ----------------------------------------------------------------------
 */

/* What somebody does on the way is not in our transcript. All else both ends hash alike. */
static bool is_on_the_way(hs__lab_id id) {
    static const hs__lab_id ids[] = {HS__LAB_TAMPER,  HS__LAB_STRIP,       HS__LAB_DOWNGRADE,
                                     HS__LAB_VERSION, HS__LAB_COMPRESSION, HS__LAB_TWICE};
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        if (ids[i] == id) {
            return true;
        }
    }
    return false;
}

/* The flight's last message is changed in a copy with room; the flight then has the copy. */
static hs_status edit(hs_conn *c, size_t start) {
    const hs__lab *lab = c->first->lab;
    hs__buffer *flight = &c->hs->flight;
    const hs_span message = {flight->p + start, flight->n - start};
    const size_t cap = message.n + lab->file_bytes.n + HS__LAB_ROOM;
    hs__lab_message m = {.lab = lab,
                         .p = c->p,
                         .version = c->version,
                         .kx = c->suite != NULL ? c->suite->kx : (hs__kx)0,
                         .group = c->group,
                         .hellos = c->lab->hellos,
                         .m = hs__alloc(c->memory, cap),
                         .n = message.n,
                         .cap = cap};
    if (m.m == NULL) {
        return HS_E_NOMEM;
    }
    memcpy(m.m, message.p, message.n);
    hs_status st = HS_OK;
    if (hs__lab_edit(&m)) {
        st = is_on_the_way(lab->row->id) ? hs__buffer_add(c, &c->lab->hashed, message) : HS_OK;
        flight->n = start;
        st = st == HS_OK ? hs__buffer_add(c, flight, (hs_span){m.m, m.n}) : st;
        hs__lab_happens(c);
    }
    hs__free(c->memory, m.m, cap);
    return st;
}

/* A message that is lost stays in our transcript; one that comes later or twice is kept for that.
 */
static hs_status move(hs_conn *c, size_t start, hs_span *sent) {
    const hs__lab_id id = c->first->lab->row->id;
    hs_status st = id != HS__LAB_DROP ? hs__buffer_add(c, &c->lab->later, *sent) : HS_OK;
    c->lab->is_due = id == HS__LAB_REPEAT;
    if (id != HS__LAB_REPEAT) {
        c->hs->flight.n = start;
        *sent = (hs_span){NULL, 0};
    }
    hs__lab_happens(c);
    return st;
}

/* What goes out behind this message gets its room now: then the message stays where it is. */
static hs_status make_room(hs_conn *c, size_t start, hs_span *hashed, hs_span *sent) {
    hs__buffer *flight = &c->hs->flight;
    hs_status st = hs__buffer_room(c, flight, c->lab->later.n);
    *hashed = *sent = (hs_span){flight->p + start, flight->n - start};
    return st;
}

static hs_status change(hs_conn *c, size_t start, hs_span *hashed, hs_span *sent) {
    const hs__lab *lab = c->first->lab;
    if (lab->row->kind == HS__LAB_TAKES_MESSAGE) {
        return hs__lab_means(lab, *sent) ? move(c, start, sent) : HS_OK;
    }
    hs_status st = edit(c, start);
    const hs__buffer *flight = &c->hs->flight;
    *sent = (hs_span){flight->p + start, flight->n - start};
    *hashed = c->lab->hashed.n > 0 ? hs__buffer_span(&c->lab->hashed) : *sent;
    return st;
}

hs_status hs__lab_before_transcript(hs_conn *c, uint8_t type, size_t start, hs_span *hashed,
                                    hs_span *sent) {
    struct hs__lab_state *s;
    hs_status st = hs__lab_state_of(c, &s);
    if (st != HS_OK || s == NULL) {
        return st;
    }
    s->hellos += type == HS__HT_client_hello;
    if (s->done) {
        s->is_due = s->later.n > 0;
    } else {
        st = change(c, start, hashed, sent);
    }
    return st == HS_OK && s->is_due ? make_room(c, start, hashed, sent) : st;
}

/* ---- after it ---------------------------------------------------------------------------- */

hs_status hs__lab_after_transcript(hs_conn *c) {
    struct hs__lab_state *s = c->lab;
    hs__buffer *flight = &c->hs->flight;
    if (s == NULL || !s->is_due) {
        return HS_OK;
    }
    const size_t start = flight->n;
    hs_status st = hs__buffer_add(c, flight, hs__buffer_span(&s->later));
    if (st == HS_OK) {
        const hs_span sent = {flight->p + start, flight->n - start};
        hs__trace_sent(c, sent.p[0], hs__message_name(sent.p[0], sent), sent);
    }
    s->is_due = false;
    s->later.n = 0;
    return st;
}
