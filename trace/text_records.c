#include "trace/text.h"

#include <stdio.h>
#include <string.h>

#include "proto/record_header.h"

enum { APP_LINES = 16 }; /* records of application data listed at level 2, per direction */

/* ---- the record column ------------------------------------------------------------------- */

static void add_key(hs__text *t, hs__text_side *s, uint64_t record) {
    if (s->tag[0] == 0) {
        hs__buf_add(&t->line, "clear");
        return;
    }
    if (!s->is_used) { /* the first under a new key */
        s->is_used = true;
        s->base = record;
    }
    if (record >= s->base) {
        hs__buf_fmt(&t->line, "%s/%llu", s->tag, (unsigned long long)(record - s->base));
    }
}

void hs__text_record_column(hs__text *t, bool outbound, uint64_t record) {
    hs__text_side *s = &t->side[outbound];
    /* What does not say its record goes into the next one, but for what is first under a handshake
     * key: a ChangeCipherSpec may come before it. */
    bool is_certain = s->is_used || strstr(s->tag, "_hs") == NULL;
    if (record == 0 && is_certain) {
        record = s->n + 1;
    }
    if (record != 0 && record == t->last_record && outbound == t->last_outbound) {
        hs__buf_add(&t->line, " \"");
    } else if (record != 0) {
        hs__buf_fmt(&t->line, "r%llu ", (unsigned long long)record);
        add_key(t, s, record);
    }
    t->last_record = record;
    t->last_outbound = outbound;
}

static const char *arrow(bool outbound) {
    return outbound ? "->" : "<-";
}

void hs__text_begin_sized(hs__text *t, const char *mark, const char *name, size_t n) {
    char size[32];
    int len = snprintf(size, sizeof size, "%zu B", n);
    hs__text_begin(t, mark, name);
    hs__text_column(t, HS__COL_RECORD - 1 - (size_t)len);
    hs__buf_fmt(&t->line, "%s ", size);
}

/* ---- records, at level 3 ----------------------------------------------------------------- */

static void header_bytes(hs__text *t, const uint8_t header[5]) {
    hs__buf_fmt(&t->line, "%02x %02x %02x %02x %02x", header[0], header[1], header[2], header[3],
                header[4]);
}

static void clear_record(hs__text *t, const hs_trace_wire *w, const uint8_t header[5]) {
    char name[32];
    (void)snprintf(name, sizeof name, "record %llu", (unsigned long long)w->n);
    hs__text_begin_sized(t, arrow(w->outbound), name, w->raw.n);
    hs__buf_add(&t->line, "clear");
    hs__text_column(t, HS__COL_TEXT);
    header_bytes(t, header);
    hs__buf_add(&t->line, " is its header: ");
    hs__code_add(&t->line, hs__content_type_name, w->type);
    hs__buf_fmt(&t->line, ", %s0x%04x, %zu bytes follow",
                t->version == HS__VERSION_TLS12 ? "" : "legacy ", w->version,
                w->raw.n > 5 ? w->raw.n - 5 : 0);
    hs__text_end(t, HS__COL_TEXT);
}

/* That of record 0 is the IV, which is secret; what a record carries of it is not. */
static void add_nonce(hs__text *t, const hs__text_side *s) {
    const hs_trace_opened *o = &s->opened;
    const size_t n = o->explicit_nonce.n;
    hs__buf_add(&t->line, "; nonce ");
    if (t->secrets == HS_SECRETS_SHOW) {
        hs__buf_hex(&t->line, (hs_span){s->nonce, o->nonce.n});
        hs__buf_add(&t->line, " ");
    }
    if (n > 0) {
        hs__buf_fmt(&t->line, "= IV of %zu bytes, then ", o->nonce.n - n);
        hs__buf_hex(&t->line, (hs_span){s->nonce + o->nonce.n - n, n});
        hs__buf_add(&t->line, " from the record; ");
    } else {
        hs__buf_fmt(&t->line, "= iv xor %llu; ", (unsigned long long)o->seq);
    }
}

