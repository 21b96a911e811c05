#include "apps/hs-trace/render.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apps/common/say.h"
#include "apps/hs-trace/feed.h"
#include "apps/tls/see.h"
#include "trace/replay.h"

typedef struct {
    const trace_rendering *how;
    const trace_render_args *args;
    FILE *out;
    const char *file;  /* the one that is read */
    size_t conns;      /* that began in it */
    bool said_less;    /* that it holds fewer secrets than were asked for */
    hs_status failed;  /* a renderer could not be made */
    bool lacks_values; /* of secrets, and there is nothing else to write */
    size_t written;
} job;

/* ---- connections ------------------------------------------------------------------------- */
static void write_out(void *ctx, const char *p, size_t n) {
    job *j = ctx;
    j->written += n;
    fwrite(p, 1, n, j->out);
}

static void say_less(job *j, hs_secrets asked, hs_secrets holds) {
    if (j->said_less || asked <= holds)
        return;
    j->said_less = true;
    hs__say_warning("%s was made with --secrets=%s: there is no more to show", hs__safe(j->file),
                    hs_secrets_name(holds));
}

/* What the trace does not hold cannot be shown; what nobody asked for is not missed. */
static hs_secrets secrets_for(job *j, const hs__replay_head *head) {
    hs_secrets asked = (hs_secrets)j->args->secrets;
    if (asked != HS_SECRETS_DEFAULT) {
        say_less(j, asked, head->secrets);
        return asked < head->secrets ? asked : head->secrets;
    }
    bool is_held = j->how->secrets <= head->secrets;
    if (j->how->secrets != HS_SECRETS_DEFAULT)
        return is_held ? j->how->secrets : head->secrets;
    return head->secrets == HS_SECRETS_HIDE ? HS_SECRETS_HIDE : HS_SECRETS_DEFAULT;
}

static void *begin(void *ctx, const hs__replay_head *head) {
    job *j = ctx;
    hs_render *render = NULL;
    hs_render_options o = hs__replay_options(head);
    o.write = write_out;
    o.ctx = j;
    o.level = j->args->common.verbose;
    o.secrets = secrets_for(j, head);
    o.no_time = j->args->no_time;
    o.explain = j->args->explain;
    o.color = hs__wants_color(j->out);
    o.tag_lines = head->is_server;
    j->conns++;
    j->lacks_values = j->how->is_secret && head->secrets != HS_SECRETS_SHOW;
    if (j->lacks_values)
        return NULL;
    hs_status st =
        j->args->redact ? hs_redacted_new(j->how->make, &o, &render) : j->how->make(&o, &render);
    if (st)
        j->failed = st;
    return render;
}

static void end(void *render) {
    hs_render_free(render);
}

/* ---- files ------------------------------------------------------------------------------- */
static hs__exit read_lines(job *j, trace_feed *feed, hs__replay *replay, hs__fault *fault) {
    hs__replay_error error;
    const char *line;
    size_t n;
    for (;;) {
        hs__exit code = trace_feed_next(feed, &line, &n, fault);
        if (code || !line)
            return code;
        if (hs__replay_line(replay, line, n, &error))
            return hs__fault_set(fault, HS__EXIT_INTERNAL, "%s: line %lu: %s", hs__safe(feed->name),
                                 error.line, hs__safe(error.text));
        if (j->failed)
            return hs__fail_status(fault, j->failed, "%s", hs__safe(feed->name));
        if (j->lacks_values) {
            hs__fault_set(fault, HS__EXIT_INTERNAL, "%s holds no secrets", hs__safe(feed->name));
            return hs__hint(fault, "only a trace that was made with --secrets=show does");
        }
        if (ferror(j->out))
            return hs__fault_set(fault, HS__EXIT_INTERNAL, "cannot write: %s", strerror(errno));
    }
}

static hs__exit render_file(job *j, const char *path, hs__fault *fault) {
    const hs__replay_sink sink = {begin, hs_render_event, end, j};
    trace_feed feed = {0};
    hs__replay *replay = NULL;
    hs__exit code = trace_feed_open(&feed, path, fault);
    if (code)
        return code;
    j->file = feed.name;
    j->conns = 0;
    j->said_less = false;
    if (hs__replay_new(&sink, &replay))
        code = hs__fail_status(fault, HS_E_NOMEM, "%s", hs__safe(path));
    if (!code)
        code = read_lines(j, &feed, replay, fault);
    if (!code && j->conns == 0)
        code = hs__fault_set(fault, HS__EXIT_INTERNAL, "%s: there is no trace in it",
                             hs__safe(feed.name));
    if (replay && hs__replay_lost(replay) > 0)
        hs__say_warning("%s: memory ran out when it was made, %lu lines are missing",
                        hs__safe(feed.name), hs__replay_lost(replay));
    hs__replay_free(replay);
    trace_feed_close(&feed);
    return code;
}

/* ---- output ------------------------------------------------------------------------------ */
static bool is_same_file(const char *a, const char *b) {
    struct stat sa, sb;
    return stat(a, &sa) == 0 && stat(b, &sb) == 0 && sa.st_dev == sb.st_dev &&
           sa.st_ino == sb.st_ino;
}

static hs__exit open_output(job *j, char *const *files, size_t n, hs__fault *fault) {
    const char *path = j->args->output;
    bool is_stdout = !path || strcmp(path, "-") == 0;
    j->out = stdout;
    if (is_stdout && j->how->is_binary && isatty(STDOUT_FILENO)) {
        hs__fault_set(fault, HS__EXIT_USAGE, "this is not for a terminal");
        return hs__hint(fault, "give it a file with -o FILE, or a pipe");
    }
    if (is_stdout)
        return HS__EXIT_OK;
    for (size_t i = 0; i < n; i++)
        if (is_same_file(path, files[i]))
            return hs__fault_set(fault, HS__EXIT_USAGE,
                                 "-o %s would overwrite the trace that is read", hs__safe(path));
    int fd = hs__secret_file(path, false);
    j->out = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (j->out)
        return HS__EXIT_OK;
    hs__fault_set(fault, HS__EXIT_INTERNAL, "%s: %s%s", hs__safe(path), strerror(errno),
                  errno == ELOOP ? " (a symbolic link is not followed)" : "");
    if (fd >= 0)
        close(fd);
    return fault->code;
}

static hs__exit close_output(job *j, hs__exit code, hs__fault *fault) {
    bool failed = ferror(j->out) != 0;
    if (j->out == stdout) /* hs__say_end looks after it */
        return code;
    failed = fclose(j->out) != 0 || failed;
    if (failed && !code)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "%s: cannot be written",
                             hs__safe(j->args->output));
    return code;
}

hs__exit trace_render(const trace_rendering *how, const trace_render_args *a, char *const *files,
                      size_t n, hs__fault *fault) {
    job j = {.how = how, .args = a};
    hs__exit code = open_output(&j, files, n, fault);
    if (code)
        return code;
    if (how->begin)
        how->begin(write_out, &j);
    for (size_t i = 0; i < n && !code; i++)
        code = render_file(&j, files[i], fault);
    if (!code && j.written == 0)
        hs__say_warning("there was nothing to write: no keys came into use");
    return close_output(&j, code, fault);
}
