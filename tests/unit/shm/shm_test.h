/* shm_test.h - what the tests of the shared memory share. */
#ifndef HS_TESTS_SHM_TEST_H
#define HS_TESTS_SHM_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shm/internal.h"

/* A memory of this test's own, and the same bytes once more as anybody with the rights sees them.
 */
typedef struct {
    char name[64];
    hs_keys *writer;
    hs_keys *reader;
    uint8_t *raw; /* writable; raw_size bytes */
    size_t raw_size;
} shm_fixture;

/* A name nobody else has, in f->name; the environment and the system's file are kept out. */
void shm_name(shm_fixture *f);
void shm_new(shm_fixture *f, uint32_t slots);
void shm_map_raw(shm_fixture *f);
hs__shm_header *shm_header(const shm_fixture *f);
hs__slot *shm_slot(const shm_fixture *f, uint32_t slot);
void shm_free(shm_fixture *f);

hs_status shm_open_writer(const shm_fixture *f, uint32_t slots, const char *group, hs_keys **out);
hs_status shm_open_reader(const shm_fixture *f, const char *owner, hs_keys **out);

/* A key whose every byte follows from its number, and whether one is. */
hs_shared_key shm_key(const char *client, const char *server, uint64_t id);
bool shm_is_key(const hs_shared_key *key);

/* Is this secret somewhere in the memory? */
bool shm_holds(const shm_fixture *f, const hs_shared_key *key);

#endif
