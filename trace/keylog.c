#include "trace/keylog.h"

#include <stdlib.h>

#include "trace/render.h"

typedef struct {
    hs_render base;
    hs__render_setup setup;
} keylog;

void hs__keylog_line(const hs_trace_secret *s, hs__strbuf *out) {
    if (s->label == NULL || s->secret.n == 0) {
        return;
    }
    hs__buf_add(out, s->label);
    hs__buf_add(out, " ");
    hs__buf_hex(out, s->client_random);
    hs__buf_add(out, " ");
    hs__buf_hex(out, s->secret);
    hs__buf_add(out, "\n");
}

static void keylog_event(hs_render *r, const hs_trace *ev) {
    keylog *k = (keylog *)r;
    hs__strbuf line = {0};
    hs__keylog_line(&ev->u.secret, &line);
    if (line.n > 0 && !line.failed) {
        k->setup.o.write(k->setup.o.ctx, line.p, line.n);
    }
    hs__buf_free(&line);
}

static void keylog_free(hs_render *r) {
    keylog *k = (keylog *)r;
    hs__setup_free(&k->setup);
    free(k);
}

static const hs__render_class keylog_class = {keylog_event, keylog_free};

hs_status hs_keylog_new(const hs_render_options *o, hs_render **out) {
    *out = NULL;
    keylog *k = calloc(1, sizeof *k);
    if (k == NULL) {
        return HS_E_NOMEM;
    }
    hs_status st = hs__setup_copy(&k->setup, o);
    if (st) {
        free(k);
        return st;
    }
    k->base.class = &keylog_class;
    k->base.mask = HS_TRACE_MASK(HS_TR_SECRET) | HS_TRACE_SECRETS;
    *out = &k->base;
    return HS_OK;
}
