/* replay_line.h - one line on its way back to events, shared by the files of the replay:
 *   replay.c          life, connections, which line goes where
 *   replay_values.c   typed values out of JSON, and memory for a line's time
 *   replay_records.c  records
 *   replay_message.c  messages with their fields
 *   replay_checks.c   checks with their reports
 *   replay_events.c   all the others
 *
 * The first thing that is wrong sticks to the line; what is read after it is empty, and no more
 * events are told. So a line is read straight down and checked where it is told. */
#ifndef HS_TRACE_REPLAY_LINE_H
#define HS_TRACE_REPLAY_LINE_H

#include <jansson.h>

#include "trace/replay.h"

typedef struct hs__replay_room hs__replay_room;

typedef struct {
    char *id;
    void *sink;       /* what begin returned */
    uint16_t version; /* agreed on so far */
    bool resumed;
} hs__replay_conn;

typedef struct {
    hs_status status;
    hs__replay_error *error;
    hs__replay_room *rooms; /* all that was allocated for it */
    const json_t *o;
    const char *ev;
    hs__replay_conn *conn;
    const hs__replay_sink *sink;
    bool is_server, is_observer;
    uint64_t began_us, t_us;
} hs__line;

/* ---- values: `o` is the line's object or one inside it ----------------------------------- */

void hs__line_fail(hs__line *l, hs_status status, const char *format, ...) HS_PRINTF(3, 4);

/* Zeroed, until the line is done; NULL with the failure kept. n 0: something that is not NULL. */
void *hs__line_room(hs__line *l, size_t n);
void hs__line_free(hs__line *l);

/* Of a key that must be there and of its type; 0, false, NULL after a failure. */
uint64_t hs__line_uint(hs__line *l, const json_t *o, const char *key, uint64_t max);
bool hs__line_bool(hs__line *l, const json_t *o, const char *key);
const char *hs__line_word(hs__line *l, const json_t *o, const char *key);
bool hs__line_outbound(hs__line *l); /* "dir" */

/* Of a key that may be missing, or null: then 0, false, NULL, empty. */
uint64_t hs__line_uint_if(hs__line *l, const json_t *o, const char *key, uint64_t max);
bool hs__line_bool_if(hs__line *l, const json_t *o, const char *key);
const char *hs__line_text_if(hs__line *l, const json_t *o, const char *key);
hs_span hs__line_hex_if(hs__line *l, const json_t *o, const char *key);
const json_t *hs__line_object_if(hs__line *l, const json_t *o, const char *key);
const json_t *hs__line_array_if(hs__line *l, const json_t *o, const char *key);

/* As hs__line_text_if, but "" for what is missing. */
const char *hs__line_text(hs__line *l, const json_t *o, const char *key);
/* {rfc, section} as "rfc9846#section-4.3.8"; "" for what is missing. */
const char *hs__line_ref(hs__line *l, const json_t *o, const char *key);
/* "2026-11-18T12:00:05Z", with or without a fraction, as Unix milliseconds; 0: missing. */
int64_t hs__line_time_ms(hs__line *l, const json_t *o, const char *key);
/* "HS_E_NAME_MISMATCH"; a name that is not known is a failure. */
hs_status hs__line_status(hs__line *l, const json_t *o, const char *key);
/* An item of an array that must be an object; NULL after the failure. */
const json_t *hs__line_item(hs__line *l, const json_t *array, const char *name, size_t i);

/* ---- events ------------------------------------------------------------------------------ */

/* Fills what all events have, and tells it unless the line has failed. */
void hs__line_tell(hs__line *l, hs_trace_kind kind, uint64_t t_us, hs_trace *ev);

void hs__line_record(hs__line *l);
void hs__line_message(hs__line *l);
void hs__line_check(hs__line *l);
void hs__line_conn(hs__line *l);
void hs__line_state(hs__line *l);
void hs__line_choose(hs__line *l);
void hs__line_transcript(hs__line *l);
void hs__line_derive(hs__line *l);
void hs__line_key(hs__line *l);
void hs__line_secret(hs__line *l);
void hs__line_key_update(hs__line *l);
void hs__line_ticket(hs__line *l);
void hs__line_alert(hs__line *l);
void hs__line_appdata(hs__line *l);
void hs__line_note(hs__line *l);
void hs__line_done(hs__line *l);
void hs__line_closed(hs__line *l);

#endif
