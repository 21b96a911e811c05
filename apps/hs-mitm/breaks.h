/* breaks.h - what hs-mitm can break without having any key: a table, and the choice from it. What
 * an end can do to its own words as well (engine/lab.h) has the same name here, and is done by the
 * same code. */
#ifndef HS_MITM_BREAKS_H
#define HS_MITM_BREAKS_H

#include <stdio.h>

#include "apps/common/fault.h"
#include "apps/common/files.h"
#include "engine/lab.h"

typedef enum {
    /* messages in clear, as they pass */
    BREAK_EDIT, /* another inside: hs__lab_edit */
    BREAK_DROP,
    BREAK_REPEAT,
    BREAK_SWAP,  /* the next one goes first */
    BREAK_DELAY, /* it waits                */
    /* a record by its number */
    BREAK_FLIP,
    BREAK_DROP_RECORD,
    BREAK_REPLAY_RECORD,
    BREAK_TYPE,     /* another in its header                    */
    BREAK_VERSION,  /* the same                                 */
    BREAK_TRUNCATE, /* half of it goes on, then all ends        */
    BREAK_INSERT    /* something of ours goes in front of it    */
} break_way;

typedef enum {
    INSERT_NOTHING,
    INSERT_ALERT,
    INSERT_CCS,
    INSERT_FORGED,
    INSERT_OVERSIZE,
    INSERT_GARBAGE
} break_insert;

typedef struct {
    const char *name;
    const char *as;        /* the lab's break whose parameter it takes; NULL: its namesake's */
    const char *parameter; /* for the help; "": none */
    break_way way;
    break_insert insert;
    bool of_client;  /* whose words, where the command line does not say */
    unsigned number; /* of the record, where none is given */
    const char *help;
} break_row;

/* Chosen on the command line; it stays in place. All zero: nothing. */
typedef struct {
    const break_row *row;
    hs__lab lab;
    bool of_client;
    bool of_either; /* the message says whose it is */
    uint64_t record;
    char text[300]; /* what `lab` was read from */
} break_plan;

enum { CHANGE_WHAT = 240 };

/* One connection's. All zero: nothing yet. */
typedef struct {
    bool is_done;
    char what[CHANGE_WHAT]; /* was done; "": nothing */
    uint64_t at_us;         /* when */
    uint64_t records[2];    /* [outbound], that came */
    hs__bytes message[2];   /* handshake bytes in clear that are no whole message yet */
    hs__bytes held[2];      /* records that wait */
    bool waits_for_next[2]; /* `held` goes behind the next message */
    bool waits_for_time[2]; /* `held` gets all that comes, until change_resume */
    bool has_ccs[2];
    uint16_t version, kx, group; /* 0: not known */
    unsigned hellos;             /* of the client */
} change;

/* "tamper=ServerHello", "client:flip=3" into a plan; HS__EXIT_USAGE where it is none. */
HS_MUST_CHECK hs__exit breaks_read(const char *what, break_plan *out, hs__fault *fault);

/* All of them, a sentence each. */
void breaks_help(FILE *out);

#endif
