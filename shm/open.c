#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shm/internal.h"
#include "shm/settings.h"

enum { TRIES = 16 }; /* of a writer, when others make and remove the memory meanwhile */

#define ALLOWED_BITS 0640u

/* What an open works with. */
typedef struct {
    hs__shm_settings s;
    hs_keys_error *error;
    hs_keys *keys;
    struct stat stat;
    bool again; /* the memory went away under our hands */
} opening;

/* ---- is it the right one? -------------------------------------------------------------------- */

/* An object that anybody could have put there: nothing of it is used before this. A writer's own
 * one that it had not finished may still lack its group. */
static hs_status check_owner(const opening *p, bool is_finished) {
    const hs__shm_settings *const s = &p->s;
    const unsigned bits = p->stat.st_mode & 07777u;
    const bool is_writer = p->keys->is_writer;
    const bool is_roots = !is_writer && !s->has_owner && p->stat.st_uid == 0;
    if (p->stat.st_uid != s->owner && !is_roots)
        return hs__shm_fail(p->error, HS_E_KEYS_OWNER, 0,
                            "%.200s belongs to user %lu, expected %lu", s->name,
                            (unsigned long)p->stat.st_uid, (unsigned long)s->owner);
    if (!S_ISREG(p->stat.st_mode) || (bits & ~ALLOWED_BITS) != 0)
        return hs__shm_fail(p->error, HS_E_KEYS_OWNER, 0,
                            "%.200s has mode %04o: others may read or change it", s->name, bits);
    if (!is_writer || !is_finished)
        return HS_OK;
    if (bits != (s->has_group ? 0640u : 0600u) || (s->has_group && p->stat.st_gid != s->group))
        return hs__shm_fail(p->error, HS_E_KEYS_OWNER, 0,
                            "%.200s has mode %04o and group %lu, not what was asked for", s->name,
                            bits, (unsigned long)p->stat.st_gid);
    return HS_OK;
}

static hs_status check_layout(const opening *p) {
    const hs__shm_header *const h = p->keys->header;
    const uint64_t layout = atomic_load_explicit(&h->layout, memory_order_relaxed);
    const uint64_t slots = atomic_load_explicit(&h->slots, memory_order_relaxed);
    if (atomic_load_explicit(&h->magic, memory_order_acquire) != HS__SHM_MAGIC)
        return hs__shm_fail(p->error, HS_E_KEYS_LAYOUT, 0, "%.200s is something else", p->s.name);
    if (layout != HS__SHM_LAYOUT)
        return hs__shm_fail(p->error, HS_E_KEYS_LAYOUT, 0, "%.200s has layout %llu, expected %d",
                            p->s.name, (unsigned long long)layout, HS__SHM_LAYOUT);
    if (slots == 0 || slots > HS_KEYS_SLOTS_MAX || p->keys->size != hs__shm_size((uint32_t)slots))
        return hs__shm_fail(p->error, HS_E_KEYS_LAYOUT, 0,
                            "%.200s has %zu bytes and says %llu slots", p->s.name, p->keys->size,
                            (unsigned long long)slots);
    if (p->keys->is_writer && p->s.has_slots && slots != p->s.slots)
        return hs__shm_fail(p->error, HS_E_KEYS_LAYOUT, 0,
                            "%.200s has %llu slots, %lu were asked for; remove it first", p->s.name,
                            (unsigned long long)slots, (unsigned long)p->s.slots);
    p->keys->n = (uint32_t)slots;
    return HS_OK;
}

/* ---- mapping ----------------------------------------------------------------------------------
 */
static hs_status map(opening *p, size_t size) {
    hs_keys *const k = p->keys;
    void *const at =
        mmap(NULL, size, PROT_READ | (k->is_writer ? PROT_WRITE : 0), MAP_SHARED, k->fd, 0);
    if (at == MAP_FAILED)
        return hs__shm_fail(p->error, HS_E_IO, errno, "%.200s: mmap", p->s.name);
    k->header = at;
    k->slots = (hs__slot *)(k->header + 1);
    k->size = size;
    if (madvise(at, size, MADV_DONTDUMP) != 0)
        return hs__shm_fail(p->error, HS_E_IO, errno, "%.200s: madvise", p->s.name);
    k->is_locked = mlock(at, size) == 0; /* there is a limit to it */
    return HS_OK;
}

