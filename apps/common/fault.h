/* fault.h - why a step of a program failed, kept until the program prints it.
 *
 * Steps that can fail return an hs__exit and fill an hs__fault: `text` says what failed, where,
 * what was expected and found; `hint` what to do about it ("" if there is nothing to say). */
#ifndef HS_APPS_FAULT_H
#define HS_APPS_FAULT_H

#include "apps/common/exit.h"
#include "handshake/status.h"

typedef struct {
    hs__exit code;
    char text[700];
    char hint[600];
} hs__fault;

/* Fills the text, empties the hint, returns `code`. */
hs__exit hs__fault_set(hs__fault *fault, hs__exit code, const char *format, ...) HS_PRINTF(3, 4);

/* Adds the hint; returns the fault's code. */
hs__exit hs__hint(hs__fault *fault, const char *format, ...) HS_PRINTF(2, 3);

/* The same for a failed hs_status: "WHAT: its text", with the exit code that fits it. */
hs__exit hs__fail_status(hs__fault *fault, hs_status status, const char *format, ...)
    HS_PRINTF(3, 4);

#endif
