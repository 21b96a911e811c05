#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/hs-trace/diff_state.h"
#include "proto/codepoints.h"

enum { RANDOM_AT = 6, RANDOM = 32 };

/* ---- reading ----------------------------------------------------------------------------- */

static diff_view *view_of(diff_side *s, const json_t *o) {
    const char *name = lines_text(o, "conn");
    for (size_t i = s->n; i > 0 && strcmp(lines_text(o, "ev"), "trace") != 0; i--) {
        if (strncmp(s->views[i - 1].conn, name, sizeof s->views[0].conn - 1) == 0) {
            return &s->views[i - 1];
        }
    }
    diff_view *room = lines_grow(s->views, s->n, &s->cap, sizeof *room);
    if (room == NULL) {
        s->failed = true;
        return NULL;
    }
    s->views = room;
    diff_view *v = &s->views[s->n++];
    *v = (diff_view){.file = s->file};
    (void)snprintf(v->conn, sizeof v->conn, "%s", name);
    (void)snprintf(v->role, sizeof v->role, "%s", lines_text(o, "role"));
    v->is_server = strcmp(v->role, "server") == 0;
    return v;
}

static void take_random(diff_side *s, diff_view *v, const json_t *o) {
    hs_span raw;
    if (!v->has_random && lines_uint(o, "type") == HS__HT_client_hello &&
        lines_hex(&s->pool, o, "raw", &raw) && raw.n >= RANDOM_AT + RANDOM) {
        memcpy(v->client_random, raw.p + RANDOM_AT, RANDOM);
        v->has_random = true;
    }
}

static void take(void *ctx, size_t number, json_t *o) {
    diff_side *s = ctx;
    diff_view *v = view_of(s, o);
    const char *ev = lines_text(o, "ev");
    const bool is_data =
        strcmp(ev, "appdata") == 0 ||
        (strcmp(ev, "record") == 0 && lines_uint(o, "inner_type") == HS__CONTENT_application_data);
    if (v == NULL || is_data) {
        return;
    }
    diff_line *room = lines_grow(v->lines, v->n, &v->cap, sizeof *room);
    if (room == NULL) {
        s->failed = true;
        return;
    }
    v->lines = room;
    v->lines[v->n++] = (diff_line){number, json_incref(o)};
    if (strcmp(ev, "msg") == 0) {
        take_random(s, v, o);
    }
}

hs__exit diff_load(diff_side *s, const char *file, hs__fault *fault) {
    *s = (diff_side){.file = file};
    hs__exit code = lines_read(file, take, s, fault);
    if (code == HS__EXIT_OK && (s->failed || s->pool.failed)) {
        code = hs__fail_status(fault, HS_E_NOMEM, "%s", file);
    }
    if (code == HS__EXIT_OK && s->n == 0) {
        code = hs__fault_set(fault, HS__EXIT_INTERNAL, "%s: there is no trace in it", file);
    }
    return code;
}

void diff_unload(diff_side *s) {
    for (size_t i = 0; i < s->n; i++) {
        for (size_t k = 0; k < s->views[i].n; k++) {
            json_decref(s->views[i].lines[k].o);
        }
        free(s->views[i].lines);
    }
    free(s->views);
    lines_free(&s->pool);
}

/* ---- pairs ------------------------------------------------------------------------------- */

static bool same_random(const diff_view *a, const diff_view *b) {
    return a->has_random && b->has_random &&
           memcmp(a->client_random, b->client_random, RANDOM) == 0;
}

diff_pair diff_pair_of(const diff_side *a, size_t i, const diff_side *b) {
    for (size_t k = 0; k < b->n; k++) {
        if (same_random(&a->views[i], &b->views[k])) {
            return (diff_pair){&a->views[i], &b->views[k], true};
        }
    }
    const bool alone = a->n == 1 && b->n == 1;
    return (diff_pair){&a->views[i], alone ? &b->views[0] : NULL, false};
}

bool diff_is_paired(const diff_side *a, const diff_view *view_b, const diff_side *b) {
    for (size_t i = 0; i < a->n; i++) {
        if (diff_pair_of(a, i, b).b == view_b) {
            return true;
        }
    }
    return false;
}
