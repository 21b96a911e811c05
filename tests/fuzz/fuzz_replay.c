/* Any bytes as the lines of a trace: each line is replayed or refused with a reason, what comes of
 * it can be rendered in every way, and a trace that is taken, written again and taken again is
 * written the same. */
#include <string.h>

#include "fuzz.h"
#include "trace/replay.h"
#include "trace/strbuf.h"

typedef hs_status (*make_fn)(const hs_render_options *o, hs_render **out);

typedef struct {
    make_fn make[3]; /* up to a NULL */
    hs__strbuf out;
} target;

static void keep(void *ctx, const char *p, size_t n) {
    hs__buf_bytes(ctx, p, n);
}

static void *begin(void *ctx, const hs__replay_head *head) {
    target *t = ctx;
    hs_render *parts[3], *all = NULL;
    size_t n = 0;
    hs_render_options o = hs__replay_options(head);
    o.write = keep;
    o.ctx = &t->out;
    o.level = 3;
    o.secrets = HS_SECRETS_SHOW;
    o.explain = true;
    while (n < 3 && t->make[n] != NULL) {
        MUST(t->make[n](&o, &parts[n]) == HS_OK);
        n++;
    }
    MUST(hs_tee_new(parts, n, &all) == HS_OK);
    return all;
}

static void end(void *conn) {
    hs_render_free(conn);
}

/* True: every line was taken. */
static bool replay(target *t, const char *p, size_t n) {
    const hs__replay_sink sink = {begin, hs_render_event, end, t};
    hs__replay *r;
    unsigned long lines = 0;
    hs_status st = HS_OK;
    MUST(hs__replay_new(&sink, &r) == HS_OK);
    while (n > 0 && st == HS_OK) {
        const char *stop = memchr(p, '\n', n);
        const size_t len = stop != NULL ? (size_t)(stop - p) : n;
        const size_t used = stop != NULL ? len + 1 : n;
        hs__replay_error error;
        st = hs__replay_line(r, p, len, &error);
        MUST(error.line == ++lines);
        MUST((st == HS_OK) == (error.text[0] == '\0'));
        p += used;
        n -= used;
    }
    hs__replay_free(r);
    return st == HS_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    target once = {.make = {hs_jsonl_new}}, twice = {.make = {hs_jsonl_new}};
    target others = {.make = {hs_text_new, hs_pcapng_new, hs_keylog_new}};
    (void)replay(&others, (const char *)data, size);
    if (replay(&once, (const char *)data, size)) {
        MUST(replay(&twice, hs__buf_str(&once.out), once.out.n));
        MUST(once.out.n == twice.out.n &&
             memcmp(hs__buf_str(&once.out), hs__buf_str(&twice.out), once.out.n) == 0);
    }
    hs__buf_free(&once.out);
    hs__buf_free(&twice.out);
    hs__buf_free(&others.out);
    return 0;
}
