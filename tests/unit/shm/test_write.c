#include "tests/unit/shm/shm_test.h"

#include <stdio.h>
#include <time.h>

static hs_status put(const shm_fixture *f, const char *client, uint64_t id) {
    const hs_shared_key key = shm_key(client, "center", id);
    return hs_keys_put(f->writer, &key);
}

static hs_status find(const shm_fixture *f, uint64_t id) {
    hs_shared_key key;
    const hs_status st = hs_keys_find(f->reader, "center", id, &key);
    assert_true(st || shm_is_key(&key));
    return st;
}

/* 0: there is none. */
static uint64_t current(const shm_fixture *f, const char *client) {
    hs_shared_key key;
    const hs_status st = hs_keys_current(f->reader, client, "center", &key);
    assert_true(st || shm_is_key(&key));
    return st ? 0 : key.id;
}

static uint32_t in_use(const shm_fixture *f) {
    hs_keys_info info;
    hs_keys_get_info(f->reader, &info);
    return info.in_use;
}

static void the_next_writer(shm_fixture *f) {
    hs_keys_close(f->writer);
    assert_int_equal(shm_open_writer(f, 0, NULL, &f->writer), HS_OK);
}

static void a_reader_does_not_write(void **state) {
    (void)state;
    shm_fixture f;
    const hs_shared_key key = shm_key("branch-1", "center", 1);
    shm_new(&f, 4);
    assert_int_equal(hs_keys_put(f.reader, &key), HS_E_MISUSE);
    assert_int_equal(hs_keys_revoke(f.reader, "center", 1, 1), HS_E_MISUSE);
    shm_free(&f);
}

static void what_is_no_key_is_refused(void **state) {
    (void)state;
    shm_fixture f;
    shm_new(&f, 4);
    for (int i = 0; i < 7; i++) {
        hs_shared_key key = shm_key("branch-1", "center", 1);
        if (i == 0)
            key.id = 0;
        if (i == 1)
            key.client_id[0] = '\0';
        if (i == 2)
            key.server_id[0] = '\0';
        if (i == 3)
            memset(key.client_id, 'x', sizeof key.client_id);
        if (i == 4)
            key.secret_n = 0;
        if (i == 5)
            key.secret_n = HS_KEYS_SECRET_MAX + 1;
        if (i == 6)
            key.ended_at_ms = 1;
        assert_int_equal(hs_keys_put(f.writer, &key), HS_E_CONFIG);
    }
    assert_int_equal(in_use(&f), 0);
    shm_free(&f);
}

static void the_key_before_stays_and_the_one_before_that_is_wiped(void **state) {
    (void)state;
    shm_fixture f;
    const hs_shared_key first = shm_key("branch-1", "center", 1);
    shm_new(&f, 8);
    assert_int_equal(put(&f, "branch-1", 1), HS_OK);
    assert_int_equal(put(&f, "branch-2", 2), HS_OK);
    assert_int_equal(put(&f, "branch-1", 3), HS_OK);
    assert_int_equal(current(&f, "branch-1"), 3);
    assert_int_equal(find(&f, 1), HS_OK);
    assert_true(shm_holds(&f, &first));
    assert_int_equal(put(&f, "branch-1", 4), HS_OK);
    assert_int_equal(current(&f, "branch-1"), 4);
    assert_int_equal(find(&f, 3), HS_OK);
    assert_int_equal(find(&f, 1), HS_E_SHARED_KEY_UNKNOWN);
    assert_false(shm_holds(&f, &first));
    assert_int_equal(current(&f, "branch-2"), 2);
    assert_int_equal(in_use(&f), 3);
    shm_free(&f);
}

static void the_same_key_again_changes_nothing(void **state) {
    (void)state;
    shm_fixture f;
    hs_keys_info before, after;
    hs_shared_key key = shm_key("branch-1", "center", 1);
    shm_new(&f, 4);
    assert_int_equal(put(&f, "branch-1", 1), HS_OK);
    hs_keys_get_info(f.reader, &before);
    assert_int_equal(put(&f, "branch-1", 1), HS_OK);
    hs_keys_get_info(f.reader, &after);
    assert_int_equal(before.generation, after.generation);
    key.secret[5] ^= 1;
    assert_int_equal(hs_keys_put(f.writer, &key), HS_E_SHARED_KEY_EXISTS);
    assert_int_equal(put(&f, "branch-2", 1), HS_E_SHARED_KEY_EXISTS);
    assert_int_equal(put(&f, "branch-1", 2), HS_OK);
    assert_int_equal(put(&f, "branch-1", 1), HS_OK); /* it does not come back into force */
    assert_int_equal(current(&f, "branch-1"), 2);
    shm_free(&f);
}

