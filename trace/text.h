/* text.h - the text rendering, shared by its files:
 *   text.c          life, columns, wrapping, which event goes where
 *   text_records.c  records, and what the record column says
 *   text_message.c  messages, field tables, bytes
 *   text_keys.c     transcript, key schedule, keys
 *   text_checks.c   choices, checks, alerts, the beginning and the end */
#ifndef HS_TRACE_TEXT_H
#define HS_TRACE_TEXT_H

#include "proto/cursor.h"
#include "trace/explain.h"
#include "trace/names.h"
#include "trace/render.h"
#include "trace/strbuf.h"

/* Columns, counted behind the time. */
enum {
    HS__COL_NAME = 3,    /* behind the mark */
    HS__COL_RECORD = 29, /* sizes end before it */
    HS__COL_TEXT = 39,
    HS__COL_NOTE = 76,
    HS__WIDTH = 132
};

/* One direction of the record layer, as its events tell it. */
typedef struct {
    uint64_t n;                /* records so far */
    char tag[HS__SHORT_NAME];  /* key in use, "" in clear */
    bool is_used;              /* a record under this key was told, so `base` is known: */
    uint64_t base;             /* the record with sequence number 0 */
    unsigned app_lines;        /* records of application data that were listed */
    bool has_wire, has_opened; /* one half of a protected record is here */
    hs_trace_wire wire;        /* raw.p is not kept */
    hs_trace_opened opened;    /* spans are not kept */
    uint8_t header[5], nonce[12], aad[13];
} hs__text_side;

/* One row of the field table while it is put together: a field, or all of one extension. */
typedef struct {
    bool open;
    char group[HS__PATH_MAX], parent[HS__PATH_MAX];
    size_t off, len;
    uint32_t code; /* extension_type */
    bool is_extension;
    hs_span content; /* of the last leaf that is no length; borrowed, for notes */
    hs__strbuf value;
} hs__text_row;

/* A secret that was shown; kept only with HS_SECRETS_SHOW and `explain`. */
enum { HS__KNOWN_SECRETS = 24 };
typedef struct {
    char name[HS__SHORT_NAME];
    uint8_t value[64];
    size_t n;
} hs__text_secret_value;

typedef struct {
    hs_render base;
    hs__render_setup setup;
    int level;
    hs_secrets secrets;
    uint64_t t_us;
    bool is_server, is_observer, started, table_head, schedule_head;
    hs__strbuf line, out, wrapped;
    hs__text_side side[2]; /* [outbound] */

    bool last_outbound;   /* of the last message line */
    uint64_t last_record; /* 0: none */

    uint16_t version;      /* of the connection, 0 while it is not known */
    bool is_key_transport; /* TLS 1.2 with a suite of the classic profile */
    bool is_resumed;

    char message[HS__SNAKE_NAME]; /* the message whose fields come */
    size_t message_n, told;       /* its bytes; those that fields have covered */
    hs__text_row row;

    char covers[HS__PATH_MAX]; /* "CH..CV" */

    unsigned announce; /* secrets that are ready and not announced yet, by bit */
    uint64_t kex_us;
    char kex[HS__SHORT_NAME]; /* the group of the key exchange */

    hs__text_secret_value known[HS__KNOWN_SECRETS]; /* for commands that start from one */
    size_t n_known;

    uint64_t explained;  /* paragraphs that were printed, by bit */
    uint64_t steps_told; /* the same of steps */
} hs__text;

/* ---- lines: begin, add to t->line, end --------------------------------------------------- */

/* A line with time, mark ("->", "ok") and name; t->line is at HS__COL_TEXT after
 * hs__text_column(t, HS__COL_TEXT). */
void hs__text_begin(hs__text *t, const char *mark, const char *name);
void hs__text_begin_untimed(hs__text *t, const char *mark, const char *name);
/* Name and size of something that went over the wire; goes on in the record column. */
void hs__text_begin_sized(hs__text *t, const char *mark, const char *name, size_t n);
/* A line of an item: blank up to `column`. */
void hs__text_begin_at(hs__text *t, size_t column);
/* Blanks up to `column`, at least one. */
void hs__text_column(hs__text *t, size_t column);
/* Writes the line out, wrapped so that it goes on at `indent` (0: not wrapped). */
void hs__text_end(hs__text *t, size_t indent);
/* A complete line with text in its column. */
void hs__text_line(hs__text *t, const char *mark, const char *name, const char *text);
/* The steps of the handshake that a subject is, and the paragraph on it, if such are wanted and
 * were not told yet. */
void hs__text_explain(hs__text *t, const char *subject);

/* Value of a secret by the rule in force: hex, fingerprint, or "(32 B hidden)". */
void hs__text_secret(hs__text *t, hs_span value, hs_span id, size_t len);

/* The record column: "r2 s_hs/0", "r1 clear", a quotation mark for the same again; record 0: not
 * known, taken for the next one of that direction where that is certain. */
void hs__text_record_column(hs__text *t, bool outbound, uint64_t record);

/* ---- events ------------------------------------------------------------------------------ */
void hs__text_wire(hs__text *t, const hs_trace_wire *w);
void hs__text_opened(hs__text *t, const hs_trace_opened *o);
void hs__text_appdata(hs__text *t, const hs_trace_appdata *a);
void hs__text_message(hs__text *t, const hs_trace_message *m);
void hs__text_field(hs__text *t, const hs_trace_field *f);
void hs__text_message_end(hs__text *t, const hs_trace_message_end *e);
void hs__text_transcript(hs__text *t, const hs_trace_transcript *tr);
void hs__text_derive(hs__text *t, const hs_trace_derive *d);
void hs__text_key(hs__text *t, const hs_trace_key *k);
void hs__text_key_update(hs__text *t, const hs_trace_key_update *k);
void hs__text_announce(hs__text *t); /* the line on secrets that are ready, if there are any */
void hs__text_choose(hs__text *t, const hs_trace_choose *c);
void hs__text_check(hs__text *t, const hs_trace_check *c);
void hs__text_alert(hs__text *t, const hs_trace_alert *a);
void hs__text_conn(hs__text *t, const hs_trace_conn *c);
void hs__text_done(hs__text *t, const hs_trace_done *d);
void hs__text_closed(hs__text *t, const hs_trace_closed *c);

#endif
