#include "tests/unit/shm/shm_test.h"

static void put(const shm_fixture *f, const char *client, const char *server, uint64_t id) {
    const hs_shared_key key = shm_key(client, server, id);
    assert_int_equal(hs_keys_put(f->writer, &key), HS_OK);
}

static void a_key_is_found_by_its_pair_and_by_its_number(void **state) {
    (void)state;
    shm_fixture f;
    hs_shared_key key;
    shm_new(&f, 8);
    put(&f, "branch-1", "center", 1);
    put(&f, "branch-2", "center", 2);
    put(&f, "branch-1", "backup", 2); /* each server counts for itself */
    assert_int_equal(hs_keys_current(f.reader, "branch-1", "center", &key), HS_OK);
    assert_true(key.id == 1 && shm_is_key(&key) && key.is_usable && key.is_current);
    assert_int_equal(hs_keys_find(f.reader, "center", 2, &key), HS_OK);
    assert_string_equal(key.client_id, "branch-2");
    assert_int_equal(hs_keys_find(f.reader, "backup", 2, &key), HS_OK);
    assert_string_equal(key.client_id, "branch-1");
    assert_int_equal(hs_keys_find(f.writer, "backup", 2, &key), HS_OK);
    shm_free(&f);
}

static void what_is_not_there_is_unknown_and_leaves_zeros(void **state) {
    (void)state;
    static const hs_shared_key zeros;
    shm_fixture f;
    hs_shared_key key;
    shm_new(&f, 8);
    put(&f, "branch-1", "center", 1);
    const struct {
        const char *client, *server;
    } pairs[] = {{"branch-2", "center"},
                 {"branch-1", "cente"},
                 {"branch-1", "center2"},
                 {"center", "branch-1"},
                 {"", ""},
                 {"branch-1", "center\xff"},
                 {"", "center"},
                 {"a-longer-name-than-any-id", "center"}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        memset(&key, 0xaa, sizeof key);
        assert_int_equal(hs_keys_current(f.reader, pairs[i].client, pairs[i].server, &key),
                         HS_E_SHARED_KEY_UNKNOWN);
        assert_memory_equal(&key, &zeros, sizeof key);
    }
    assert_int_equal(hs_keys_find(f.reader, "center", 2, &key), HS_E_SHARED_KEY_UNKNOWN);
    assert_int_equal(hs_keys_find(f.reader, "center", 0, &key), HS_E_SHARED_KEY_UNKNOWN);
    assert_int_equal(hs_keys_find(f.reader, "", 0, &key), HS_E_SHARED_KEY_UNKNOWN);
    shm_free(&f);
}

static void a_revoked_key_is_said_to_be_revoked(void **state) {
    (void)state;
    static const hs_shared_key zeros;
    shm_fixture f;
    hs_shared_key key;
    shm_new(&f, 8);
    put(&f, "branch-1", "center", 1);
    assert_int_equal(hs_keys_revoke(f.writer, "center", 1, 99), HS_OK);
    assert_int_equal(hs_keys_find(f.reader, "center", 1, &key), HS_E_SHARED_KEY_REVOKED);
    assert_memory_equal(&key, &zeros, sizeof key);
    assert_int_equal(hs_keys_current(f.reader, "branch-1", "center", &key),
                     HS_E_SHARED_KEY_REVOKED);
    assert_memory_equal(&key, &zeros, sizeof key);
    shm_free(&f);
}

static void a_key_past_its_time_is_refused_though_no_writer_came(void **state) {
    (void)state;
    shm_fixture f;
    hs_shared_key key = shm_key("branch-1", "center", 1), copy;
    shm_new(&f, 8);
    key.expires_at_ms = hs__shm_now_ms() + 3600000;
    assert_int_equal(hs_keys_put(f.writer, &key), HS_OK);
    assert_int_equal(hs_keys_current(f.reader, "branch-1", "center", &copy), HS_OK);
    assert_true(hs_keys_still_current(f.reader, &copy));
    /* An hour later. */
    copy.expires_at_ms = hs__shm_now_ms();
    shm_slot(&f, 0)->words[HS__AT_EXPIRES] = hs__shm_now_ms();
    assert_false(hs_keys_still_current(f.reader, &copy));
    assert_int_equal(hs_keys_current(f.reader, "branch-1", "center", &copy),
                     HS_E_SHARED_KEY_EXPIRED);
    assert_int_equal(hs_keys_find(f.reader, "center", 1, &copy), HS_E_SHARED_KEY_EXPIRED);
    assert_int_equal(copy.secret_n, 0);
    shm_free(&f);
}

