/* feed.h - a trace line by line, in memory that does not grow with the file. */
#ifndef HS_APPS_HS_TRACE_FEED_H
#define HS_APPS_HS_TRACE_FEED_H

#include <stdbool.h>

#include "apps/common/fault.h"
#include "handshake/types.h"

typedef struct {
    const char *name; /* for messages; borrowed */
    int fd;
    char *p;
    size_t start, end, cap; /* what is read and not handed out */
    bool at_end;
} trace_feed;

/* "-" is standard input. */
HS_MUST_CHECK hs__exit trace_feed_open(trace_feed *feed, const char *path, hs__fault *fault);

/* The next line without its end, borrowed until the next call. *line NULL: there is none left. */
HS_MUST_CHECK hs__exit trace_feed_next(trace_feed *feed, const char **line, size_t *n,
                                       hs__fault *fault);

/* All zero is fine. What was read may hold secrets and is wiped. */
void trace_feed_close(trace_feed *feed);

#endif
