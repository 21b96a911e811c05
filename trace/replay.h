/* replay.h - the way back: JSON Lines to the events that they were made from, so that every
 * rendering can be made after the fact as it is made live.
 *
 *   hs__replay_sink sink = {begin, event, end, ctx};
 *   st = hs__replay_new(&sink, &r);
 *   while (next_line(&p, &n))
 *       st = hs__replay_line(r, p, n, &error);    stops at the first that fails
 *   hs__replay_free(r);
 *
 * One replay reads one file, line by line, and holds one line at a time. What it does not know,
 * fields and whole kinds of line, is passed over; what it knows must have the right type. The lines
 * of several connections may be mixed. */
#ifndef HS_TRACE_REPLAY_H
#define HS_TRACE_REPLAY_H

#include "handshake/render.h"

/* What a connection's first line says of it. Texts are borrowed for the call, NULL where it says
 * nothing. */
typedef struct {
    const char *conn; /* "c1" */
    bool is_server, is_observer;
    const char *tool, *tool_version, *peer, *local, *sni;
    hs_secrets secrets;   /* how much of them the file holds */
    int64_t wall_time_ms; /* 0: not known */
    bool redacted;
} hs__replay_head;

typedef struct {
    /* A connection begins. What it returns gets the connection's events; NULL: they are not
     * wanted. */
    void *(*begin)(void *ctx, const hs__replay_head *head);
    /* Fits hs_render_event. Borrowed for the call, all that it points at too. */
    void (*event)(void *conn, const hs_trace *event);
    /* After its last event, also of a file that is cut short. Fits a wrapper of hs_render_free. */
    void (*end)(void *conn);
    void *ctx; /* of begin */
} hs__replay_sink;

/* What the head says, as options for a renderer. `write` and how to render are the caller's. */
hs_render_options hs__replay_options(const hs__replay_head *head);

enum {
    HS__REPLAY_LINE_MAX = 16 * 1024 * 1024, /* far above what a message can grow to */
    HS__REPLAY_CONNS = 4096,                /* at the same time */
    HS__REPLAY_TEXT = 256
};

/* What is wrong, and in which line, counted from 1. */
typedef struct {
    unsigned long line;
    char text[HS__REPLAY_TEXT];
} hs__replay_error;

typedef struct hs__replay hs__replay;

/* The sink is copied. */
HS_MUST_CHECK hs_status hs__replay_new(const hs__replay_sink *sink, hs__replay **out);

/* One line, with its end or without; an empty one says nothing. On failure *error is filled (but
 * for HS_E_NOMEM its status is HS_E_DECODE), and the connection it is about may have got some of
 * its events. */
HS_MUST_CHECK hs_status hs__replay_line(hs__replay *r, const char *p, size_t n,
                                        hs__replay_error *error);

/* Lines that were lost when the trace was made, because memory ran out. */
unsigned long hs__replay_lost(const hs__replay *r);

/* Connections that are open still end. NULL is allowed. */
void hs__replay_free(hs__replay *r);

#endif
