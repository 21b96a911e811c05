/* files.h - whole files: read with a bound, written all or nothing, never overwritten by accident.
 */
#ifndef HS_APPS_FILES_H
#define HS_APPS_FILES_H

#include <sys/types.h>

#include "apps/common/fault.h"
#include "handshake/types.h"

typedef struct {
    uint8_t *p; /* ends with a NUL that n does not count; NULL: nothing */
    size_t n;
} hs__bytes;

/* Wipes and frees; all zero is fine. */
void hs__bytes_free(hs__bytes *bytes);
hs_span hs__bytes_span(const hs__bytes *bytes);

enum { HS__FILE_PATH = 4096 };             /* room for a path */
enum { HS__FILE_LIMIT = 4 * 1024 * 1024 }; /* for certificates, keys, lists */

/* Reads all of it; "-" is standard input. More than `limit` bytes is a fault. */
HS_MUST_CHECK hs__exit hs__file_read(const char *path, size_t limit, hs__bytes *out,
                                     hs__fault *fault);

/* Writes all or nothing, through a file beside it that is renamed at the end. A symbolic link at
 * `path` is replaced, never followed. Without `force` an existing file is HS__EXIT_EXISTS. The
 * file gets `mode` less the umask. */
HS_MUST_CHECK hs__exit hs__file_write(const char *path, hs_span data, mode_t mode, bool force,
                                      hs__fault *fault);

/* The two halves of hs__file_write, for those who write several files at once. Stage writes and
 * syncs `temporary`, in place of whatever is there; settle gives it its name, as above. Faults
 * speak of `path`. After a fault of settle the temporary file is still there. */
HS_MUST_CHECK hs__exit hs__file_stage(const char *temporary, const char *path, hs_span data,
                                      mode_t mode, hs__fault *fault);
HS_MUST_CHECK hs__exit hs__file_settle(const char *temporary, const char *path, bool force,
                                       hs__fault *fault);

/* HS__EXIT_EXISTS with its fault if there is anything at `path` and `force` is not given. */
HS_MUST_CHECK hs__exit hs__file_may_write(const char *path, bool force, hs__fault *fault);

bool hs__file_exists(const char *path);

/* Makes a folder with mode 0700 where it is missing, its parents as mkdir -p does. */
HS_MUST_CHECK hs__exit hs__folder_make(const char *path, hs__fault *fault);

#endif
