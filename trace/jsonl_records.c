#include "trace/jsonl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/codepoints.h"
#include "proto/record_header.h"

/* ---- which bytes of which record a message is -------------------------------------------- */

static void add_part(json_t *object, uint64_t record, size_t off, size_t n) {
    json_t *parts = json_object_get(object, "parts");
    if (parts == NULL) {
        hs__json_set(object, "record", hs__json_uint(record));
        hs__json_set(object, "record_off", hs__json_uint(off));
        parts = json_array();
        hs__json_set(object, "parts", parts);
    }
    json_t *part = json_object();
    hs__json_set(part, "record", hs__json_uint(record));
    hs__json_set(part, "off", hs__json_uint(off));
    hs__json_set(part, "len", hs__json_uint(n));
    (void)json_array_append_new(parts, part);
}

void hs__jsonl_claim(hs__jsonl *j, bool outbound, json_t *object, size_t n) {
    hs__jsonl_side *s = &j->side[outbound];
    size_t used = 0;
    while (n > 0 && used < s->n_runs) {
        hs__jsonl_run *run = &s->runs[used];
        size_t take = run->n < n ? run->n : n;
        add_part(object, run->record, run->off, take);
        run->off += take;
        run->n -= take;
        n -= take;
        used += run->n == 0 ? 1 : 0;
    }
    s->n_runs -= used;
    memmove(s->runs, s->runs + used, s->n_runs * sizeof *s->runs);
}

void hs__jsonl_send(hs__jsonl *j, json_t *object, size_t n) {
    if (object == NULL) {
        return;
    }
    if (n == 0 || j->n_unsent == HS__JSONL_LINES) {
        hs__jsonl_ready(j, object);
        return;
    }
    j->unsent[j->n_unsent++] = (hs__jsonl_unsent){object, n};
}

/* Handshake bytes that were received wait for their message, to an observer all of them; those that
 * are sent go to the messages that wait. */
static void content(hs__jsonl *j, bool outbound, uint64_t record, size_t n) {
    hs__jsonl_side *s = &j->side[outbound];
    if (!outbound || j->is_observer) {
        if (s->n_runs == HS__JSONL_RUNS) { /* nobody sends such records in good faith */
            s->n_runs = 0;
        }
        s->runs[s->n_runs++] = (hs__jsonl_run){record, 0, n};
        return;
    }
    size_t off = 0;
    while (off < n && j->n_unsent > 0) {
        hs__jsonl_unsent *u = &j->unsent[0];
        size_t take = u->left < n - off ? u->left : n - off;
        add_part(u->object, record, off, take);
        off += take;
        u->left -= take;
        if (u->left == 0) {
            json_t *whole = u->object;
            j->n_unsent--;
            memmove(j->unsent, j->unsent + 1, j->n_unsent * sizeof *j->unsent);
            hs__jsonl_ready(j, whole);
        }
    }
}

/* ---- records ----------------------------------------------------------------------------- */

static void add_hidden(void *ctx, size_t off, size_t n) {
    (void)json_array_append_new(ctx, hs__json_range(off, n));
}

static void add_raw(hs__jsonl *j, json_t *b, const hs_trace_wire *w) {
    uint8_t *copy = NULL;
    if (j->secrets != HS_SECRETS_SHOW && !w->is_protected) {
        copy = malloc(w->raw.n);
    }
    if (copy == NULL) {
        const bool is_shown = j->secrets == HS_SECRETS_SHOW || w->is_protected;
        hs__json_set(b, "raw", is_shown ? hs__json_hex(w->raw) : NULL);
        return;
    }
    json_t *hidden = json_array();
    memcpy(copy, w->raw.p, w->raw.n);
    hs__hide_record(&j->side[w->outbound].hide, w, copy, add_hidden, hidden);
    hs__json_set(b, "raw", hs__json_hex((hs_span){copy, w->raw.n}));
    if (json_array_size(hidden) > 0) {
        hs__json_set(b, "hidden", json_incref(hidden));
    }
    json_decref(hidden);
    free(copy);
}

static void add_wire(hs__jsonl *j, json_t *b, const hs_trace_wire *w) {
    hs__jsonl_side *s = &j->side[w->outbound];
    char version[8];
    (void)snprintf(version, sizeof version, "0x%04x", w->version);
    hs__json_set(b, "dir", hs__json_dir(w->outbound));
    hs__json_set(b, "n", hs__json_uint(w->n));
    hs__json_set(b, "type", hs__json_uint(w->type));
    hs__json_set(b, "name", hs__json_text(hs__content_type_name(w->type)));
    hs__json_set(b, "version", hs__json_text(version));
    hs__json_set(b, "len", hs__json_uint(w->raw.n > 5 ? w->raw.n - 5 : 0));
    hs__json_set(b, "protected", json_boolean(w->is_protected));
    hs__json_set(b, "stream_off", hs__json_uint(s->stream_off));
    add_raw(j, b, w);
    s->stream_off += w->raw.n;
}