/* How many bytes there are, and whether its writer came to the end of making it. */
static hs_status map_existing(opening *p, bool *is_finished) {
    const size_t size = (size_t)p->stat.st_size;
    hs_status st = HS_OK;
    *is_finished = false;
    if (size == 0)
        return HS_OK;
    st = check_owner(p, false);
    if (!st && (size < sizeof(hs__shm_header) || size > hs__shm_size(HS_KEYS_SLOTS_MAX)))
        st = hs__shm_fail(p->error, HS_E_KEYS_LAYOUT, 0, "%.200s has %zu bytes", p->s.name, size);
    if (!st)
        st = map(p, size);
    if (!st)
        *is_finished = atomic_load_explicit(&p->keys->header->magic, memory_order_acquire) != 0;
    return st;
}

static void unmap(hs_keys *k) {
    if (k->header)
        munmap(k->header, k->size);
    k->header = NULL;
    k->is_locked = false;
}

/* ---- a reader ----------------------------------------------------------------------------------
 */
static hs_status open_reader(opening *p) {
    hs_keys *const k = p->keys;
    bool is_finished;
    k->fd = shm_open(p->s.name, O_RDONLY, 0);
    if (k->fd < 0)
        return hs__shm_fail(p->error,
                            errno == ENOENT   ? HS_E_KEYS_MISSING
                            : errno == EACCES ? HS_E_KEYS_OWNER
                                              : HS_E_IO,
                            errno, "%.200s", p->s.name);
    if (fstat(k->fd, &p->stat) != 0)
        return hs__shm_fail(p->error, HS_E_IO, errno, "%.200s", p->s.name);
    hs_status st = check_owner(p, true);
    if (!st)
        st = map_existing(p, &is_finished);
    if (!st && !is_finished)
        st = hs__shm_fail(p->error, HS_E_KEYS_MISSING, 0, "%.200s is still being made", p->s.name);
    return st ? st : check_layout(p);
}

/* ---- a writer ----------------------------------------------------------------------------------
 */

/* Of an open file description: it ends with this process, and no other descriptor of the process
 * lets go of it. */
static hs_status lock(opening *p) {
    struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(p->keys->fd, F_OFD_SETLK, &l) == 0)
        return HS_OK;
    if (errno == EAGAIN || errno == EACCES)
        return hs__shm_fail(p->error, HS_E_KEYS_LOCKED, 0, "%.200s has a writer", p->s.name);
    return hs__shm_fail(p->error, HS_E_IO, errno, "%.200s: lock", p->s.name);
}

static hs_status create_or_open(opening *p) {
    hs_keys *const k = p->keys;
    for (int i = 0; i < TRIES; i++) {
        k->fd = shm_open(p->s.name, O_RDWR | O_CREAT | O_EXCL, 0600);
        if (k->fd < 0 && errno == EEXIST)
            k->fd = shm_open(p->s.name, O_RDWR, 0);
        if (k->fd >= 0 || errno != ENOENT)
            break;
    }
    if (k->fd >= 0)
        return HS_OK;
    return hs__shm_fail(p->error, errno == EACCES ? HS_E_KEYS_OWNER : HS_E_IO, errno, "%.200s",
                        p->s.name);
}

/* The memory's pages are taken here: without room for them a later write would be fatal. */
static hs_status make(opening *p) {
    hs_keys *const k = p->keys;
    const size_t size = hs__shm_size(p->s.slots);
    int fault = 0;
    unmap(k);
    if (ftruncate(k->fd, 0) != 0 || (p->s.has_group && fchown(k->fd, (uid_t)-1, p->s.group) != 0) ||
        fchmod(k->fd, p->s.has_group ? 0640 : 0600) != 0)
        fault = errno;
    if (fault == 0)
        fault = posix_fallocate(k->fd, 0, (off_t)size);
    if (fault != 0)
        return hs__shm_fail(p->error, HS_E_IO, fault, "%.200s cannot be made", p->s.name);
    hs_status st = map(p, size);
    if (st)
        return st;
    hs__shm_header *const h = k->header;
    atomic_store_explicit(&h->layout, HS__SHM_LAYOUT, memory_order_relaxed);
    atomic_store_explicit(&h->slots, p->s.slots, memory_order_relaxed);
    atomic_store_explicit(&h->magic, HS__SHM_MAGIC, memory_order_release);
    return HS_OK;
}

