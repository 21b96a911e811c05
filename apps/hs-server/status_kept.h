/* status_kept.h - the trace of a connection, kept in memory for the page about it.
 *
 * It is JSON Lines with secrets hidden, whatever the options of the program say, from which
 * status_page.c makes the same page as from a file. It ends with the first application data that
 * the server sends: what comes then is the page itself.
 *
 * What a client can make a server hold is bounded: KEPT_MOST for a connection, the budget for all.
 * A trace that would go beyond is let go, and kept_copy says why. */
#ifndef HS_SERVER_STATUS_KEPT_H
#define HS_SERVER_STATUS_KEPT_H

#include <stdatomic.h>

#include "handshake/render.h"

enum { KEPT_MOST = 512 * 1024 };

/* Shared by all connections; `most` is set before the first. */
typedef struct {
    size_t most;
    atomic_size_t used;
} kept_budget;

/* Counts its references; written by its connection's thread, read by any. */
typedef struct kept kept;

/* A reference to the trace and the renderer that fills it, with these options but `write`, `ctx`
 * and `secrets`. The renderer has a reference of its own. HS_E_NOMEM: neither. */
HS_MUST_CHECK hs_status kept_new(kept_budget *budget, const hs_render_options *o, kept **out,
                                 hs_render **render);

/* HS_TRACE_MASKs that its renderer needs. */
unsigned kept_mask(void);

kept *kept_ref(kept *k); /* NULL is allowed, also below */
void kept_unref(kept *k);

/* The lines as they are now, from malloc, terminated. NULL: there are none, and *why is a sentence
 * about it. */
char *kept_copy(kept *k, size_t *n, const char **why);

/* The memory that its lines take. */
size_t kept_size(kept *k);

#endif
