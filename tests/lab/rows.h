/* rows.h - each break, and what must come of it. */
#ifndef HS_TESTS_LAB_ROWS_H
#define HS_TESTS_LAB_ROWS_H

#include "tests/lab/lab_pair.h"

typedef enum {
    PEER,   /* the other end notices, and the one that broke it is told by alert */
    ALONE,  /* the other end notices and has nothing to say it with, or nobody to say it to */
    SELF,   /* the one that broke it notices; its alert reaches the other */
    BOTH,   /* each finds out for itself */
    NOBODY, /* the connection works as if nothing had happened */
    BLUNT   /* an alert was what happened: the other end takes it for what it says */
} lab_noticed;

typedef struct {
    const char *lab; /* as of --break */
    bool by_server;
    unsigned how;
    lab_noticed by;
    hs_status status; /* of who notices */
    int alert;
    const char *words; /* in the error that a person reads */
} lab_expected;

extern const lab_expected lab_rows[];
extern const size_t lab_n_rows;

#endif
