/* see.h - the See options: a connection's trace to the terminal, to files, to a key log. */
#ifndef HS_APPS_TLS_SEE_H
#define HS_APPS_TLS_SEE_H

#include <stdio.h>

#include "apps/common/fault.h"
#include "apps/common/options.h"
#include "handshake/render.h"

typedef struct {
    int secrets; /* index in hs__secrets_values */
    bool no_time, explain, redact;
    bool step; /* of programs with one connection at a time */
    const char *trace, *trace_dir, *html, *html_dir, *pcapng, *keylog;
} hs__see_options;

extern const char *const hs__secrets_values[];

/* Rows for a struct `type` with an hs__see_options `field`. */
#define HS__SEE_OPTIONS(type, field)                                                               \
    {.group = "See",                                                                               \
     .name = "secrets",                                                                            \
     .kind = HS__OPT_CHOICE,                                                                       \
     .at = offsetof(type, field.secrets),                                                          \
     .argument = "HOW",                                                                            \
     .values = hs__secrets_values,                                                                 \
     .help = "hide, id (8 digits that two ends can compare) or show; default: hide, id at -vvv"},  \
        {.name = "redact",                                                                         \
         .kind = HS__OPT_FLAG,                                                                     \
         .at = offsetof(type, field.redact),                                                       \
         .help = "to post it: names, addresses, keys and certificates' subjects are replaced in "  \
                 "text, trace and page"},                                                          \
        {.name = "explain",                                                                        \
         .kind = HS__OPT_FLAG,                                                                     \
         .at = offsetof(type, field.explain),                                                      \
         .help = "with -v: paragraphs that say why"},                                              \
        {.name = "no-time",                                                                        \
         .kind = HS__OPT_FLAG,                                                                     \
         .at = offsetof(type, field.no_time),                                                      \
         .help = "no times, so that two runs can be compared"},                                    \
        {.name = "trace",                                                                          \
         .kind = HS__OPT_TEXT,                                                                     \
         .at = offsetof(type, field.trace),                                                        \
         .argument = "F.jsonl",                                                                    \
         .help = "the whole trace as JSON Lines into F"},                                          \
        {.name = "html",                                                                           \
         .kind = HS__OPT_TEXT,                                                                     \
         .at = offsetof(type, field.html),                                                         \
         .argument = "F",                                                                          \
         .help = "a page into F that shows it all, byte by byte; any browser opens it"},           \
        {.name = "pcapng",                                                                         \
         .kind = HS__OPT_TEXT,                                                                     \
         .at = offsetof(type, field.pcapng),                                                       \
         .argument = "F",                                                                          \
         .help = "a capture for Wireshark into F; with --secrets=show it opens decrypted"},        \
    {                                                                                              \
        .name = "keylog", .kind = HS__OPT_TEXT, .at = offsetof(type, field.keylog),                \
        .argument = "F", .aliases = "keylogfile",                                                  \
        .help = "add the traffic secrets to F for Wireshark"                                       \
    }

/* A row for a program that has one connection at a time. */
#define HS__STEP_OPTION(type, field)                                                               \
    {                                                                                              \
        .name = "step", .kind = HS__OPT_FLAG, .at = offsetof(type, field.step),                    \
        .help = "with -v: wait for a key before each line (no --timeout; the peer may lose "       \
                "patience)"                                                                        \
    }

/* Rows for a program that has many connections. */
#define HS__SEE_FOLDER_OPTIONS(type, field)                                                        \
    {.name = "html-dir",                                                                           \
     .kind = HS__OPT_TEXT,                                                                         \
     .at = offsetof(type, field.html_dir),                                                         \
     .argument = "DIR",                                                                            \
     .help = "one page for each connection: DIR/c1.html, ..."},                                    \
    {                                                                                              \
        .name = "trace-dir", .kind = HS__OPT_TEXT, .at = offsetof(type, field.trace_dir),          \
        .argument = "DIR", .help = "one trace for each connection: DIR/c1.jsonl, ..."              \
    }

/* NULL: these options go together; else a sentence about those that do not. */
const char *hs__see_problem(const hs__see_options *o);

/* What a program sees of all its connections: open files and how to render. */
typedef struct hs__see hs__see;

/* One more renderer for each connection, which the program keeps for itself. `make` gets the
 * keep_ctx of the connection and the options of the other renderers, to which it adds where to
 * write; it may return NULL. */
typedef struct {
    hs_render *(*make)(void *keep_ctx, const hs_render_options *o);
    unsigned mask; /* HS_TRACE_MASKs that it needs */
} hs__keep;

/* `tool`: "hs-client". `keylog_env`: also write to the file that SSLKEYLOGFILE names. `log`: where
 * text goes, NULL: stderr. Files are made with 0600, anew; only a key log is added to. */
typedef struct {
    const hs__see_options *options;
    const hs__common *common;
    const char *tool;
    FILE *log;
    bool keylog_env, tag_lines;
    hs__keep keep;
} hs__see_setup;
HS_MUST_CHECK hs__exit hs__see_open(const hs__see_setup *setup, hs__see **out, hs__fault *fault);
void hs__see_close(hs__see *see); /* NULL is allowed */

/* For hs_options.trace_mask; 0: nothing to see, leave hs_options.trace NULL. */
unsigned hs__see_mask(const hs__see *see);

/* --step: Ctrl-C ended a pause. What came in before may still be worked off. */
bool hs__see_interrupted(const hs__see *see);

/* One connection's renderers; NULL: nothing to see, or no memory. What is a `what` of
 * hs_trace_conn: "connected", "accepted". */
typedef struct {
    const char *conn_id, *peer, *local, *sni;
    const char *what;
    bool is_server;
    bool is_observer; /* neither: `local` is the client, `peer` the server */
    void *keep_ctx;
} hs__see_conn;
typedef struct hs__seen hs__seen;
hs__seen *hs__seen_new(hs__see *see, const hs__see_conn *conn);

/* hs_options.trace with an hs__seen as trace_ctx; NULL is allowed. */
void hs__seen_event(void *seen, const hs_trace *event);

/* After hs_conn_free. NULL is allowed. */
void hs__seen_free(hs__seen *seen);

/* Opens a file that may hold secrets: 0600, no symbolic link. -1 with errno. */
int hs__secret_file(const char *path, bool adds);

#endif
