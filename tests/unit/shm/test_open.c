#include "tests/unit/shm/shm_test.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534 /* the user, and his group on most systems */

static struct stat stat_of(const shm_fixture *f) {
    struct stat s;
    const int fd = shm_open(f->name, O_RDONLY, 0);
    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &s), 0);
    close(fd);
    return s;
}

/* An object that was not made by us, of this size, closed to others. */
static void put_object(const shm_fixture *f, off_t size) {
    const int fd = shm_open(f->name, O_RDWR | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, size), 0);
    close(fd);
}

static void change(const shm_fixture *f, mode_t mode, uid_t owner, off_t size) {
    const int fd = shm_open(f->name, O_RDWR, 0);
    assert_true(fd >= 0);
    assert_int_equal(fchmod(fd, mode), 0);
    if (owner != (uid_t)-1)
        assert_int_equal(fchown(fd, owner, (gid_t)-1), 0);
    if (size >= 0)
        assert_int_equal(ftruncate(fd, size), 0);
    close(fd);
}

/* Both ends say the same about what lies there. */
static void assert_both_refuse(const shm_fixture *f, hs_status expected) {
    hs_keys *keys;
    assert_int_equal(shm_open_reader(f, NULL, &keys), expected);
    assert_null(keys);
    assert_int_equal(shm_open_writer(f, 0, NULL, &keys), expected);
    assert_null(keys);
}

/* ---- who may use it ------------------------------------------------------------------------- */
static void it_is_made_for_its_owner_alone_whatever_the_umask(void **state) {
    (void)state;
    const mode_t masks[] = {0, 0777};
    for (size_t i = 0; i < 2; i++) {
        shm_fixture f;
        const mode_t before = umask(masks[i]);
        shm_new(&f, 4);
        umask(before);
        assert_int_equal(stat_of(&f).st_mode & 07777, 0600);
        assert_int_equal(stat_of(&f).st_uid, geteuid());
        shm_free(&f);
    }
}

static void a_group_may_read_when_it_was_asked_for(void **state) {
    (void)state;
    shm_fixture f;
    char group[16];
    hs_keys *keys;
    shm_name(&f);
    const gid_t gid = geteuid() == 0 ? NOBODY : getegid();
    snprintf(group, sizeof group, "%lu", (unsigned long)gid);
    assert_int_equal(shm_open_writer(&f, 4, group, &f.writer), HS_OK);
    assert_int_equal(stat_of(&f).st_mode & 07777, 0640);
    assert_int_equal(stat_of(&f).st_gid, gid);
    assert_int_equal(shm_open_reader(&f, NULL, &f.reader), HS_OK);
    hs_keys_close(f.writer);
    f.writer = NULL;
    /* What is there is not what the next one asks for. */
    assert_int_equal(shm_open_writer(&f, 4, NULL, &keys), HS_E_KEYS_OWNER);
    assert_int_equal(shm_open_writer(&f, 4, group, &f.writer), HS_OK);
    shm_free(&f);
}

static void what_is_open_to_others_is_refused(void **state) {
    (void)state;
    const mode_t modes[] = {0644, 0660, 0602, 0601, 0604, 0620, 02600, 04600, 01600, 0700};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        shm_fixture f;
        shm_new(&f, 4);
        hs_keys_close(f.writer);
        f.writer = NULL;
        change(&f, modes[i], (uid_t)-1, -1);
        assert_both_refuse(&f, HS_E_KEYS_OWNER);
        shm_free(&f);
    }
}

static void what_belongs_to_somebody_else_is_refused(void **state) {
    (void)state;
    shm_fixture f;
    hs_keys *keys;
    char us[16];
    shm_new(&f, 4);
    snprintf(us, sizeof us, "%lu", (unsigned long)geteuid());
    assert_int_equal(shm_open_reader(&f, "54321", &keys), HS_E_KEYS_OWNER);
    assert_int_equal(shm_open_reader(&f, us, &keys), HS_OK);
    hs_keys_close(keys);
    if (geteuid() == 0) { /* only root can give things away */
        hs_keys_close(f.writer);
        f.writer = NULL;
        change(&f, 0600, NOBODY, -1);
        assert_both_refuse(&f, HS_E_KEYS_OWNER);
        assert_int_equal(shm_open_reader(&f, "65534", &keys), HS_OK);
        hs_keys_close(keys);
    }
    shm_free(&f);
}

