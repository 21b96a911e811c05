/* hs_trace.h - what hs-trace's commands share. */
#ifndef HS_APPS_HS_TRACE_H
#define HS_APPS_HS_TRACE_H

#include "apps/common/fault.h"
#include "apps/common/options.h"

/* A command: argv[0] is its name, `before` the options in front of it. What went wrong is in
 * *fault, or was said if its text is "". */
typedef hs__exit trace_run(const hs__common *before, int argc, char **argv, hs__fault *fault);

/* Every command, in the order of the help: what runs it, and its command line. */
#define TRACE_COMMANDS(X)                                                                          \
    X(text)                                                                                        \
    X(html)                                                                                        \
    X(jsonl)                                                                                       \
    X(pcapng)                                                                                      \
    X(keylog)                                                                                      \
    X(check)                                                                                       \
    X(diff)                                                                                        \
    X(decode)
#define TRACE_COMMAND(name)                                                                        \
    trace_run trace_##name##_command;                                                              \
    extern const hs__program trace_##name##_program;
TRACE_COMMANDS(TRACE_COMMAND)
#undef TRACE_COMMAND

#endif
