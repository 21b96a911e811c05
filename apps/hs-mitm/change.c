/* --break: what is done to records and messages on their way. A message in clear that is to be
 * changed gets a record of its own; all the others go on in theirs. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/common/say.h"
#include "apps/hs-mitm/mitm.h"
#include "crypto/provider.h"
#include "engine/messages.h"
#include "proto/alert.h"

enum { MESSAGE_MAX = 128 * 1024, RANDOM_AT = HS__HANDSHAKE_HEADER + 2, FORGED = 64 };

/* ---- passing on -------------------------------------------------------------------------- */
static bool append(hs__bytes *to, hs_span bytes) {
    uint8_t *more = bytes.n > 0 ? realloc(to->p, to->n + bytes.n) : to->p;
    if (bytes.n > 0 && !more)
        return false;
    if (bytes.n > 0)
        memcpy(more + to->n, bytes.p, bytes.n);
    *to = (hs__bytes){.p = more, .n = to->n + bytes.n};
    return true;
}

static void pass(pair *p, bool outbound, hs_span record) {
    change *c = &p->change;
    if (c->waits_for_time[outbound] && append(&c->held[outbound], record))
        return;
    watch_record(&p->watch, outbound, record);
    pair_send(p, outbound, record);
}

/* Content as records of at most the length that is allowed; false: no memory. */
static bool add_records(hs__bytes *out, uint8_t type, hs_span content) {
    while (content.n > 0) {
        size_t n = content.n < HS__RECORD_PLAIN_MAX ? content.n : HS__RECORD_PLAIN_MAX;
        const uint8_t header[] = {type, 3, 3, (uint8_t)(n >> 8), (uint8_t)n};
        if (!append(out, (hs_span){header, sizeof header}) || !append(out, (hs_span){content.p, n}))
            return false;
        content = (hs_span){content.p + n, content.n - n};
    }
    return true;
}

/* Records in a row, each to be watched. */
static void pass_all(pair *p, bool outbound, hs_span records) {
    while (records.n >= HS__RECORD_HEADER) {
        size_t n = HS__RECORD_HEADER + ((size_t)records.p[3] << 8 | records.p[4]);
        n = n < records.n ? n : records.n;
        pass(p, outbound, (hs_span){records.p, n});
        records = (hs_span){records.p + n, records.n - n};
    }
}

/* Held records go behind what is passed now. */
static void release(pair *p, bool outbound) {
    hs__bytes held = p->change.held[outbound];
    p->change.held[outbound] = (hs__bytes){0};
    p->change.waits_for_next[outbound] = p->change.waits_for_time[outbound] = false;
    pass_all(p, outbound, hs__bytes_span(&held));
    hs__bytes_free(&held);
}

static void say(pair *p, const char *format, ...) HS_PRINTF(2, 3);
static void say(pair *p, const char *format, ...) {
    char text[CHANGE_WHAT + 20];
    va_list args;
    va_start(args, format);
    vsnprintf(p->change.what, sizeof p->change.what, format, args);
    va_end(args);
    p->change.is_done = true;
    p->change.at_us = watch_us(&p->watch);
    snprintf(text, sizeof text, "broken here: %s", p->change.what);
    watch_note(&p->watch, text, "");
}

static const char *whose(bool outbound) {
    return outbound ? "client" : "server";
}

/* ---- messages ---------------------------------------------------------------------------- */
static bool is_target(const break_plan *plan, hs_span raw) {
    bool is_retry = strcmp(hs__message_name(raw.p[0], raw), "HelloRetryRequest") == 0;
    return raw.p[0] == plan->message && is_retry == plan->is_retry;
}

static void tamper(pair *p, bool outbound, hs__bytes *records, hs_span raw) {
    const break_plan *plan = &p->app->plan;
    bool is_hello = raw.p[0] == HS__HT_client_hello || raw.p[0] == HS__HT_server_hello;
    size_t at = plan->at >= 0                   ? (size_t)plan->at
                : is_hello && raw.n > RANDOM_AT ? RANDOM_AT
                                                : raw.n - 1;
    const char *name = hs__message_name(raw.p[0], raw);
    if (at >= raw.n) {
        say(p, "nothing: %s has no byte %zu, only %zu", name, at, raw.n);
    } else {
        size_t in_records = HS__RECORD_HEADER * (at / HS__RECORD_PLAIN_MAX + 1) + at;
        records->p[in_records] ^= 1;
        say(p, "byte %zu of %s, %02x, became %02x", at, name, raw.p[at], raw.p[at] ^ 1);
    }
    pass_all(p, outbound, hs__bytes_span(records));
}

