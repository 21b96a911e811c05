#include "trace/text.h"

#include <stdio.h>
#include <string.h>

#include "proto/server_hello.h"
#include "trace/cert_text.h"
#include "trace/notes.h"
#include "trace/summary.h"

enum { VALUE_BYTES = 8, BYTES_PER_LINE = 16 };

/* ---- the message's line ------------------------------------------------------------------ */

static void look_at_suite(hs__text *t, const hs_trace_message *m) {
    hs__server_hello sh;
    hs__rd_root root;
    if (m->type == HS__HT_server_hello &&
        hs__server_hello_read(m->raw, NULL, &root, &sh) == HS_OK) {
        t->is_key_transport = hs__is_key_transport(hs__cipher_suite_name(sh.cipher_suite));
    }
}

/* Steps may ask whose message it is. */
static void explain(hs__text *t, const hs_trace_message *m) {
    char whose[HS__SNAKE_NAME];
    (void)snprintf(whose, sizeof whose, "%s's %s",
                   m->outbound == t->is_server ? "server" : "client", hs__str(m->name));
    hs__text_explain(t, whose);
    hs__text_explain(t, hs__str(m->name));
}

void hs__text_message(hs__text *t, const hs_trace_message *m) {
    hs__text_begin_sized(t, m->outbound ? "->" : "<-", hs__str(m->name), m->raw.n);
    hs__text_record_column(t, m->outbound, m->record);
    hs__text_column(t, HS__COL_TEXT);
    t->version = hs__message_version(m, t->version);
    hs__summary(&t->line, m, t->covers, t->version);
    hs__text_end(t, HS__COL_TEXT);
    look_at_suite(t, m);
    explain(t, m);
    (void)snprintf(t->message, sizeof t->message, "%s", hs__str(m->name));
    t->message_n = m->raw.n;
    t->told = 0;
    t->row.open = false;
}

/* ---- values ------------------------------------------------------------------------------ */

/* In TLS 1.3 it is not the version, so it does not get a version's name. */
static bool is_legacy_version(const hs__text *t, const hs_trace_field *f) {
    return t->version != HS__VERSION_TLS12 && strcmp(f->path, "legacy_version") == 0;
}

/* A field's value in one short piece; `max` bytes of opaque ones. */
static void add_value(hs__text *t, hs__strbuf *b, const hs_trace_field *f, size_t max) {
    if (t->secrets != HS_SECRETS_SHOW && hs__field_is_secret(t->message, f)) {
        hs__buf_fmt(b, "(%zu B hidden)", f->bytes.n);
        return;
    }
    switch (f->kind) {
    case HS_FIELD_LENGTH:
    case HS_FIELD_UINT:
        hs__buf_fmt(b, "%llu", (unsigned long long)f->value);
        break;
    case HS_FIELD_CODE:
        if (f->meaning != NULL && !is_legacy_version(t, f)) {
            hs__buf_add(b, f->meaning);
        } else {
            hs__buf_fmt(b, "0x%0*llx", (int)(2 * f->bytes.n), (unsigned long long)f->value);
        }
        break;
    case HS_FIELD_BYTES:
        if (f->bytes.n > 2 * max) {
            hs__buf_hex_cut(b, f->bytes, max);
        } else {
            hs__buf_hex(b, f->bytes);
        }
        break;
    case HS_FIELD_TEXT:
        hs__buf_add(b, "\"");
        for (size_t i = 0; i < f->bytes.n; i++) {
            if (f->bytes.p[i] == '"') {
                hs__buf_add(b, "\\x22"); /* else it could seem to end here */
            } else {
                hs__buf_bytes(b, f->bytes.p + i, 1);
            }
        }
        hs__buf_add(b, "\"");
        break;
    }
}

/* ---- level 2: the table ------------------------------------------------------------------ */

/* What a field belongs to in the table: "cipher_suites" of "cipher_suites[2]",
 * "extensions[key_share]" of all that is in that extension, a certificate of its entry. */
static void group_of(const char *path, char out[HS__PATH_MAX]) {
    bool is_whole =
        strncmp(path, "extensions[", 11) == 0 || strncmp(path, "certificate_list[", 17) == 0;
    size_t n = is_whole ? strcspn(path, "]") + 1 : strcspn(path, ".[");
    if (n >= HS__PATH_MAX || n > strlen(path)) {
        n = strlen(path);
    }
    (void)snprintf(out, HS__PATH_MAX, "%.*s", (int)n, path);
}

/* The list or struct that holds a field. */
static void parent_of(const char *path, char out[HS__PATH_MAX]) {
    const char *dot = strrchr(path, '.');
    (void)snprintf(out, HS__PATH_MAX, "%.*s", dot != NULL ? (int)(dot - path) : 0, path);
}

