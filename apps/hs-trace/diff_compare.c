#include <stdio.h>
#include <string.h>

#include "apps/common/json.h"
#include "apps/hs-trace/diff_state.h"
#include "proto/codepoints.h"

/* ---- findings ---------------------------------------------------------------------------- */

/* "client line 12" */
static void place(const diff_view *v, size_t line, char out[64]) {
    (void)snprintf(out, 64, "%s line %zu", v->role, line);
}

static void found(diff_result *r, const char *mark, const char *what, json_t *text, json_t *a,
                  json_t *b) {
    json_t *o = json_pack("{s:s, s:s, s:o}", "mark", mark, "what", what, "text", text);
    if (a != NULL) {
        (void)json_object_set_new(o, "a", a);
    }
    if (b != NULL) {
        (void)json_object_set_new(o, "b", b);
    }
    r->differences += strcmp(mark, "!!") == 0 ? 1 : 0;
    (void)json_array_append_new(r->found, o);
}

/* "client line 12: TEXT" */
static json_t *said(const diff_view *v, size_t line, const char *text) {
    char at[64];
    place(v, line, at);
    return json_sprintf("%s: %s", at, text);
}

/* ---- lines by kind ----------------------------------------------------------------------- */

static bool is_ev(const diff_line *l, const char *ev) {
    return strcmp(lines_text(l->o, "ev"), ev) == 0;
}

/* The n-th line of a kind, of what that side sent; NULL: there are fewer. */
static const diff_line *nth_sent(const diff_view *v, const char *ev, bool by_server, size_t n) {
    for (size_t i = 0; i < v->n; i++) {
        const diff_line *l = &v->lines[i];
        if (is_ev(l, ev) && (lines_is_sent(l->o) == v->is_server) == by_server && n-- == 0) {
            return l;
        }
    }
    return NULL;
}

/* The line of a kind whose `key` has this value, the n-th of them. */
static const diff_line *named(const diff_view *v, const char *ev, const char *key,
                              const char *value, size_t n) {
    for (size_t i = 0; i < v->n; i++) {
        const diff_line *l = &v->lines[i];
        if (is_ev(l, ev) && strcmp(lines_text(l->o, key), value) == 0 && n-- == 0) {
            return l;
        }
    }
    return NULL;
}

/* How many lines with that value stand before this one. */
static size_t before(const diff_view *v, const diff_line *line, const char *ev, const char *key) {
    size_t n = 0;
    for (const diff_line *l = v->lines; l < line; l++) {
        n += is_ev(l, ev) && strcmp(lines_text(l->o, key), lines_text(line->o, key)) == 0 ? 1 : 0;
    }
    return n;
}

/* ---- transcript hashes ------------------------------------------------------------------- */

static void compare_hashes(const diff_pair *p, diff_result *r) {
    bool is_found = false;
    for (size_t i = 0; i < p->a->n; i++) {
        const diff_line *a = &p->a->lines[i];
        const char *list = lines_text(a->o, "messages");
        const diff_line *b =
            is_ev(a, "transcript") ? named(p->b, "transcript", "messages", list, 0) : NULL;
        if (b == NULL) {
            continue;
        }
        const char *x = lines_text(a->o, "value"), *y = lines_text(b->o, "value");
        if (strcmp(x, y) == 0) {
            r->hashes++;
        } else if (!is_found) {
            is_found = true;
            found(r, "!!", "transcript",
                  json_sprintf("the first transcript hash that differs is that of %s", list),
                  said(p->a, a->line, x), said(p->b, b->line, y));
        }
    }
}

/* ---- messages ---------------------------------------------------------------------------- */

static const json_t *field_at(const json_t *message, const char *path) {
    const json_t *fields = json_object_get(message, "fields");
    for (size_t i = 0; i < json_array_size(fields); i++) {
        const json_t *f = json_array_get(fields, i);
        if (strcmp(lines_text(f, "path"), path) == 0) {
            return f;
        }
    }
    return NULL;
}

