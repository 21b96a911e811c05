/* explain.h - paragraphs for learners (--explain). */
#ifndef HS_TRACE_EXPLAIN_H
#define HS_TRACE_EXPLAIN_H

#include "handshake/types.h"

typedef struct {
    const char *subject; /* "ClientHello", "key schedule", "trust" */
    const char *text;
    const char *rule;
} hs__paragraph;

/* The paragraph on a subject and its number, which is below 64; NULL when there is none. */
const hs__paragraph *hs__explain(const char *subject, unsigned *number);

#endif
