/* render.h - what becomes of trace events: text for people, JSON Lines for programs, key log
 * lines and captures for Wireshark.
 *
 * A renderer belongs to one connection and takes its events through hs_render_event, which
 * fits hs_options.trace with the renderer as trace_ctx:
 *
 *   hs_text_new(&o, &text);  hs_jsonl_new(&o2, &jsonl);
 *   hs_tee_new((hs_render *[]){text, jsonl}, 2, &both);
 *   options.trace = hs_render_event;  options.trace_mask = hs_render_mask(both);
 *   client_options.trace_ctx = both;
 *
 * Rendering cannot fail: when memory runs out, lines are lost and the output says so.
 * Whatever a peer made up (names, certificate texts) leaves a renderer escaped, and secrets
 * leave it only with HS_SECRETS_SHOW, whatever its events carry. */
#ifndef HANDSHAKE_RENDER_H
#define HANDSHAKE_RENDER_H

#include "handshake/trace.h"

typedef struct hs_render hs_render; /* one connection, one thread at a time */

/* What is told of secrets. Application data, tickets, session ids and PSK identities count as
 * secrets; their lengths are always told. */
typedef enum {
    HS_SECRETS_DEFAULT, /* text: HIDE, at level 3 ID; JSON Lines: ID */
    HS_SECRETS_HIDE,
    HS_SECRETS_ID, /* 8 hex digits of the SHA-256 of each derived secret: two ends can compare */
    HS_SECRETS_SHOW
} hs_secrets;

/* "hide", "id", "show"; static. NULL for HS_SECRETS_DEFAULT. */
const char *hs_secrets_name(hs_secrets secrets);

/* Strings are copied; NULL where not known. */
typedef struct {
    size_t size;                                       /* sizeof(hs_render_options) */
    void (*write)(void *ctx, const char *p, size_t n); /* whole lines; required */
    void *ctx;
    int level; /* text: 1 = -v, 2 = -vv, 3 = -vvv */
    hs_secrets secrets;
    bool no_time;             /* text: no times at all, so that two runs can be compared */
    bool explain;             /* paragraphs for learners */
    bool color;               /* text: ANSI colours */
    bool tag_lines;           /* text: conn_id before every line, for servers */
    const char *conn_id;      /* "c1"; NULL: "c1" */
    const char *peer, *local; /* "127.0.0.1:4433" */
    const char *sni;
    const char *tool, *tool_version; /* "hs-client", "0.1.0" */
    int64_t wall_time_ms;            /* JSON Lines: Unix time of t_us = 0; 0: left out */
    bool redacted;                   /* JSON Lines: the events are those of a redacted trace */
} hs_render_options;

/* Text in fixed columns, one line per message, decision and check (level 1), with all fields
 * (2), with bytes and the key schedule (3). spec/trace.md describes it. */
HS_MUST_CHECK hs_status hs_text_new(const hs_render_options *o, hs_render **out);

/* JSON Lines as in spec/hs-trace-1.schema.json, always in full detail. */
HS_MUST_CHECK hs_status hs_jsonl_new(const hs_render_options *o, hs_render **out);

/* SSLKEYLOGFILE lines: secrets, in the format that Wireshark and tshark read. */
HS_MUST_CHECK hs_status hs_keylog_new(const hs_render_options *o, hs_render **out);

/* A capture in the pcapng format, which Wireshark opens: the real records in IP and TCP headers
 * that are made up, with the key log inside if HS_SECRETS_SHOW. `write` gets whole blocks;
 * connections that share a file have sections of their own. */
HS_MUST_CHECK hs_status hs_pcapng_new(const hs_render_options *o, hs_render **out);

