#include <pthread.h>
#include <time.h>

#include "tests/unit/shm/shm_test.h"

static void a_key_comes_back_as_it_went_in(void **state) {
    (void)state;
    hs__slot_copy copy;
    hs_shared_key out, in = shm_key("12345678901", "abcdefghijk", UINT64_MAX);
    in.expires_at_ms = UINT64_MAX - 1;
    hs__slot_encode(&in, &copy);
    copy.w[HS__AT_CURRENT] = 1;
    hs__slot_decode(&copy, &out);
    assert_true(out.is_usable && out.is_current);
    out.is_usable = out.is_current = false;
    assert_memory_equal(&out, &in, sizeof in);
}

static void nothing_is_read_beyond_a_slot_that_lies(void **state) {
    (void)state;
    hs__slot_copy copy;
    hs_shared_key out;
    memset(&copy, 0xff, sizeof copy);
    hs__slot_decode(&copy, &out);
    assert_int_equal(out.secret_n, 0);
    assert_int_equal(strlen(out.client_id), HS_KEYS_ID_MAX);
    assert_int_equal(strlen(out.server_id), HS_KEYS_ID_MAX);
    assert_false(out.is_usable);
}

static void a_change_counts_and_leaves_the_sequence_even(void **state) {
    (void)state;
    shm_fixture f;
    hs__slot_copy copy, seen;
    uint64_t sequence;
    const hs_shared_key key = shm_key("branch-1", "center", 1);
    shm_new(&f, 2);
    hs__slot_encode(&key, &copy);
    hs__slot_change(f.writer, 1, &copy);
    assert_int_equal(shm_slot(&f, 1)->sequence, 2);
    assert_int_equal(shm_header(&f)->generation, 1);
    assert_int_equal(shm_header(&f)->in_use, 1);
    assert_int_equal(hs__slot_read(f.reader, 1, HS__SLOT_WORDS, &seen, &sequence), HS_OK);
    assert_int_equal(sequence, 2);
    assert_memory_equal(&seen, &copy, sizeof copy);
    hs__slot_empty(f.writer, 1);
    assert_int_equal(shm_slot(&f, 1)->sequence, 4);
    assert_int_equal(shm_header(&f)->generation, 2);
    assert_int_equal(shm_header(&f)->in_use, 0);
    assert_false(shm_holds(&f, &key));
    shm_free(&f);
}

static void a_slot_left_odd_gets_a_sequence_that_nobody_has_seen(void **state) {
    (void)state;
    shm_fixture f;
    shm_new(&f, 1);
    shm_slot(&f, 0)->sequence = 7;
    hs__slot_empty(f.writer, 0);
    assert_int_equal(shm_slot(&f, 0)->sequence, 10);
    shm_free(&f);
}

static void a_slot_whose_writer_died_is_given_up_at_once(void **state) {
    (void)state;
    shm_fixture f;
    hs__slot_copy seen;
    uint64_t sequence;
    struct timespec from, to;
    shm_new(&f, 1);
    hs_keys_close(f.writer);
    f.writer = NULL;
    shm_slot(&f, 0)->sequence = 7;
    clock_gettime(CLOCK_MONOTONIC, &from);
    assert_int_equal(hs__slot_read(f.reader, 0, 1, &seen, &sequence), HS_E_KEYS_BUSY);
    clock_gettime(CLOCK_MONOTONIC, &to);
    assert_true(to.tv_sec - from.tv_sec <= 1);
    shm_free(&f);
}

static void *finish_later(void *slot) {
    const struct timespec pause = {.tv_nsec = 50000000};
    nanosleep(&pause, NULL);
    atomic_store(&((hs__slot *)slot)->sequence, 8);
    return NULL;
}

static void a_writer_that_is_alive_is_waited_for(void **state) {
    (void)state;
    shm_fixture f;
    hs__slot_copy seen;
    uint64_t sequence;
    pthread_t thread;
    shm_new(&f, 1);
    shm_slot(&f, 0)->sequence = 7;
    assert_int_equal(pthread_create(&thread, NULL, finish_later, shm_slot(&f, 0)), 0);
    assert_int_equal(hs__slot_read(f.reader, 0, 1, &seen, &sequence), HS_OK);
    assert_int_equal(sequence, 8);
    pthread_join(thread, NULL);
    shm_free(&f);
}

static void a_writer_that_stopped_is_not_waited_for_without_end(void **state) {
    (void)state;
    shm_fixture f;
    hs__slot_copy seen;
    uint64_t sequence;
    shm_new(&f, 1);
    shm_slot(&f, 0)->sequence = 7;
    seen.w[0] = 1;
    assert_int_equal(hs__slot_read(f.reader, 0, 1, &seen, &sequence), HS_E_KEYS_BUSY);
    assert_int_equal(seen.w[0], 0);
    shm_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_comes_back_as_it_went_in),
        cmocka_unit_test(nothing_is_read_beyond_a_slot_that_lies),
        cmocka_unit_test(a_change_counts_and_leaves_the_sequence_even),
        cmocka_unit_test(a_slot_left_odd_gets_a_sequence_that_nobody_has_seen),
        cmocka_unit_test(a_slot_whose_writer_died_is_given_up_at_once),
        cmocka_unit_test(a_writer_that_is_alive_is_waited_for),
        cmocka_unit_test(a_writer_that_stopped_is_not_waited_for_without_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
