/* jsonl.h - the JSON Lines rendering, shared by its files:
 *   jsonl.c          life, lines and their order, which event goes where
 *   jsonl_values.c   values: hex, foreign text, references, dates
 *   jsonl_records.c  records out of their two events, and which bytes of them a message is
 *   jsonl_message.c  messages with their fields
 *   jsonl_events.c   all the others
 *
 * Lines keep the order of their events. A message that we send is told before the records it
 * goes into; its line, and so all behind it, waits until they are known. */
#ifndef HS_TRACE_JSONL_H
#define HS_TRACE_JSONL_H

#include <jansson.h>

#include "trace/hide.h"
#include "trace/names.h"
#include "trace/render.h"

/* Bounds on what is held back: what a peer could drive is bounded by dropping detail. */
enum { HS__JSONL_LINES = 1024, HS__JSONL_RUNS = 1024 };

typedef struct {
    json_t *object;
    bool waits; /* a message whose records are not known yet */
} hs__jsonl_line;

/* Handshake bytes of an inbound record that no message has claimed yet. */
typedef struct {
    uint64_t record;
    size_t off, n;
} hs__jsonl_run;

/* An outbound message with bytes that are in no record yet. */
typedef struct {
    json_t *object; /* owned by its line */
    size_t left;
} hs__jsonl_unsent;

typedef struct {
    uint64_t stream_off;
    json_t *half; /* the first event of a protected record */
    uint64_t half_n, half_us;
    hs__hide_side hide;
    hs__jsonl_run runs[HS__JSONL_RUNS];
    size_t n_runs;
} hs__jsonl_side;

typedef struct {
    hs_render base;
    hs__render_setup setup;
    hs_secrets secrets;
    uint64_t seq, t_us;
    const char *role;
    bool is_observer;
    bool is_server, started, done;
    uint16_t version; /* of the connection, 0 while it is not known */
    uint16_t agreed;  /* what the events say of it */
    bool resumed;
    uint16_t told_agreed; /* of these two, what the last line said */
    bool told_resumed;
    json_t *failure; /* the fatal alert, for `done` */

    hs__jsonl_line lines[HS__JSONL_LINES];
    size_t n_lines;
    hs__jsonl_side side[2]; /* [outbound] */
    hs__jsonl_unsent unsent[HS__JSONL_LINES];
    size_t n_unsent;

    /* the message whose fields come */
    bool in_message, outbound;
    char message[HS__SNAKE_NAME];
    json_t *body, *fields, *hidden;
    uint8_t *raw;
    size_t raw_n, told;
    uint64_t message_us;
    hs__strbuf out;
} hs__jsonl;

/* Makes a line of `body` (taken over; NULL is allowed) and returns it, borrowed. */
json_t *hs__jsonl_emit(hs__jsonl *j, const char *ev, json_t *body, bool waits);
/* Says that the first event of a line with two or more came at t_us, if that is another time. */
void hs__jsonl_began(hs__jsonl *j, json_t *body, uint64_t t_us);
/* The line of a message is complete. */
void hs__jsonl_ready(hs__jsonl *j, const json_t *object);

/* ---- values: every function takes NULL and missing memory -------------------------------- */
void hs__json_set(json_t *o, const char *key, json_t *value); /* takes value over; NULL: nothing */
json_t *hs__json_uint(uint64_t v);
json_t *hs__json_hex(hs_span bytes);
json_t *hs__json_foreign(const void *p, size_t n);
json_t *hs__json_text(const char *s); /* JSON null for NULL */
json_t *hs__json_dir(bool outbound);
json_t *hs__json_range(size_t off, size_t n); /* {off, len} */
json_t *hs__json_ref(const char *rule);       /* {rfc, section}; NULL for "" */
json_t *hs__json_time(int64_t t);             /* Unix seconds as "2026-11-18T12:00:05Z" */
json_t *hs__json_time_ms(int64_t ms);         /* milliseconds as "2026-11-18T12:00:05.250Z" */
/* Sets the key when s is neither NULL nor "". */
void hs__json_set_if(json_t *o, const char *key, const char *s);

/* ---- events ------------------------------------------------------------------------------ */
void hs__jsonl_wire(hs__jsonl *j, const hs_trace_wire *w);
void hs__jsonl_opened(hs__jsonl *j, const hs_trace_opened *o);
void hs__jsonl_settle(hs__jsonl *j, const hs_trace *ev); /* before each event */
void hs__jsonl_records_end(hs__jsonl *j); /* what waits for its other half goes out as it is */
/* Tells a message its records: at once for one received, when they are known for one sent. */
void hs__jsonl_claim(hs__jsonl *j, bool outbound, json_t *object, size_t n);
void hs__jsonl_send(hs__jsonl *j, json_t *object, size_t n);
void hs__jsonl_message(hs__jsonl *j, const hs_trace_message *m);
void hs__jsonl_field(hs__jsonl *j, const hs_trace_field *f);
void hs__jsonl_message_end(hs__jsonl *j, const hs_trace_message_end *e);
void hs__jsonl_message_drop(hs__jsonl *j);
void hs__jsonl_event(hs__jsonl *j, const hs_trace *ev);

#endif
