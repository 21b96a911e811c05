/* explain.h - paragraphs for learners (--explain), and the eight steps of a handshake. */
#ifndef HS_TRACE_EXPLAIN_H
#define HS_TRACE_EXPLAIN_H

#include "handshake/types.h"

/* A situation is one of each group; a paragraph for 0 fits any. */
enum {
    HS__IN_13 = 1,
    HS__IN_12_ECDHE = 2,
    HS__IN_12_RSA = 4, /* the classic profile */
    HS__IN_12_RESUMED = 8,
    HS__IN_12 = HS__IN_12_ECDHE | HS__IN_12_RSA | HS__IN_12_RESUMED,
    HS__AT_CLIENT = 16,
    HS__AT_SERVER = 32
};

typedef struct {
    const char *subject; /* "ClientHello", "key schedule", "trust" */
    unsigned in;         /* HS__IN_* and HS__AT_*; of a group that is not named any fits */
    const char *text;
    const char *rule;
    unsigned step; /* 1 to 8; 0: no step */
} hs__paragraph;

/* The paragraph on a subject and its number, which is below 64; NULL when there is none. */
const hs__paragraph *hs__explain(const char *subject, unsigned situation, unsigned *number);

/* The steps that a subject is: the first from *number on, which then is its number, below 64; NULL
 * behind the last. They are those of a classic handshake; other ones tell what took each over. */
const hs__paragraph *hs__step(const char *subject, unsigned situation, unsigned *number);

#endif