static void add_opened(hs__jsonl *j, json_t *b, const hs_trace_opened *o) {
    bool shows = j->secrets == HS_SECRETS_SHOW;
    bool is_alert = o->inner_type == HS__CONTENT_alert;
    json_t *aead = json_object();
    hs__json_set(b, "dir", hs__json_dir(o->outbound));
    hs__json_set(b, "n", hs__json_uint(o->n));
    hs__json_set(aead, "alg", hs__json_text(o->aead));
    hs__json_set(aead, "key", hs__json_text(o->key));
    hs__json_set(aead, "seq", hs__json_uint(o->seq));
    if (shows) { /* that of record 0 is the IV */
        hs__json_set(aead, "nonce", hs__json_hex(o->nonce));
    } else {
        hs__json_set(aead, "nonce_len", hs__json_uint(o->nonce.n));
    }
    if (o->explicit_nonce.n > 0) {
        hs__json_set(aead, "explicit_nonce", hs__json_hex(o->explicit_nonce));
    }
    hs__json_set(aead, "aad", hs__json_hex(o->aad));
    hs__json_set(aead, "ok", json_boolean(o->ok));
    hs__json_set(b, "aead", aead);
    if (!o->ok) {
        return;
    }
    hs__json_set(b, "inner_type", hs__json_uint(o->inner_type));
    hs__json_set(b, "inner_name", hs__json_text(hs__content_type_name(o->inner_type)));
    hs__json_set(b, "inner_len", hs__json_uint(o->plaintext_n));
    hs__json_set(b, "padding", hs__json_uint(o->padding));
    /* handshake records may hold tickets; their messages tell them, hidden where need be */
    if (o->plaintext.n > 0 && (shows || is_alert)) {
        hs__json_set(b, "plaintext", hs__json_hex(o->plaintext));
    }
}

static void release_half(hs__jsonl *j, bool outbound) {
    hs__jsonl_side *s = &j->side[outbound];
    if (s->half != NULL) {
        json_t *half = s->half;
        s->half = NULL;
        hs__jsonl_began(j, half, s->half_us);
        (void)hs__jsonl_emit(j, "record", half, false);
    }
}

void hs__jsonl_records_end(hs__jsonl *j) {
    release_half(j, false);
    release_half(j, true);
}

/* The two events of a protected record follow each other, or there is one only: then its line does
 * not wait any longer. */
void hs__jsonl_settle(hs__jsonl *j, const hs_trace *ev) {
    const bool opens = ev->kind == HS_TR_OPENED && !ev->u.opened.outbound;
    const bool seals = ev->kind == HS_TR_WIRE && ev->u.wire.outbound;
    if (!opens) {
        release_half(j, false);
    }
    if (!seals) {
        release_half(j, true);
    }
}

/* The object that a protected record's first event left, or a new one. *whole: it was left. */
static json_t *other_half(hs__jsonl *j, bool outbound, uint64_t n, bool *whole) {
    hs__jsonl_side *s = &j->side[outbound];
    *whole = s->half != NULL && s->half_n == n;
    if (!*whole) {
        release_half(j, outbound);
        return json_object();
    }
    json_t *half = s->half;
    s->half = NULL;
    hs__jsonl_began(j, half, s->half_us);
    return half;
}

static void keep_half(hs__jsonl *j, bool outbound, uint64_t n, json_t *b) {
    j->side[outbound].half = b;
    j->side[outbound].half_n = n;
    j->side[outbound].half_us = j->t_us;
}

void hs__jsonl_wire(hs__jsonl *j, const hs_trace_wire *w) {
    bool whole;
    json_t *half = other_half(j, w->outbound, w->n, &whole);
    json_t *b = json_object();
    add_wire(j, b, w);
    if (b != NULL && half != NULL) {
        (void)json_object_update(b, half);
    }
    json_decref(half);
    if (w->is_protected && !whole && !w->outbound) {
        keep_half(j, false, w->n, b);
        return;
    }
    (void)hs__jsonl_emit(j, "record", b, false);
    if (!w->is_protected && w->type == HS__CONTENT_handshake && w->raw.n > HS__RECORD_HEADER) {
        content(j, w->outbound, w->n, w->raw.n - HS__RECORD_HEADER);
    }
}

void hs__jsonl_opened(hs__jsonl *j, const hs_trace_opened *o) {
    bool whole;
    json_t *b = other_half(j, o->outbound, o->n, &whole);
    add_opened(j, b, o);
    if (whole || !o->outbound) {
        (void)hs__jsonl_emit(j, "record", b, false);
    } else {
        keep_half(j, true, o->n, b);
    }
    if (o->ok && o->inner_type == HS__CONTENT_handshake) {
        content(j, o->outbound, o->n, o->plaintext_n);
    }
}