/* A field's value as a text: "0x1301 TLS_AES_128_GCM_SHA256", "265", hex. */
static json_t *value_text(const diff_view *v, const diff_line *l, const json_t *f) {
    char text[300] = "no such field";
    const json_t *val = f != NULL ? json_object_get(f, "val") : NULL;
    if (f != NULL && lines_true(f, "hidden")) {
        (void)snprintf(text, sizeof text, "%llu bytes, hidden",
                       (unsigned long long)lines_uint(f, "len"));
    } else if (json_is_integer(val) && strcmp(lines_text(f, "kind"), "code") == 0) {
        (void)snprintf(text, sizeof text, "0x%llx %s", (unsigned long long)json_integer_value(val),
                       lines_text(f, "name"));
    } else if (json_is_integer(val)) {
        (void)snprintf(text, sizeof text, "%lld", (long long)json_integer_value(val));
    } else if (val != NULL) {
        (void)snprintf(text, sizeof text, "%s", json_string_value(val));
    }
    return said(v, l->line, text);
}

/* The first field of `a` that `b` has not, or with another value; NULL: none. */
static const json_t *first_field(const json_t *a, const json_t *b, const json_t **of_b) {
    const json_t *fields = json_object_get(a, "fields");
    for (size_t i = 0; i < json_array_size(fields); i++) {
        const json_t *f = json_array_get(fields, i);
        *of_b = field_at(b, lines_text(f, "path"));
        const bool is_hidden = lines_true(f, "hidden") || (*of_b && lines_true(*of_b, "hidden"));
        const json_t *val = json_object_get(f, "val"), *other = json_object_get(*of_b, "val");
        if (*of_b == NULL || lines_uint(f, "len") != lines_uint(*of_b, "len") ||
            (!is_hidden && !json_equal(val, other))) {
            return f;
        }
    }
    return NULL;
}

/* Where raw bytes differ; false: nowhere, or not the same bytes are hidden. */
static bool first_byte(const json_t *a, const json_t *b, size_t *at) {
    lines_pool pool = {0};
    hs_span x, y;
    const json_t *hidden = json_object_get(a, "hidden"), *other = json_object_get(b, "hidden");
    const bool known = (hidden == NULL) == (other == NULL) &&
                       (hidden == NULL || json_equal(hidden, other)) &&
                       lines_hex(&pool, a, "raw", &x) && lines_hex(&pool, b, "raw", &y);
    const bool differ = known && !lines_same(x, y);
    *at = differ ? lines_first_difference(x, y) : 0;
    lines_free(&pool);
    return differ;
}

static json_t *bytes_around(const diff_view *v, const diff_line *l, size_t at) {
    const char *raw = lines_text(l->o, "raw");
    const size_t from = at > 4 ? at - 4 : 0;
    char text[96];
    (void)snprintf(text, sizeof text, "bytes from %zu: %.32s", from,
                   strlen(raw) > 2 * from ? raw + 2 * from : "");
    return said(v, l->line, text);
}

/* True: they differ, and that is told. */
static bool compare_message(const diff_pair *p, const diff_line *a, const diff_line *b,
                            diff_result *r) {
    const json_t *of_b = NULL, *f = first_field(a->o, b->o, &of_b);
    size_t at = 0;
    const bool differs = first_byte(a->o, b->o, &at);
    if (strcmp(lines_text(a->o, "name"), lines_text(b->o, "name")) != 0) {
        found(r, "!!", "message", json_string("another message was received than was sent"),
              said(p->a, a->line, lines_text(a->o, "name")),
              said(p->b, b->line, lines_text(b->o, "name")));
    } else if (f != NULL) {
        found(r, "!!", "field",
              json_sprintf("the first field that differs is %s of %s, at byte %llu",
                           lines_text(f, "path"), lines_text(a->o, "name"),
                           (unsigned long long)lines_uint(f, "off")),
              value_text(p->a, a, f), value_text(p->b, b, of_b));
    } else if (differs) {
        found(r, "!!", "message",
              json_sprintf("%s differs at byte %zu", lines_text(a->o, "name"), at),
              bytes_around(p->a, a, at), bytes_around(p->b, b, at));
    } else {
        r->messages++;
        return false;
    }
    return true;
}

