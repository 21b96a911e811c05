/* What this connection's client offered, byte by byte, and what was chosen: as text, as JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/common/json.h"
#include "apps/common/say.h"
#include "apps/hs-server/server.h"
#include "pki/text.h"
#include "proto/client_hello.h"
#include "trace/names.h"
#include "trace/strbuf.h"

enum { VALUE_TEXT = 140, HEX_BYTES = 32 };

/* ---- fields of the ClientHello ----------------------------------------------------------- */
static void value_text(const hs_trace_field *f, char out[VALUE_TEXT]) {
    hs__text t;
    hs__text_init(&t, out, VALUE_TEXT);
    switch (f->kind) {
    case HS_FIELD_LENGTH:
        hs__text_f(&t, "%llu byte%s", (unsigned long long)f->value, f->value == 1 ? "" : "s");
        return;
    case HS_FIELD_UINT:
        hs__text_f(&t, "%llu", (unsigned long long)f->value);
        return;
    case HS_FIELD_CODE:
        if (f->meaning)
            hs__text_f(&t, "%s (%llu)", f->meaning, (unsigned long long)f->value);
        else
            hs__text_f(&t, "0x%04llx", (unsigned long long)f->value);
        return;
    case HS_FIELD_TEXT:
        hs__text_foreign(&t, f->bytes);
        return;
    case HS_FIELD_BYTES:
        if (hs__field_is_secret("ClientHello", f)) {
            hs__text_f(&t, "(%zu bytes)", f->bytes.n);
            return;
        }
        size_t n = f->bytes.n < HEX_BYTES ? f->bytes.n : HEX_BYTES;
        hs__text_hex(&t, (hs_span){f->bytes.p, n});
        hs__text_add(&t, n < f->bytes.n ? "..." : "");
        return;
    }
}

static void put_line(void *ctx, const hs__field *field) {
    char path[HS__PATH_MAX], value[VALUE_TEXT];
    hs_trace_field f = hs__field_event(field, path);
    value_text(&f, value);
    hs__buf_fmt(ctx, "%6zu %5zu  %-60s %s\n", f.off, f.bytes.n, path, value);
}

static void put_object(void *ctx, const hs__field *field) {
    char path[HS__PATH_MAX], value[VALUE_TEXT];
    hs_trace_field f = hs__field_event(field, path);
    value_text(&f, value);
    json_array_append_new(ctx, json_pack("{s:I, s:I, s:o, s:o}", "off", (json_int_t)f.off, "len",
                                         (json_int_t)f.bytes.n, "path", hs__json_string(path),
                                         "value", hs__json_string(value)));
}

static void walk_hello(const connection *c, void (*put)(void *ctx, const hs__field *f), void *ctx) {
    const hs__field_sink sink = {.field = put, .ctx = ctx};
    hs__rd_root root;
    hs__client_hello hello;
    /* The engine has read it before, so it is well formed. */
    if (c->hello)
        (void)!hs__client_hello_read((hs_span){c->hello, c->hello_n}, &sink, &root, &hello);
}

/* ---- the page ---------------------------------------------------------------------------- */
static void put_fact(hs__strbuf *b, const char *name, const char *value) {
    hs__buf_fmt(b, "%-13s %s\n", name, value);
}

static void put_client(hs__strbuf *b, const hs__facts *f) {
    if (f->n_chain == 0) {
        put_fact(b, "certificate",
                 f->resumed && f->authenticated ? "yours, as shown when the session was made"
                                                : "none of yours");
        return;
    }
    hs__buf_fmt(b, "%-13s %s, %s\n", "certificate", hs__safe(f->chain[0].subject),
                f->verdict ? f->verdict_text : "trusted");
    put_fact(b, "you signed", hs__scheme_text(f->scheme));
}

