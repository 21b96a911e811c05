#include "tests/unit/trace/scene_parts.h"

#include <stdio.h>
#include <stdlib.h>

void scene_must(hs_status st) {
    if (st != HS_OK) {
        fprintf(stderr, "%s: %s\n", hs_status_name(st), hs_status_text(st));
        abort();
    }
}

/* Ten microseconds later at every call; without a clock it stands still, for output that must be
 * the same whatever the engine measures. */
static uint64_t clock_us(void *ctx) {
    uint64_t *now = ctx;
    return now != NULL ? *now += 10 : 0;
}

hs_config *scene_config(hs_options o, hs_render *r, uint64_t *clock) {
    hs_config *c = NULL;
    const char *why = "";
    o.size = sizeof o;
    o.now_ms = hs__test_now_ms;
    if (r != NULL) {
        o.trace = hs_render_event;
        o.trace_mask = hs_render_mask(r);
        o.mono_us = clock_us;
        o.clock_ctx = clock;
    }
    if (hs_config_new(&o, &c, &why) != HS_OK) {
        fprintf(stderr, "%s\n", why);
        abort();
    }
    return c;
}

void scene_transport(hs_render *r, bool is_server, const char *what) {
    hs_trace ev = {.kind = HS_TR_CONN, .is_server = is_server, .t_us = 5};
    ev.u.conn = (hs_trace_conn){.what = what, .peer = "127.0.0.1:4433", .local = "127.0.0.1:40000"};
    hs_render_event(r, &ev);
}

void scene_say(hs__test_end *end, const void *p, size_t n) {
    size_t taken = 0;
    scene_must(hs_write(end->conn, p, n, &taken));
    hs__test_end_drain(end);
}
