#include "apps/hs-trace/check_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- facts ------------------------------------------------------------------------------- */

const char *check_kind_text(check_kind kind, uint64_t n) {
    static const char *const texts[CHECK_KINDS][2] = {
        [CHECK_VALUES] = {"value of the key schedule", "values of the key schedule"},
        [CHECK_FINGERPRINTS] = {"fingerprint", "fingerprints"},
        [CHECK_HASHES] = {"transcript hash", "transcript hashes"},
        [CHECK_MESSAGES] = {"message", "messages"},
        [CHECK_FIELDS] = {"field", "fields"},
        [CHECK_RECORDS] = {"record", "records"},
        [CHECK_OPENED] = {"record opened with its key", "records opened with their key"},
        [CHECK_FINISHED] = {"Finished", "Finished"},
        [CHECK_SIGNATURES] = {"signature", "signatures"},
        [CHECK_CERTIFICATES] = {"certificate", "certificates"},
        [CHECK_ALERTS] = {"alert", "alerts"},
        [CHECK_DATA] = {"byte of application data", "bytes of application data"},
    };
    return texts[kind][n != 1];
}

bool check_hash_by_name(const char *name, hs__hash_id *out) {
    static const hs__hash_id ids[] = {HS__SHA256, HS__SHA384, HS__SHA512};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        if (strcmp(hs__hash_name(ids[i]), name) == 0) {
            *out = ids[i];
            return true;
        }
    }
    return false;
}

bool check_aead_by_name(const char *name, hs__aead_id *out) {
    static const hs__aead_id ids[] = {HS__AES_128_GCM, HS__AES_256_GCM, HS__CHACHA20_POLY1305};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        if (strcmp(hs__aead_name(ids[i]), name) == 0) {
            *out = ids[i];
            return true;
        }
    }
    return false;
}

