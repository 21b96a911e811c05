/* check_state.h - what the files of `check` share: one connection as its lines tell it.
 *   check_run.c         life, faults, which line goes where
 *   check_values.c      the key schedule, while lines come (records need their keys)
 *   check_records.c     records and application data, while lines come
 *   check_messages.c    at the end: messages against records, fields, certificates
 *   check_transcript.c  at the end: which messages are in the transcript, its hashes, what values
 *                       were derived from
 *   check_proofs.c      at the end: Finished, signatures, certificate paths
 *   check_choices.c     at the end: what was chosen from what
 *   check_told.c        the other lines: alerts, tickets, totals */
#ifndef HS_TRACE_CHECK_STATE_H
#define HS_TRACE_CHECK_STATE_H

#include "apps/hs-trace/check.h"
#include "apps/hs-trace/members.h"
#include "crypto/provider.h"
#include "proto/codepoints.h"

/* A line that is kept. */
typedef struct {
    size_t line;
    json_t *o;
} check_kept;
typedef struct {
    check_kept *v;
    size_t n, cap;
} check_list;

/* A value of the key schedule: as told, or as it must be where the line was wrong. */
typedef struct {
    const char *name;
    hs_span value;
    size_t line;
    bool is_unproved; /* no line derives it */
    bool is_wrong;    /* not to be used any more */
} check_value;

/* The handshake bytes of one record. */
typedef struct {
    uint64_t record;
    size_t line;
    size_t n;
    hs_span bytes;  /* empty where they are hidden */
    bool is_proved; /* the record opened under its key */
} check_content;

/* Bytes of application data that were seen on one side only, yet. */
typedef struct check_ahead {
    struct check_ahead *next;
    size_t line, n, at;
    uint8_t bytes[];
} check_ahead;

typedef struct {
    uint64_t records, bytes, app_bytes;
    char key[64], alg[32]; /* in use */
    uint64_t seq;
    check_content *contents;
    size_t n_contents, cap_contents;
    check_ahead *ahead, *ahead_last;
    bool told_ahead; /* they are of `appdata` lines, not of records */
    check_kept *alert_records;
    size_t n_alert_records, cap_alert_records;
} check_side;

typedef struct {
    size_t line;
    json_t *o;
    bool outbound, by_server;
    uint8_t type;
    hs_span told;       /* raw, as the line has it */
    hs_span best;       /* as it really was */
    bool is_whole;      /* nothing in it is hidden */
    const char *short_; /* "CH"; NULL: not in the transcript */
} check_message;

typedef struct {
    check *file;
    char name[64], role[16];
    bool is_server, is_observer, is_redacted, is_done;
    size_t odd_ccs; /* line of a ChangeCipherSpec that is none */
    uint64_t seq, t_us;
    check_side side[2]; /* [outbound] */
    check_list messages, transcripts, derives, checks, alerts, tickets, updates, dones, secrets,
        choices;
    check_value *values;
    size_t n_values, cap_values;
    uint64_t count[CHECK_KINDS];
    check_gap *gaps;
    size_t n_gaps, cap_gaps;

    /* at the end */
    check_message *message;
    size_t n_message;
    size_t n_hashed; /* of them, up to the last that is in the transcript */
    uint16_t version;
    hs_span client_random, server_random;
    const struct check_suite *suite;
} check_conn;

struct check {
    hs_provider *p;
    const hs__private_key *key; /* of the server, for RSA key transport; NULL: not given */
    lines_pool pool;            /* lives as long as this */
    lines_pool line;            /* lives for one line    */
    check_conn **conns;
    size_t n_conns, cap_conns;
    check_fault *faults;
    size_t n_faults, cap_faults;
};

typedef struct check_suite {
    uint16_t code, version;
    hs__aead_id aead;
    hs__hash_id hash;
} check_suite;

/* ---- check_run.c ------------------------------------------------------------------------- */
void check_wrong(check_conn *c, size_t line, const char *format, ...) HS_PRINTF(3, 4);
/* Something cannot be checked; `what` is static. */
void check_gap_add(check_conn *c, const char *what);
void check_keep(check_conn *c, check_list *list, size_t line, json_t *o);
bool check_hash_by_name(const char *name, hs__hash_id *out);
bool check_aead_by_name(const char *name, hs__aead_id *out);
const check_suite *check_suite_of(uint16_t code);

/* ---- check_values.c ---------------------------------------------------------------------- */
void check_derive(check_conn *c, size_t line, json_t *o);
void check_secret(check_conn *c, size_t line, json_t *o);
/* The last one of that name; NULL: not told. */
const check_value *check_value_of(check_conn *c, const char *name);
/* The public share that belongs to the private value of a derive line; empty: cannot tell. */
hs_span check_own_share(check_conn *c, const json_t *o);

/* ---- check_records.c --------------------------------------------------------------------- */
void check_record(check_conn *c, size_t line, json_t *o);
void check_key(check_conn *c, size_t line, json_t *o);
void check_appdata(check_conn *c, size_t line, json_t *o);
void check_side_end(check_side *side);

/* ---- check_messages.c -------------------------------------------------------------------- */
void check_messages(check_conn *c);

/* ---- check_transcript.c ------------------------------------------------------------------ */
/* Finds version, suite and randoms in the hellos. */
void check_hellos(check_conn *c);
/* Names the messages of the transcript. */
void check_transcript_names(check_conn *c);
/* "CH SH EE" of all up to and without message[end]; the range of it: "CH..EE". */
void check_transcript_list(const check_conn *c, size_t end, char *out, size_t cap);
void check_transcript_range(const char *list, char *out, size_t cap);
/* The hash over all up to and without message[end]. False: something in them is hidden. */
bool check_transcript_hash(check_conn *c, hs__hash_id id, size_t end, uint8_t *out);
/* The messages themselves, one behind the other, into the pool. */
bool check_transcript_bytes(check_conn *c, size_t end, hs_span *out);
/* The value that a `transcript` line tells for "CH SH EE"; false: none. */
bool check_transcript_told(check_conn *c, const char *list, hs_span *out);
void check_transcripts(check_conn *c);
void check_inputs(check_conn *c);

/* ---- check_proofs.c ---------------------------------------------------------------------- */
void check_proofs(check_conn *c);

/* ---- check_choices.c --------------------------------------------------------------------- */
void check_choices(check_conn *c);

/* ---- check_told.c ------------------------------------------------------------------------ */
void check_told(check_conn *c);
void check_totals(check_conn *c, size_t line, const json_t *o, bool at_end);

#endif