/* Runs as another user, in that group; of root, for others can't. */
static int run_as(gid_t gid, const shm_fixture *f, hs_status (*body)(const shm_fixture *f)) {
    int status;
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (geteuid() != 0)
            _exit((int)body(f));
        if (setgroups(0, NULL) != 0 || setgid(gid) != 0 || setuid(NOBODY) != 0)
            _exit(200);
        _exit((int)body(f));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static hs_status read_key(const shm_fixture *f) {
    hs_keys *keys;
    hs_shared_key key;
    hs_status st = shm_open_reader(f, NULL, &keys);
    if (!st)
        st = hs_keys_current(keys, "branch-1", "center", &key);
    return !st && !shm_is_key(&key) ? HS_E_MISUSE : st;
}

static hs_status write_key(const shm_fixture *f) {
    hs_keys *keys;
    return shm_open_writer(f, 0, "65534", &keys);
}

static void others_read_as_the_group_only_and_never_write(void **state) {
    (void)state;
    shm_fixture f;
    if (geteuid() != 0) {
        print_message("not run: needs root, to become somebody else\n");
        skip();
    }
    shm_name(&f);
    assert_int_equal(shm_open_writer(&f, 4, "65534", &f.writer), HS_OK);
    const hs_shared_key key = shm_key("branch-1", "center", 1);
    assert_int_equal(hs_keys_put(f.writer, &key), HS_OK);
    assert_int_equal(run_as(NOBODY, &f, read_key), HS_OK); /* root's memory is good for all */
    assert_int_equal(run_as(NOBODY, &f, write_key), HS_E_KEYS_OWNER);
    assert_int_equal(run_as(54321, &f, read_key), HS_E_KEYS_OWNER);
    shm_free(&f);
}

static void it_stays_out_of_core_dumps_and_of_the_swap(void **state) {
    (void)state;
    shm_fixture f;
    char line[256], name[80];
    int found = 0;
    bool is_ours = false;
    hs_keys_info info;
    shm_name(&f);
    assert_int_equal(shm_open_writer(&f, 4, NULL, &f.writer), HS_OK);
    assert_int_equal(shm_open_reader(&f, NULL, &f.reader), HS_OK);
    hs_keys_get_info(f.reader, &info);
    snprintf(name, sizeof name, "/dev/shm%s", f.name);
    FILE *const maps = fopen("/proc/self/smaps", "r");
    assert_non_null(maps);
    while (fgets(line, sizeof line, maps)) {
        if (strspn(line, "0123456789abcdef") != 0) /* a mapping's addresses; its facts follow */
            is_ours = strstr(line, name) != NULL;
        if (is_ours && strncmp(line, "VmFlags:", 8) == 0) {
            assert_non_null(strstr(line, " dd"));
#ifdef HS_NO_SANITIZER /* which does nothing for mlock */
            assert_true(!info.is_locked || strstr(line, " lo"));
#endif
            found++;
        }
    }
    fclose(maps);
    assert_int_equal(found, 2); /* the writer's view and the reader's */
    shm_free(&f);
}

static hs_status open_without_locking(const shm_fixture *f) {
    const struct rlimit none = {0, 0};
    hs_keys *keys;
    hs_keys_info info;
    if (setrlimit(RLIMIT_MEMLOCK, &none) != 0)
        return HS_E_MISUSE;
    const hs_status st = shm_open_writer(f, 4, NULL, &keys);
    if (st)
        return st;
    hs_keys_get_info(keys, &info);
    return !info.is_locked && hs_keys_remove(keys) == HS_OK ? HS_OK : HS_E_MISUSE;
}

static void without_the_right_to_lock_memory_it_says_so_and_works(void **state) {
    (void)state;
#ifdef HS_NO_SANITIZER
    shm_fixture f;
    shm_name(&f);
    assert_int_equal(run_as(NOBODY, &f, open_without_locking), HS_OK);
#else
    (void)open_without_locking;
    print_message("not run: a sanitizer does nothing for mlock\n");
    skip();
#endif
}

static void a_size_that_does_not_fit_is_an_error_and_no_crash(void **state) {
    (void)state;
    shm_fixture f;
    struct rlimit before;
    shm_name(&f);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    assert_ptr_not_equal(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &(struct rlimit){4096, before.rlim_max}), 0);
    const hs_status st = shm_open_writer(&f, 1024, NULL, &f.writer);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(st, HS_E_IO);
    assert_int_equal(shm_open_writer(&f, 1024, NULL, &f.writer), HS_OK); /* what it left is used */
    shm_free(&f);
}

/* ---- is it one? -------------------------------------------------------------------------------
 */
