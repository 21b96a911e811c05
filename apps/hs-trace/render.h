/* render.h - a trace rendered again: the events of its lines, as when it was made live. */
#ifndef HS_APPS_HS_TRACE_RENDER_H
#define HS_APPS_HS_TRACE_RENDER_H

#include "apps/hs-trace/hs_trace.h"
#include "handshake/render.h"

typedef struct {
    hs__common common;
    const char *output;
    int secrets; /* hs_secrets */
    bool explain, no_time, redact;
} trace_render_args;

/* Rows for trace_render_args. */
#define TRACE_OUTPUT_OPTION                                                                        \
    {                                                                                              \
        .group = "Rendering", .name = "output", .letter = 'o', .kind = HS__OPT_TEXT,               \
        .at = offsetof(trace_render_args, output), .argument = "FILE",                             \
        .help = "write to FILE (made anew, for its owner only) instead of standard output"         \
    }
#define TRACE_SECRETS_OPTION                                                                       \
    {                                                                                              \
        .name = "secrets", .kind = HS__OPT_CHOICE, .at = offsetof(trace_render_args, secrets),     \
        .argument = "HOW", .values = hs__secrets_values,                                           \
        .help = "hide, id or show; never more than the trace holds"                                \
    }

/* How one of the renderings is made. */
typedef struct {
    hs_status (*make)(const hs_render_options *o, hs_render **out);
    void (*begin)(void (*write)(void *ctx, const char *p, size_t n), void *ctx); /* NULL: none */
    bool is_binary;     /* not for a terminal */
    bool is_secret;     /* holds nothing else: a trace without values of secrets has none */
    hs_secrets secrets; /* what is asked for unless --secrets says otherwise */
} trace_rendering;

/* `files`: at least one, "-" is standard input. */
HS_MUST_CHECK hs__exit trace_render(const trace_rendering *how, const trace_render_args *a,
                                    char *const *files, size_t n, hs__fault *fault);

#endif
