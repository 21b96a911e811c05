#include "trace/text.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/provider.h"

/* ---- lines ------------------------------------------------------------------------------- */

/* Width of the time and the blank behind it. */
static size_t time_width(const hs__text *t) {
    return t->setup.o.no_time ? 0 : 9;
}

void hs__text_begin_at(hs__text *t, size_t column) {
    hs__buf_clear(&t->line);
    hs__buf_pad(&t->line, time_width(t) + column);
}

void hs__text_begin_untimed(hs__text *t, const char *mark, const char *name) {
    hs__text_begin_at(t, 0);
    hs__buf_fmt(&t->line, "%s %s", mark, name);
}

void hs__text_begin(hs__text *t, const char *mark, const char *name) {
    hs__buf_clear(&t->line);
    if (!t->setup.o.no_time) {
        hs__buf_fmt(&t->line, "%8.2f ", (double)t->t_us / 1000.0);
    }
    hs__buf_fmt(&t->line, "%s %s", mark, name);
}

void hs__text_column(hs__text *t, size_t column) {
    hs__buf_add(&t->line, " ");
    hs__buf_pad(&t->line, time_width(t) + column);
}

static const char *mark_color(const char *mark) {
    static const struct {
        const char *mark, *color;
    } rows[] = {
        {"!!", "\033[1;31m"}, {"ok", "\033[32m"}, {"##", "\033[35m"},
        {"->", "\033[36m"},   {"<-", "\033[34m"}, {"==", "\033[33m"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strncmp(mark, rows[i].mark, 2) == 0) {
            return rows[i].color;
        }
    }
    return NULL;
}

/* All that is printed passes here, so nothing foreign reaches a terminal as it is. */
static void add_safe(hs__text *t, const char *p, size_t n) {
    size_t len = hs_safe_text(NULL, 0, p, n);
    char *room = malloc(len + 1);
    if (room == NULL) {
        t->out.failed = true;
        return;
    }
    (void)hs_safe_text(room, len + 1, p, n);
    hs__buf_bytes(&t->out, room, len);
    hs__wipe(room, len);
    free(room);
}

static void add_physical(hs__text *t, const char *p, size_t n, bool is_first) {
    size_t mark = time_width(t), end = mark + HS__COL_NAME - 1;
    if (t->setup.o.tag_lines) {
        add_safe(t, t->setup.o.conn_id, strlen(t->setup.o.conn_id));
        hs__buf_add(&t->out, " ");
    }
    const char *color = is_first && t->setup.o.color && n > end ? mark_color(p + mark) : NULL;
    if (color != NULL) {
        add_safe(t, p, mark);
        hs__buf_add(&t->out, color);
        add_safe(t, p + mark, end - mark);
        hs__buf_add(&t->out, "\033[0m");
        p += end;
        n -= end;
    }
    add_safe(t, p, n);
    hs__buf_add(&t->out, "\n");
}

/* Where text that is wider than `width` is cut: behind the last blank that fits and lies right
 * of `from`, else behind the next one. */
static size_t cut_at(const char *p, size_t n, size_t from, size_t width) {
    if (n <= width) {
        return n;
    }
    for (size_t i = width; i > from; i--) {
        if (p[i] == ' ') {
            return i;
        }
    }
    const char *next = memchr(p + width, ' ', n - width);
    return next != NULL ? (size_t)(next - p) : n;
}

/* The parts of a line behind its first, each indented by `at`. */
static void add_rest(hs__text *t, const char *p, size_t n, size_t at) {
    while (n > 0) {
        if (*p == ' ') {
            p++;
            n--;
            continue;
        }
        size_t take = cut_at(p, n, 0, HS__WIDTH - at);
        hs__buf_clear(&t->wrapped);
        hs__buf_pad(&t->wrapped, at);
        hs__buf_bytes(&t->wrapped, p, take);
        add_physical(t, hs__buf_str(&t->wrapped), t->wrapped.n, false);
        p += take;
        n -= take;
    }
}

void hs__text_end(hs__text *t, size_t indent) {
    hs__strbuf *line = &t->line;
    size_t n = line->n;
    while (n > 0 && line->p[n - 1] == ' ') {
        n--;
    }
    size_t at = indent > 0 ? time_width(t) + indent : 0;
    size_t first = at > 0 ? cut_at(hs__buf_str(line), n, at, HS__WIDTH) : n;
    hs__buf_clear(&t->wrapped);
    add_physical(t, hs__buf_str(line), first, true);
    add_rest(t, hs__buf_str(line) + first, n - first, at);
    if (line->failed || t->out.failed || t->wrapped.failed) {
        static const char sorry[] = "(out of memory: a line of the trace is lost)\n";
        t->setup.o.write(t->setup.o.ctx, sorry, sizeof sorry - 1);
    } else {
        t->setup.o.write(t->setup.o.ctx, t->out.p, t->out.n);
    }
    hs__buf_clear(&t->out);
    hs__buf_clear(line);
}

