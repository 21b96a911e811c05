/* A renderer that sees a redacted trace: events become lines, lines are redacted, and what is read
 * back from them is rendered. So there is one place that knows what to take out. */
#include <stdlib.h>
#include <string.h>

#include "trace/redact.h"
#include "trace/render.h"
#include "trace/replay.h"

typedef struct {
    hs_render base;
    hs__render_setup setup;
    hs_render_maker make;
    hs__redactor redactor;
    hs_render *lines;
    hs__replay *replay;
} redacted;

static void one_line(redacted *r, const char *p, size_t n) {
    json_t *line = json_loadb(p, n, 0, NULL);
    char *text = line != NULL && hs__redact_line(&r->redactor, line)
                     ? json_dumps(line, JSON_COMPACT | JSON_ENSURE_ASCII)
                     : NULL;
    hs__replay_error error;
    if (text != NULL) { /* else it is lost: there is no memory */
        (void)!hs__replay_line(r->replay, text, strlen(text), &error);
    }
    free(text);
    json_decref(line);
}

static void take_lines(void *ctx, const char *p, size_t n) {
    for (const char *end; n > 0; n -= (size_t)(end - p), p = end) {
        end = memchr(p, '\n', n);
        end = end != NULL ? end + 1 : p + n;
        one_line(ctx, p, (size_t)(end - p));
    }
}

/* ---- the renderer behind ----------------------------------------------------------------- */

static void *begin(void *ctx, const hs__replay_head *head) {
    const redacted *r = ctx;
    hs_render_options o = r->setup.o;
    hs_render *inner = NULL;
    o.secrets = HS_SECRETS_HIDE;
    o.redacted = head->redacted;
    o.peer = head->peer;
    o.local = head->local;
    o.sni = head->sni;
    return r->make(&o, &inner) == HS_OK ? inner : NULL;
}

static void end(void *inner) {
    hs_render_free(inner);
}

/* ---- life -------------------------------------------------------------------------------- */

static void redacted_event(hs_render *render, const hs_trace *ev) {
    hs_render_event(((redacted *)render)->lines, ev);
}

static void redacted_free(hs_render *render) {
    redacted *r = (redacted *)render;
    hs_render_free(r->lines); /* its last lines go through */
    hs__replay_free(r->replay);
    hs__redactor_free(&r->redactor);
    hs__setup_free(&r->setup);
    free(r);
}

static const hs__render_class redacted_class = {redacted_event, redacted_free};

static hs_status make_parts(redacted *r, const hs_render_options *o) {
    const hs__replay_sink sink = {begin, hs_render_event, end, r};
    hs_render_options lines = *o;
    lines.write = take_lines;
    lines.ctx = r;
    lines.secrets = HS_SECRETS_HIDE;
    hs_status st = hs__setup_copy(&r->setup, o);
    if (st == HS_OK) {
        st = hs__replay_new(&sink, &r->replay);
    }
    if (st == HS_OK) {
        st = hs_jsonl_new(&lines, &r->lines);
    }
    return st;
}

hs_status hs_redacted_new(hs_render_maker make, const hs_render_options *o, hs_render **out) {
    *out = NULL;
    redacted *r = calloc(1, sizeof *r);
    if (r == NULL) {
        return HS_E_NOMEM;
    }
    r->base.class = &redacted_class;
    r->make = make;
    const hs_status st = make_parts(r, o);
    if (st) {
        redacted_free(&r->base);
        return st;
    }
    r->base.mask = hs_render_mask(r->lines);
    *out = &r->base;
    return HS_OK;
}