/* Both halves are there. */
static void protected_record(hs__text *t, hs__text_side *s) {
    const hs_trace_opened *o = &s->opened;
    char name[32];
    s->has_wire = s->has_opened = false;
    if (t->level < 3) {
        return;
    }
    (void)snprintf(name, sizeof name, "record %llu", (unsigned long long)s->wire.n);
    hs__text_begin_sized(t, arrow(s->wire.outbound), name, s->wire.raw.n);
    hs__buf_fmt(&t->line, "%s/%llu", s->tag, (unsigned long long)o->seq);
    hs__text_column(t, HS__COL_TEXT);
    header_bytes(t, s->header);
    hs__buf_add(&t->line, " is ");
    if (o->aad.n > sizeof s->header) {
        hs__buf_add(&t->line, "the header; AAD (number, type, version, length) ");
        hs__buf_hex(&t->line, (hs_span){s->aad, o->aad.n});
    } else {
        hs__buf_add(&t->line, "the AAD");
    }
    add_nonce(t, s);
    if (o->ok) {
        hs__buf_fmt(&t->line, "tag ok; inside: %zu B ", o->plaintext_n);
        hs__code_add(&t->line, hs__content_type_name, o->inner_type);
        hs__buf_fmt(&t->line, "(%u)", o->inner_type);
        if (t->version != HS__VERSION_TLS12) {
            hs__buf_fmt(&t->line, ", padding %zu B", o->padding);
        }
    } else {
        hs__buf_add(&t->line, "tag wrong");
    }
    hs__text_end(t, HS__COL_TEXT);
    hs__text_explain(t, "record");
}

static size_t keep(uint8_t *to, size_t cap, hs_span from) {
    size_t n = from.n < cap ? from.n : cap;
    if (n > 0) {
        memcpy(to, from.p, n);
    }
    return n;
}

/* TLS 1.3 sends it for nothing; in TLS 1.2 it is a step of the handshake. */
static void change_cipher_spec(hs__text *t, const hs_trace_wire *w) {
    const bool is_12 = t->version == HS__VERSION_TLS12;
    if (t->level < 2 && !is_12) {
        return;
    }
    hs__text_begin_sized(t, arrow(w->outbound), "ChangeCipherSpec",
                         w->raw.n > 5 ? w->raw.n - 5 : 0);
    hs__buf_fmt(&t->line, "r%llu clear", (unsigned long long)w->n);
    hs__text_column(t, HS__COL_TEXT);
    hs__buf_add(&t->line, is_12 ? "the sender's next records are under the new keys "
                                : "means nothing in TLS 1.3; pleases old middleboxes ");
    hs__ref_add(&t->line, is_12 ? "rfc5246#section-7.1" : "rfc9846#appendix-E.4");
    hs__text_end(t, HS__COL_TEXT);
    hs__text_explain(t, w->outbound == t->is_server ? "server's ChangeCipherSpec"
                                                    : "client's ChangeCipherSpec");
}

/* All that somebody without keys has of a record: how long it is, and in TLS 1.2 its type. */
static void unreadable_record(hs__text *t, const hs_trace_wire *w) {
    hs__text_side *s = &t->side[w->outbound];
    char name[32];
    if (t->level < 3 && s->app_lines > APP_LINES) {
        return;
    }
    (void)snprintf(name, sizeof name, "record %llu", (unsigned long long)w->n);
    hs__text_begin_sized(t, arrow(w->outbound), name, w->raw.n);
    hs__buf_add(&t->line, "encrypted");
    hs__text_column(t, HS__COL_TEXT);
    if (t->level < 3 && s->app_lines++ == APP_LINES) {
        hs__buf_add(&t->line, "and more, not listed: -vvv lists all");
    } else if (t->version == HS__VERSION_TLS12) {
        hs__code_add(&t->line, hs__content_type_name, w->type);
    } else {
        hs__buf_add(&t->line, "a message, an alert or data: TLS 1.3 does not tell ");
        hs__ref_add(&t->line, "rfc9846#section-5.2");
    }
    hs__text_end(t, HS__COL_TEXT);
}