/* A page for people, which shows connections from the ladder of messages down to single bytes. It
 * is one file that loads nothing, and opens from a disk: hs_html_begin writes all of it but its
 * data, in one call of `write`; behind it goes one block for each connection, which the renderer
 * writes in one call when the connection is closed, or at hs_render_free. Several may share a page,
 * from several threads if `write` can bear that, and a page has no end that could be missing.
 *
 * A block has the connection's JSON Lines (`secrets` counts as for those) and its text. It is
 * bounded: of application data the first 64 records, their beginnings if they are long, and sums
 * of the others. */
void hs_html_begin(void (*write)(void *ctx, const char *p, size_t n), void *ctx);
HS_MUST_CHECK hs_status hs_html_new(const hs_render_options *o, hs_render **out);

/* The page's Content-Security-Policy, for who serves it: it forbids all but the page's own script
 * and style. The page says it itself as well. */
const char *hs_html_policy(void);

/* One of the functions above. */
typedef hs_status (*hs_render_maker)(const hs_render_options *o, hs_render **out);

/* What `make` makes, of a connection that nobody recognises: names, addresses, the texts, keys and
 * serial numbers of certificates and signatures are others of the same length, secrets and hashes
 * of messages are gone, whatever o->secrets says. Lengths, dates, times, algorithms and reasons
 * stay. For text, JSON Lines and pages; a capture would have zeros for what was in clear, and a key
 * log nothing. */
HS_MUST_CHECK hs_status hs_redacted_new(hs_render_maker make, const hs_render_options *o,
                                        hs_render **out);

/* Hands every event to each of `parts`, in this order, and frees them with itself. On failure
 * they stay the caller's. */
HS_MUST_CHECK hs_status hs_tee_new(hs_render *const *parts, size_t n, hs_render **out);

/* `render` is an hs_render. */
void hs_render_event(void *render, const hs_trace *event);

/* The hs_options.trace_mask that a renderer needs. */
unsigned hs_render_mask(const hs_render *r);

void hs_render_free(hs_render *r); /* writes what it still holds; NULL is allowed */

/* ---- two connections side by side -------------------------------------------------------- */

/* Two handshakes as ladders beside each other, and below them what differs: round trips, bytes,
 * times, where encryption starts, what an observer sees. It collects while both run, one after
 * the other or at once, and writes when it is asked to:
 *
 *   hs_compare_new(&o, "TLS 1.2", "TLS 1.3", &cmp);
 *   options.trace = hs_render_event;
 *   options.trace_mask = hs_render_mask(hs_compare_run(cmp, 0));
 *   client_options.trace_ctx = hs_compare_run(cmp, 0);       the second likewise with run 1
 *   hs_compare_print(cmp);
 *   hs_compare_free(cmp);
 *
 * Both are seen from the same side. A run that failed is shown as far as it came. */
typedef struct hs_compare hs_compare;

/* Of the options `write`, `ctx` and `no_time` count. Secrets are never shown. `left` and `right`
 * are the titles of run 0 and run 1; they are copied. */
HS_MUST_CHECK hs_status hs_compare_new(const hs_render_options *o, const char *left,
                                       const char *right, hs_compare **out);

/* Where the events of run 0 or 1 go; may be part of a tee. It belongs to the comparison: to free
 * it does nothing, and it ends with hs_compare_free. */
hs_render *hs_compare_run(hs_compare *c, size_t run);

/* Whole lines, at most 132 columns wide. */
void hs_compare_print(const hs_compare *c);

void hs_compare_free(hs_compare *c); /* NULL is allowed */

/* ---- foreign bytes on a terminal --------------------------------------------------------- */

/* Copies text that somebody else made up so that it cannot move a cursor, start a line, hide or
 * reverse anything: printable UTF-8 as it is; control and format characters (C0, C1, bidi,
 * zero-width), line separators and bytes that are not UTF-8 as \xNN, byte by byte. Returns the
 * length that the whole result has, like snprintf; out is terminated when cap > 0 and is cut
 * between characters. */
size_t hs_safe_text(char *out, size_t cap, const void *p, size_t n);

#endif