static void revoking_wipes_the_bytes(void **state) {
    (void)state;
    shm_fixture f;
    const hs_shared_key key = shm_key("branch-1", "center", 1);
    shm_new(&f, 4);
    assert_int_equal(put(&f, "branch-1", 1), HS_OK);
    assert_true(shm_holds(&f, &key));
    assert_int_equal(hs_keys_revoke(f.writer, "center", 1, 99), HS_OK);
    assert_false(shm_holds(&f, &key));
    assert_int_equal(shm_slot(&f, 0)->words[HS__AT_ENDED], 99);
    assert_int_equal(in_use(&f), 0);
    assert_int_equal(hs_keys_revoke(f.writer, "center", 1, 100), HS_OK);
    assert_int_equal(shm_slot(&f, 0)->words[HS__AT_ENDED], 99); /* the first time counts */
    assert_int_equal(hs_keys_revoke(f.writer, "center", 2, 99), HS_E_SHARED_KEY_UNKNOWN);
    assert_int_equal(hs_keys_revoke(f.writer, "centre", 1, 99), HS_E_SHARED_KEY_UNKNOWN);
    assert_int_equal(hs_keys_revoke(f.writer, "center-of-all", 1, 99), HS_E_SHARED_KEY_UNKNOWN);
    assert_int_equal(put(&f, "branch-1", 1), HS_E_SHARED_KEY_REVOKED);
    shm_free(&f);
}

static void no_older_key_takes_the_place_of_a_revoked_one(void **state) {
    (void)state;
    shm_fixture f;
    hs_shared_key key;
    shm_new(&f, 2);
    assert_int_equal(put(&f, "branch-1", 1), HS_OK);
    assert_int_equal(put(&f, "branch-1", 2), HS_OK);
    assert_int_equal(hs_keys_revoke(f.writer, "center", 2, 99), HS_OK);
    assert_int_equal(hs_keys_current(f.reader, "branch-1", "center", &key),
                     HS_E_SHARED_KEY_REVOKED);
    assert_int_equal(put(&f, "branch-2", 3), HS_OK); /* takes the slot: not even a trace is left */
    assert_int_equal(find(&f, 2), HS_E_SHARED_KEY_UNKNOWN);
    assert_int_equal(current(&f, "branch-1"), 0);
    assert_int_equal(find(&f, 1), HS_OK);
    the_next_writer(&f);
    assert_int_equal(current(&f, "branch-1"), 0);
    shm_free(&f);
}

static void a_full_table_gives_up_what_is_not_in_force_first(void **state) {
    (void)state;
    shm_fixture f;
    shm_new(&f, 3);
    assert_int_equal(put(&f, "branch-1", 1), HS_OK);
    assert_int_equal(put(&f, "branch-1", 2), HS_OK);
    assert_int_equal(put(&f, "branch-2", 3), HS_OK);
    assert_int_equal(put(&f, "branch-3", 4), HS_OK); /* the key before branch-1's goes */
    assert_int_equal(find(&f, 1), HS_E_SHARED_KEY_UNKNOWN);
    assert_int_equal(put(&f, "branch-4", 5), HS_E_KEYS_FULL);
    assert_int_equal(current(&f, "branch-4"), 0);
    assert_int_equal(put(&f, "branch-2", 6), HS_OK); /* in the place of its own */
    assert_int_equal(current(&f, "branch-2"), 6);
    assert_int_equal(find(&f, 3), HS_E_SHARED_KEY_UNKNOWN);
    assert_int_equal(hs_keys_revoke(f.writer, "center", 2, 99), HS_OK);
    assert_int_equal(put(&f, "branch-4", 5), HS_OK);
    assert_int_equal(current(&f, "branch-3"), 4);
    assert_int_equal(in_use(&f), 3);
    shm_free(&f);
}

static void the_oldest_trace_goes_first(void **state) {
    (void)state;
    shm_fixture f;
    shm_new(&f, 3);
    for (uint64_t id = 1; id <= 3; id++) {
        char client[12];
        snprintf(client, sizeof client, "branch-%d", (int)id);
        assert_int_equal(put(&f, client, id), HS_OK);
    }
    for (uint64_t id = 3; id >= 1; id--)
        assert_int_equal(hs_keys_revoke(f.writer, "center", id, 99), HS_OK);
    assert_int_equal(put(&f, "branch-4", 4), HS_OK);
    assert_int_equal(find(&f, 1), HS_E_SHARED_KEY_UNKNOWN);
    assert_int_equal(find(&f, 2), HS_E_SHARED_KEY_REVOKED);
    assert_int_equal(find(&f, 3), HS_E_SHARED_KEY_REVOKED);
    shm_free(&f);
}