void hs__text_line(hs__text *t, const char *mark, const char *name, const char *text) {
    hs__text_begin(t, mark, name);
    hs__text_column(t, HS__COL_TEXT);
    hs__buf_add(&t->line, text);
    hs__text_end(t, HS__COL_TEXT);
}

static unsigned situation(const hs__text *t) {
    const unsigned side = t->is_server ? HS__AT_SERVER : HS__AT_CLIENT;
    if (t->version != HS__VERSION_TLS12) {
        return side | (t->version != 0 ? HS__IN_13 : 0);
    }
    return side | (t->is_resumed         ? HS__IN_12_RESUMED
                   : t->is_key_transport ? HS__IN_12_RSA
                                         : HS__IN_12_ECDHE);
}

static void paragraph(hs__text *t, const hs__paragraph *p) {
    hs__text_begin_at(t, HS__COL_NAME);
    hs__buf_add(&t->line, "| ");
    if (p->step != 0) {
        const bool is_13 = t->version > HS__VERSION_TLS12;
        hs__buf_fmt(&t->line, is_13 ? "Step %u of TLS 1.2's 8: " : "Step %u of 8: ", p->step);
    }
    hs__buf_fmt(&t->line, "%s ", p->text);
    hs__ref_add(&t->line, p->rule);
    hs__text_end(t, HS__COL_NAME + 2);
}

void hs__text_explain(hs__text *t, const char *subject) {
    if (!t->setup.o.explain) {
        return;
    }
    unsigned number = 0;
    const hs__paragraph *p;
    for (p = hs__step(subject, situation(t), &number); p != NULL;
         p = hs__step(subject, situation(t), &number)) {
        if ((t->steps_told & UINT64_C(1) << number) == 0) {
            t->steps_told |= UINT64_C(1) << number;
            paragraph(t, p);
        }
        number++;
    }
    p = hs__explain(subject, situation(t), &number);
    if (p != NULL && (t->explained & UINT64_C(1) << number) == 0) {
        t->explained |= UINT64_C(1) << number;
        paragraph(t, p);
    }
}

void hs__text_secret(hs__text *t, hs_span value, hs_span id, size_t len) {
    if (t->secrets == HS_SECRETS_SHOW && value.n > 0) {
        hs__buf_hex(&t->line, value);
        return;
    }
    hs__buf_fmt(&t->line, "(%zu B", len);
    if (t->secrets != HS_SECRETS_HIDE && id.n > 0) {
        hs__buf_add(&t->line, ", id ");
        hs__buf_hex(&t->line, id);
    }
    hs__buf_add(&t->line, t->secrets == HS_SECRETS_HIDE ? " hidden)" : ")");
}

/* ---- events ------------------------------------------------------------------------------ */

static void head(hs__text *t, const hs_trace *ev) {
    const hs_render_options *o = &t->setup.o;
    hs__buf_clear(&t->line);
    hs__buf_fmt(&t->line, "# hs-trace/1 role=%s conn=%s", hs__role_name(ev), o->conn_id);
    const struct {
        const char *name, *value;
    } parts[] = {{"peer", o->peer}, {"local", o->local}, {"sni", o->sni}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].value[0] != 0) {
            hs__buf_fmt(&t->line, " %s=%s", parts[i].name, parts[i].value);
        }
    }
    hs__buf_fmt(&t->line, " level=%d secrets=%s t=%s", t->level, hs_secrets_name(t->secrets),
                o->no_time ? "none" : "ms");
    hs__text_end(t, 0);
}

static void state(hs__text *t, const hs_trace_state *s) {
    if (t->level < 3) {
        return;
    }
    hs__text_begin_untimed(t, "--", "state");
    hs__text_column(t, HS__COL_TEXT);
    hs__buf_fmt(&t->line, "%s -> %s", hs__str(s->from), hs__str(s->to));
    if (hs__str(s->cause)[0] != 0) {
        hs__buf_fmt(&t->line, " after %s", s->cause);
    }
    hs__text_end(t, HS__COL_TEXT);
}

