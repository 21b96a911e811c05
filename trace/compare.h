/* compare.h - two connections side by side, shared by its files:
 *   compare.c        life, what is kept of the events
 *   compare_print.c  the ladders and the table */
#ifndef HS_TRACE_COMPARE_H
#define HS_TRACE_COMPARE_H

#include "trace/names.h"
#include "trace/render.h"
#include "trace/strbuf.h"

enum { HS__RUNGS = 48 };

/* One arrow of the ladder. */
typedef struct {
    bool from_client, is_encrypted, is_message;
    uint64_t t_us;
    size_t n; /* bytes of the message, without record headers */
    char name[HS__SNAKE_NAME];
} hs__rung;

typedef struct {
    hs_render base;
    hs__strbuf title;
    hs__rung rungs[HS__RUNGS];
    size_t n_rungs;
    bool is_cut;          /* there were more */
    bool is_encrypted[2]; /* [outbound]: a key is in use */
    size_t n_messages;    /* of the handshake, until it was done */
    size_t first_encrypted;
    hs__strbuf seen, hidden; /* what an observer can read, and what he cannot */
    bool is_done;
    uint16_t version;
    hs_trace_done done; /* without its pointers */
    char suite[HS__SHORT_NAME], group[HS__SHORT_NAME], scheme[HS__SHORT_NAME];
    char failure[HS__SHORT_NAME + 16]; /* the alert that ended it */
} hs__compare_run;

struct hs_compare {
    hs__render_setup setup;
    hs__compare_run runs[2];
};

#endif