static void there_may_be_none(void **state) {
    (void)state;
    shm_fixture f;
    hs_keys_error error;
    hs_keys *keys;
    shm_name(&f);
    const hs_keys_options o = {.size = sizeof o, .name = f.name};
    assert_int_equal(hs_keys_open(&o, &keys, &error), HS_E_KEYS_MISSING);
    assert_int_equal(error.status, HS_E_KEYS_MISSING);
    assert_int_not_equal(error.os_error, 0);
    assert_non_null(strstr(error.text, f.name));
    const hs_keys_options old = {.size = sizeof old - 1, .name = f.name, .write = true};
    assert_int_equal(hs_keys_open(&old, &keys, &error), HS_E_CONFIG);
}

static void another_layout_is_refused(void **state) {
    (void)state;
    enum { MAGIC, LAYOUT, FEWER_SLOTS, MORE_SLOTS, NO_SLOTS, CASES };
    for (int i = 0; i < CASES; i++) {
        shm_fixture f;
        shm_new(&f, 4);
        hs_keys_close(f.writer);
        f.writer = NULL;
        hs__shm_header *const h = shm_header(&f);
        if (i == MAGIC)
            h->magic = HS__SHM_MAGIC + 1;
        if (i == LAYOUT)
            h->layout = HS__SHM_LAYOUT + 1;
        if (i == FEWER_SLOTS || i == MORE_SLOTS)
            h->slots = i == FEWER_SLOTS ? 3 : 5;
        if (i == NO_SLOTS)
            h->slots = 0;
        assert_both_refuse(&f, HS_E_KEYS_LAYOUT);
        shm_free(&f);
    }
}

static void another_size_is_refused(void **state) {
    (void)state;
    const off_t sizes[] = {1, 191, 192, 192 * 5 - 1, 192 * 5 + 1, 192ll * (HS_KEYS_SLOTS_MAX + 2)};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        shm_fixture f;
        shm_name(&f);
        assert_int_equal(shm_open_writer(&f, 4, NULL, &f.writer), HS_OK);
        hs_keys_close(f.writer);
        f.writer = NULL;
        change(&f, 0600, (uid_t)-1, sizes[i]);
        assert_both_refuse(&f, HS_E_KEYS_LAYOUT);
        shm_free(&f);
    }
}

static void another_number_of_slots_than_asked_for_is_refused(void **state) {
    (void)state;
    shm_fixture f;
    hs_keys *keys;
    hs_keys_info info;
    shm_new(&f, 4);
    hs_keys_close(f.writer);
    f.writer = NULL;
    assert_int_equal(shm_open_writer(&f, 5, NULL, &keys), HS_E_KEYS_LAYOUT);
    assert_int_equal(shm_open_writer(&f, 0, NULL, &f.writer), HS_OK); /* whatever there is */
    hs_keys_get_info(f.writer, &info);
    assert_int_equal(info.slots, 4);
    assert_string_equal(info.name, f.name);
    shm_free(&f);
}

static void what_was_begun_only_is_made_by_the_next_writer(void **state) {
    (void)state;
    const off_t sizes[] = {0, 192 * 3, 192 * 9};
    for (size_t i = 0; i < 3; i++) {
        shm_fixture f;
        hs_keys *keys;
        shm_name(&f);
        put_object(&f, sizes[i]);
        assert_int_equal(shm_open_reader(&f, NULL, &keys), HS_E_KEYS_MISSING);
        assert_int_equal(shm_open_writer(&f, 4, NULL, &f.writer), HS_OK);
        assert_int_equal(shm_open_reader(&f, NULL, &f.reader), HS_OK);
        assert_int_equal(stat_of(&f).st_size, 192 * 5);
        shm_free(&f);
    }
}

/* ---- one writer -------------------------------------------------------------------------------
 */
static void there_is_one_writer_at_a_time(void **state) {
    (void)state;
    shm_fixture f;
    hs_keys *keys;
    hs_shared_key key = shm_key("branch-1", "center", 1);
    shm_new(&f, 4);
    assert_int_equal(hs_keys_put(f.writer, &key), HS_OK);
    assert_int_equal(shm_open_writer(&f, 4, NULL, &keys), HS_E_KEYS_LOCKED);
    hs_keys_close(f.writer);
    assert_int_equal(shm_open_writer(&f, 4, NULL, &f.writer), HS_OK);
    assert_int_equal(hs_keys_current(f.reader, "branch-1", "center", &key), HS_OK);
    shm_free(&f);
}

static void a_writer_that_dies_lets_go(void **state) {
    (void)state;
    shm_fixture f;
    int status;
    shm_name(&f);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(shm_open_writer(&f, 4, NULL, &f.writer) != HS_OK);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(shm_open_writer(&f, 4, NULL, &f.writer), HS_OK);
    shm_free(&f);
}

