#include "apps/tls/see.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/common/say.h"
#include "apps/tls/offer.h"
#include "apps/tls/step.h"

const char *const hs__secrets_values[] = {"default", "hide", "id", "show", NULL};

enum { NO_FILE = -1, MOST_PARTS = 9, PATH_ROOM = 4096 };

/* Files of all connections together. */
enum { TRACE, HTML, PCAPNG, KEYLOG, KEYLOG_ENV, FILES };
/* Files of each: --trace-dir, --html-dir. */
enum { OWN_TRACE, OWN_HTML, OWN_FILES };

static const struct {
    hs_render_maker make;
    bool adds; /* to what is there */
} SHARED[FILES] = {
    [TRACE] = {.make = hs_jsonl_new},
    [HTML] = {.make = hs_html_new},
    [PCAPNG] = {.make = hs_pcapng_new},
    [KEYLOG] = {.make = hs_keylog_new, .adds = true},
    [KEYLOG_ENV] = {.make = hs_keylog_new, .adds = true},
};

static const struct {
    hs_render_maker make;
    const char *ending;
} OWN[OWN_FILES] = {
    [OWN_TRACE] = {.make = hs_jsonl_new, .ending = "jsonl"},
    [OWN_HTML] = {.make = hs_html_new, .ending = "html"},
};

struct hs__see {
    hs__see_options o;
    const char *tool;
    FILE *log;
    int level;
    bool color, tag_lines;
    int files[FILES];
    const char *folders[OWN_FILES]; /* NULL: not asked for */
    hs__keep keep;
    hs__step step;
    unsigned mask;
};

struct hs__seen {
    hs_render *render;
    int files[OWN_FILES];
    bool is_server;
    uint64_t t_us; /* of the last event */
};

/* ---- files ------------------------------------------------------------------------------- */
int hs__secret_file(const char *path, bool adds) {
    int flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY;
    return open(path, flags | O_APPEND | (adds ? 0 : O_TRUNC), 0600);
}

static hs__exit open_file(const char *path, bool adds, int *out, hs__fault *fault) {
    if (!path || !*path)
        return HS__EXIT_OK;
    *out = hs__secret_file(path, adds);
    if (*out >= 0)
        return HS__EXIT_OK;
    return hs__fault_set(fault, HS__EXIT_INTERNAL, "%s: %s%s", hs__safe(path), strerror(errno),
                         errno == ELOOP ? " (a symbolic link is not followed)" : "");
}

/* Whole lines or blocks in one call each, so that threads do not mix theirs. A disk that is full
 * must not end the connection that is watched. */
static void write_fd(int fd, const char *p, size_t n) {
    while (n > 0) {
        ssize_t r = write(fd, p, n);
        if (r < 0 && errno != EINTR)
            return;
        p += r > 0 ? r : 0;
        n -= r > 0 ? (size_t)r : 0;
    }
}

static void to_file(void *ctx, const char *p, size_t n) {
    write_fd(*(const int *)ctx, p, n);
}

static void to_log(void *ctx, const char *p, size_t n) {
    hs__see *see = ctx;
    if (see->o.step)
        hs__step_before(&see->step, p, n);
    fwrite(p, 1, n, see->log);
    fflush(see->log);
}

/* ---- renderers of a connection ----------------------------------------------------------- */
typedef struct {
    hs_render *v[MOST_PARTS];
    size_t n;
    bool redacts;
} parts;

static void add(parts *p, hs_render_maker make, hs_render_options o,
                void (*write)(void *ctx, const char *p, size_t n), void *ctx) {
    o.write = write;
    o.ctx = ctx;
    /* SSLKEYLOGFILE is a wish of its own, and holds keys or nothing. */
    bool redacts = p->redacts && make != hs_keylog_new;
    hs_status st = redacts ? hs_redacted_new(make, &o, &p->v[p->n]) : make(&o, &p->v[p->n]);
    if (st == HS_OK)
        p->n++;
}