static const char *short_extension(const char *name) {
    if (strcmp(name, "application_layer_protocol_negotiation") == 0) {
        return "alpn";
    }
    return strcmp(name, "signed_certificate_timestamp") == 0 ? "sct" : name;
}

static void add_label(hs__text *t, const hs__text_row *row) {
    if (!row->is_extension) {
        hs__buf_add(&t->line, row->group);
        return;
    }
    char name[HS__PATH_MAX];
    (void)snprintf(name, sizeof name, "%s", row->group + strlen("extensions["));
    name[strcspn(name, "]")] = 0;
    hs__buf_fmt(&t->line, "%s(%u)", short_extension(name), (unsigned)row->code);
}

static bool find_note(hs__text *t, const hs__text_row *row, hs__note *out) {
    const hs__note_place at = {t->message, t->version};
    return hs__note_group(&at, row->group, row->content, out) ||
           (row->is_extension && hs__note_extension((uint16_t)row->code, out));
}

/* The value in its column, the note right of its first line, the rest below. */
static void add_columns(hs__text *t, const char *value, const hs__note *note) {
    size_t room = HS__COL_NOTE - HS__COL_TEXT - 1;
    size_t n = strlen(value), first = n;
    if (note != NULL && n > room) {
        first = room;
        while (first > 0 && value[first] != ' ') {
            first--;
        }
        first = first > 0 ? first : n;
    }
    hs__buf_bytes(&t->line, value, first);
    if (note != NULL) {
        hs__text_column(t, HS__COL_NOTE);
        hs__buf_fmt(&t->line, "; %s ", note->note);
        hs__ref_add(&t->line, note->rule);
        hs__text_end(t, 0);
    } else {
        hs__text_end(t, HS__COL_TEXT);
    }
    if (first < n) {
        hs__text_begin_at(t, HS__COL_TEXT);
        hs__buf_add(&t->line, value + first + 1);
        hs__text_end(t, HS__COL_TEXT);
    }
}

static void table_head(hs__text *t) {
    if (t->table_head) {
        return;
    }
    t->table_head = true;
    hs__text_begin_at(t, 4);
    hs__buf_add(&t->line, "off len  field");
    hs__text_column(t, HS__COL_TEXT);
    hs__buf_add(&t->line, "value");
    hs__text_column(t, HS__COL_NOTE);
    hs__buf_add(&t->line, "; note");
    hs__text_end(t, 0);
}

static void close_row(hs__text *t) {
    hs__text_row *row = &t->row;
    if (!row->open) {
        return;
    }
    row->open = false;
    table_head(t);
    hs__text_begin_at(t, 0);
    hs__buf_fmt(&t->line, "%7zu %3zu  ", row->off, row->len);
    add_label(t, row);
    hs__text_column(t, HS__COL_TEXT);
    hs__note note;
    bool has_note = find_note(t, row, &note);
    add_columns(t, row->value.n > 0 ? hs__buf_str(&row->value) : "empty", has_note ? &note : NULL);
    hs__buf_clear(&row->value);
}

static bool ends_in_bracket(const char *s) {
    size_t n = strlen(s);
    return n > 0 && s[n - 1] == ']';
}

static bool ends_with(const char *s, const char *tail) {
    size_t n = strlen(s), m = strlen(tail);
    return n >= m && strcmp(s + n - m, tail) == 0;
}

static bool is_certificate(const hs__text *t, const hs_trace_field *f) {
    return ends_with(f->path, ".cert_data") ||
           (t->version == HS__VERSION_TLS12 && f->kind == HS_FIELD_BYTES &&
            strncmp(f->path, "certificate_list[", 17) == 0);
}

static void add_to_row(hs__text *t, const hs_trace_field *f) {
    hs__text_row *row = &t->row;
    row->len = f->off + f->bytes.n - row->off;
    if (row->is_extension && ends_with(f->path, "].extension_type")) {
        row->code = (uint32_t)f->value;
        return;
    }
    if (f->kind == HS_FIELD_LENGTH) {
        return;
    }
    char parent[HS__PATH_MAX];
    parent_of(f->path, parent);
    if (row->value.n > 0) {
        bool same = strcmp(parent, row->parent) == 0 && !ends_in_bracket(f->path);
        hs__buf_add(&row->value, same ? " " : ", ");
    }
    memcpy(row->parent, parent, sizeof parent);
    row->content = f->bytes;
    if (is_certificate(t, f)) {
        hs__cert_summary(&row->value, f->bytes);
    } else {
        add_value(t, &row->value, f, VALUE_BYTES);
    }
}