/* It sent a fatal alert, and read nothing behind it. */
static bool gave_up(const diff_view *v) {
    const diff_line *alert = named(v, "alert", "level", "fatal", 0);
    return alert != NULL && lines_is_sent(alert->o);
}

static bool is_observer(const diff_view *v) {
    return strcmp(v->role, "observer") == 0;
}

/* A message that one end sent and the other does not know. */
static void lost_message(const diff_pair *p, const diff_view *has, const diff_line *l,
                         diff_result *r) {
    const bool sent = lines_is_sent(l->o);
    const diff_view *other = has == p->a ? p->b : p->a;
    const char *name = lines_text(l->o, "name");
    if (is_observer(other)) { /* who sees what is in clear only */
        return;
    }
    json_t *at = said(has, l->line, name);
    found(r, sent && gave_up(other) ? "--" : "!!", "message",
          json_sprintf(sent ? "%s was sent, the %s never read it" : "%s came, the %s never sent it",
                       name, other->role),
          has == p->a ? at : NULL, has == p->b ? at : NULL);
}

/* In the order of the first view: up to the first that differs, since all behind it may. */
static void compare_messages(const diff_pair *p, diff_result *r) {
    size_t seen[2] = {0, 0};
    for (size_t i = 0; i < p->a->n; i++) {
        const diff_line *a = &p->a->lines[i];
        if (!is_ev(a, "msg")) {
            continue;
        }
        const bool by_server = lines_is_sent(a->o) == p->a->is_server;
        const diff_line *b = nth_sent(p->b, "msg", by_server, seen[by_server]++);
        if (b == NULL) {
            lost_message(p, p->a, a, r);
            return;
        }
        if (compare_message(p, a, b, r)) {
            return;
        }
    }
    for (unsigned by_server = 0; by_server < 2; by_server++) {
        const diff_line *b = nth_sent(p->b, "msg", by_server, seen[by_server]);
        if (b != NULL) {
            lost_message(p, p->b, b, r);
            return;
        }
    }
}

/* ---- records ----------------------------------------------------------------------------- */

/* Those of application data are not kept, so their numbers tell which belong together. */
static const diff_line *record_numbered(const diff_view *v, bool by_server, uint64_t n) {
    for (size_t i = 0; i < v->n; i++) {
        const diff_line *l = &v->lines[i];
        if (is_ev(l, "record") && (lines_is_sent(l->o) == v->is_server) == by_server &&
            lines_uint(l->o, "n") == n) {
            return l;
        }
    }
    return NULL;
}

static void compare_records(const diff_pair *p, diff_result *r) {
    bool is_found = false;
    for (size_t i = 0; i < p->a->n; i++) {
        const diff_line *a = &p->a->lines[i];
        const bool by_server = lines_is_sent(a->o) == p->a->is_server;
        const diff_line *b =
            is_ev(a, "record") ? record_numbered(p->b, by_server, lines_uint(a->o, "n")) : NULL;
        size_t at;
        if (b == NULL) {
            continue;
        }
        if (!first_byte(a->o, b->o, &at)) {
            r->records++;
        } else if (!is_found) {
            is_found = true;
            found(
                r, "!!", "record",
                json_sprintf("the first record that differs is number %llu of the %s, at byte %zu",
                             (unsigned long long)lines_uint(a->o, "n"),
                             by_server ? "server" : "client", at),
                bytes_around(p->a, a, at), bytes_around(p->b, b, at));
        }
    }
}

/* ---- secrets ----------------------------------------------------------------------------- */