static hs_render *make_all(hs__see *see, hs__seen *seen, const hs_render_options *o,
                           void *keep_ctx) {
    parts p = {.redacts = see->o.redact};
    hs_render *all = NULL;
    if (see->level > 0)
        add(&p, hs_text_new, *o, to_log, see);
    for (size_t i = 0; i < FILES; i++)
        if (see->files[i] != NO_FILE)
            add(&p, SHARED[i].make, *o, to_file, &see->files[i]);
    for (size_t i = 0; i < OWN_FILES; i++)
        if (seen->files[i] != NO_FILE)
            add(&p, OWN[i].make, *o, to_file, &seen->files[i]);
    hs_render *kept = see->keep.make ? see->keep.make(keep_ctx, o) : NULL;
    if (kept)
        p.v[p.n++] = kept;
    if (p.n > 0 && hs_tee_new(p.v, p.n, &all) == HS_OK)
        return all;
    for (size_t i = 0; i < p.n; i++)
        hs_render_free(p.v[i]);
    return NULL;
}

static int own_file(const char *folder, const char *conn_id, const char *ending) {
    char path[PATH_ROOM];
    int n = snprintf(path, sizeof path, "%s/%s.%s", folder, conn_id, ending);
    int fd = n > 0 && (size_t)n < sizeof path ? hs__secret_file(path, false) : NO_FILE;
    if (fd < 0)
        hs__say_warning("%s: %s", hs__safe(path), strerror(errno));
    return fd;
}

static void open_own(const hs__see *see, hs__seen *seen, const char *conn_id) {
    for (size_t i = 0; i < OWN_FILES; i++)
        seen->files[i] =
            see->folders[i] ? own_file(see->folders[i], conn_id, OWN[i].ending) : NO_FILE;
    if (seen->files[OWN_HTML] != NO_FILE)
        hs_html_begin(to_file, &seen->files[OWN_HTML]);
}

/* Who is in the middle has no secrets: what he sees in clear, anybody on the way has seen. */
static hs_secrets secrets_of(const hs__see *see, const hs__see_conn *conn) {
    bool has_none = conn->is_observer && !see->o.redact;
    hs_secrets asked = (hs_secrets)see->o.secrets;
    return has_none && asked == HS_SECRETS_DEFAULT ? HS_SECRETS_SHOW : asked;
}

hs__seen *hs__seen_new(hs__see *see, const hs__see_conn *conn) {
    if (see->mask == 0)
        return NULL;
    hs__seen *seen = calloc(1, sizeof *seen);
    if (!seen)
        return NULL;
    hs_render_options o = {.size = sizeof o,
                           .level = see->level,
                           .secrets = secrets_of(see, conn),
                           .no_time = see->o.no_time,
                           .explain = see->o.explain,
                           .color = see->color,
                           .tag_lines = see->tag_lines,
                           .conn_id = conn->conn_id,
                           .peer = conn->peer,
                           .local = conn->local,
                           .sni = conn->sni,
                           .tool = see->tool,
                           .tool_version = HS_VERSION,
                           .wall_time_ms = (int64_t)hs__clock_now_ms(NULL)};
    open_own(see, seen, conn->conn_id);
    seen->is_server = conn->is_server;
    seen->render = make_all(see, seen, &o, conn->keep_ctx);
    if (!seen->render) {
        hs__seen_free(seen);
        return NULL;
    }
    hs_trace ev = {
        .kind = HS_TR_CONN, .is_server = conn->is_server, .is_observer = conn->is_observer};
    ev.u.conn = (hs_trace_conn){.what = conn->what, .peer = conn->peer, .local = conn->local};
    hs_render_event(seen->render, &ev);
    return seen;
}

static void close_files(const int *files, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (files[i] != NO_FILE)
            close(files[i]);
}

void hs__seen_event(void *seen, const hs_trace *event) {
    hs__seen *s = seen;
    hs_trace told = *event;
    if (!s)
        return;
    if (told.t_us < s->t_us) /* a program's own event has no clock: it comes with the last one */
        told.t_us = s->t_us;
    s->t_us = told.t_us;
    hs_render_event(s->render, &told);
}

void hs__seen_free(hs__seen *seen) {
    if (!seen)
        return;
    hs_render_free(seen->render);
    close_files(seen->files, OWN_FILES);
    free(seen);
}

