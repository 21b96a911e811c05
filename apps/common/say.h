/* say.h - what a program tells its user: results on stdout, all else on stderr. */
#ifndef HS_APPS_SAY_H
#define HS_APPS_SAY_H

#include <stdio.h>

#include "apps/common/fault.h"
#include "apps/common/options.h"

/* Once, after the options are parsed; `name` is borrowed. */
void hs__say_setup(const char *name, const hs__common *common);

/* "NAME: text" on stderr. Errors always; warnings and progress not with -q. */
void hs__say_error(const char *format, ...) HS_PRINTF(1, 2);
void hs__say_warning(const char *format, ...) HS_PRINTF(1, 2); /* "NAME: warning: text" */
void hs__say_progress(const char *format, ...) HS_PRINTF(1, 2);

/* Prints the fault and its hint (with --json: also {"ok": false, ...} on stdout); returns its
 * exit code. */
hs__exit hs__say_fault(const hs__fault *fault);

/* Flushes stdout; a result that could not be written is an error: returns `code`, or
 * HS__EXIT_INTERNAL if it was HS__EXIT_OK. Last thing in main. */
hs__exit hs__say_end(hs__exit code);

/* The sequences for a style if colours are on for that stream, else "". */
typedef enum { HS__PLAIN, HS__BOLD, HS__DIM, HS__RED, HS__GREEN, HS__YELLOW, HS__CYAN } hs__style;
const char *hs__style_on(FILE *stream, hs__style style);
const char *hs__style_off(FILE *stream);

/* Whether colours are on for that stream: --color, NO_COLOR, TERM=dumb, a terminal or not. */
bool hs__wants_color(FILE *stream);

/* Foreign text for a line on a terminal or in a log, as an argument of printf: hs__text_foreign
 * (pki/text.h) in one of eight buffers of this thread, so it is gone after eight more calls. */
const char *hs__safe(const char *text);

#endif
