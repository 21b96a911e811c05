/* A page that shows connections. hs_html_begin writes all that the page is; behind it stands one
 * block for each connection: its trace as JSON Lines and its lines of text for the page's script,
 * and the text with all fields for readers without one. */
#include "trace/html.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/provider.h"
#include "trace/render.h"
#include "trace/strbuf.h"

enum {
    APP_RECORDS = 64,       /* listed one by one; the rest is summed up */
    WHOLE_LINE = 4096,      /* records of data up to this size stay whole ... */
    APP_BYTES = 48 * 1024,  /* ... until they fill this; of the others there is */
    HEAD_DIGITS = 128,      /* the beginning, */
    HEAD_LINE = 1024,       /* in a line that is no longer than this */
    RECORD_MAX = 24 * 1024, /* a record of the handshake; its messages have the bytes as well */
    TRACE_MAX = 132 * 1024, /* lines behind it are counted, but for those that tell the end */
    END_MAX = 8 * 1024,     /* for those */
    BRIEF_MAX = 16 * 1024,  /* of text, */
    PLAIN_MAX = 36 * 1024,  /* in both forms */
    MARK = 2                /* "->" */
};

typedef struct {
    uint64_t records, bytes, until_us;
} rest;

typedef struct {
    hs_render base;
    hs__render_setup setup;
    hs_render *jsonl, *brief, *full; /* what makes the lines; NULL when the block is written */
    hs__strbuf trace, text, plain;
    hs__strbuf summary; /* a line that is in `plain` when it is known whether others belong to it */

    uint64_t app_records, lines_left_out;
    size_t app_bytes;
    rest left_out[2]; /* [outbound] */
    bool has_sub;     /* they do, and the last is in `plain` */
    bool plain_cut;
} html;

/* ---- escaping ---------------------------------------------------------------------------- */

/* JSON that stands in a script element: nothing in it can end the element. The rest of what is
 * special is escaped by ENSURE_ASCII. */
static void add_script(hs__strbuf *b, const char *p, size_t n) {
    static const char special[] = "<>&";
    for (size_t i = 0; i < n; i++) {
        if (strchr(special, p[i]) != NULL && p[i] != '\0') {
            hs__buf_fmt(b, "\\u%04x", (unsigned)p[i]);
        } else {
            hs__buf_bytes(b, p + i, 1);
        }
    }
}

void hs__html_text(hs__strbuf *b, const char *p, size_t n) {
    for (size_t i = 0; i < n; i++) {
        switch (p[i]) {
        case '<':
            hs__buf_add(b, "&lt;");
            break;
        case '>':
            hs__buf_add(b, "&gt;");
            break;
        case '&':
            hs__buf_add(b, "&amp;");
            break;
        case '"':
            hs__buf_add(b, "&quot;");
            break;
        case '\'':
            hs__buf_add(b, "&#39;");
            break;
        default:
            hs__buf_bytes(b, p + i, 1);
        }
    }
}

/* ---- lines of JSON ----------------------------------------------------------------------- */

static bool has(const char *p, size_t n, const char *what) {
    return memmem(p, n, what, strlen(what)) != NULL;
}

/* Quotation marks inside of strings are escaped, so a key is found only where it is one. */
static bool is_event(const char *p, size_t n, const char *ev) {
    static const char key[] = ",\"ev\":\"";
    const char *found = memmem(p, n, key, sizeof key - 1);
    if (found == NULL) {
        return false;
    }
    const size_t at = (size_t)(found - p) + sizeof key - 1, len = strlen(ev);
    return n - at > len && memcmp(p + at, ev, len) == 0 && p[at + len] == '"';
}

static bool is_data_record(const char *p, size_t n) {
    return has(p, n, ",\"type\":23,") &&
           (has(p, n, ",\"inner_type\":23,") || !has(p, n, ",\"inner_type\":"));
}

/* `raw` becomes `raw_head`, so that nobody takes the beginning for the whole. */
static void cut(json_t *line, const char *key) {
    char head[32], digits[HEAD_DIGITS + 1];
    const json_t *value = json_object_get(line, key);
    if (json_string_length(value) <= HEAD_DIGITS) {
        return;
    }
    (void)snprintf(head, sizeof head, "%s_head", key);
    memcpy(digits, json_string_value(value), HEAD_DIGITS);
    digits[HEAD_DIGITS] = '\0';
    (void)json_object_set_new(line, head, json_string(digits));
    (void)json_object_del(line, key);
}