/* Readers are told first, then there is nothing to read, then nothing to open. Without a link
 * somebody else took the name away, and it may be another memory's by now. */
static bool take_away(hs_keys *k) {
    struct stat s;
    atomic_store_explicit(&k->header->is_removed, 1, memory_order_release);
    for (uint32_t i = 0; i < k->n; i++)
        hs__slot_empty(k, i);
    return fstat(k->fd, &s) == 0 && (s.st_nlink == 0 || shm_unlink(k->name) == 0);
}

/* One try. `again`: what we hold has no name any more. */
static hs_status try_writer(opening *p) {
    hs_keys *const k = p->keys;
    bool is_finished;
    hs_status st = create_or_open(p);
    if (!st && fstat(k->fd, &p->stat) != 0)
        st = hs__shm_fail(p->error, HS_E_IO, errno, "%.200s", p->s.name);
    /* Before the lock: nobody else's object gets one from us. */
    if (!st)
        st = check_owner(p, false);
    if (!st)
        st = lock(p);
    if (!st && fstat(k->fd, &p->stat) != 0)
        st = hs__shm_fail(p->error, HS_E_IO, errno, "%.200s", p->s.name);
    if (st)
        return st;
    p->again = p->stat.st_nlink == 0;
    if (p->again)
        return HS_OK;
    st = map_existing(p, &is_finished);
    if (!st && !is_finished)
        st = make(p);
    else if (!st)
        st = check_owner(p, true);
    if (!st)
        st = check_layout(p);
    /* A writer was killed in hs_keys_remove: readers were told to open anew. */
    p->again = !st && atomic_load_explicit(&k->header->is_removed, memory_order_acquire) != 0;
    if (p->again && !take_away(k))
        st = hs__shm_fail(p->error, HS_E_IO, errno, "%.200s", p->s.name);
    return st;
}

static void let_go(hs_keys *k) {
    unmap(k);
    if (k->fd >= 0)
        close(k->fd);
    k->fd = -1;
}

static hs_status open_writer(opening *p) {
    hs_status st = HS_OK;
    for (int i = 0; i < TRIES; i++) {
        p->again = false;
        st = try_writer(p);
        if (st)
            return st;
        if (!p->again) {
            hs__shm_repair(p->keys);
            return HS_OK;
        }
        let_go(p->keys);
    }
    return hs__shm_fail(p->error, HS_E_KEYS_LOCKED, 0, "%.200s comes and goes", p->s.name);
}

/* ---- open, close, remove ------------------------------------------------------------------------
 */
hs_status hs_keys_open(const hs_keys_options *o, hs_keys **out, hs_keys_error *error) {
    hs_keys_error unused;
    opening p = {.error = error ? error : &unused};
    memset(p.error, 0, sizeof *p.error);
    *out = NULL;
    if (o->size != sizeof *o)
        return hs__shm_fail(p.error, HS_E_CONFIG, 0, "hs_keys_options.size is wrong");
    hs_status st = hs__shm_settings_read(o, &p.s, p.error);
    if (st)
        return st;
    p.keys = calloc(1, sizeof *p.keys);
    if (!p.keys)
        return hs__shm_fail(p.error, HS_E_NOMEM, 0, "out of memory");
    p.keys->fd = -1;
    p.keys->is_writer = o->write;
    snprintf(p.keys->name, sizeof p.keys->name, "%s", p.s.name);
    st = o->write ? open_writer(&p) : open_reader(&p);
    if (st) {
        hs_keys_close(p.keys);
        return st;
    }
    *out = p.keys;
    return HS_OK;
}

void hs_keys_close(hs_keys *keys) {
    if (!keys)
        return;
    let_go(keys);
    free(keys);
}

hs_status hs_keys_remove(hs_keys *keys) {
    if (!keys->is_writer)
        return HS_E_MISUSE;
    const hs_status st = take_away(keys) ? HS_OK : HS_E_IO;
    hs_keys_close(keys);
    return st;
}
