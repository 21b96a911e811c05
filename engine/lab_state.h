/* lab_state.h - what a connection remembers of its break. */
#ifndef HS_ENGINE_LAB_STATE_H
#define HS_ENGINE_LAB_STATE_H

#include "engine/lab.h"

struct hs__lab_state {
    bool done; /* it has happened */
    bool busy; /* records of the lab's own are on their way */
    unsigned hellos;
    hs__buffer hashed; /* the message as our transcript has it, where another one goes out */
    hs__buffer later;  /* what goes out behind the next message, or behind this one */
    bool is_due;       /* `later` goes out now */
};

/* The state of a connection that is to break; *out NULL: it is not. */
HS_MUST_CHECK hs_status hs__lab_state_of(hs_conn *c, struct hs__lab_state **out);

/* It happens now: the trace is told. */
void hs__lab_happens(hs_conn *c);

#endif
