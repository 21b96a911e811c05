#include "trace/replay.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/codepoints.h"
#include "trace/names.h"
#include "trace/replay_line.h"

struct hs__replay {
    hs__replay_sink sink;
    unsigned long lines, lost;
    hs__replay_conn *conns; /* those that are open; the last used is often the next */
    size_t n_conns, cap_conns, last;
};

/* ---- connections ------------------------------------------------------------------------- */

static hs__replay_conn *find_conn(hs__replay *r, const char *id) {
    if (r->last < r->n_conns && strcmp(r->conns[r->last].id, id) == 0) {
        return &r->conns[r->last];
    }
    for (size_t i = 0; i < r->n_conns; i++) {
        if (strcmp(r->conns[i].id, id) == 0) {
            r->last = i;
            return &r->conns[i];
        }
    }
    return NULL;
}

static void end_conn(hs__replay *r, hs__replay_conn *c) {
    if (c->sink != NULL) {
        r->sink.end(c->sink);
    }
    free(c->id);
    *c = r->conns[--r->n_conns];
}

static hs_status grow(hs__replay *r) {
    if (r->n_conns < r->cap_conns) {
        return HS_OK;
    }
    const size_t cap = r->cap_conns > 0 ? 2 * r->cap_conns : 8;
    hs__replay_conn *more = realloc(r->conns, cap * sizeof *more);
    if (more == NULL) {
        return HS_E_NOMEM;
    }
    r->conns = more;
    r->cap_conns = cap;
    return HS_OK;
}

static void begin_conn(hs__replay *r, hs__line *l, const hs__replay_head *head) {
    if (r->n_conns == HS__REPLAY_CONNS) {
        hs__line_fail(l, HS_E_DECODE, "more than %d connections at once", HS__REPLAY_CONNS);
        return;
    }
    char *id = strdup(head->conn);
    if (id == NULL || grow(r) != HS_OK) {
        free(id);
        hs__line_fail(l, HS_E_NOMEM, "%s", hs_status_text(HS_E_NOMEM));
        return;
    }
    r->conns[r->n_conns++] = (hs__replay_conn){.id = id, .sink = r->sink.begin(r->sink.ctx, head)};
}

static hs_secrets secrets_of(hs__line *l) {
    const char *name = hs__line_word(l, l->o, "secrets");
    for (int i = HS_SECRETS_HIDE; name != NULL && i <= HS_SECRETS_SHOW; i++) {
        if (strcmp(name, hs_secrets_name((hs_secrets)i)) == 0) {
            return (hs_secrets)i;
        }
    }
    hs__line_fail(l, HS_E_DECODE, "secrets is none of hide, id, show");
    return HS_SECRETS_HIDE;
}

static void on_trace(hs__replay *r, hs__line *l, const char *id) {
    const char *schema = hs__line_word(l, l->o, "schema");
    if (schema != NULL && strcmp(schema, "hs-trace/1") != 0) {
        hs__line_fail(l, HS_E_DECODE, "its format is not hs-trace/1");
    }
    const hs__replay_head head = {.conn = id,
                                  .is_server = l->is_server,
                                  .is_observer = l->is_observer,
                                  .tool = hs__line_text_if(l, l->o, "tool"),
                                  .tool_version = hs__line_text_if(l, l->o, "tool_version"),
                                  .peer = hs__line_text_if(l, l->o, "peer"),
                                  .local = hs__line_text_if(l, l->o, "local"),
                                  .sni = hs__line_text_if(l, l->o, "sni"),
                                  .secrets = secrets_of(l),
                                  .wall_time_ms = hs__line_time_ms(l, l->o, "wall_time"),
                                  .redacted = hs__line_bool_if(l, l->o, "redacted")};
    if (l->status != HS_OK) {
        return;
    }
    hs__replay_conn *before = find_conn(r, id);
    if (before != NULL) { /* it was cut short, and another run wrote behind it */
        end_conn(r, before);
    }
    begin_conn(r, l, &head);
}

/* ---- lines ------------------------------------------------------------------------------- */

void hs__line_fail(hs__line *l, hs_status status, const char *format, ...) {
    if (l->status != HS_OK) {
        return;
    }
    va_list args;
    va_start(args, format);
    (void)vsnprintf(l->error->text, sizeof l->error->text, format, args);
    va_end(args);
    l->status = status;
}

void hs__line_tell(hs__line *l, hs_trace_kind kind, uint64_t t_us, hs_trace *ev) {
    if (l->status != HS_OK || l->conn->sink == NULL) {
        return;
    }
    ev->kind = kind;
    ev->is_server = l->is_server;
    ev->is_observer = l->is_observer;
    ev->version = l->conn->version;
    ev->resumed = l->conn->resumed;
    ev->t_us = t_us;
    l->sink->event(l->conn->sink, ev);
}

static void read_role(hs__line *l) {
    const char *role = hs__line_word(l, l->o, "role");
    l->is_server = role != NULL && strcmp(role, "server") == 0;
    l->is_observer = role != NULL && strcmp(role, "observer") == 0;
    if (role != NULL && !l->is_server && !l->is_observer && strcmp(role, "client") != 0) {
        hs__line_fail(l, HS_E_DECODE, "role is none of client, server, observer");
    }
}

