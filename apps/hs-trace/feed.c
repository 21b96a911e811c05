#include "apps/hs-trace/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/common/say.h"
#include "crypto/provider.h"
#include "trace/replay.h"

enum { BLOCK = 64 * 1024 };

hs__exit trace_feed_open(trace_feed *feed, const char *path, hs__fault *fault) {
    const bool is_stdin = strcmp(path, "-") == 0;
    *feed = (trace_feed){.name = is_stdin ? "standard input" : path};
    feed->fd = is_stdin ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (feed->fd < 0)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "%s: %s", hs__safe(feed->name),
                             strerror(errno));
    return HS__EXIT_OK;
}

/* Room for another block: what was handed out makes place first. */
static bool make_room(trace_feed *feed) {
    if (feed->start > 0) {
        memmove(feed->p, feed->p + feed->start, feed->end - feed->start);
        feed->end -= feed->start;
        feed->start = 0;
    }
    if (feed->cap - feed->end >= BLOCK)
        return true;
    size_t cap = feed->cap + (feed->cap > BLOCK ? feed->cap : BLOCK);
    char *p = malloc(cap);
    if (!p)
        return false;
    if (feed->p) {
        memcpy(p, feed->p, feed->end);
        hs__wipe(feed->p, feed->cap);
        free(feed->p);
    }
    feed->p = p;
    feed->cap = cap;
    return true;
}

static hs__exit read_more(trace_feed *feed, hs__fault *fault) {
    if (feed->end - feed->start > HS__REPLAY_LINE_MAX)
        return hs__fault_set(fault, HS__EXIT_INTERNAL,
                             "%s: a line is longer than any line of a trace", hs__safe(feed->name));
    if (!make_room(feed))
        return hs__fail_status(fault, HS_E_NOMEM, "%s", hs__safe(feed->name));
    ssize_t n;
    do {
        n = read(feed->fd, feed->p + feed->end, BLOCK);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "%s: %s", hs__safe(feed->name),
                             strerror(errno));
    feed->end += (size_t)n;
    feed->at_end = n == 0;
    return HS__EXIT_OK;
}

hs__exit trace_feed_next(trace_feed *feed, const char **line, size_t *n, hs__fault *fault) {
    size_t looked = 0;
    *line = NULL;
    *n = 0;
    for (;;) {
        size_t there = feed->end - feed->start;
        const char *from = feed->p ? feed->p + feed->start : "";
        const char *newline = memchr(from + looked, '\n', there - looked);
        if (newline || (feed->at_end && there > 0)) {
            *line = from;
            *n = newline ? (size_t)(newline - from) : there;
            feed->start += *n + (newline ? 1 : 0);
            return HS__EXIT_OK;
        }
        if (feed->at_end)
            return HS__EXIT_OK;
        looked = there;
        hs__exit code = read_more(feed, fault);
        if (code)
            return code;
    }
}

void trace_feed_close(trace_feed *feed) {
    if (!feed->name)
        return;
    if (feed->fd >= 0)
        close(feed->fd);
    if (feed->p)
        hs__wipe(feed->p, feed->cap);
    free(feed->p);
    *feed = (trace_feed){0};
}