/* What this handshake leaves open, or has closed. */
static const char *lesson(const hs__facts *f) {
    if (f->version != HS__VERSION_TLS12)
        return "All after ServerHello was encrypted, the certificates too; who gets the key\n"
               "of our certificate later cannot read what was recorded today.";
    if (f->resumed)
        return "TLS 1.2 resumed: both ends had the main secret already, so keys came from it and\n"
               "two new randoms. Who learns that secret reads all connections of the session.";
    if (!f->group)
        return "TLS 1.2 with RSA key transport: your secret came encrypted to the key in our\n"
               "certificate. Who gets that key later reads this page in a recording; TLS 1.3 has\n"
               "no such exchange any more.";
    return "TLS 1.2: the certificates were readable on the way, and it took a round trip more\n"
           "than TLS 1.3. Who gets the key of our certificate later cannot read what was recorded\n"
           "today.";
}

static void put_text(hs__strbuf *b, const connection *c) {
    const hs__facts *f = &c->facts;
    hs__buf_fmt(b, "handshake: what you offered, and what was chosen\n\n%-13s %s, from %s\n",
                "connection", c->name, c->peer);
    put_fact(b, "version", hs__version_text(f->version));
    put_fact(b, "suite", hs__suite_text(f->suite));
    put_fact(b, "resumed", f->resumed ? "yes: no certificates, no new key exchange" : "no");
    if (!f->resumed)
        hs__buf_fmt(b, "%-13s %s%s\n", f->group ? "group" : "keys by", hs__exchange_text(f),
                    f->hrr ? ", after a HelloRetryRequest" : "");
    if (f->version == HS__VERSION_TLS12)
        put_fact(b, "main secret",
                 f->extended_main_secret ? "of the whole handshake (extended_main_secret)"
                                         : "not bound to the handshake: RFC 7627 is missing");
    if (f->own_scheme)
        put_fact(b, "we signed", hs__scheme_text(f->own_scheme));
    hs__buf_fmt(b, "%-13s %d before your first byte of data\n", "round trips", hs__facts_rtts(f));
    put_fact(b, "server name", f->server_name ? hs__safe(f->server_name) : "none");
    put_fact(b, "alpn", f->alpn ? f->alpn : "none");
    put_client(b, f);
    if (*c->prints.ja4)
        hs__buf_fmt(b, "%-13s JA4 %s\n%-13s JA3 %s\n", "fingerprints", c->prints.ja4, "",
                    c->prints.ja3);
    hs__buf_fmt(b, "%-13s %.3f ms\n\n%s\n\nYour%s ClientHello, %zu bytes:\n   off   len  field\n",
                "time", (double)(c->t_done - c->t_begin) / 1000, lesson(f), f->hrr ? " first" : "",
                c->hello_n);
    walk_hello(c, put_line, b);
    hs__buf_fmt(b, "\nThe same as JSON: /json    as a page: open / in a browser    the trace: "
                   "/trace.jsonl\n");
}

char *status_text(const connection *c) {
    hs__strbuf b = {0};
    put_text(&b, c);
    char *text = b.failed ? NULL : strdup(hs__buf_str(&b));
    hs__buf_free(&b);
    return text;
}

static void set_fingerprints(json_t *j, const fingerprints *f) {
    if (!*f->ja4)
        return;
    json_object_set_new(j, "ja3", json_string(f->ja3));
    json_object_set_new(j, "ja3_full", json_string(hs__buf_str(&f->ja3_full)));
    json_object_set_new(j, "ja4", json_string(f->ja4));
    json_object_set_new(j, "ja4_raw", json_string(hs__buf_str(&f->ja4_raw)));
}

json_t *status_json(const connection *c) {
    json_t *j = hs__facts_json(&c->facts), *fields = json_array();
    walk_hello(c, put_object, fields);
    json_object_set_new(j, "connection", json_string(c->name));
    json_object_set_new(j, "peer", json_string(c->peer));
    json_object_set_new(j, "time_us", json_integer((json_int_t)(c->t_done - c->t_begin)));
    set_fingerprints(j, &c->prints);
    json_object_set_new(j, "client_chain", hs__chain_json(&c->facts));
    json_object_set_new(j, "client_hello",
                        json_pack("{s:I, s:o}", "len", (json_int_t)c->hello_n, "fields", fields));
    return j;
}