/* One of the ways of BREAK_TAMPER to BREAK_DELAY; `records`: the message. */
static void break_message(pair *p, bool outbound, hs__bytes *records, hs_span raw) {
    const char *name = hs__message_name(raw.p[0], raw);
    change *c = &p->change;
    switch (p->app->plan.row->way) {
    case BREAK_TAMPER:
        tamper(p, outbound, records, raw);
        break;
    case BREAK_DROP:
        say(p, "%s was dropped", name);
        break;
    case BREAK_REPEAT:
        say(p, "%s was sent on twice", name);
        pass_all(p, outbound, hs__bytes_span(records));
        pass_all(p, outbound, hs__bytes_span(records));
        break;
    case BREAK_SWAP:
        say(p, "%s goes behind what comes next", name);
        c->waits_for_next[outbound] = append(&c->held[outbound], hs__bytes_span(records));
        break;
    default:
        say(p, "%s was held back for %d s", name, DELAY_MS / 1000);
        c->waits_for_time[outbound] = true;
        pass_all(p, outbound, hs__bytes_span(records));
        pair_hold(p, outbound);
        break;
    }
}

/* What edit.c makes of the message, in *edited; false: it is left alone. */
static bool edit(pair *p, bool outbound, hs_span raw, hs__bytes *edited) {
    change *c = &p->change;
    char what[CHANGE_WHAT] = "";
    const edit_job job = {
        .app = p->app, .change = c, .outbound = outbound, .raw = raw, .out = edited, .what = what};
    if (p->app->plan.row->way != BREAK_EDIT || outbound != p->app->plan.of_client)
        return false;
    edit_result result = edit_message(&job);
    if (result == EDIT_FAILED)
        say(p, "nothing: %s", *what ? what : "out of memory");
    else if (result == EDIT_DONE && !c->is_done)
        say(p, "%s", what);
    return result == EDIT_DONE;
}

/* ServerHello decides how later messages are to be read. */
static void learn(change *c, hs_span raw) {
    hs__rd_root root;
    hs__server_hello sh;
    if (raw.p[0] != HS__HT_server_hello || hs__server_hello_read(raw, NULL, &root, &sh) != HS_OK)
        return;
    bool is_12 = sh.kind == HS__IN_SERVER_HELLO_12;
    c->version = is_12 ? sh.legacy_version : sh.extensions.selected_version;
    c->kx = (uint16_t)hs__suite_kx(sh.cipher_suite);
}

static void on_message(pair *p, bool outbound, hs_span raw) {
    change *c = &p->change;
    const break_plan *plan = &p->app->plan;
    hs__bytes edited = {0}, records = {0};
    bool releases = c->waits_for_next[outbound];
    bool is_edited = edit(p, outbound, raw, &edited);
    hs_span content = is_edited ? hs__bytes_span(&edited) : raw;
    learn(c, raw);
    if (!add_records(&records, HS__CONTENT_handshake, content))
        pair_end(p);
    else if (!c->is_done && plan->row->way <= BREAK_DELAY && is_target(plan, raw))
        break_message(p, outbound, &records, raw);
    else
        pass_all(p, outbound, hs__bytes_span(&records));
    if (releases)
        release(p, outbound);
    hs__bytes_free(&edited);
    hs__bytes_free(&records);
}

static void on_handshake(pair *p, bool outbound, hs_span content) {
    hs__bytes *m = &p->change.message[outbound];
    uint8_t type;
    size_t whole, at = 0;
    if (m->n + content.n > MESSAGE_MAX || !append(m, content)) {
        pair_end(p);
        return;
    }
    while (!p->is_ending && hs__handshake_peek((hs_span){m->p + at, m->n - at}, &type, &whole) &&
           whole <= m->n - at) {
        on_message(p, outbound, (hs_span){m->p + at, whole});
        at += whole;
    }
    m->n -= at;
    if (m->n > 0)
        memmove(m->p, m->p + at, m->n);
}

/* ---- records by their number ------------------------------------------------------------- */
static bool random_bytes(const mitm *app, uint8_t *out, size_t n) {
    return app->provider->random(app->provider, out, n) == HS_OK;
}

/* A record that cannot be right: so long, or of random bytes. */
static void insert_record(pair *p, bool outbound, uint8_t type, size_t n) {
    uint8_t *record = calloc(1, HS__RECORD_HEADER + n);
    if (!record || !random_bytes(p->app, record + HS__RECORD_HEADER, n)) {
        pair_end(p);
    } else {
        const uint8_t header[] = {type, 3, 3, (uint8_t)(n >> 8), (uint8_t)n};
        memcpy(record, header, sizeof header);
        pass(p, outbound, (hs_span){record, HS__RECORD_HEADER + n});
    }
    free(record);
}

