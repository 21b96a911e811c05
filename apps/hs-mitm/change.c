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

enum { MESSAGE_MAX = 128 * 1024, FORGED = 64 };

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
/* One of the ways of BREAK_DROP to BREAK_DELAY; `records`: the message. */
static void break_message(pair *p, bool outbound, hs__bytes *records, hs_span raw) {
    const char *name = hs__message_name(raw.p[0], raw);
    change *c = &p->change;
    switch (p->app->plan.row->way) {
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

/* Of several messages the first is told whole. */
static void say_edited(pair *p, hs_span raw, const hs__bytes *edited) {
    const char *name = hs__message_name(raw.p[0], raw);
    const change *c = &p->change;
    char before[CHANGE_WHAT];
    size_t at = 0;
    while (at < raw.n && at < edited->n && raw.p[at] == edited->p[at])
        at++;
    if (c->is_done && !strstr(c->what, name)) {
        snprintf(before, sizeof before, "%s", c->what);
        say(p, "%s; %s, too", before, name);
    } else if (!c->is_done && raw.n == edited->n) {
        say(p, "%s: %s was changed, from byte %zu on", p->app->plan.row->name, name, at);
    } else if (!c->is_done) {
        say(p, "%s: %s was changed, %zu B became %zu B", p->app->plan.row->name, name, raw.n,
            edited->n);
    }
}

/* The first connection's hello is kept, and goes on as it is. */
static bool keeps_hello(pair *p, hs_span raw) {
    mitm *app = p->app;
    if (app->plan.lab.row->id != HS__LAB_REPLAY_HELLO || app->plan.lab.file_bytes.n > 0)
        return false;
    if (raw.p[0] == HS__HT_client_hello && append(&app->old_hello, raw))
        app->plan.lab.file_bytes = hs__bytes_span(&app->old_hello);
    return true;
}

/* What the lab makes of the message, in *edited; false: it is left alone. */
static bool edit(pair *p, bool outbound, hs_span raw, hs__bytes *edited) {
    const break_plan *plan = &p->app->plan;
    change *c = &p->change;
    bool is_one = plan->lab.row->kind == HS__LAB_TAKES_MESSAGE_BYTE;
    if (plan->row->way != BREAK_EDIT || (is_one && c->is_done) ||
        !(plan->of_either || outbound == plan->of_client) || keeps_hello(p, raw))
        return false;
    hs__lab_message m = {.lab = &plan->lab,
                         .p = p->app->provider,
                         .version = c->version,
                         .kx = (hs__kx)c->kx,
                         .group = c->group,
                         .hellos = c->hellos,
                         .n = raw.n,
                         .cap = raw.n + plan->lab.file_bytes.n + HS__LAB_ROOM};
    *edited = (hs__bytes){.p = malloc(m.cap)};
    m.m = edited->p;
    if (!m.m)
        return false;
    memcpy(m.m, raw.p, raw.n);
    bool is_edited = hs__lab_edit(&m);
    edited->n = m.n;
    if (is_edited)
        say_edited(p, raw, edited);
    return is_edited;
}

/* Hellos decide how later messages are to be read. */
static void learn(change *c, hs_span raw) {
    hs__rd_root root;
    hs__message m;
    c->hellos += raw.p[0] == HS__HT_client_hello;
    if (hs__message_read_as(c->version, (hs__kx)c->kx, raw.p[0], raw, NULL, &root, &m) != HS_OK)
        return;
    if (m.type == HS__HT_server_hello) {
        bool is_12 = m.u.server_hello.kind == HS__IN_SERVER_HELLO_12;
        c->version =
            is_12 ? m.u.server_hello.legacy_version : m.u.server_hello.extensions.selected_version;
        c->kx = (uint16_t)hs__suite_kx(m.u.server_hello.cipher_suite);
    } else if (m.type == HS__HT_server_key_exchange) {
        c->group = m.u.server_key_exchange.params.group;
    }
}

static bool is_target(const break_plan *plan, bool outbound, hs_span raw) {
    return plan->row->way >= BREAK_DROP && plan->row->way <= BREAK_DELAY &&
           (plan->of_either || outbound == plan->of_client) && hs__lab_means(&plan->lab, raw);
}

static void on_message(pair *p, bool outbound, hs_span raw) {
    change *c = &p->change;
    hs__bytes edited = {0}, records = {0};
    bool releases = c->waits_for_next[outbound];
    learn(c, raw);
    bool is_edited = edit(p, outbound, raw, &edited);
    hs_span content = is_edited ? hs__bytes_span(&edited) : raw;
    if (!add_records(&records, HS__CONTENT_handshake, content))
        pair_end(p);
    else if (!c->is_done && is_target(&p->app->plan, outbound, raw))
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
    const uint8_t code = (uint8_t)plan->lab.number;
    const uint8_t alert[] = {HS__CONTENT_alert, 3, 3, 0, 2, HS__ALERT_LEVEL_fatal, code};
    const char *name = hs__alert_name(code), *from = whose(outbound);
    unsigned long long n = plan->record;
    switch (plan->row->insert) {
    case INSERT_NOTHING:
        break;
    case INSERT_ALERT:
        say(p, "a forged alert %s(%u), as if the %s had sent it", name ? name : "unknown", code,
            from);
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
    size_t bit = plan->lab.place != HS__LAB_ANYWHERE ? plan->lab.place : bits / 2;
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

static void relabel(pair *p, bool outbound, hs_span record) {
    uint8_t copy[SPLIT_MAX];
    bool is_type = p->app->plan.row->way == BREAK_TYPE;
    memcpy(copy, record.p, record.n);
    if (is_type)
        copy[0] = copy[0] == HS__CONTENT_application_data ? HS__CONTENT_handshake
                                                          : HS__CONTENT_application_data;
    else
        copy[2] = 5;
    say(p, "the %s in the header of record %llu of the %s was changed",
        is_type ? "content type" : "version", (unsigned long long)p->app->plan.record,
        whose(outbound));
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
    case BREAK_TYPE:
    case BREAK_VERSION:
        relabel(p, outbound, record);
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
