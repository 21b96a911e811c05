/* breaks.h - what hs-mitm can break without having any key: a table, and the choice from it. Names
 * are those of the programs' own --break where both have them. */
#ifndef HS_MITM_BREAKS_H
#define HS_MITM_BREAKS_H

#include <stdio.h>

#include "apps/common/fault.h"
#include "apps/common/files.h"
#include "handshake/types.h"

typedef enum {
    /* a message in clear, as it passes */
    BREAK_TAMPER, /* a bit of it is turned         */
    BREAK_DROP,   /* it does not go on             */
    BREAK_REPEAT, /* it goes on twice              */
    BREAK_SWAP,   /* the next one goes first       */
    BREAK_DELAY,  /* it waits                      */
    BREAK_EDIT,   /* it gets another inside: edit.c */
    /* a record by its number */
    BREAK_FLIP,
    BREAK_DROP_RECORD,
    BREAK_REPLAY_RECORD,
    BREAK_TRUNCATE, /* half of it goes on, then all ends       */
    BREAK_INSERT    /* something of ours goes in front of it   */
} break_way;

typedef enum {
    EDIT_STRIP,
    EDIT_DOWNGRADE,
    EDIT_VERSION,
    EDIT_WEAKEN,
    EDIT_SUITE,
    EDIT_SESSION_ID,
    EDIT_KEYSHARE,
    EDIT_REPLAY_HELLO,
    EDIT_CERTIFICATE
} break_edit;

typedef enum {
    INSERT_ALERT,
    INSERT_CCS,
    INSERT_FORGED,
    INSERT_OVERSIZE,
    INSERT_GARBAGE
} break_insert;

typedef enum {
    TAKES_NOTHING,
    TAKES_MESSAGE,
    TAKES_MESSAGE_BYTE,
    TAKES_RECORD,
    TAKES_RECORD_BIT,
    TAKES_EXTENSION,
    TAKES_ALERT,
    TAKES_FILE
} break_takes;

typedef struct {
    const char *name;
    const char *parameter; /* for the help: "MESSAGE[,BYTE]"; "": none */
    break_takes takes;
    break_way way;
    int what;        /* break_edit or break_insert */
    bool of_client;  /* whose words, where the command line does not say */
    unsigned number; /* of the record, where none is given */
    const char *help;
} break_row;

/* Chosen on the command line. All zero: nothing. */
typedef struct {
    const break_row *row;
    bool of_client;
    int message;     /* HandshakeType */
    bool is_retry;   /* HelloRetryRequest, which has ServerHello's type */
    int64_t at;      /* of a message the byte, of a record the bit; -1: not given */
    uint64_t record; /* from 1 */
    uint16_t extension;
    uint8_t alert;
    const char *file; /* NULL: --cert */
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
    uint16_t version, kx; /* 0: not known */
} change;

/* "tamper=ServerHello", "client:flip=3" into a plan, whose texts point into `what`; HS__EXIT_USAGE
 * where it is none. */
HS_MUST_CHECK hs__exit breaks_read(const char *what, break_plan *out, hs__fault *fault);

/* All of them, a sentence each. */
void breaks_help(FILE *out);

#endif