static void insert(pair *p, bool outbound, uint8_t type) {
    static const uint8_t CCS[] = {HS__CONTENT_change_cipher_spec, 3, 3, 0, 1, 1};
    static const char GARBAGE[] = "GET / HTTP/1.1\r\n\r\n";
    const break_plan *plan = &p->app->plan;
    const uint8_t alert[] = {HS__CONTENT_alert, 3, 3, 0, 2, HS__ALERT_LEVEL_fatal, plan->alert};
    const char *name = hs__alert_name(plan->alert), *from = whose(outbound);
    unsigned long long n = plan->record;
    switch ((break_insert)plan->row->what) {
    case INSERT_ALERT:
        say(p, "a forged alert %s(%u), as if the %s had sent it", name ? name : "unknown",
            plan->alert, from);
        pass(p, outbound, (hs_span){alert, sizeof alert});
        p->watch.end[outbound].has_alert = false; /* it was not theirs */
        break;
    case INSERT_CCS:
        say(p, "a ChangeCipherSpec in front of record %llu of the %s", n, from);
        pass(p, outbound, (hs_span){CCS, sizeof CCS});
        break;
    case INSERT_FORGED:
        say(p, "a record of %d random bytes in front of record %llu of the %s", FORGED, n, from);
        insert_record(p, outbound, HS__CONTENT_application_data, FORGED);
        break;
    case INSERT_OVERSIZE:
        say(p, "a record of %d bytes in front of record %llu of the %s",
            HS__RECORD_CIPHER_MAX_12 + 1, n, from);
        insert_record(p, outbound, type, HS__RECORD_CIPHER_MAX_12 + 1);
        break;
    case INSERT_GARBAGE:
        say(p, "bytes that are no TLS in front of record %llu of the %s", n, from);
        pair_send(p, outbound, (hs_span){(const uint8_t *)GARBAGE, sizeof GARBAGE - 1});
        break;
    }
}

static void flip(pair *p, bool outbound, hs_span record) {
    uint8_t copy[SPLIT_MAX];
    const break_plan *plan = &p->app->plan;
    size_t bits = (record.n - HS__RECORD_HEADER) * 8;
    size_t bit = plan->at >= 0 ? (size_t)plan->at : bits / 2;
    memcpy(copy, record.p, record.n);
    if (bit < bits) {
        copy[HS__RECORD_HEADER + bit / 8] ^= (uint8_t)(1 << bit % 8);
        say(p, "bit %zu of record %llu of the %s was turned", bit, (unsigned long long)plan->record,
            whose(outbound));
    } else {
        say(p, "nothing: record %llu of the %s has no bit %zu, only %zu",
            (unsigned long long)plan->record, whose(outbound), bit, bits);
    }
    pass(p, outbound, (hs_span){copy, record.n});
}

static void break_record(pair *p, bool outbound, hs_span record) {
    const break_plan *plan = &p->app->plan;
    unsigned long long n = plan->record;
    switch (plan->row->way) {
    case BREAK_FLIP:
        flip(p, outbound, record);
        break;
    case BREAK_DROP_RECORD:
        say(p, "record %llu of the %s was dropped", n, whose(outbound));
        break;
    case BREAK_REPLAY_RECORD:
        say(p, "record %llu of the %s was sent on twice", n, whose(outbound));
        pass(p, outbound, record);
        pass(p, outbound, record);
        break;
    case BREAK_TRUNCATE:
        say(p, "half of record %llu of the %s, then the end", n, whose(outbound));
        pair_send(p, outbound, (hs_span){record.p, record.n / 2});
        pair_cut(p);
        break;
    default:
        insert(p, outbound, record.p[0]);
        pass(p, outbound, record);
        break;
    }
}

/* ---- what comes -------------------------------------------------------------------------- */
static bool is_clear_handshake(const pair *p, bool outbound, hs_span record) {
    const change *c = &p->change;
    return record.p[0] == HS__CONTENT_handshake && !c->has_ccs[outbound];
}

void change_record(pair *p, bool outbound, hs_span record) {
    change *c = &p->change;
    const break_plan *plan = &p->app->plan;
    bool is_of_records = plan->row->way >= BREAK_FLIP;
    c->records[outbound]++;
    if (is_of_records && !c->is_done && outbound == plan->of_client &&
        c->records[outbound] == plan->record) {
        break_record(p, outbound, record);
        return;
    }
    if (!is_of_records && is_clear_handshake(p, outbound, record)) {
        on_handshake(p, outbound,
                     (hs_span){record.p + HS__RECORD_HEADER, record.n - HS__RECORD_HEADER});
        return;
    }
    c->has_ccs[outbound] = c->has_ccs[outbound] || record.p[0] == HS__CONTENT_change_cipher_spec;
    bool releases = c->waits_for_next[outbound];
    pass(p, outbound, record);
    if (releases)
        release(p, outbound);
}

void change_opaque(pair *p, bool outbound, hs_span bytes) {
    pair_send(p, outbound, bytes);
}

void change_resume(pair *p, bool outbound) {
    release(p, outbound);
}

void change_free(change *c) {
    for (size_t i = 0; i < 2; i++) {
        hs__bytes_free(&c->message[i]);
        hs__bytes_free(&c->held[i]);
    }
}
