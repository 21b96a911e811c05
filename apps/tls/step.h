/* step.h - --step: a person decides by a key when the handshake goes on.
 *
 * On a terminal any key goes on, q runs to the end; where standard input is no terminal, each line
 * of it goes on and its end runs to the end. While it waits the whole program does. */
#ifndef HS_APPS_TLS_STEP_H
#define HS_APPS_TLS_STEP_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    bool no_time;   /* as in the options of the text that is stepped through */
    bool has_begun; /* a step has been shown */
    bool runs_on;   /* to the end */
    bool was_interrupted;
} hs__step;

/* Before text of the trace is printed on stderr: waits if it begins a step and another was shown
 * before. */
void hs__step_before(hs__step *step, const char *text, size_t n);

#endif
