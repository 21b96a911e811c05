/* render.h - what every renderer has: a class, and its output. */
#ifndef HS_TRACE_RENDER_H
#define HS_TRACE_RENDER_H

#include "handshake/render.h"

typedef struct {
    void (*event)(hs_render *r, const hs_trace *ev);
    void (*free)(hs_render *r);
} hs__render_class;

/* First member of every renderer. */
struct hs_render {
    const hs__render_class *class;
    unsigned mask;
};

/* A copy of the options that lives as long as its renderer; strings are never NULL ("" where
 * not given). */
typedef struct {
    hs_render_options o;
    char *strings;
} hs__render_setup;

/* HS_E_MISUSE when `size` or `write` is wrong. */
HS_MUST_CHECK hs_status hs__setup_copy(hs__render_setup *setup, const hs_render_options *o);
void hs__setup_free(hs__render_setup *setup);

#endif
