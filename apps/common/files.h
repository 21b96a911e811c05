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

/* HS__EXIT_EXISTS with its fault if there is anything at `path` and `force` is not given. */
HS_MUST_CHECK hs__exit hs__file_may_write(const char *path, bool force, hs__fault *fault);

/* Adds one line in a single write while holding a lock, so that programs may add at once; makes
 * the file with 0600. `line` is without its end. */
HS_MUST_CHECK hs__exit hs__file_append_line(const char *path, const char *line, hs__fault *fault);

bool hs__file_exists(const char *path);

/* Makes a folder with mode 0700 where it is missing, its parents as mkdir -p does. */
HS_MUST_CHECK hs__exit hs__folder_make(const char *path, hs__fault *fault);

#endif