static void a_copy_is_current_until_its_key_changes(void **state) {
    (void)state;
    shm_fixture f;
    hs_shared_key first, second;
    shm_new(&f, 8);
    put(&f, "branch-1", "center", 1);
    assert_int_equal(hs_keys_current(f.reader, "branch-1", "center", &first), HS_OK);
    put(&f, "branch-2", "center", 2); /* nothing to do with it */
    assert_true(hs_keys_still_current(f.reader, &first));
    put(&f, "branch-1", "center", 3); /* its successor */
    assert_false(hs_keys_still_current(f.reader, &first));
    assert_int_equal(hs_keys_current(f.reader, "branch-1", "center", &second), HS_OK);
    assert_true(hs_keys_still_current(f.reader, &second));
    assert_int_equal(hs_keys_revoke(f.writer, "center", 3, 99), HS_OK);
    assert_false(hs_keys_still_current(f.reader, &second));
    memset(&first, 0, sizeof first);
    assert_false(hs_keys_still_current(f.reader, &first));
    second.mark[0] = UINT64_MAX;
    assert_false(hs_keys_still_current(f.reader, &second));
    shm_free(&f);
}

/* As between a put's two steps. */
static void of_two_current_keys_the_later_one_is(void **state) {
    (void)state;
    shm_fixture f;
    hs_shared_key key;
    shm_new(&f, 8);
    put(&f, "branch-1", "center", 2);
    put(&f, "branch-1", "center", 1);
    shm_slot(&f, 0)->words[HS__AT_CURRENT] = 1;
    assert_int_equal(hs_keys_current(f.reader, "branch-1", "center", &key), HS_OK);
    assert_int_equal(key.id, 1);
    shm_free(&f);
}

static void a_slot_left_half_written_is_never_read(void **state) {
    (void)state;
    shm_fixture f;
    hs_shared_key key;
    uint32_t at = 0;
    shm_new(&f, 4);
    put(&f, "branch-1", "center", 1);
    put(&f, "branch-2", "center", 2);
    hs_keys_close(f.writer);
    f.writer = NULL;
    shm_slot(&f, 0)->sequence = 3;
    assert_int_equal(hs_keys_current(f.reader, "branch-1", "center", &key), HS_E_KEYS_BUSY);
    assert_int_equal(hs_keys_find(f.reader, "center", 1, &key), HS_E_KEYS_BUSY);
    assert_int_equal(key.secret_n, 0);
    assert_int_equal(hs_keys_current(f.reader, "branch-2", "center", &key), HS_OK);
    assert_int_equal(hs_keys_next(f.reader, &at, &key), HS_OK);
    assert_int_equal(key.id, 2);
    shm_free(&f);
}

static void a_walk_shows_all_but_the_secrets(void **state) {
    (void)state;
    static const uint8_t zeros[HS_KEYS_SECRET_MAX];
    shm_fixture f;
    hs_shared_key key;
    uint32_t at = 0;
    shm_new(&f, 4);
    assert_int_equal(hs_keys_next(f.reader, &at, &key), HS_E_SHARED_KEY_UNKNOWN);
    put(&f, "branch-1", "center", 1);
    put(&f, "branch-1", "center", 2);
    put(&f, "branch-2", "center", 3);
    assert_int_equal(hs_keys_revoke(f.writer, "center", 3, 99), HS_OK);
    at = 0;
    for (uint64_t i = 1; i <= 3; i++) {
        assert_int_equal(hs_keys_next(f.reader, &at, &key), HS_OK);
        assert_int_equal(key.id, i);
        assert_int_equal(key.made_at_ms, i * 3);
        assert_int_equal(key.is_current, i == 2);
        assert_int_equal(key.is_usable, i < 3);
        assert_int_equal(key.ended_at_ms, i == 3 ? 99 : 0);
        assert_int_equal(key.secret_n, 0);
        assert_memory_equal(key.secret, zeros, sizeof zeros);
    }
    assert_int_equal(hs_keys_next(f.reader, &at, &key), HS_E_SHARED_KEY_UNKNOWN);
    shm_free(&f);
}

static void the_header_tells_of_changes(void **state) {
    (void)state;
    shm_fixture f;
    hs_keys_info before, after;
    shm_new(&f, 4);
    hs_keys_get_info(f.reader, &before);
    assert_int_equal(before.in_use, 0);
    put(&f, "branch-1", "center", 1);
    hs_keys_get_info(f.reader, &after);
    assert_int_equal(after.in_use, 1);
    assert_true(after.generation > before.generation);
    shm_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_found_by_its_pair_and_by_its_number),
        cmocka_unit_test(what_is_not_there_is_unknown_and_leaves_zeros),
        cmocka_unit_test(a_revoked_key_is_said_to_be_revoked),
        cmocka_unit_test(a_key_past_its_time_is_refused_though_no_writer_came),
        cmocka_unit_test(a_copy_is_current_until_its_key_changes),
        cmocka_unit_test(of_two_current_keys_the_later_one_is),
        cmocka_unit_test(a_slot_left_half_written_is_never_read),
        cmocka_unit_test(a_walk_shows_all_but_the_secrets),
        cmocka_unit_test(the_header_tells_of_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
