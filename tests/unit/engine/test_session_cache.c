/* A bounded place for sessions under ids. */
#include "engine/session_cache.h"

#include <pthread.h>

#include "tests/unit/crypto/each_provider.h"

enum { NOW = 1000, LATER = 5000, THREADS = 4, ROUNDS = 5000 };

/* An id whose set (of `sets`) is chosen, and a state that tells of it. */
typedef struct {
    uint8_t id[HS__STORE_ID];
    uint8_t state[40];
} entry;

static entry entry_of(unsigned set, unsigned number) {
    entry e;
    memset(e.id, (int)number, sizeof(e.id));
    memset(e.id, 0, 4);
    e.id[3] = (uint8_t)set;
    memset(e.state, (int)(number ^ 0x80), sizeof(e.state));
    return e;
}

static void put(hs__session_cache *c, const entry *e, uint64_t expires_ms) {
    hs__cache_put(c, NOW, e->id, span_of(e->state, sizeof(e->state)), expires_ms);
}

static bool has(hs__session_cache *c, uint64_t now_ms, const entry *e) {
    uint8_t out[HS__SESSION_STATE_MAX];
    const size_t n = hs__cache_get(c, now_ms, e->id, out);
    if (n > 0) {
        assert_int_equal(n, sizeof(e->state));
        assert_memory_equal(out, e->state, n);
    }
    return n > 0;
}

/* Whether the cache's memory still shows half of an entry's state or more. */
static bool is_in_memory(const hs__session_cache *c, const entry *e) {
    return memmem(c->slots, c->n_slots * sizeof(*c->slots), e->state, sizeof(e->state) / 2) != NULL;
}

typedef struct {
    hs__memory memory;
    hs__session_cache cache;
} place;

static void open_place(place *p, size_t entries) {
    hs__memory_init(&p->memory, NULL);
    assert_ok(hs__cache_init(&p->cache, &p->memory, entries));
}

static void close_place(place *p) {
    hs__cache_end(&p->cache, &p->memory);
    hs__memory_end(&p->memory);
}

static void what_was_put_can_be_got_again_and_again(void **state) {
    (void)state;
    place p;
    open_place(&p, 1);
    assert_int_equal(p.cache.n_slots, HS__CACHE_WAYS);
    const entry a = entry_of(0, 1);
    const entry b = entry_of(0, 2);
    assert_false(has(&p.cache, NOW, &a));
    put(&p.cache, &a, LATER);
    assert_true(has(&p.cache, NOW, &a));
    assert_true(has(&p.cache, LATER - 1, &a));
    assert_false(has(&p.cache, NOW, &b));
    close_place(&p);
}

static void the_one_not_used_for_longest_makes_room(void **state) {
    (void)state;
    place p;
    open_place(&p, HS__CACHE_WAYS);
    entry e[HS__CACHE_WAYS + 1];
    for (unsigned i = 0; i <= HS__CACHE_WAYS; i++) {
        e[i] = entry_of(0, i + 1);
    }
    for (unsigned i = 0; i < HS__CACHE_WAYS; i++) {
        put(&p.cache, &e[i], LATER);
    }
    assert_true(has(&p.cache, NOW, &e[0])); /* now e[1] is the oldest */
    put(&p.cache, &e[HS__CACHE_WAYS], LATER);
    for (unsigned i = 0; i <= HS__CACHE_WAYS; i++) {
        assert_int_equal(has(&p.cache, NOW, &e[i]), i != 1);
    }
    assert_false(is_in_memory(&p.cache, &e[1]));
    close_place(&p);
}

static void sets_do_not_crowd_each_other_out(void **state) {
    (void)state;
    place p;
    open_place(&p, 3 * HS__CACHE_WAYS);
    const entry other = entry_of(1, 200);
    put(&p.cache, &other, LATER);
    for (unsigned i = 0; i < 4 * HS__CACHE_WAYS; i++) {
        const entry e = entry_of(i % 2 == 0 ? 0 : 2, i + 1);
        put(&p.cache, &e, LATER);
    }
    assert_true(has(&p.cache, NOW, &other));
    close_place(&p);
}

static void an_id_is_there_once(void **state) {
    (void)state;
    place p;
    open_place(&p, HS__CACHE_WAYS);
    const entry old = entry_of(0, 1);
    entry fresh = old;
    memset(fresh.state, 0x77, sizeof(fresh.state));
    put(&p.cache, &old, LATER);
    put(&p.cache, &fresh, LATER);
    assert_true(has(&p.cache, NOW, &fresh));
    assert_false(is_in_memory(&p.cache, &old));
    hs__cache_remove(&p.cache, fresh.id);
    assert_false(has(&p.cache, NOW, &fresh));
    close_place(&p);
}

