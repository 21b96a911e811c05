#include "trace/jsonl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/provider.h"
#include "proto/certificate12.h"
#include "proto/certificate13.h"
#include "trace/cert_text.h"
#include "trace/notes.h"

enum { VALUE_MAX = 64 }; /* bytes of a value that are repeated beside `raw` */

/* ---- fields ------------------------------------------------------------------------------ */

static json_t *bytes_value(hs_span bytes) {
    hs__strbuf b = {0};
    hs__buf_hex_cut(&b, bytes, VALUE_MAX);
    json_t *v = b.failed ? NULL : json_string(hs__buf_str(&b));
    hs__buf_free(&b);
    return v;
}

static json_t *value(const hs_trace_field *f) {
    switch (f->kind) {
    case HS_FIELD_LENGTH:
    case HS_FIELD_UINT:
    case HS_FIELD_CODE:
        return hs__json_uint(f->value);
    case HS_FIELD_TEXT:
        return hs__json_foreign(f->bytes.p, f->bytes.n);
    case HS_FIELD_BYTES:
        break;
    }
    return bytes_value(f->bytes);
}

static void add_note(hs__jsonl *j, json_t *o, const hs_trace_field *f) {
    hs__note note;
    const hs__note_place at = {j->message, j->version};
    if (hs__note_field(&at, f, &note)) {
        hs__json_set_if(o, "note", note.note);
        hs__json_set(o, "ref", hs__json_ref(note.rule));
    }
}

/* Bytes of the message that are not to be shown: zero in `raw`, and listed. */
static void hide(hs__jsonl *j, size_t off, size_t n) {
    if (off > j->raw_n || n > j->raw_n - off || n == 0) {
        return;
    }
    memset(j->raw + off, 0, n);
    (void)json_array_append_new(j->hidden, hs__json_range(off, n));
}

void hs__jsonl_field(hs__jsonl *j, const hs_trace_field *f) {
    if (!j->in_message || f->path == NULL) {
        return;
    }
    bool hidden = j->secrets != HS_SECRETS_SHOW && hs__field_is_secret(j->message, f);
    json_t *o = json_object();
    hs__json_set(o, "off", hs__json_uint(f->off));
    hs__json_set(o, "len", hs__json_uint(f->bytes.n));
    hs__json_set(o, "path", hs__json_text(f->path));
    hs__json_set(o, "kind", hs__json_text(hs__field_kind_name(f->kind)));
    if (hidden) {
        hs__json_set(o, "hidden", json_true());
        hide(j, f->off, f->bytes.n);
    } else {
        hs__json_set(o, "val", value(f));
    }
    hs__json_set_if(o, "name", f->meaning);
    add_note(j, o, f);
    (void)json_array_append_new(j->fields, o);
    if (f->off + f->bytes.n > j->told) {
        j->told = f->off + f->bytes.n;
    }
}

/* ---- certificates ------------------------------------------------------------------------ */

/* The list of a Certificate message, which each version writes in its own way. */
static bool certificate_list(const hs__jsonl *j, hs_span *list) {
    const hs_span raw = {j->raw, j->raw_n};
    hs__rd_root root;
    if (j->version == HS__VERSION_TLS12) {
        hs__certificate12 m;
        const bool ok = hs__certificate12_read(raw, NULL, &root, &m) == HS_OK;
        *list = ok ? m.list : (hs_span){NULL, 0};
        return ok;
    }
    hs__certificate13 m;
    const bool ok = hs__certificate13_read(raw, NULL, &root, &m) == HS_OK;
    *list = ok ? m.list : (hs_span){NULL, 0};
    return ok;
}

static bool next_certificate(const hs__jsonl *j, hs_span *list, hs_span *der) {
    return j->version == HS__VERSION_TLS12 ? hs__certificate12_next(list, der)
                                           : hs__certificate13_next(list, der, NULL);
}

