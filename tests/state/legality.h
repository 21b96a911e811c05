/* legality.h - what the RFCs allow a peer to send, and when.
 *
 * Typed from RFC 9846 (sections 4, 4.7, 5.1 and appendix A) and, for TLS 1.2, from RFC 5246 7.3
 * (figures 1 and 2) and 7.4, RFC 5077 3.1 to 3.3 and RFC 8422 2 and 5, not from the engine's
 * tables, so that the two can be compared: a row that is wrong in one place has to be wrong in
 * both to pass. */
#ifndef HS_TESTS_STATE_LEGALITY_H
#define HS_TESTS_STATE_LEGALITY_H

#include <stdbool.h>

#include "engine/dispatch.h"

/* What is in force: the same name of a state means something else in each. */
typedef enum {
    HS__LEGAL_HELLO, /* the version is not known yet */
    HS__LEGAL_13,
    HS__LEGAL_12,
    HS__N_LEGAL
} hs__legal_phase;

/* What may stand behind a message in its record. */
typedef enum {
    HS__LEGAL_MORE,     /* the next message */
    HS__LEGAL_ENDS,     /* nothing: a key change may follow (9846 5.1), or the peer's turn */
    HS__LEGAL_BY_PHASE, /* nothing where it leads to TLS 1.3, the next message in TLS 1.2 */
    HS__LEGAL_EITHER    /* an RFC does not forbid what nobody sends; it may be refused */
} hs__legal_end;

typedef struct {
    hs__legal_phase phase;
    bool server;  /* who receives */
    hs__state in; /* the state it waits in */
    hs__input message;
    hs__legal_phase to; /* of `then` */
    uint64_t then;      /* bits: the states in which it may wait next for its peer */
    hs__legal_end end;
    const char *section;
} hs__legal;

/* Everything that is not here is an unexpected_message (9846 4, 5246 7.4). A message that may lead
 * into either version has a row for each. */
extern const hs__legal hs__legal_rows[];
extern const unsigned hs__n_legal_rows;

/* The states in which an end waits for its peer in TLS 1.3 or for a hello: the boxes of appendix A
 * that have a "Recv". */
extern const hs__state hs__client_waits[], hs__server_waits[];
extern const unsigned hs__n_client_waits, hs__n_server_waits;

/* The phase in which a TLS 1.3 connection is in that state. */
hs__legal_phase hs__legal_phase_13(bool server, hs__state in);

/* The first row; NULL: not allowed. */
const hs__legal *hs__legal_find(hs__legal_phase phase, bool server, hs__state in,
                                hs__input message);

/* True where the RFCs let that message lead from the one place to the other. */
bool hs__legal_leads(hs__legal_phase phase, bool server, hs__state in, hs__input message,
                     hs__legal_phase to, hs__state then);

#endif