static void compare_values(const diff_pair *p, diff_result *r) {
    json_t *names = json_array();
    const diff_line *first_a = NULL, *first_b = NULL;
    for (size_t i = 0; i < p->a->n; i++) {
        const diff_line *a = &p->a->lines[i];
        const diff_line *b = is_ev(a, "derive") && lines_has(a->o, "id")
                                 ? named(p->b, "derive", "name", lines_text(a->o, "name"),
                                         before(p->a, a, "derive", "name"))
                                 : NULL;
        if (b == NULL || !lines_has(b->o, "id")) {
            continue;
        }
        if (strcmp(lines_text(a->o, "id"), lines_text(b->o, "id")) == 0) {
            r->values++;
        } else {
            first_a = first_a == NULL ? a : first_a;
            first_b = first_b == NULL ? b : first_b;
            (void)json_array_append_new(names, json_string(lines_text(a->o, "name")));
        }
    }
    if (first_a != NULL) {
        found(r, "!!", "secrets",
              json_sprintf("%zu secrets differ, the first is %s", json_array_size(names),
                           lines_text(first_a->o, "name")),
              said(p->a, first_a->line, lines_text(first_a->o, "id")),
              said(p->b, first_b->line, lines_text(first_b->o, "id")));
        (void)json_object_set(json_array_get(r->found, json_array_size(r->found) - 1), "names",
                              names);
    }
    json_decref(names);
}

/* ---- alerts ------------------------------------------------------------------------------ */

static json_t *alert_text(const diff_view *v, const diff_line *l) {
    const char *cause = lines_text(l->o, "cause"), *fix = lines_text(l->o, "fix");
    const char *more = cause[0] != 0 ? cause : fix;
    char text[500];
    (void)snprintf(text, sizeof text, "%s %s(%llu)%s%s%s", lines_text(l->o, "level"),
                   lines_text(l->o, "desc"), (unsigned long long)lines_uint(l->o, "code"),
                   lines_is_sent(l->o) ? " sent" : " received", more[0] != 0 ? ": " : "", more);
    return said(v, l->line, text);
}

static void tell_alerts(const diff_pair *p, diff_result *r) {
    for (unsigned by_server = 0; by_server < 2; by_server++) {
        for (size_t n = 0;; n++) {
            const diff_line *a = nth_sent(p->a, "alert", by_server, n);
            const diff_line *b = nth_sent(p->b, "alert", by_server, n);
            if (a == NULL && b == NULL) {
                break;
            }
            const diff_line *any = a != NULL ? a : b;
            const bool is_close = lines_uint(any->o, "code") == HS__ALERT_close_notify;
            const bool differ =
                a != NULL && b != NULL && lines_uint(a->o, "code") != lines_uint(b->o, "code");
            if (is_close && !differ) {
                continue;
            }
            const bool lost = a == NULL || b == NULL;
            found(r, differ ? "!!" : "--", "alert",
                  json_sprintf("the %s ended it with %s%s", by_server ? "server" : "client",
                               lines_text(any->o, "desc"),
                               lost ? ", which the other one did not get or could not read" : ""),
                  a != NULL ? alert_text(p->a, a) : NULL, b != NULL ? alert_text(p->b, b) : NULL);
        }
    }
}

/* ---- all --------------------------------------------------------------------------------- */

void diff_compare(const diff_pair *p, diff_result *r) {
    *r = (diff_result){.found = json_array()};
    if (!p->same_random) {
        const diff_view *without = !p->a->has_random ? p->a : !p->b->has_random ? p->b : NULL;
        found(r, "!!", "client_random",
              without != NULL
                  ? json_sprintf("the %s has no ClientHello; each file has one connection, so "
                                 "these are compared",
                                 without->role)
                  : json_string("client_random differs; each file has one connection, so these "
                                "are compared"),
              NULL, NULL);
    }
    compare_hashes(p, r);
    compare_messages(p, r);
    compare_records(p, r);
    compare_values(p, r);
    tell_alerts(p, r);
}