/* Known from the message's line, or from the rows that follow. */
static bool needs_no_row(const hs_trace_field *f) {
    bool is_list = strcmp(f->path, "extensions.length") == 0 ||
                   strcmp(f->path, "certificate_list.length") == 0;
    return strcmp(f->path, "msg_type") == 0 || strcmp(f->path, "length") == 0 ||
           (is_list && f->value > 0);
}

static void table_field(hs__text *t, const hs_trace_field *f) {
    hs__text_row *row = &t->row;
    if (needs_no_row(f)) {
        return;
    }
    char group[HS__PATH_MAX];
    group_of(f->path, group);
    bool starts = !row->open || strcmp(group, row->group) != 0;
    if (starts) {
        close_row(t);
        memcpy(row->group, group, sizeof group);
        row->open = true;
        row->is_extension = strncmp(group, "extensions[", 11) == 0;
        row->off = f->off;
        row->code = 0;
        row->parent[0] = 0;
        row->content = (hs_span){NULL, 0};
        hs__buf_clear(&row->value);
    }
    add_to_row(t, f);
}

/* ---- level 3: the bytes ------------------------------------------------------------------ */

static void add_bytes(hs__text *t, size_t off, hs_span bytes, bool hidden) {
    hs__buf_fmt(&t->line, "%04zx ", off);
    for (size_t i = 0; i < bytes.n; i++) {
        if (hidden) {
            hs__buf_add(&t->line, " ..");
        } else {
            hs__buf_fmt(&t->line, " %02x", bytes.p[i]);
        }
    }
}

/* Bytes left, `meaning` right of their first line. */
static void bytes_lines(hs__text *t, size_t off, hs_span bytes, bool hidden, const char *meaning) {
    bool is_first = true;
    for (size_t at = 0; at < bytes.n || is_first; at += BYTES_PER_LINE) {
        size_t n = bytes.n - at < BYTES_PER_LINE ? bytes.n - at : BYTES_PER_LINE;
        hs__text_begin_at(t, 0);
        add_bytes(t, off + at, (hs_span){bytes.p + at, n}, hidden);
        if (is_first) {
            hs__text_column(t, 55);
            hs__buf_add(&t->line, meaning);
        }
        hs__text_end(t, 0);
        is_first = false;
    }
}

/* "TLS_AES_128_GCM_SHA256(0x1301)", "key_share(51)": the number behind the name. */
static void add_number(const hs__text *t, hs__strbuf *b, const hs_trace_field *f) {
    bool is_type = ends_with(f->path, "].extension_type");
    if (f->kind != HS_FIELD_CODE || f->meaning == NULL || is_legacy_version(t, f)) {
        return;
    }
    bool decimal = is_type || f->bytes.n < 2;
    hs__buf_fmt(b, decimal ? "(%llu)" : "(0x%04llx)", (unsigned long long)f->value);
}

static void bytes_field(hs__text *t, const hs_trace_field *f) {
    bool hidden = t->secrets != HS_SECRETS_SHOW && hs__field_is_secret(t->message, f);
    hs__strbuf meaning = {0};
    hs__note note;
    hs__buf_fmt(&meaning, "%s = ", f->path);
    add_value(t, &meaning, f, VALUE_BYTES);
    add_number(t, &meaning, f);
    const hs__note_place at = {t->message, t->version};
    if (hs__note_field(&at, f, &note)) {
        hs__buf_fmt(&meaning, "  ; %s", note.note);
    }
    bytes_lines(t, f->off, f->bytes, hidden, hs__buf_str(&meaning));
    hs__buf_free(&meaning);
}

/* ---- fields ------------------------------------------------------------------------------ */

void hs__text_field(hs__text *t, const hs_trace_field *f) {
    if (f->path == NULL) {
        return;
    }
    if (f->off + f->bytes.n > t->told) {
        t->told = f->off + f->bytes.n;
    }
    if (t->level == 2) {
        table_field(t, f);
    } else if (t->level >= 3) {
        bytes_field(t, f);
    }
}

void hs__text_message_end(hs__text *t, const hs_trace_message_end *e) {
    close_row(t);
    if (e->status == HS_OK) {
        return;
    }
    hs__text_begin(t, "!!", "not well formed");
    hs__text_column(t, HS__COL_TEXT);
    hs__buf_fmt(&t->line, "%s %s", hs__str(e->where), hs__str(e->problem));
    if (t->told < t->message_n && t->level >= 2) {
        hs__buf_fmt(&t->line, "; the last %zu bytes were not read", t->message_n - t->told);
    }
    hs__text_end(t, HS__COL_TEXT);
}