static void add_certs(hs__jsonl *j) {
    hs_span list, der;
    if (strcmp(j->message, "Certificate") != 0 || !certificate_list(j, &list)) {
        return;
    }
    json_t *certs = json_array();
    while (next_certificate(j, &list, &der)) {
        json_t *o = hs__cert_json(der);
        hs__json_set(o, "off", hs__json_uint((size_t)(der.p - j->raw)));
        hs__json_set(o, "len", hs__json_uint(der.n));
        (void)json_array_append_new(certs, o);
    }
    hs__json_set(j->body, "certs", certs);
}

/* ---- messages ---------------------------------------------------------------------------- */

void hs__jsonl_message_drop(hs__jsonl *j) {
    json_decref(j->body);
    json_decref(j->fields);
    json_decref(j->hidden);
    if (j->raw != NULL) {
        hs__wipe(j->raw, j->raw_n);
        free(j->raw);
    }
    j->body = j->fields = j->hidden = NULL;
    j->raw = NULL;
    j->raw_n = j->told = 0;
    j->in_message = false;
}

void hs__jsonl_message(hs__jsonl *j, const hs_trace_message *m) {
    hs__jsonl_message_drop(j);
    char name[HS__SNAKE_NAME], back[HS__SNAKE_NAME];
    hs__snake_name(m->name, name);
    hs__camel_name(name, back);
    (void)snprintf(j->message, sizeof j->message, "%s", hs__str(m->name));
    j->in_message = true;
    j->version = hs__message_version(m, j->version);
    j->outbound = m->outbound;
    j->message_us = j->t_us;
    j->body = json_object();
    j->fields = json_array();
    j->hidden = json_array();
    j->raw = m->raw.n > 0 ? malloc(m->raw.n) : NULL;
    if (j->raw != NULL) {
        memcpy(j->raw, m->raw.p, m->raw.n);
        j->raw_n = m->raw.n;
    }
    hs__json_set(j->body, "dir", hs__json_dir(m->outbound));
    hs__json_set(j->body, "type", hs__json_uint(m->type));
    hs__json_set(j->body, "name", hs__json_text(name));
    if (strcmp(back, hs__str(m->name)) != 0) {
        hs__json_set(j->body, "title", hs__json_text(m->name));
    }
    hs__json_set(j->body, "len", hs__json_uint(m->raw.n));
    if (m->record > 0) { /* what goes out is told where it will be; the records will tell more */
        hs__json_set(j->body, "record", hs__json_uint(m->record));
    }
}

void hs__jsonl_message_end(hs__jsonl *j, const hs_trace_message_end *e) {
    if (!j->in_message) {
        return;
    }
    /* Bytes that no field has told may be anything. */
    if (j->secrets != HS_SECRETS_SHOW && j->told < j->raw_n) {
        hide(j, j->told, j->raw_n - j->told);
    }
    if (j->raw != NULL) {
        hs__json_set(j->body, "raw", hs__json_hex((hs_span){j->raw, j->raw_n}));
    }
    if (json_array_size(j->hidden) > 0) {
        hs__json_set(j->body, "hidden", json_incref(j->hidden));
    }
    hs__json_set(j->body, "fields", json_incref(j->fields));
    if (e->status != HS_OK) {
        json_t *error = json_object();
        hs__json_set(error, "code", hs__json_text(hs_status_name(e->status)));
        hs__json_set(error, "where", hs__json_text(hs__str(e->where)));
        hs__json_set(error, "problem", hs__json_text(hs__str(e->problem)));
        hs__json_set(j->body, "error", error);
    } else {
        add_certs(j);
    }
    size_t n = j->raw_n;
    json_t *body = j->body;
    hs__jsonl_began(j, body, j->message_us);
    j->body = NULL;
    if (j->outbound && !j->is_observer) {
        hs__jsonl_send(j, hs__jsonl_emit(j, "msg", body, true), n);
    } else {
        hs__jsonl_claim(j, j->outbound, body, n);
        (void)hs__jsonl_emit(j, "msg", body, false);
    }
    hs__jsonl_message_drop(j);
}
