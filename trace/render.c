#include "trace/render.h"

#include <stdlib.h>
#include <string.h>

void hs_render_event(void *render, const hs_trace *event) {
    hs_render *r = render;
    if (r == NULL || (unsigned)event->kind >= HS_TR_KINDS) {
        return;
    }
    if ((r->mask & HS_TRACE_MASK(event->kind)) != 0) {
        r->class->event(r, event);
    }
}

unsigned hs_render_mask(const hs_render *r) {
    return r != NULL ? r->mask : 0;
}

void hs_render_free(hs_render *r) {
    if (r != NULL) {
        r->class->free(r);
    }
}

const char *hs_secrets_name(hs_secrets secrets) {
    static const char *const names[] = {NULL, "hide", "id", "show"};
    return (unsigned)secrets < sizeof names / sizeof *names ? names[secrets] : NULL;
}

/* ---- options ----------------------------------------------------------------------------- */

enum { N_STRINGS = 6 };

static void string_fields(hs_render_options *o, const char **fields[N_STRINGS]) {
    fields[0] = &o->conn_id;
    fields[1] = &o->peer;
    fields[2] = &o->local;
    fields[3] = &o->sni;
    fields[4] = &o->tool;
    fields[5] = &o->tool_version;
}

hs_status hs__setup_copy(hs__render_setup *setup, const hs_render_options *o) {
    if (o == NULL || o->size != sizeof *o || o->write == NULL) {
        return HS_E_MISUSE;
    }
    setup->o = *o;
    if (setup->o.conn_id == NULL) {
        setup->o.conn_id = "c1";
    }
    const char **fields[N_STRINGS];
    string_fields(&setup->o, fields);
    size_t n = 0;
    for (size_t i = 0; i < N_STRINGS; i++) {
        n += (*fields[i] != NULL ? strlen(*fields[i]) : 0) + 1;
    }
    setup->strings = malloc(n);
    if (setup->strings == NULL) {
        return HS_E_NOMEM;
    }
    char *p = setup->strings;
    for (size_t i = 0; i < N_STRINGS; i++) {
        const char *s = *fields[i] != NULL ? *fields[i] : "";
        size_t len = strlen(s) + 1;
        memcpy(p, s, len);
        *fields[i] = p;
        p += len;
    }
    return HS_OK;
}

void hs__setup_free(hs__render_setup *setup) {
    free(setup->strings);
}

/* ---- several renderers as one ------------------------------------------------------------ */

typedef struct {
    hs_render base;
    size_t n;
    hs_render *parts[];
} tee;

static void tee_event(hs_render *r, const hs_trace *ev) {
    tee *t = (tee *)r;
    for (size_t i = 0; i < t->n; i++) {
        hs_render_event(t->parts[i], ev);
    }
}

static void tee_free(hs_render *r) {
    tee *t = (tee *)r;
    for (size_t i = 0; i < t->n; i++) {
        hs_render_free(t->parts[i]);
    }
    free(t);
}

static const hs__render_class tee_class = {tee_event, tee_free};

hs_status hs_tee_new(hs_render *const *parts, size_t n, hs_render **out) {
    *out = NULL;
    tee *t = calloc(1, sizeof *t + n * sizeof t->parts[0]);
    if (t == NULL) {
        return HS_E_NOMEM;
    }
    t->base.class = &tee_class;
    t->n = n;
    for (size_t i = 0; i < n; i++) {
        t->parts[i] = parts[i];
        t->base.mask |= hs_render_mask(parts[i]);
    }
    *out = &t->base;
    return HS_OK;
}