static void add_cut(html *h, const char *p, size_t n) {
    json_t *line = json_loadb(p, n, 0, NULL);
    cut(line, "raw");
    cut(line, "plaintext");
    cut(line, "bytes");
    char *text = line != NULL ? json_dumps(line, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
    if (text == NULL) {
        h->lines_left_out++;
    } else {
        add_script(&h->trace, text, strlen(text));
        hs__buf_add(&h->trace, "\n");
        hs__wipe(text, strlen(text));
        free(text);
    }
    json_decref(line);
}

static void count_data(html *h, const char *p, size_t n) {
    json_t *line = json_loadb(p, n, 0, NULL);
    const char *dir = json_string_value(json_object_get(line, "dir"));
    rest *r = &h->left_out[dir != NULL && strcmp(dir, "tx") == 0];
    r->records++;
    r->bytes += (uint64_t)json_integer_value(json_object_get(line, "inner_len"));
    r->until_us = (uint64_t)json_integer_value(json_object_get(line, "t_us"));
    json_decref(line);
}

static void data_line(html *h, const char *p, size_t n, bool is_record) {
    h->app_records += is_record ? 1 : 0;
    if (h->app_records > APP_RECORDS || h->trace.n + HEAD_LINE > TRACE_MAX) {
        if (is_record) { /* it stands for its `appdata` as well */
            count_data(h, p, n);
        }
        return;
    }
    const size_t before = h->trace.n;
    if (n <= WHOLE_LINE && h->app_bytes + n <= APP_BYTES && before + n <= TRACE_MAX) {
        add_script(&h->trace, p, n);
    } else {
        add_cut(h, p, n);
    }
    h->app_bytes += h->trace.n - before;
}

/* Of a trace that is far too long, how it came out stays. */
static bool tells_the_end(const char *p, size_t n) {
    return is_event(p, n, "done") || is_event(p, n, "closed") || is_event(p, n, "alert");
}

static void on_jsonl(void *ctx, const char *p, size_t n) {
    html *h = ctx;
    const bool is_record = is_event(p, n, "record");
    if ((is_record && is_data_record(p, n)) || is_event(p, n, "appdata")) {
        data_line(h, p, n, is_record);
        return;
    }
    const bool is_cut = is_record && n > RECORD_MAX;
    const size_t max = tells_the_end(p, n) ? TRACE_MAX + END_MAX : TRACE_MAX;
    if (h->trace.n + (is_cut ? HEAD_LINE : n) > max) {
        h->lines_left_out++;
    } else if (is_cut) {
        add_cut(h, p, n);
    } else {
        add_script(&h->trace, p, n);
    }
}

/* ---- lines of text ----------------------------------------------------------------------- */

static void on_brief(void *ctx, const char *p, size_t n) {
    html *h = ctx;
    if (h->text.n + n > BRIEF_MAX) {
        return;
    }
    json_t *string = json_stringn(p, n > 0 && p[n - 1] == '\n' ? n - 1 : n);
    char *quoted = string != NULL ? json_dumps(string, JSON_ENCODE_ANY | JSON_ENSURE_ASCII) : NULL;
    if (quoted != NULL) {
        hs__buf_add(&h->text, h->text.n > 0 ? ",\n" : "");
        add_script(&h->text, quoted, strlen(quoted));
        hs__wipe(quoted, strlen(quoted));
    }
    free(quoted);
    json_decref(string);
}

static void end_line(html *h) {
    if (h->has_sub) {
        hs__buf_add(&h->plain, "</pre></details>\n");
    } else if (h->summary.n > 0) {
        hs__buf_add(&h->plain, "<p>");
        hs__buf_bytes(&h->plain, h->summary.p, h->summary.n);
        hs__buf_add(&h->plain, "</p>\n");
    }
    hs__buf_clear(&h->summary);
    h->has_sub = false;
}

static void add_sub(html *h, const char *p, size_t n) {
    if (!h->has_sub) {
        hs__buf_add(&h->plain, "<details><summary>");
        hs__buf_bytes(&h->plain, h->summary.p, h->summary.n);
        hs__buf_add(&h->plain, "</summary><pre>");
        h->has_sub = true;
    }
    hs__html_text(&h->plain, p, n);
}

/* A line with a mark in its column is of the first level; all others belong to the one above. */
static void on_full(void *ctx, const char *p, size_t n) {
    html *h = ctx;
    if (h->plain.n + n > PLAIN_MAX) {
        h->plain_cut = true;
        return;
    }
    const size_t mark = h->setup.o.no_time ? 0 : 9;
    const bool is_first = n > mark + MARK && p[mark] != ' ' && p[mark + MARK] == ' ';
    if (h->summary.n > 0 && !is_first) {
        add_sub(h, p, n);
        return;
    }
    end_line(h);
    hs__html_text(&h->summary, p, n > 0 ? n - 1 : 0);
}

/* ---- the block --------------------------------------------------------------------------- */

static void add_rest(html *h) {
    static const char *const dirs[] = {"rx", "tx"};
    for (size_t i = 0; i < 2; i++) {
        const rest *r = &h->left_out[i];
        if (r->records > 0) {
            hs__buf_fmt(&h->trace,
                        "{\"v\":1,\"t_us\":%llu,\"ev\":\"page_rest\",\"dir\":\"%s\","
                        "\"records\":%llu,\"bytes\":%llu}\n",
                        (unsigned long long)r->until_us, dirs[i], (unsigned long long)r->records,
                        (unsigned long long)r->bytes);
        }
    }
    if (h->lines_left_out > 0) {
        hs__buf_fmt(&h->trace, "{\"v\":1,\"ev\":\"page_cut\",\"lines\":%llu}\n",
                    (unsigned long long)h->lines_left_out);
    }
}

static void add_name(const html *h, hs__strbuf *b) {
    char name[64];
    const char *conn = h->setup.o.conn_id;
    (void)hs_safe_text(name, sizeof name, conn, strlen(conn));
    hs__html_text(b, name, strlen(name));
}

/* One write, so that blocks of several threads cannot mix. */
static void write_block(html *h) {
    static const char sorry[] = "<p>Out of memory: a connection is missing here.</p>\n";
    hs__strbuf b = {0};
    end_line(h);
    add_rest(h);
    hs__buf_add(&b, "<script type=\"application/x-ndjson\" class=\"hs-trace\" data-conn=\"");
    add_name(h, &b);
    hs__buf_add(&b, "\">\n");
    hs__buf_bytes(&b, h->trace.p, h->trace.n);
    hs__buf_add(&b, "</script>\n<script type=\"application/json\" class=\"hs-text\" data-conn=\"");
    add_name(h, &b);
    hs__buf_add(&b, "\">[");
    hs__buf_bytes(&b, h->text.p, h->text.n);
    hs__buf_add(&b, "]</script>\n<noscript><section class=\"plain\"><h2>Connection ");
    add_name(h, &b);
    hs__buf_add(&b, "</h2>\n");
    hs__buf_bytes(&b, h->plain.p, h->plain.n);
    hs__buf_add(&b, h->plain_cut ? "<p>More than fits here; the trace goes on.</p>\n" : "");
    hs__buf_add(&b, "</section></noscript>\n");
    if (b.failed || h->trace.failed || h->text.failed || h->plain.failed || h->summary.failed) {
        h->setup.o.write(h->setup.o.ctx, sorry, sizeof sorry - 1);
    } else {
        h->setup.o.write(h->setup.o.ctx, b.p, b.n);
    }
    hs__buf_free(&b);
}

static void end_parts(html *h) {
    hs_render_free(h->jsonl);
    hs_render_free(h->brief);
    hs_render_free(h->full);
    h->jsonl = h->brief = h->full = NULL;
}

static void finish(html *h) {
    if (h->jsonl != NULL) {
        end_parts(h); /* they write what they still hold */
        write_block(h);
    }
}

/* ---- the renderer ------------------------------------------------------------------------ */

static void html_event(hs_render *r, const hs_trace *ev) {
    html *h = (html *)r;
    /* the lines of long transfers cost time, and these are not wanted any more */
    const bool is_surplus = ev->kind == HS_TR_APPDATA && h->app_records > APP_RECORDS;
    hs_render_event(is_surplus ? NULL : h->jsonl, ev);
    hs_render_event(h->brief, ev);
    hs_render_event(h->full, ev);
    if (ev->kind == HS_TR_CLOSED) {
        finish(h);
    }
}

static void release(html *h) {
    end_parts(h);
    hs__buf_free(&h->trace);
    hs__buf_free(&h->text);
    hs__buf_free(&h->plain);
    hs__buf_free(&h->summary);
    hs__setup_free(&h->setup);
    free(h);
}

static void html_free(hs_render *r) {
    html *h = (html *)r;
    finish(h);
    release(h);
}

static const hs__render_class html_class = {html_event, html_free};

static hs_status make_parts(html *h) {
    hs_render_options o = h->setup.o;
    o.ctx = h;
    o.color = o.tag_lines = false;
    o.write = on_jsonl;
    hs_status st = hs_jsonl_new(&o, &h->jsonl);
    if (st) {
        return st;
    }
    o.write = on_full;
    o.level = 2;
    st = hs_text_new(&o, &h->full);
    if (st) {
        return st;
    }
    o.write = on_brief;
    o.level = 1;
    o.explain = false;
    st = hs_text_new(&o, &h->brief);
    if (st) {
        return st;
    }
    h->base.mask = hs_render_mask(h->jsonl) | hs_render_mask(h->full) | hs_render_mask(h->brief);
    return HS_OK;
}

hs_status hs_html_new(const hs_render_options *o, hs_render **out) {
    *out = NULL;
    html *h = calloc(1, sizeof *h);
    if (h == NULL) {
        return HS_E_NOMEM;
    }
    hs_status st = hs__setup_copy(&h->setup, o);
    if (st) {
        free(h);
        return st;
    }
    h->base.class = &html_class;
    st = make_parts(h);
    if (st) {
        release(h);
        return st;
    }
    *out = &h->base;
    return HS_OK;
}

void hs_html_begin(void (*write)(void *ctx, const char *p, size_t n), void *ctx) {
    write(ctx, (const char *)hs__html_page, hs__html_page_n);
}

const char *hs_html_policy(void) {
    return hs__html_policy;
}