const check_suite *check_suite_of(uint16_t code) {
    static const check_suite suites[] = {
#define HS__SUITE_13(code, name, aead, hash, section, note)                                        \
    {code, HS__VERSION_TLS13, HS__##aead, HS__##hash},
#define HS__SUITE_12(code, name, kx, auth, aead, hash, alias, section, note)                       \
    {code, HS__VERSION_TLS12, HS__##aead, HS__##hash},
#include "proto/cipher_suites.def"
    };
    for (size_t i = 0; i < sizeof suites / sizeof *suites; i++) {
        if (suites[i].code == code) {
            return &suites[i];
        }
    }
    return NULL;
}

/* ---- faults and gaps --------------------------------------------------------------------- */

void check_wrong(check_conn *c, size_t line, const char *format, ...) {
    check *k = c->file;
    char text[600];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    check_fault *room = lines_grow(k->faults, k->n_faults, &k->cap_faults, sizeof *room);
    if (room == NULL) {
        k->pool.failed = true;
        return;
    }
    k->faults = room;
    k->faults[k->n_faults].line = line;
    k->faults[k->n_faults].text = strdup(text);
    if (k->faults[k->n_faults].text == NULL) {
        k->pool.failed = true;
        return;
    }
    k->n_faults++;
}

void check_gap_add(check_conn *c, const char *what) {
    for (size_t i = 0; i < c->n_gaps; i++) {
        if (strcmp(c->gaps[i].what, what) == 0) {
            c->gaps[i].n++;
            return;
        }
    }
    check_gap *room = lines_grow(c->gaps, c->n_gaps, &c->cap_gaps, sizeof *room);
    if (room == NULL) {
        c->file->pool.failed = true;
        return;
    }
    c->gaps = room;
    c->gaps[c->n_gaps++] = (check_gap){what, 1};
}

void check_keep(check_conn *c, check_list *list, size_t line, json_t *o) {
    check_kept *room = lines_grow(list->v, list->n, &list->cap, sizeof *room);
    if (room == NULL) {
        c->file->pool.failed = true;
        return;
    }
    list->v = room;
    list->v[list->n++] = (check_kept){line, json_incref(o)};
}

static void drop(check_list *list) {
    for (size_t i = 0; i < list->n; i++) {
        json_decref(list->v[i].o);
    }
    free(list->v);
}

/* ---- life -------------------------------------------------------------------------------- */

check *check_new(hs_provider *p, const hs__private_key *key) {
    check *k = calloc(1, sizeof *k);
    if (k != NULL) {
        k->p = hs_provider_ref(p);
        k->key = key;
    }
    return k;
}

static void conn_free(check_conn *c) {
    check_list *const lists[] = {&c->messages, &c->transcripts, &c->derives, &c->checks,
                                 &c->alerts,   &c->tickets,     &c->updates, &c->dones,
                                 &c->secrets,  &c->choices};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        drop(lists[i]);
    }
    check_side_end(&c->side[0]);
    check_side_end(&c->side[1]);
    free(c->values);
    free(c->gaps);
    free(c);
}

void check_free(check *k) {
    if (k == NULL) {
        return;
    }
    for (size_t i = 0; i < k->n_conns; i++) {
        conn_free(k->conns[i]);
    }
    for (size_t i = 0; i < k->n_faults; i++) {
        free(k->faults[i].text);
    }
    free(k->faults);
    free(k->conns);
    lines_free(&k->pool);
    lines_free(&k->line);
    hs_provider_unref(k->p);
    free(k);
}

/* ---- lines ------------------------------------------------------------------------------- */

/* A connection begins with its `trace` line; a name may come again, in files put together. */
static check_conn *conn_of(check *k, const json_t *o) {
    const char *name = lines_text(o, "conn");
    if (strcmp(lines_text(o, "ev"), "trace") != 0) {
        for (size_t i = k->n_conns; i > 0; i--) {
            if (strncmp(k->conns[i - 1]->name, name, sizeof k->conns[0]->name - 1) == 0) {
                return k->conns[i - 1];
            }
        }
    }
    check_conn **room = lines_grow(k->conns, k->n_conns, &k->cap_conns, sizeof *room);
    check_conn *c = room != NULL ? calloc(1, sizeof *c) : NULL;
    k->conns = room != NULL ? room : k->conns;
    if (c == NULL) {
        k->pool.failed = true;
        return NULL;
    }
    k->conns[k->n_conns++] = c;
    c->file = k;
    (void)snprintf(c->name, sizeof c->name, "%s", name);
    (void)snprintf(c->role, sizeof c->role, "%s", lines_text(o, "role"));
    c->is_server = strcmp(c->role, "server") == 0;
    c->is_observer = strcmp(c->role, "observer") == 0;
    return c;
}

static void on_trace(check_conn *c, size_t line, json_t *o) {
    c->is_redacted = lines_true(o, "redacted");
    if (c->is_redacted) {
        check_gap_add(c, "anything: what tells who took part was replaced (--redact)");
    }
    if (strcmp(lines_text(o, "schema"), "hs-trace/1") != 0) {
        check_wrong(c, line, "schema is '%s', not hs-trace/1", lines_text(o, "schema"));
    }
}

static void on_message(check_conn *c, size_t line, json_t *o) {
    check_keep(c, &c->messages, line, o);
}
static void on_transcript(check_conn *c, size_t line, json_t *o) {
    check_keep(c, &c->transcripts, line, o);
}
static void on_check(check_conn *c, size_t line, json_t *o) {
    check_keep(c, &c->checks, line, o);
}
static void on_choose(check_conn *c, size_t line, json_t *o) {
    check_keep(c, &c->choices, line, o);
}
static void on_ticket(check_conn *c, size_t line, json_t *o) {
    check_keep(c, &c->tickets, line, o);
}
static void on_update(check_conn *c, size_t line, json_t *o) {
    check_keep(c, &c->updates, line, o);
}
static void on_alert(check_conn *c, size_t line, json_t *o) {
    check_keep(c, &c->alerts, line, o);
}
static void on_done(check_conn *c, size_t line, json_t *o) {
    check_keep(c, &c->dones, line, o);
    c->is_done = c->is_done || lines_true(o, "ok");
    if (lines_true(o, "ok")) {
        check_totals(c, line, o, false);
    }
}
static void on_closed(check_conn *c, size_t line, json_t *o) {
    check_totals(c, line, o, true);
}
static void on_lost(check_conn *c, size_t line, json_t *o) {
    check_wrong(c, line, "a line is missing: %s", lines_text(o, "why"));
}

static const struct {
    const char *ev;
    void (*take)(check_conn *c, size_t line, json_t *o);
} events[] = {
    {"trace", on_trace},        {"msg", on_message},
    {"record", check_record},   {"transcript", on_transcript},
    {"choose", on_choose},      {"derive", check_derive},
    {"secret", check_secret},   {"key", check_key},
    {"check", on_check},        {"alert", on_alert},
    {"ticket", on_ticket},      {"keyupdate", on_update},
    {"appdata", check_appdata}, {"done", on_done},
    {"closed", on_closed},      {"lost", on_lost},
};

/* Numbers that only grow. A line that is lost has none. */
static void count_up(check_conn *c, size_t line, const json_t *o) {
    const uint64_t seq = lines_uint(o, "seq"), t_us = lines_uint(o, "t_us");
    if (!lines_has(o, "seq")) {
        return;
    }
    if (seq != c->seq + 1) {
        check_wrong(c, line, "seq is %llu behind %llu", (unsigned long long)seq,
                    (unsigned long long)c->seq);
    }
    if (t_us < c->t_us) {
        check_wrong(c, line, "t_us goes back from %llu to %llu", (unsigned long long)c->t_us,
                    (unsigned long long)t_us);
    }
    c->seq++;
    c->t_us = t_us;
}

void check_line(check *k, size_t number, json_t *o) {
    check_conn *c = conn_of(k, o);
    if (c == NULL) {
        return;
    }
    count_up(c, number, o);
    const char *ev = lines_text(o, "ev");
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        if (strcmp(events[i].ev, ev) == 0 && !c->is_redacted) {
            events[i].take(c, number, o);
        }
    }
    k->pool.failed = k->pool.failed || k->line.failed;
    lines_free(&k->line);
}

/* ---- the end ----------------------------------------------------------------------------- */

static int by_line(const void *a, const void *b) {
    const check_fault *x = a, *y = b;
    return x->line < y->line ? -1 : x->line > y->line;
}

void check_end(check *k) {
    for (size_t i = 0; i < k->n_conns && !k->pool.failed; i++) {
        check_conn *c = k->conns[i];
        if (c->is_redacted) {
            continue;
        }
        check_messages(c);
        check_transcripts(c);
        check_inputs(c);
        check_proofs(c);
        check_choices(c);
        check_told(c);
    }
    if (k->n_faults > 0) {
        qsort(k->faults, k->n_faults, sizeof *k->faults, by_line);
    }
}

size_t check_faults(const check *k, const check_fault **faults) {
    *faults = k->faults;
    return k->n_faults;
}

size_t check_conns(const check *k) {
    return k->n_conns;
}

check_conn_result check_conn_at(const check *k, size_t i) {
    const check_conn *c = k->conns[i];
    const char *version = hs__version_name(c->version);
    check_conn_result r = {.conn = c->name,
                           .role = c->role,
                           .version = version != NULL ? version : "",
                           .gaps = c->gaps,
                           .n_gaps = c->n_gaps};
    memcpy(r.count, c->count, sizeof r.count);
    return r;
}

bool check_ran_out(const check *k) {
    return k->pool.failed;
}
