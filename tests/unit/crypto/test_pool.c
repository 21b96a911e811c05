#include "crypto/pool.h"

#include <pthread.h>

#include "tests/unit/crypto/each_provider.h"

static void objects_come_back_until_it_is_empty(void **state) {
    (void)state;
    static hs__pool pool;
    int objects[HS__POOL_SLOTS + 1];
    for (int i = 0; i < HS__POOL_SLOTS; i++)
        assert_true(hs__pool_put(&pool, &objects[i]));
    assert_false(hs__pool_put(&pool, &objects[HS__POOL_SLOTS]));
    for (int i = 0; i < HS__POOL_SLOTS; i++)
        assert_non_null(hs__pool_take(&pool));
    assert_null(hs__pool_take(&pool));
}

enum { ROUNDS = 20000, THREADS = 4 };

static hs__pool shared;

/* An object that two threads hold at once would count wrong. */
static void *borrow(void *arg) {
    (void)arg;
    for (int i = 0; i < ROUNDS; i++) {
        int *object = hs__pool_take(&shared);
        if (!object)
            continue;
        ++*object;
        if (*object != 1)
            return "shared by two";
        --*object;
        if (!hs__pool_put(&shared, object))
            return "lost";
    }
    return NULL;
}

static void an_object_is_with_one_thread_at_a_time(void **state) {
    (void)state;
    int objects[2] = {0, 0};
    pthread_t threads[THREADS];
    assert_true(hs__pool_put(&shared, &objects[0]));
    assert_true(hs__pool_put(&shared, &objects[1]));
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, borrow, NULL), 0);
    for (int i = 0; i < THREADS; i++) {
        void *fault;
        assert_int_equal(pthread_join(threads[i], &fault), 0);
        assert_null(fault);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_come_back_until_it_is_empty),
        cmocka_unit_test(an_object_is_with_one_thread_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