static void a_shorter_state_leaves_nothing_of_a_longer_one(void **state) {
    (void)state;
    place p;
    open_place(&p, HS__CACHE_WAYS);
    const entry longer = entry_of(0, 1);
    put(&p.cache, &longer, LATER);
    assert_true(is_in_memory(&p.cache, &longer));
    hs__cache_put(&p.cache, NOW, longer.id, text("short"), LATER);
    assert_false(is_in_memory(&p.cache, &longer));
    close_place(&p);
}

static void what_is_removed_is_wiped(void **state) {
    (void)state;
    place p;
    open_place(&p, HS__CACHE_WAYS);
    const entry a = entry_of(0, 1);
    const entry b = entry_of(0, 2);
    put(&p.cache, &a, LATER);
    put(&p.cache, &b, LATER);
    hs__cache_remove(&p.cache, a.id);
    hs__cache_remove(&p.cache, a.id);
    assert_false(has(&p.cache, NOW, &a));
    assert_false(is_in_memory(&p.cache, &a));
    assert_true(has(&p.cache, NOW, &b));
    close_place(&p);
}

/* Whoever asks first is still told what it was, so that a trace can say why it is of no use. */
static void what_is_over_is_shown_once_and_wiped(void **state) {
    (void)state;
    place p;
    open_place(&p, HS__CACHE_WAYS);
    const entry a = entry_of(0, 1);
    put(&p.cache, &a, LATER);
    assert_true(has(&p.cache, LATER, &a));
    assert_false(is_in_memory(&p.cache, &a));
    assert_false(has(&p.cache, LATER, &a));
    close_place(&p);
}

static void what_is_over_goes_though_nobody_asks_for_it(void **state) {
    (void)state;
    place p;
    open_place(&p, 2 * HS__CACHE_WAYS);
    const entry a = entry_of(1, 1);
    const entry b = entry_of(1, 2);
    const entry nobody = entry_of(0, 3);
    put(&p.cache, &a, LATER);
    put(&p.cache, &b, LATER + 1);
    for (size_t i = 0; i < p.cache.n_slots; i++) {
        assert_false(has(&p.cache, LATER, &nobody));
    }
    assert_false(is_in_memory(&p.cache, &a));
    assert_true(has(&p.cache, LATER, &b));
    close_place(&p);
}

/* ---- threads ----------------------------------------------------------------------------- */

typedef struct {
    hs__session_cache *cache;
    unsigned number;
} job;

/* All use the same few ids, each id with the one state that belongs to it. */
static void *work(void *arg) {
    const job *j = arg;
    for (unsigned i = 0; i < ROUNDS; i++) {
        const entry e = entry_of(i % 2, (i * (j->number + 1)) % 40 + 1);
        uint8_t out[HS__SESSION_STATE_MAX];
        const size_t n = hs__cache_get(j->cache, NOW, e.id, out);
        if (n > 0 && (n != sizeof(e.state) || memcmp(out, e.state, n) != 0)) {
            return "a state of another id, or of two";
        }
        if (i % 7 == 0) {
            hs__cache_remove(j->cache, e.id);
        } else {
            put(j->cache, &e, LATER);
        }
    }
    return NULL;
}

static void threads_never_see_half_a_session(void **state) {
    (void)state;
    place p;
    job jobs[THREADS];
    pthread_t threads[THREADS];
    open_place(&p, 2 * HS__CACHE_WAYS);
    for (unsigned i = 0; i < THREADS; i++) {
        jobs[i] = (job){&p.cache, i};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &jobs[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        void *fault;
        assert_int_equal(pthread_join(threads[i], &fault), 0);
        assert_null(fault);
    }
    close_place(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_can_be_got_again_and_again),
        cmocka_unit_test(the_one_not_used_for_longest_makes_room),
        cmocka_unit_test(sets_do_not_crowd_each_other_out),
        cmocka_unit_test(an_id_is_there_once),
        cmocka_unit_test(a_shorter_state_leaves_nothing_of_a_longer_one),
        cmocka_unit_test(what_is_removed_is_wiped),
        cmocka_unit_test(what_is_over_is_shown_once_and_wiped),
        cmocka_unit_test(what_is_over_goes_though_nobody_asks_for_it),
        cmocka_unit_test(threads_never_see_half_a_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