void hs__text_wire(hs__text *t, const hs_trace_wire *w) {
    hs__text_side *s = &t->side[w->outbound];
    uint8_t header[5] = {0};
    (void)keep(header, sizeof header, w->raw);
    s->n = w->n;
    if (w->is_protected && t->is_observer) {
        unreadable_record(t, w);
        return;
    }
    if (w->is_protected) {
        s->wire = *w;
        s->has_wire = true;
        memcpy(s->header, header, sizeof header);
        if (w->outbound && s->has_opened) {
            protected_record(t, s);
        }
        return;
    }
    if (w->type == HS__CONTENT_change_cipher_spec) {
        change_cipher_spec(t, w);
    } else if (t->level >= 3) {
        clear_record(t, w, header);
    }
}

void hs__text_opened(hs__text *t, const hs_trace_opened *o) {
    hs__text_side *s = &t->side[o->outbound];
    hs__key_tag(o->key, s->tag);
    s->is_used = true;
    s->base = o->n - o->seq;
    s->opened = *o;
    s->opened.nonce.n = keep(s->nonce, sizeof s->nonce, o->nonce);
    s->opened.aad.n = keep(s->aad, sizeof s->aad, o->aad);
    s->opened.explicit_nonce.n =
        o->explicit_nonce.n < o->nonce.n ? o->explicit_nonce.n : s->opened.nonce.n;
    s->has_opened = true;
    if (!o->outbound && s->has_wire) {
        protected_record(t, s);
    }
    if (!o->ok && !o->outbound) {
        char name[32];
        (void)snprintf(name, sizeof name, "record %llu", (unsigned long long)o->n);
        hs__text_begin(t, "!!", name);
        hs__text_column(t, HS__COL_RECORD);
        hs__buf_fmt(&t->line, "%s/%llu", s->tag, (unsigned long long)o->seq);
        hs__text_column(t, HS__COL_TEXT);
        hs__buf_add(&t->line, "does not decrypt: it was changed on the way, or the keys differ ");
        hs__ref_add(&t->line, t->version == HS__VERSION_TLS12 ? "rfc5246#section-6.2.3.3"
                                                              : "rfc9846#section-5.2");
        hs__text_end(t, HS__COL_TEXT);
    }
}

/* ---- application data -------------------------------------------------------------------- */

static void data_bytes(hs__text *t, hs_span bytes) {
    for (size_t at = 0; at < bytes.n; at += 16) {
        size_t n = bytes.n - at < 16 ? bytes.n - at : 16;
        hs__text_begin_at(t, 0);
        hs__buf_fmt(&t->line, "%04zx ", at);
        for (size_t i = 0; i < n; i++) {
            hs__buf_fmt(&t->line, " %02x", bytes.p[at + i]);
        }
        hs__text_column(t, 55);
        for (size_t i = 0; i < n; i++) {
            uint8_t c = bytes.p[at + i];
            hs__buf_fmt(&t->line, "%c", c >= 0x20 && c < 0x7f ? c : '.');
        }
        hs__text_end(t, 0);
    }
}

void hs__text_appdata(hs__text *t, const hs_trace_appdata *a) {
    hs__text_side *s = &t->side[a->outbound];
    if (t->level < 2 || (t->level == 2 && s->app_lines > APP_LINES)) {
        return;
    }
    hs__text_begin_sized(t, arrow(a->outbound), "application data", a->n);
    if (t->level == 2 && s->app_lines++ == APP_LINES) {
        hs__text_column(t, HS__COL_TEXT);
        hs__buf_add(&t->line, "and more, not listed: -vvv lists all");
        hs__text_end(t, HS__COL_TEXT);
        return;
    }
    hs__text_record_column(t, a->outbound, a->outbound ? 0 : s->n);
    hs__text_end(t, 0);
    t->last_record = 0;
    if (t->level >= 3 && t->secrets == HS_SECRETS_SHOW) {
        data_bytes(t, a->bytes);
    }
}
