#include "apps/hs-server/status_recent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <uv.h>

typedef struct {
    char id[RECENT_ID];
    json_t *about;
    kept *trace;
} recent;

struct recents {
    uv_mutex_t lock;
    recent v[RECENT_MOST]; /* a ring */
    size_t first, n;
};

static recent *at(recents *r, size_t i) {
    return &r->v[(r->first + i) % RECENT_MOST];
}

static void clear(recent *one) {
    json_decref(one->about);
    kept_unref(one->trace);
    *one = (recent){0};
}

recents *recents_new(void) {
    recents *r = calloc(1, sizeof *r);
    if (!r || uv_mutex_init(&r->lock) != 0) {
        free(r);
        return NULL;
    }
    return r;
}

void recents_free(recents *r) {
    if (!r)
        return;
    for (size_t i = 0; i < r->n; i++)
        clear(at(r, i));
    uv_mutex_destroy(&r->lock);
    free(r);
}

/* An id cannot be guessed, so who was shown one page does not find another. */
static bool make_id(char out[RECENT_ID]) {
    uint8_t random[RECENT_ID / 2];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return false;
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(out + 2 * i, 3, "%02x", random[i]);
    return true;
}

/* Traces may grow after they were added, so they are summed up each time. */
static void bound_traces(recents *r) {
    size_t sum = 0;
    for (size_t i = r->n; i > 0; i--) {
        recent *one = at(r, i - 1);
        sum += kept_size(one->trace);
        if (sum <= RECENT_BYTES)
            continue;
        kept_unref(one->trace);
        one->trace = NULL;
    }
}

void recents_add(recents *r, json_t *about, kept *trace) {
    recent new = {.about = about, .trace = kept_ref(trace)};
    if (!about || !make_id(new.id) || json_object_set_new(about, "id", json_string(new.id)) != 0) {
        clear(&new);
        return;
    }
    uv_mutex_lock(&r->lock);
    if (r->n == RECENT_MOST) {
        clear(at(r, 0));
        r->first = (r->first + 1) % RECENT_MOST;
        r->n--;
    }
    *at(r, r->n++) = new;
    bound_traces(r);
    uv_mutex_unlock(&r->lock);
}

json_t *recents_list(recents *r) {
    json_t *all = json_array();
    uv_mutex_lock(&r->lock);
    for (size_t i = r->n; i > 0; i--)
        json_array_append_new(all, json_deep_copy(at(r, i - 1)->about));
    uv_mutex_unlock(&r->lock);
    return all;
}

json_t *recents_find(recents *r, const char *id, kept **trace) {
    json_t *about = NULL;
    uv_mutex_lock(&r->lock);
    for (size_t i = 0; i < r->n && !about; i++) {
        if (strcmp(at(r, i)->id, id) != 0)
            continue;
        about = json_deep_copy(at(r, i)->about);
        *trace = about ? kept_ref(at(r, i)->trace) : NULL;
    }
    uv_mutex_unlock(&r->lock);
    return about;
}