/* ---- the end ------------------------------------------------------------------------------------
 */
static void removing_wipes_and_tells_the_readers(void **state) {
    (void)state;
    shm_fixture f;
    hs_keys *keys;
    uint32_t at = 0;
    const hs_shared_key key = shm_key("branch-1", "center", 1);
    hs_shared_key copy;
    shm_new(&f, 4);
    assert_int_equal(hs_keys_put(f.writer, &key), HS_OK);
    assert_int_equal(hs_keys_current(f.reader, "branch-1", "center", &copy), HS_OK);
    assert_true(shm_holds(&f, &key));
    assert_int_equal(hs_keys_remove(f.reader), HS_E_MISUSE);
    assert_int_equal(hs_keys_remove(f.writer), HS_OK);
    f.writer = NULL;
    assert_false(shm_holds(&f, &key));
    assert_false(hs_keys_still_current(f.reader, &copy));
    assert_int_equal(hs_keys_find(f.reader, "center", 1, &copy), HS_E_KEYS_REMOVED);
    assert_int_equal(hs_keys_next(f.reader, &at, &copy), HS_E_KEYS_REMOVED);
    assert_int_equal(shm_open_reader(&f, NULL, &keys), HS_E_KEYS_MISSING);
    assert_int_equal(shm_open_writer(&f, 7, NULL, &f.writer), HS_OK); /* a new one */
    assert_int_equal(hs_keys_find(f.writer, "center", 1, &copy), HS_E_SHARED_KEY_UNKNOWN);
    shm_free(&f);
}

static void a_writer_killed_while_removing_is_helped(void **state) {
    (void)state;
    shm_fixture f;
    hs_shared_key key = shm_key("branch-1", "center", 1);
    shm_new(&f, 4);
    assert_int_equal(hs_keys_put(f.writer, &key), HS_OK);
    hs_keys_close(f.writer);
    shm_header(&f)->is_removed = 1;
    assert_int_equal(shm_open_writer(&f, 0, NULL, &f.writer), HS_OK);
    assert_int_equal(hs_keys_find(f.writer, "center", 1, &key), HS_E_SHARED_KEY_UNKNOWN);
    key = shm_key("branch-1", "center", 1);
    assert_false(shm_holds(&f, &key));
    assert_int_equal(hs_keys_put(f.writer, &key), HS_OK);
    hs_keys_close(f.reader);
    assert_int_equal(shm_open_reader(&f, NULL, &f.reader), HS_OK);
    assert_int_equal(hs_keys_find(f.reader, "center", 1, &key), HS_OK);
    shm_free(&f);
}

static void a_reader_notices_that_the_name_was_taken_away(void **state) {
    (void)state;
    shm_fixture f;
    hs_shared_key key = shm_key("branch-1", "center", 1);
    shm_new(&f, 4);
    assert_int_equal(hs_keys_put(f.writer, &key), HS_OK);
    assert_int_equal(shm_unlink(f.name), 0);
    assert_int_equal(hs_keys_current(f.reader, "branch-1", "center", &key), HS_E_KEYS_REMOVED);
    shm_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_made_for_its_owner_alone_whatever_the_umask),
        cmocka_unit_test(a_group_may_read_when_it_was_asked_for),
        cmocka_unit_test(what_is_open_to_others_is_refused),
        cmocka_unit_test(what_belongs_to_somebody_else_is_refused),
        cmocka_unit_test(others_read_as_the_group_only_and_never_write),
        cmocka_unit_test(it_stays_out_of_core_dumps_and_of_the_swap),
        cmocka_unit_test(without_the_right_to_lock_memory_it_says_so_and_works),
        cmocka_unit_test(a_size_that_does_not_fit_is_an_error_and_no_crash),
        cmocka_unit_test(there_may_be_none),
        cmocka_unit_test(another_layout_is_refused),
        cmocka_unit_test(another_size_is_refused),
        cmocka_unit_test(another_number_of_slots_than_asked_for_is_refused),
        cmocka_unit_test(what_was_begun_only_is_made_by_the_next_writer),
        cmocka_unit_test(there_is_one_writer_at_a_time),
        cmocka_unit_test(a_writer_that_dies_lets_go),
        cmocka_unit_test(removing_wipes_and_tells_the_readers),
        cmocka_unit_test(a_writer_killed_while_removing_is_helped),
        cmocka_unit_test(a_reader_notices_that_the_name_was_taken_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
