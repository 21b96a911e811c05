/* ca_store.h - changes of a CA's folder: one program at a time, and all or nothing.
 *
 * A change is lines for the index and files with their contents (a certificate, its key, a
 * revocation list). It is first written down as a whole in FOLDER/pending.json (0600; this is the
 * moment from which it counts), then done, then pending.json is removed. What was interrupted in
 * between is finished by whoever opens the store next. Files are written beside their place with
 * the ending ".mini-ca-new" and renamed, all with fsync, so that there is never half a file. */
#ifndef HS_APPS_CA_STORE_H
#define HS_APPS_CA_STORE_H

#include "apps/common/ca_index.h"

typedef struct {
    const hs_provider *provider; /* borrowed */
    char folder[HS__FILE_PATH];
    int lock; /* descriptor; < 0: not open */
    hs__index index;
    json_t *events; /* for the commit */
    bool is_spent;  /* one change a store: the index above is as it was before it */
} hs__ca_store;

/* A file of a change. Text only: it is written down as JSON. */
typedef struct {
    const char *path;
    hs_span text;
    mode_t mode; /* less the umask */
    bool force;  /* over one that is there; without it that is HS__EXIT_EXISTS */
} hs__ca_file;

/* Waits for the folder's lock, finishes what was interrupted (and says so), reads the index. The
 * folder must exist. End it with hs__store_close, also after a fault. */
HS_MUST_CHECK hs__exit hs__store_open(const hs_provider *provider, const char *folder,
                                      hs__ca_store *out, hs__fault *fault);
void hs__store_close(hs__ca_store *store);

/* Adds a line to the commit and lets go of it; NULL is out of memory. */
HS_MUST_CHECK hs__exit hs__store_add(hs__ca_store *store, json_t *event, hs__fault *fault);

/* Does it, once. After a fault nothing has changed. */
HS_MUST_CHECK hs__exit hs__store_commit(hs__ca_store *store, const hs__ca_file *files, size_t n,
                                        hs__fault *fault);

/* Something was interrupted there and nobody has finished it yet: a sentence about it, or NULL. No
 * lock is taken. `out` has room for HS__STORE_TEXT. */
enum { HS__STORE_TEXT = 512 };
const char *hs__store_unfinished(const char *folder, char out[HS__STORE_TEXT]);

#endif
