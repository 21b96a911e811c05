/* One writer and many readers at full speed, as threads and as processes; writers killed in the
 * middle of what they do. HS_HAMMER_SECONDS says how long; 1 without it. */
#include "tests/unit/shm/shm_test.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { READERS = 4, CLIENTS = 3, SLOTS = 5 };

/* Beside the shared memory: what the writer is known to have done when a read begins. */
typedef struct {
    _Atomic uint64_t revoked; /* all keys up to this number were, before it was written here */
    _Atomic uint64_t put;     /* keys up to this one were put */
    _Atomic bool stop;
    _Atomic uint64_t read, refused; /* by readers */
    _Atomic uint64_t wrong;
} progress;

typedef struct {
    shm_fixture f;
    progress *seen;
    unsigned lag; /* a key is revoked when that many more were put. CLIENTS: its pair has a new one
                     by then, so there is always one in force. 1: it is in force, others are not */
} hammer;

static const char *const clients[CLIENTS] = {"branch-1", "branch-2", "branch-3"};

static const char *client_of(uint64_t id) {
    return clients[id % CLIENTS];
}

static hs_shared_key key_of(uint64_t id) {
    return shm_key(client_of(id), "center", id);
}

static void hammer_new(hammer *h, unsigned lag) {
    h->lag = lag;
    h->seen =
        mmap(NULL, sizeof *h->seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(h->seen, MAP_FAILED);
    shm_name(&h->f);
    assert_int_equal(shm_open_writer(&h->f, SLOTS, NULL, &h->f.writer), HS_OK);
}

static void hammer_free(hammer *h) {
    munmap(h->seen, sizeof *h->seen);
    shm_free(&h->f);
}

static double seconds(void) {
    const char *const text = getenv("HS_HAMMER_SECONDS");
    return text ? atof(text) : 1;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- the writer: keys of all clients in turn, each revoked a few keys later ------------------ */
static hs_status write_some(const hammer *h, hs_keys *keys, uint64_t *id, int n) {
    progress *const seen = h->seen;
    for (int i = 0; i < n; i++) {
        const hs_shared_key key = key_of(++*id);
        hs_status st = hs_keys_put(keys, &key);
        atomic_store(&seen->put, *id);
        if (!st && *id > h->lag) {
            const hs_status revoked = hs_keys_revoke(keys, "center", *id - h->lag, *id);
            st = revoked == HS_E_SHARED_KEY_UNKNOWN ? HS_OK : revoked;
            atomic_store(&seen->revoked, *id - h->lag);
        }
        if (st)
            return st;
    }
    return HS_OK;
}

static void write_until_it_is_over(hammer *h) {
    const double end = now() + seconds();
    uint64_t id = 0;
    while (now() < end)
        assert_int_equal(write_some(h, h->f.writer, &id, 100), HS_OK);
    atomic_store(&h->seen->stop, true);
}

/* ---- a reader ----------------------------------------------------------------------------------
 */

/* The key is whole, was in the memory, and was not revoked before it was asked for. */
static bool is_good(const hs_shared_key *key, uint64_t revoked, const progress *seen) {
    return shm_is_key(key) && strcmp(key->client_id, client_of(key->id)) == 0 &&
           key->id > revoked && key->id <= atomic_load(&seen->put) + 1 && key->is_usable;
}

static bool read_one(const hammer *h, const hs_keys *keys, const char *client) {
    progress *const seen = h->seen;
    hs_shared_key key;
    const uint64_t revoked = atomic_load(&seen->revoked), put = atomic_load(&seen->put);
    const bool is_in_force = put > 3 * CLIENTS && h->lag == CLIENTS;
    hs_status st = hs_keys_current(keys, client, "center", &key);
    /* HS_E_KEYS_BUSY: never found at rest. It may be so, but seldom. */
    bool is_right = st == HS_OK ? is_good(&key, revoked, seen) && key.is_current
                                : !is_in_force || st == HS_E_KEYS_BUSY;
    if (st == HS_OK)
        atomic_fetch_add(&seen->read, 1);
    else if (is_in_force)
        atomic_fetch_add(&seen->refused, 1);

    /* By number: one that may be revoked at this very moment. */
    const uint64_t id = put > h->lag ? put - h->lag + 1 : 1;
    st = hs_keys_find(keys, "center", id, &key);
    if (st == HS_OK)
        is_right = is_right && key.id == id && is_good(&key, revoked, seen);
    return is_right;
}

static void *read_until_it_is_over(void *arg) {
    hammer *const h = arg;
    progress *const seen = h->seen;
    hs_keys *keys;
    if (shm_open_reader(&h->f, NULL, &keys) != HS_OK) {
        atomic_fetch_add(&seen->wrong, 1);
        return NULL;
    }
    for (size_t i = 0; !atomic_load(&seen->stop); i++) {
        if (!read_one(h, keys, clients[i % CLIENTS]))
            atomic_fetch_add(&seen->wrong, 1);
    }
    hs_keys_close(keys);
    return NULL;
}

static void assert_good(const hammer *h) {
    const unsigned long long put = h->seen->put, read = h->seen->read, refused = h->seen->refused;
    print_message("%llu puts, %llu keys read, %llu times busy\n", put, read, refused);
    assert_int_equal(h->seen->wrong, 0);
    assert_true(put > 100);
    assert_true(read > 100);
    assert_true(refused <= read / 10 + 100);
}

static void threads_never_read_a_torn_or_revoked_key(void **state) {
    (void)state;
    hammer h;
    pthread_t readers[READERS];
    hammer_new(&h, CLIENTS);
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, read_until_it_is_over, &h), 0);
    write_until_it_is_over(&h);
    for (int i = 0; i < READERS; i++)
        pthread_join(readers[i], NULL);
    assert_good(&h);
    hammer_free(&h);
}