static void read_times(hs__line *l) {
    l->t_us = hs__line_uint(l, l->o, "t_us", INT64_MAX);
    l->began_us = json_object_get(l->o, "began_us") != NULL
                      ? hs__line_uint(l, l->o, "began_us", INT64_MAX)
                      : l->t_us;
}

/* What is agreed on holds from this line on. */
static void read_agreed(hs__line *l) {
    const char *name = hs__line_text_if(l, l->o, "agreed");
    if (json_object_get(l->o, "agreed") != NULL && l->status == HS_OK) {
        const hs__code *row =
            name != NULL ? hs__code_by_name(&hs__versions, name, strlen(name)) : NULL;
        l->conn->version = row != NULL ? row->code : 0;
    }
    if (json_object_get(l->o, "resumes") != NULL) {
        l->conn->resumed = hs__line_bool(l, l->o, "resumes");
    }
}

static void on_event(hs__line *l) {
    static const struct {
        const char *ev;
        void (*read)(hs__line *l);
    } rows[] = {
        {"record", hs__line_record},
        {"msg", hs__line_message},
        {"derive", hs__line_derive},
        {"state", hs__line_state},
        {"transcript", hs__line_transcript},
        {"appdata", hs__line_appdata},
        {"choose", hs__line_choose},
        {"check", hs__line_check},
        {"key", hs__line_key},
        {"secret", hs__line_secret},
        {"keyupdate", hs__line_key_update},
        {"ticket", hs__line_ticket},
        {"alert", hs__line_alert},
        {"note", hs__line_note},
        {"conn", hs__line_conn},
        {"done", hs__line_done},
        {"closed", hs__line_closed},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(l->ev, rows[i].ev) == 0) {
            rows[i].read(l);
            return;
        }
    }
}

static void read_line(hs__replay *r, hs__line *l) {
    l->ev = hs__line_word(l, l->o, "ev");
    if (hs__line_uint(l, l->o, "v", UINT64_MAX) != 1) {
        hs__line_fail(l, HS_E_DECODE, "its format is not hs-trace/1");
    }
    if (l->status == HS_OK && strcmp(l->ev, "lost") == 0) {
        r->lost++;
        return;
    }
    const char *id = hs__line_word(l, l->o, "conn");
    read_role(l);
    read_times(l);
    if (l->status != HS_OK) {
        return;
    }
    if (strcmp(l->ev, "trace") == 0) {
        on_trace(r, l, id);
    }
    l->conn = find_conn(r, id);
    if (l->conn == NULL) {
        hs__line_fail(l, HS_E_DECODE, "no \"trace\" line has begun this connection");
        return;
    }
    read_agreed(l);
    on_event(l);
    if (l->status == HS_OK && strcmp(l->ev, "closed") == 0) {
        end_conn(r, l->conn);
    }
}

/* ---- life -------------------------------------------------------------------------------- */

hs_status hs__replay_new(const hs__replay_sink *sink, hs__replay **out) {
    *out = calloc(1, sizeof **out);
    if (*out == NULL) {
        return HS_E_NOMEM;
    }
    (*out)->sink = *sink;
    return HS_OK;
}

static bool is_blank(const char *p, size_t n) {
    while (n > 0 && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n')) {
        p++;
        n--;
    }
    return n == 0;
}

hs_status hs__replay_line(hs__replay *r, const char *p, size_t n, hs__replay_error *error) {
    hs__line l = {.error = error, .sink = &r->sink};
    error->line = ++r->lines;
    error->text[0] = 0;
    if (is_blank(p, n)) {
        return HS_OK;
    }
    json_error_t why;
    /* texts of a peer's may hold any character */
    json_t *o = n <= HS__REPLAY_LINE_MAX ? json_loadb(p, n, JSON_ALLOW_NUL, &why) : NULL;
    if (n > HS__REPLAY_LINE_MAX) {
        hs__line_fail(&l, HS_E_DECODE, "longer than any line of a trace");
    } else if (o == NULL) {
        hs__line_fail(&l, HS_E_DECODE, "not JSON: %s", why.text);
    } else if (!json_is_object(o)) {
        hs__line_fail(&l, HS_E_DECODE, "not a JSON object");
    } else {
        l.o = o;
        read_line(r, &l);
    }
    hs__line_free(&l);
    json_decref(o);
    return l.status;
}

hs_render_options hs__replay_options(const hs__replay_head *head) {
    return (hs_render_options){.size = sizeof(hs_render_options),
                               .conn_id = head->conn,
                               .peer = head->peer,
                               .local = head->local,
                               .sni = head->sni,
                               .tool = head->tool,
                               .tool_version = head->tool_version,
                               .wall_time_ms = head->wall_time_ms,
                               .redacted = head->redacted};
}

unsigned long hs__replay_lost(const hs__replay *r) {
    return r->lost;
}

void hs__replay_free(hs__replay *r) {
    if (r == NULL) {
        return;
    }
    while (r->n_conns > 0) {
        end_conn(r, &r->conns[r->n_conns - 1]);
    }
    free(r->conns);
    free(r);
}
