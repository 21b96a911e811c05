/* status_recent.h - --status-all: the connections of late, in memory, for all workers. */
#ifndef HS_SERVER_STATUS_RECENT_H
#define HS_SERVER_STATUS_RECENT_H

#include <jansson.h>

#include "apps/hs-server/status_kept.h"

enum {
    RECENT_MOST = 100,               /* connections; a new one takes the oldest one's place */
    RECENT_BYTES = 32 * 1024 * 1024, /* of their traces; the oldest are let go first */
    RECENT_ID = 33                   /* 128 random bits in hex, terminated */
};

typedef struct recents recents;

recents *recents_new(void);    /* NULL: no memory */
void recents_free(recents *r); /* NULL is allowed */

/* `about`, an object, is taken over and gets "id"; the trace gets a reference and may be NULL.
 * Without memory or random numbers the connection is left out. */
void recents_add(recents *r, json_t *about, kept *trace);

/* Copies: [about, ...], the newest first; that of an id, with its trace (a reference, may be
 * NULL). NULL: no memory, or there is none of this id. */
json_t *recents_list(recents *r);
json_t *recents_find(recents *r, const char *id, kept **trace);

#endif
