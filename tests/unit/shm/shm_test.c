#include "tests/unit/shm/shm_test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void shm_name(shm_fixture *f) {
    static int number;
    memset(f, 0, sizeof *f);
    snprintf(f->name, sizeof f->name, "/hs-test-%ld-%d", (long)getpid(), number++);
    unsetenv("HS_KEYS_SHM");
    unsetenv("HS_KEYS_SLOTS");
    unsetenv("HS_KEYS_GROUP");
    unsetenv("HS_KEYS_OWNER");
    setenv("HS_KEYS_CONFIG", "/dev/null", 1);
}

void shm_new(shm_fixture *f, uint32_t slots) {
    shm_name(f);
    assert_int_equal(shm_open_writer(f, slots, NULL, &f->writer), HS_OK);
    assert_int_equal(shm_open_reader(f, NULL, &f->reader), HS_OK);
    shm_map_raw(f);
}

void shm_map_raw(shm_fixture *f) {
    struct stat s;
    const int fd = shm_open(f->name, O_RDWR, 0);
    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &s), 0);
    f->raw_size = (size_t)s.st_size;
    f->raw = mmap(NULL, f->raw_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_ptr_not_equal(f->raw, MAP_FAILED);
    close(fd);
}

hs__shm_header *shm_header(const shm_fixture *f) {
    return (hs__shm_header *)(void *)f->raw;
}

hs__slot *shm_slot(const shm_fixture *f, uint32_t slot) {
    return (hs__slot *)(void *)(f->raw + sizeof(hs__shm_header)) + slot;
}

void shm_free(shm_fixture *f) {
    hs_keys_close(f->reader);
    hs_keys_close(f->writer);
    if (f->raw)
        munmap(f->raw, f->raw_size);
    shm_unlink(f->name);
}

hs_status shm_open_writer(const shm_fixture *f, uint32_t slots, const char *group, hs_keys **out) {
    const hs_keys_options o = {
        .size = sizeof o, .name = f->name, .slots = slots, .group = group, .write = true};
    return hs_keys_open(&o, out, NULL);
}

hs_status shm_open_reader(const shm_fixture *f, const char *owner, hs_keys **out) {
    const hs_keys_options o = {.size = sizeof o, .name = f->name, .owner = owner};
    return hs_keys_open(&o, out, NULL);
}

hs_shared_key shm_key(const char *client, const char *server, uint64_t id) {
    hs_shared_key key = {.id = id, .made_at_ms = id * 3, .secret_n = HS_KEYS_SECRET_MAX - id % 3};
    snprintf(key.client_id, sizeof key.client_id, "%s", client);
    snprintf(key.server_id, sizeof key.server_id, "%s", server);
    for (size_t i = 0; i < key.secret_n; i++)
        key.secret[i] = (uint8_t)((id * 2654435761u + i * 40503u) >> 5);
    return key;
}

bool shm_is_key(const hs_shared_key *key) {
    const hs_shared_key as = shm_key(key->client_id, key->server_id, key->id);
    return as.made_at_ms == key->made_at_ms && as.secret_n == key->secret_n &&
           memcmp(as.secret, key->secret, sizeof as.secret) == 0;
}

bool shm_holds(const shm_fixture *f, const hs_shared_key *key) {
    return memmem(f->raw, f->raw_size, key->secret, key->secret_n) != NULL ||
           memmem(f->raw, f->raw_size, key->secret, 8) != NULL;
}
