#include "apps/hs-server/status_kept.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "trace/jsonl.h"

struct kept {
    kept_budget *budget;
    atomic_uint references;
    uv_mutex_t lock; /* of all below */
    char *lines;
    size_t n, room;
    const char *why; /* there are no lines; NULL: there are */
};

/* What fills it. */
typedef struct {
    hs_render base;
    kept *k;
    hs_render *jsonl; /* NULL: the trace has ended, or was let go */
    bool is_connected;
} keeper;

static const char NOTHING[] = "There is no trace of this connection.";
static const char TOO_LONG[] = "The trace of this connection is too long to be kept in memory.";
static const char NO_ROOM[] = "This server keeps as many traces in memory as it may.";

/* ---- the budget -------------------------------------------------------------------------- */
static bool take(kept_budget *budget, size_t n) {
    size_t used = atomic_load(&budget->used);
    do {
        if (n > budget->most || used > budget->most - n)
            return false;
    } while (!atomic_compare_exchange_weak(&budget->used, &used, used + n));
    return true;
}

static void give_back(kept_budget *budget, size_t n) {
    atomic_fetch_sub(&budget->used, n);
}

/* ---- the lines --------------------------------------------------------------------------- */
static void let_go(kept *k, const char *why) {
    free(k->lines);
    give_back(k->budget, k->room);
    k->lines = NULL;
    k->n = k->room = 0;
    k->why = why;
}

/* Why there is no room for n bytes more; NULL: there is. */
static const char *make_room(kept *k, size_t n) {
    size_t room = k->room ? k->room : 4096;
    if (n >= KEPT_MOST || k->n + n >= KEPT_MOST)
        return TOO_LONG;
    while (room <= k->n + n)
        room *= 2;
    if (room == k->room)
        return NULL;
    if (!take(k->budget, room - k->room))
        return NO_ROOM;
    char *lines = realloc(k->lines, room);
    if (!lines) {
        give_back(k->budget, room - k->room);
        return NO_ROOM;
    }
    k->lines = lines;
    k->room = room;
    return NULL;
}

static void add_lines(void *ctx, const char *p, size_t n) {
    kept *k = ctx;
    uv_mutex_lock(&k->lock);
    const char *why = k->why && k->why != NOTHING ? k->why : make_room(k, n);
    if (why) {
        let_go(k, why);
    } else {
        memcpy(k->lines + k->n, p, n);
        k->n += n;
        k->why = NULL;
    }
    uv_mutex_unlock(&k->lock);
}

char *kept_copy(kept *k, size_t *n, const char **why) {
    char *copy = NULL;
    *why = NOTHING;
    if (!k)
        return NULL;
    uv_mutex_lock(&k->lock);
    *why = k->why;
    *n = k->n;
    if (!*why)
        copy = malloc(k->n + 1);
    if (copy) {
        memcpy(copy, k->lines, k->n);
        copy[k->n] = 0;
    } else if (!*why) {
        *why = "Out of memory.";
    }
    uv_mutex_unlock(&k->lock);
    return copy;
}

size_t kept_size(kept *k) {
    if (!k)
        return 0;
    uv_mutex_lock(&k->lock);
    size_t room = k->room;
    uv_mutex_unlock(&k->lock);
    return room;
}

kept *kept_ref(kept *k) {
    if (k)
        atomic_fetch_add(&k->references, 1);
    return k;
}

void kept_unref(kept *k) {
    if (!k || atomic_fetch_sub(&k->references, 1) > 1)
        return;
    let_go(k, NOTHING);
    uv_mutex_destroy(&k->lock);
    free(k);
}

/* ---- the renderer ------------------------------------------------------------------------ */
static void end_trace(keeper *r) {
    if (!r->jsonl)
        return;
    hs_render_free(r->jsonl); /* writes what it still holds */
    r->jsonl = NULL;
    give_back(r->k->budget, sizeof(hs__jsonl));
}

static bool is_own_data(const hs_trace *ev) {
    return (ev->kind == HS_TR_OPENED && ev->u.opened.outbound &&
            ev->u.opened.inner_type == HS__CONTENT_application_data) ||
           (ev->kind == HS_TR_APPDATA && ev->u.appdata.outbound);
}

static bool is_given_up(kept *k) {
    uv_mutex_lock(&k->lock);
    bool is = k->why && k->why != NOTHING;
    uv_mutex_unlock(&k->lock);
    return is;
}

static void on_event(hs_render *base, const hs_trace *ev) {
    keeper *r = (keeper *)base;
    if (!r->jsonl)
        return;
    r->is_connected = r->is_connected || ev->kind == HS_TR_DONE;
    if (r->is_connected && is_own_data(ev)) {
        end_trace(r);
        return;
    }
    hs_render_event(r->jsonl, ev);
    if (ev->kind == HS_TR_CLOSED || is_given_up(r->k))
        end_trace(r);
}

static void on_free(hs_render *base) {
    keeper *r = (keeper *)base;
    end_trace(r);
    kept_unref(r->k);
    free(r);
}

static const hs__render_class KEEPER = {on_event, on_free};

unsigned kept_mask(void) {
    return HS_TRACE_ALL & ~HS_TRACE_MASK(HS_TR_SECRET);
}

static kept *new_kept(kept_budget *budget) {
    kept *k = calloc(1, sizeof *k);
    if (!k || uv_mutex_init(&k->lock) != 0) {
        free(k);
        return NULL;
    }
    k->budget = budget;
    k->why = NOTHING;
    atomic_init(&k->references, 1);
    return k;
}

hs_status kept_new(kept_budget *budget, const hs_render_options *o, kept **out,
                   hs_render **render) {
    hs_render_options own = *o;
    keeper *r = calloc(1, sizeof *r);
    kept *k = new_kept(budget);
    hs_status st = r && k ? HS_OK : HS_E_NOMEM;
    own.write = add_lines;
    own.ctx = k;
    own.secrets = HS_SECRETS_HIDE;
    bool has_room = !st && take(budget, sizeof(hs__jsonl));
    if (has_room)
        st = hs_jsonl_new(&own, &r->jsonl);
    else if (!st)
        k->why = NO_ROOM;
    if (st) {
        if (has_room)
            give_back(budget, sizeof(hs__jsonl));
        kept_unref(k);
        free(r);
        return st;
    }
    r->base.class = &KEEPER;
    r->base.mask = kept_mask();
    r->k = kept_ref(k);
    *out = k;
    *render = &r->base;
    return HS_OK;
}