static void processes_never_read_a_torn_or_revoked_key(void **state) {
    (void)state;
    hammer h;
    pid_t readers[READERS];
    hammer_new(&h, 1);
    for (int i = 0; i < READERS; i++) {
        readers[i] = fork();
        assert_true(readers[i] >= 0);
        if (readers[i] == 0) {
            read_until_it_is_over(&h);
            _exit(0);
        }
    }
    write_until_it_is_over(&h);
    for (int i = 0; i < READERS; i++) {
        int status;
        assert_int_equal(waitpid(readers[i], &status, 0), readers[i]);
        assert_int_equal(status, 0);
    }
    assert_good(&h);
    hammer_free(&h);
}

/* ---- kill -9 ------------------------------------------------------------------------------------
 */
static pid_t start_writer(hammer *h) {
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        hs_keys *keys;
        /* What the one before may not have come to the end of, once more. */
        uint64_t id = atomic_load(&h->seen->put);
        id -= id != 0;
        if (shm_open_writer(&h->f, SLOTS, NULL, &keys) != HS_OK)
            _exit(1);
        while (write_some(h, keys, &id, 100) == HS_OK) {
        }
        _exit(2);
    }
    return pid;
}

static void kill_at_any_moment(hammer *h, unsigned random) {
    const uint64_t before = atomic_load(&h->seen->put);
    const struct timespec pause = {.tv_nsec = 1000 + random % 200000};
    const pid_t pid = start_writer(h);
    int status;
    while (atomic_load(&h->seen->put) == before && waitpid(pid, &status, WNOHANG) == 0)
        sched_yield();
    nanosleep(&pause, NULL);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status)); /* else it found something that was not as it must be */
}

static int odd_slots(const hammer *h) {
    int n = 0;
    for (uint32_t i = 0; i < SLOTS; i++)
        n += (shm_slot(&h->f, i)->sequence & 1) != 0;
    return n;
}

static uint32_t usable_slots(const hammer *h) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < SLOTS; i++)
        n += shm_slot(&h->f, i)->words[HS__AT_STATE] == HS__SLOT_USABLE;
    return n;
}

/* A reader between two writers gets good keys or none, and is not held up. */
static void read_between(const hammer *h) {
    for (int i = 0; i < CLIENTS; i++) {
        hs_shared_key key;
        const hs_status st = hs_keys_current(h->f.reader, clients[i], "center", &key);
        if (st == HS_OK)
            assert_true(is_good(&key, h->seen->revoked, h->seen));
        else
            assert_true(st == HS_E_KEYS_BUSY || st == HS_E_SHARED_KEY_UNKNOWN ||
                        st == HS_E_SHARED_KEY_REVOKED);
    }
}

static void a_writer_killed_in_the_middle_is_cleaned_up_after(void **state) {
    (void)state;
    hammer h;
    int odd = 0, kills = 0;
    hs_keys_info info;
    unsigned random = 1;
    hammer_new(&h, CLIENTS);
    hs_keys_close(h.f.writer);
    assert_int_equal(shm_open_reader(&h.f, NULL, &h.f.reader), HS_OK);
    shm_map_raw(&h.f);
    const double end = now() + 30;
    while (odd < (seconds() > 1 ? 100 : 3) && now() < end) {
        random = random * 1103515245u + 12345u;
        kill_at_any_moment(&h, random >> 8);
        kills++;
        odd += odd_slots(&h) != 0;
        read_between(&h);
        assert_int_equal(shm_open_writer(&h.f, 0, NULL, &h.f.writer), HS_OK);
        assert_int_equal(odd_slots(&h), 0);
        hs_keys_get_info(h.f.writer, &info);
        assert_int_equal(info.in_use, usable_slots(&h));
        read_between(&h);
        hs_keys_close(h.f.writer);
    }
    h.f.writer = NULL;
    print_message("%d writers killed, %d of them within a change\n", kills, odd);
    assert_true(odd > 0);
    hammer_free(&h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_never_read_a_torn_or_revoked_key),
        cmocka_unit_test(processes_never_read_a_torn_or_revoked_key),
        cmocka_unit_test(a_writer_killed_in_the_middle_is_cleaned_up_after),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
