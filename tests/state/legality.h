/* legality.h - what RFC 9846 allows a peer to send, and when.
 *
 * Typed from the RFC (sections 4, 4.7, 5.1 and appendix A), not from the engine's tables, so that
 * the two can be compared: a row that is wrong in one place has to be wrong in both to pass. */
#ifndef HS_TESTS_STATE_LEGALITY_H
#define HS_TESTS_STATE_LEGALITY_H

#include <stdbool.h>

#include "engine/dispatch.h"

typedef struct {
    bool server;  /* who receives */
    hs__state in; /* the state it waits in */
    hs__input message;
    uint64_t then;    /* bits: the states in which it may wait next for its peer */
    bool ends_record; /* a key change may follow: nothing may stand behind it in its record (5.1) */
    const char *section;
} hs__legal;

/* Everything that is not here is an unexpected_message (section 4). */
extern const hs__legal hs__legal_rows[];
extern const unsigned hs__n_legal_rows;

/* The states in which an end waits for its peer: the boxes of appendix A that have a "Recv". */
extern const hs__state hs__client_waits[], hs__server_waits[];
extern const unsigned hs__n_client_waits, hs__n_server_waits;

const hs__legal *hs__legal_find(bool server, hs__state in, hs__input message);

#endif