/* ---- all connections --------------------------------------------------------------------- */
const char *hs__see_problem(const hs__see_options *o) {
    if (!o->redact)
        return NULL;
    if (o->secrets == HS_SECRETS_ID || o->secrets == HS_SECRETS_SHOW)
        return "--redact takes out what --secrets would show: leave one of them out";
    if (o->keylog)
        return "--redact and --keylog exclude each other: who has the keys reads it all";
    return o->pcapng ? "--redact and --pcapng exclude each other: a capture holds the bytes as "
                       "they were"
                     : NULL;
}

static void to_nowhere(void *ctx, const char *p, size_t n) {
    (void)ctx;
    (void)p;
    (void)n;
}

static unsigned mask_of(const hs__see *see, hs_render_maker make, hs_render_options o) {
    parts p = {.redacts = see->o.redact};
    add(&p, make, o, to_nowhere, NULL);
    unsigned mask = p.n > 0 ? hs_render_mask(p.v[0]) : 0;
    hs_render_free(p.n > 0 ? p.v[0] : NULL);
    return mask;
}

/* What the renderers of connections to come will want to be told. */
static unsigned find_mask(const hs__see *see) {
    hs_render_options o = {.size = sizeof o,
                           .level = see->level,
                           .secrets = (hs_secrets)see->o.secrets,
                           .explain = see->o.explain};
    unsigned mask = see->level > 0 ? mask_of(see, hs_text_new, o) : 0;
    for (size_t i = 0; i < FILES; i++)
        if (see->files[i] != NO_FILE)
            mask |= mask_of(see, SHARED[i].make, o);
    for (size_t i = 0; i < OWN_FILES; i++)
        if (see->folders[i])
            mask |= mask_of(see, OWN[i].make, o);
    return mask | see->keep.mask;
}

/* "" is as good as none: SSLKEYLOGFILE may be set to it. */
static hs__exit open_files(hs__see *see, const char *keylog_env, hs__fault *fault) {
    const char *paths[FILES] = {[TRACE] = see->o.trace,
                                [HTML] = see->o.html,
                                [PCAPNG] = see->o.pcapng,
                                [KEYLOG] = see->o.keylog,
                                [KEYLOG_ENV] = keylog_env};
    hs__exit code = HS__EXIT_OK;
    for (size_t i = 0; i < FILES && !code; i++)
        code = open_file(paths[i], SHARED[i].adds, &see->files[i], fault);
    if (!code && see->files[HTML] != NO_FILE)
        hs_html_begin(to_file, &see->files[HTML]);
    return code;
}

hs__exit hs__see_open(const hs__see_setup *setup, hs__see **out, hs__fault *fault) {
    const hs__common *common = setup->common;
    const char *env = setup->keylog_env ? getenv("SSLKEYLOGFILE") : NULL;
    hs__see *see = calloc(1, sizeof *see);
    *out = NULL;
    if (!see)
        return hs__fail_status(fault, HS_E_NOMEM, "the trace");
    *see = (hs__see){
        .o = *setup->options,
        .tool = setup->tool,
        .log = setup->log ? setup->log : stderr,
        .level = common->quiet ? 0 : common->verbose,
        .tag_lines = setup->tag_lines,
        .folders = {[OWN_TRACE] = setup->options->trace_dir, [OWN_HTML] = setup->options->html_dir},
        .keep = setup->keep};
    for (size_t i = 0; i < FILES; i++)
        see->files[i] = NO_FILE;
    see->level = see->level > 3 ? 3 : see->level;
    if ((see->o.explain || see->o.step) && see->level == 0 && !common->quiet)
        see->level = 1;
    see->color = hs__wants_color(see->log);
    hs__exit code = open_files(see, env, fault);
    if (code) {
        hs__see_close(see);
        return code;
    }
    if (see->o.secrets == HS_SECRETS_SHOW)
        hs__say_warning("--secrets=show: the trace holds keys and data; whoever reads it can read "
                        "the connection");
    see->mask = find_mask(see);
    *out = see;
    return HS__EXIT_OK;
}

void hs__see_close(hs__see *see) {
    if (!see)
        return;
    close_files(see->files, FILES);
    free(see);
}

unsigned hs__see_mask(const hs__see *see) {
    return see->mask;
}

bool hs__see_interrupted(const hs__see *see) {
    return see->step.was_interrupted;
}