static void note(hs__text *t, const hs_trace_note *n) {
    hs__text_begin(t, "--", "note");
    hs__text_column(t, HS__COL_TEXT);
    hs__buf_fmt(&t->line, "%s ", hs__str(n->text));
    hs__ref_add(&t->line, n->rule);
    hs__text_end(t, HS__COL_TEXT);
    if (t->is_resumed) {
        hs__text_explain(t, "resumption");
    }
}

static void dispatch(hs__text *t, const hs_trace *ev) {
    switch (ev->kind) {
    case HS_TR_CONN:
        hs__text_conn(t, &ev->u.conn);
        break;
    case HS_TR_STATE:
        state(t, &ev->u.state);
        break;
    case HS_TR_WIRE:
        hs__text_wire(t, &ev->u.wire);
        break;
    case HS_TR_OPENED:
        hs__text_opened(t, &ev->u.opened);
        break;
    case HS_TR_MESSAGE:
        hs__text_message(t, &ev->u.message);
        break;
    case HS_TR_FIELD:
        hs__text_field(t, &ev->u.field);
        break;
    case HS_TR_MESSAGE_END:
        hs__text_message_end(t, &ev->u.message_end);
        break;
    case HS_TR_CHOOSE:
        hs__text_choose(t, &ev->u.choose);
        break;
    case HS_TR_TRANSCRIPT:
        hs__text_transcript(t, &ev->u.transcript);
        break;
    case HS_TR_DERIVE:
        hs__text_derive(t, &ev->u.derive);
        break;
    case HS_TR_KEY:
        hs__text_key(t, &ev->u.key);
        break;
    case HS_TR_CHECK:
        hs__text_check(t, &ev->u.check);
        break;
    case HS_TR_ALERT:
        hs__text_alert(t, &ev->u.alert);
        break;
    case HS_TR_APPDATA:
        hs__text_appdata(t, &ev->u.appdata);
        break;
    case HS_TR_KEY_UPDATE:
        hs__text_key_update(t, &ev->u.key_update);
        break;
    case HS_TR_NOTE:
        note(t, &ev->u.note);
        break;
    case HS_TR_DONE:
        hs__text_done(t, &ev->u.done);
        break;
    case HS_TR_CLOSED:
        hs__text_closed(t, &ev->u.closed);
        break;
    case HS_TR_SECRET: /* the key schedule has told it */
    case HS_TR_TICKET: /* its message has told it */
    case HS_TR_KINDS:
        break;
    }
}

static void text_event(hs_render *r, const hs_trace *ev) {
    hs__text *t = (hs__text *)r;
    t->is_server = ev->is_server;
    t->is_observer = ev->is_observer;
    t->version = ev->version != 0 ? ev->version : t->version;
    t->is_resumed = ev->resumed;
    if (!t->started) {
        t->started = true;
        head(t, ev);
    }
    if (ev->kind != HS_TR_DERIVE && t->announce != 0) {
        hs__text_announce(t); /* at the time of its last secret */
    }
    if (ev->t_us > t->t_us) {
        t->t_us = ev->t_us;
    }
    dispatch(t, ev);
}

static void text_free(hs_render *r) {
    hs__text *t = (hs__text *)r;
    if (t->announce != 0) {
        hs__text_announce(t);
    }
    hs__buf_free(&t->line);
    hs__buf_free(&t->out);
    hs__buf_free(&t->wrapped);
    hs__buf_free(&t->row.value);
    hs__wipe(t->known, sizeof t->known);
    hs__setup_free(&t->setup);
    free(t);
}

static const hs__render_class text_class = {text_event, text_free};

hs_status hs_text_new(const hs_render_options *o, hs_render **out) {
    *out = NULL;
    hs__text *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return HS_E_NOMEM;
    }
    hs_status st = hs__setup_copy(&t->setup, o);
    if (st) {
        free(t);
        return st;
    }
    t->base.class = &text_class;
    t->level = o->level < 1 ? 1 : o->level > 3 ? 3 : o->level;
    t->secrets = o->secrets != HS_SECRETS_DEFAULT ? o->secrets
                 : t->level < 3                   ? HS_SECRETS_HIDE
                                                  : HS_SECRETS_ID;
    t->base.mask = HS_TRACE_ALL & ~HS_TRACE_MASK(HS_TR_SECRET);
    if (t->level < 2) {
        t->base.mask &= ~(HS_TRACE_MASK(HS_TR_FIELD) | HS_TRACE_MASK(HS_TR_STATE));
    }
    if (t->secrets == HS_SECRETS_SHOW) {
        t->base.mask |= HS_TRACE_SECRETS;
    }
    *out = &t->base;
    return HS_OK;
}
