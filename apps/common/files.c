#include "apps/common/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apps/common/say.h"
#include "crypto/provider.h"

void hs__bytes_free(hs__bytes *bytes) {
    if (bytes->p)
        hs__wipe(bytes->p, bytes->n);
    free(bytes->p);
    *bytes = (hs__bytes){0};
}

hs_span hs__bytes_span(const hs__bytes *bytes) {
    return (hs_span){bytes->p, bytes->n};
}

static hs__exit fail_errno(hs__fault *fault, const char *what, const char *path) {
    return hs__fault_set(fault, HS__EXIT_INTERNAL, "cannot %s %s: %s", what, hs__safe(path),
                         strerror(errno));
}

static hs__exit fail_nomem(hs__fault *fault, const char *path) {
    return hs__fault_set(fault, HS__EXIT_INTERNAL, "cannot read %s: out of memory", hs__safe(path));
}

/* ---- reading ----------------------------------------------------------------------------- */
/* Twice the room, without leaving a copy behind: keys pass through here. */
static bool grow(hs__bytes *b, size_t *room) {
    size_t more = *room ? *room * 2 : 8192;
    uint8_t *p = malloc(more);
    if (!p)
        return false;
    if (b->p) {
        memcpy(p, b->p, b->n);
        hs__wipe(b->p, b->n);
        free(b->p);
    }
    b->p = p;
    *room = more;
    return true;
}

static hs__exit read_all(int fd, const char *path, size_t limit, hs__bytes *out, hs__fault *fault) {
    size_t room = 0;
    for (;;) {
        if (room - out->n < 2 && !grow(out, &room))
            return fail_nomem(fault, path);
        ssize_t n = read(fd, out->p + out->n, room - out->n - 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_errno(fault, "read", path);
        out->n += (size_t)n;
        out->p[out->n] = 0;
        if (n == 0)
            return HS__EXIT_OK;
        if (out->n > limit)
            return hs__fault_set(fault, HS__EXIT_INTERNAL, "%s is larger than %zu bytes",
                                 hs__safe(path), limit);
    }
}

hs__exit hs__file_read(const char *path, size_t limit, hs__bytes *out, hs__fault *fault) {
    *out = (hs__bytes){0};
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return fail_errno(fault, "read", path);
    hs__exit code = read_all(fd, path, limit, out, fault);
    if (!is_stdin)
        close(fd);
    if (code)
        hs__bytes_free(out);
    return code;
}

/* ---- writing ----------------------------------------------------------------------------- */
bool hs__file_exists(const char *path) {
    struct stat st;
    return lstat(path, &st) == 0;
}

static hs__exit fail_exists(hs__fault *fault, const char *path) {
    hs__fault_set(fault, HS__EXIT_EXISTS, "%s exists", hs__safe(path));
    return hs__hint(fault, "--force overwrites it; or choose another name");
}

hs__exit hs__file_may_write(const char *path, bool force, hs__fault *fault) {
    return !force && hs__file_exists(path) ? fail_exists(fault, path) : HS__EXIT_OK;
}

static bool write_all(int fd, hs_span data) {
    while (data.n > 0) {
        ssize_t n = write(fd, data.p, data.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        data.p += n;
        data.n -= (size_t)n;
    }
    return true;
}

/* Gives the finished file its name. RENAME_NOREPLACE decides "is it there?" and "put it there"
 * in one step; file systems without it get the same from link. */
static bool move_in_place(const char *from, const char *to, bool force) {
    if (force)
        return rename(from, to) == 0;
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return true;
    if (errno != EINVAL && errno != ENOSYS)
        return false;
    return link(from, to) == 0 && unlink(from) == 0;
}

static mode_t less_umask(mode_t mode) {
    mode_t mask = umask(0);
    umask(mask);
    return mode & ~mask;
}

/* A name needs its folder on disk, too, to survive a power cut. */
static void sync_folder_of(const char *path) {
    char folder[HS__FILE_PATH];
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 0;
    snprintf(folder, sizeof folder, "%.*s", (int)n, path);
    int fd = open(slash ? (n ? folder : "/") : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)fsync(fd);
    close(fd);
}

static bool is_folder(const char *path) {
    struct stat st;
    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Takes the descriptor. */
static bool fill(int fd, hs_span data, mode_t mode) {
    bool ok = write_all(fd, data) && fchmod(fd, less_umask(mode)) == 0 && fsync(fd) == 0;
    return close(fd) == 0 && ok;
}

hs__exit hs__file_settle(const char *temporary, const char *path, bool force, hs__fault *fault) {
    if (is_folder(path)) {
        errno = EISDIR;
        return fail_errno(fault, "write", path);
    }
    if (move_in_place(temporary, path, force)) {
        sync_folder_of(path);
        return HS__EXIT_OK;
    }
    return errno == EEXIST && !force ? fail_exists(fault, path) : fail_errno(fault, "write", path);
}

hs__exit hs__file_stage(const char *temporary, const char *path, hs_span data, mode_t mode,
                        hs__fault *fault) {
    unlink(temporary);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail_errno(fault, "write", path);
    if (fill(fd, data, mode))
        return HS__EXIT_OK;
    hs__exit code = fail_errno(fault, "write", path);
    unlink(temporary);
    return code;
}

hs__exit hs__file_write(const char *path, hs_span data, mode_t mode, bool force, hs__fault *fault) {
    char temporary[HS__FILE_PATH];
    int len = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    if (len < 0 || (size_t)len >= sizeof temporary)
        errno = ENAMETOOLONG;
    else if (is_folder(path))
        errno = EISDIR;
    else
        len = 0;
    int fd = len == 0 ? mkostemp(temporary, O_CLOEXEC) : -1; /* O_EXCL, 0600 */
    if (fd < 0)
        return fail_errno(fault, "write", path);
    hs__exit code = fill(fd, data, mode) ? hs__file_settle(temporary, path, force, fault)
                                         : fail_errno(fault, "write", path);
    if (code)
        unlink(temporary);
    return code;
}

/* ---- folders ----------------------------------------------------------------------------- */
hs__exit hs__folder_make(const char *path, hs__fault *fault) {
    char part[HS__FILE_PATH];
    size_t n = strlen(path);
    if (n == 0 || n >= sizeof part) {
        errno = n ? ENAMETOOLONG : ENOENT;
        return fail_errno(fault, "make the folder", path);
    }
    for (size_t i = 1; i < n; i++) {
        if (path[i] != '/')
            continue;
        snprintf(part, sizeof part, "%.*s", (int)i, path);
        if (mkdir(part, 0755) != 0 && errno != EEXIST)
            return fail_errno(fault, "make the folder", part);
    }
    struct stat st;
    if (mkdir(path, 0700) == 0 || (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode)))
        return HS__EXIT_OK;
    return fail_errno(fault, "make the folder", path);
}