static void keys_past_their_time_are_wiped_by_the_writer(void **state) {
    (void)state;
    shm_fixture f;
    hs_shared_key key = shm_key("branch-1", "center", 1);
    shm_new(&f, 4);
    key.expires_at_ms = hs__shm_now_ms() - 1;
    assert_int_equal(hs_keys_put(f.writer, &key), HS_E_SHARED_KEY_EXPIRED);
    assert_false(shm_holds(&f, &key));
    for (int i = 0; i < 2; i++) { /* by its next put, and by the next writer */
        key = shm_key("branch-1", "center", 10 + (uint64_t)i);
        key.expires_at_ms = hs__shm_now_ms() + 20;
        assert_int_equal(hs_keys_put(f.writer, &key), HS_OK);
        assert_true(shm_holds(&f, &key));
        const struct timespec pause = {.tv_nsec = 30000000};
        nanosleep(&pause, NULL);
        if (i == 0)
            assert_int_equal(put(&f, "branch-2", 2), HS_OK);
        else
            the_next_writer(&f);
        assert_false(shm_holds(&f, &key));
        assert_int_equal(find(&f, key.id), HS_E_SHARED_KEY_EXPIRED);
        assert_int_equal(hs_keys_put(f.writer, &key), HS_E_SHARED_KEY_EXPIRED);
    }
    assert_int_equal(in_use(&f), 1);
    shm_free(&f);
}

/* ---- after a writer that was killed --------------------------------------------------------- */
static void a_slot_half_written_is_wiped_by_the_next_writer(void **state) {
    (void)state;
    shm_fixture f;
    const hs_shared_key key = shm_key("branch-1", "center", 1);
    shm_new(&f, 4);
    assert_int_equal(put(&f, "branch-1", 1), HS_OK);
    assert_int_equal(put(&f, "branch-2", 2), HS_OK);
    shm_slot(&f, 0)->sequence = 3;
    shm_header(&f)->in_use = 7;
    the_next_writer(&f);
    assert_false(shm_holds(&f, &key));
    assert_int_equal(shm_slot(&f, 0)->sequence % 2, 0);
    assert_true(shm_slot(&f, 0)->sequence > 3);
    assert_int_equal(find(&f, 1), HS_E_SHARED_KEY_UNKNOWN);
    assert_int_equal(current(&f, "branch-2"), 2);
    assert_int_equal(in_use(&f), 1);
    assert_int_equal(put(&f, "branch-1", 1), HS_OK); /* its store knows it still */
    assert_int_equal(current(&f, "branch-1"), 1);
    shm_free(&f);
}

static void a_put_that_was_cut_between_its_steps_is_ended(void **state) {
    (void)state;
    shm_fixture f;
    shm_new(&f, 4);
    assert_int_equal(put(&f, "branch-2", 9), HS_OK);
    assert_int_equal(put(&f, "branch-1", 1), HS_OK);
    assert_int_equal(put(&f, "branch-1", 2), HS_OK);
    /* 3 went into a free slot; 2 is still current, 1 still there. */
    const hs_shared_key key = shm_key("branch-1", "center", 3);
    hs__slot_copy copy;
    hs__slot_encode(&key, &copy);
    copy.w[HS__AT_CURRENT] = 1;
    copy.w[HS__AT_ORDER] = 4;
    hs__slot_change(f.writer, 3, &copy);
    assert_int_equal(current(&f, "branch-1"), 3);
    the_next_writer(&f);
    assert_int_equal(current(&f, "branch-1"), 3);
    assert_int_equal(shm_slot(&f, 2)->words[HS__AT_CURRENT], 0);
    assert_int_equal(find(&f, 2), HS_OK);
    assert_int_equal(find(&f, 1), HS_E_SHARED_KEY_UNKNOWN);
    assert_int_equal(current(&f, "branch-2"), 9);
    assert_int_equal(put(&f, "branch-1", 4), HS_OK); /* and its place in the order is known */
    assert_int_equal(current(&f, "branch-1"), 4);
    shm_free(&f);
}

static void a_sound_memory_is_left_as_it_is(void **state) {
    (void)state;
    shm_fixture f;
    uint8_t before[192 * 6];
    shm_new(&f, 5);
    the_next_writer(&f);
    assert_int_equal(put(&f, "branch-1", 1), HS_OK);
    assert_int_equal(put(&f, "branch-1", 2), HS_OK);
    assert_int_equal(put(&f, "branch-2", 3), HS_OK);
    assert_int_equal(hs_keys_revoke(f.writer, "center", 2, 9), HS_OK);
    memcpy(before, f.raw, sizeof before);
    the_next_writer(&f);
    assert_memory_equal(before, f.raw, sizeof before);
    shm_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reader_does_not_write),
        cmocka_unit_test(what_is_no_key_is_refused),
        cmocka_unit_test(the_key_before_stays_and_the_one_before_that_is_wiped),
        cmocka_unit_test(the_same_key_again_changes_nothing),
        cmocka_unit_test(revoking_wipes_the_bytes),
        cmocka_unit_test(no_older_key_takes_the_place_of_a_revoked_one),
        cmocka_unit_test(a_full_table_gives_up_what_is_not_in_force_first),
        cmocka_unit_test(the_oldest_trace_goes_first),
        cmocka_unit_test(keys_past_their_time_are_wiped_by_the_writer),
        cmocka_unit_test(a_slot_half_written_is_wiped_by_the_next_writer),
        cmocka_unit_test(a_put_that_was_cut_between_its_steps_is_ended),
        cmocka_unit_test(a_sound_memory_is_left_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
