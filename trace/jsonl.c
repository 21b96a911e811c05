#include "trace/jsonl.h"

#include <stdlib.h>
#include <string.h>

/* ---- lines ------------------------------------------------------------------------------- */

/* DEL is the one control character that jansson leaves as it is. */
static void add_escaped(hs__strbuf *b, const char *text) {
    for (const char *p = text; *p != 0;) {
        size_t n = strcspn(p, "\x7f");
        hs__buf_bytes(b, p, n);
        p += n;
        if (*p != 0) {
            hs__buf_add(b, "\\u007f");
            p++;
        }
    }
}

static void write_line(hs__jsonl *j, const json_t *object) {
    static const char sorry[] = "{\"v\":1,\"ev\":\"lost\",\"why\":\"out of memory\"}\n";
    char *text = object != NULL ? json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
    hs__buf_clear(&j->out);
    if (text != NULL) {
        add_escaped(&j->out, text);
        hs__buf_add(&j->out, "\n");
    }
    if (text == NULL || j->out.failed) {
        j->setup.o.write(j->setup.o.ctx, sorry, sizeof sorry - 1);
    } else {
        j->setup.o.write(j->setup.o.ctx, j->out.p, j->out.n);
    }
    free(text);
}

/* Writes lines up to the first that waits; `all`: waits for nothing. */
static void flush(hs__jsonl *j, bool all) {
    size_t n = 0;
    while (n < j->n_lines && (all || !j->lines[n].waits)) {
        write_line(j, j->lines[n].object);
        json_decref(j->lines[n].object);
        n++;
    }
    j->n_lines -= n;
    memmove(j->lines, j->lines + n, j->n_lines * sizeof *j->lines);
    if (all) {
        j->n_unsent = 0; /* their objects are gone */
    }
}

/* What is agreed on so far: on the first line that knows it, and where it changes. */
static void add_agreed(hs__jsonl *j, json_t *o) {
    if (j->agreed != j->told_agreed) {
        j->told_agreed = j->agreed;
        hs__json_set(o, "agreed", hs__json_text(hs__version_name(j->agreed)));
    }
    if (j->resumed != j->told_resumed) {
        j->told_resumed = j->resumed;
        hs__json_set(o, "resumes", json_boolean(j->resumed));
    }
}

json_t *hs__jsonl_emit(hs__jsonl *j, const char *ev, json_t *body, bool waits) {
    if (j->n_lines == HS__JSONL_LINES) {
        flush(j, true);
    }
    json_t *o = json_object();
    hs__json_set(o, "v", hs__json_uint(1));
    hs__json_set(o, "seq", hs__json_uint(++j->seq));
    hs__json_set(o, "conn", hs__json_text(j->setup.o.conn_id));
    hs__json_set(o, "role", hs__json_text(j->role));
    hs__json_set(o, "t_us", hs__json_uint(j->t_us));
    hs__json_set(o, "ev", hs__json_text(ev));
    add_agreed(j, o);
    if (o != NULL && body != NULL) {
        (void)json_object_update(o, body);
    }
    json_decref(body);
    j->lines[j->n_lines++] = (hs__jsonl_line){o, waits && o != NULL};
    if (!waits) {
        flush(j, false);
    }
    return waits ? o : NULL;
}

void hs__jsonl_began(hs__jsonl *j, json_t *body, uint64_t t_us) {
    if (t_us != j->t_us) {
        hs__json_set(body, "began_us", hs__json_uint(t_us));
    }
}

void hs__jsonl_ready(hs__jsonl *j, const json_t *object) {
    for (size_t i = 0; i < j->n_lines; i++) {
        if (j->lines[i].object == object) {
            j->lines[i].waits = false;
        }
    }
    flush(j, false);
}

/* ---- events ------------------------------------------------------------------------------ */

static void header(hs__jsonl *j) {
    const hs_render_options *o = &j->setup.o;
    json_t *b = json_object();
    hs__json_set(b, "schema", hs__json_text("hs-trace/1"));
    hs__json_set_if(b, "tool", o->tool);
    hs__json_set_if(b, "tool_version", o->tool_version);
    hs__json_set(b, "detail", hs__json_uint(3));
    hs__json_set(b, "secrets", hs__json_text(hs_secrets_name(j->secrets)));
    hs__json_set_if(b, "peer", o->peer);
    hs__json_set_if(b, "local", o->local);
    hs__json_set_if(b, "sni", o->sni);
    if (o->wall_time_ms > 0) {
        hs__json_set(b, "wall_time", hs__json_time_ms(o->wall_time_ms));
    }
    if (o->redacted) {
        hs__json_set(b, "redacted", json_true());
    }
    (void)hs__jsonl_emit(j, "trace", b, false);
}

static void jsonl_event(hs_render *r, const hs_trace *ev) {
    hs__jsonl *j = (hs__jsonl *)r;
    j->role = hs__role_name(ev);
    j->is_observer = ev->is_observer;
    j->is_server = ev->is_server;
    j->version = ev->version != 0 ? ev->version : j->version;
    j->agreed = ev->version;
    j->resumed = ev->resumed;
    if (ev->t_us > j->t_us) { /* time never goes back, whoever made the event */
        j->t_us = ev->t_us;
    }
    if (!j->started) {
        j->started = true;
        header(j);
    }
    hs__jsonl_settle(j, ev);
    switch (ev->kind) {
    case HS_TR_WIRE:
        hs__jsonl_wire(j, &ev->u.wire);
        break;
    case HS_TR_OPENED:
        hs__jsonl_opened(j, &ev->u.opened);
        break;
    case HS_TR_MESSAGE:
        hs__jsonl_message(j, &ev->u.message);
        break;
    case HS_TR_FIELD:
        hs__jsonl_field(j, &ev->u.field);
        break;
    case HS_TR_MESSAGE_END:
        hs__jsonl_message_end(j, &ev->u.message_end);
        break;
    default:
        hs__jsonl_event(j, ev);
    }
    if (ev->kind == HS_TR_CLOSED) {
        flush(j, true);
    }
}

static void jsonl_free(hs_render *r) {
    hs__jsonl *j = (hs__jsonl *)r;
    hs__jsonl_records_end(j);
    flush(j, true);
    hs__jsonl_message_drop(j);
    json_decref(j->failure);
    hs__buf_free(&j->out);
    hs__setup_free(&j->setup);
    free(j);
}

static const hs__render_class jsonl_class = {jsonl_event, jsonl_free};

hs_status hs_jsonl_new(const hs_render_options *o, hs_render **out) {
    *out = NULL;
    hs__jsonl *j = calloc(1, sizeof *j);
    if (j == NULL) {
        return HS_E_NOMEM;
    }
    hs_status st = hs__setup_copy(&j->setup, o);
    if (st) {
        free(j);
        return st;
    }
    j->base.class = &jsonl_class;
    j->secrets = o->secrets != HS_SECRETS_DEFAULT ? o->secrets : HS_SECRETS_ID;
    j->base.mask = j->secrets == HS_SECRETS_SHOW ? HS_TRACE_ALL | HS_TRACE_SECRETS
                                                 : HS_TRACE_ALL & ~HS_TRACE_MASK(HS_TR_SECRET);
    *out = &j->base;
    return HS_OK;
}
