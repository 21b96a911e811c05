/* Files of a trace: who may read them, and when there are none. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "apps/tls/see.h"

static char folder[] = "/tmp/hs-see-XXXXXX";
static char trace[64], keylog[64], link_path[64];

static int make_folder(void **state) {
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(trace, sizeof trace, "%s/t.jsonl", folder);
    snprintf(keylog, sizeof keylog, "%s/keys", folder);
    snprintf(link_path, sizeof link_path, "%s/link", folder);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    char own[80];
    snprintf(own, sizeof own, "%s/c7.jsonl", folder);
    unlink(own);
    unlink(trace);
    unlink(keylog);
    unlink(link_path);
    return rmdir(folder);
}

static hs__exit open_see(const hs__see_options *o, bool quiet, int verbose, hs__see **see) {
    const hs__common common = {.quiet = quiet, .verbose = verbose};
    const hs__see_setup setup = {.options = o, .common = &common, .tool = "test"};
    hs__fault fault;
    return hs__see_open(&setup, see, &fault);
}

static unsigned mode_of(const char *path) {
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 0777;
}

static long size_of(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 ? (long)st.st_size : -1;
}

static void test_nothing_to_see_costs_nothing(void **state) {
    (void)state;
    const hs__see_options o = {0};
    const hs__see_conn conn = {.conn_id = "c1", .what = "connected"};
    hs__see *see;
    assert_int_equal(open_see(&o, false, 0, &see), HS__EXIT_OK);
    assert_int_equal(hs__see_mask(see), 0);
    assert_null(hs__seen_new(see, &conn));
    hs__see_close(see);
    assert_int_equal(open_see(&o, true, 3, &see), HS__EXIT_OK);
    assert_int_equal(hs__see_mask(see), 0);
    hs__see_close(see);
}

static void test_files_are_for_their_owner_only(void **state) {
    (void)state;
    const hs__see_options o = {.trace = trace, .keylog = keylog, .trace_dir = folder};
    const hs__see_conn conn = {.conn_id = "c7", .what = "accepted", .is_server = true};
    char own[80];
    hs__see *see;
    snprintf(own, sizeof own, "%s/c7.jsonl", folder);
    umask(0);
    assert_int_equal(open_see(&o, false, 0, &see), HS__EXIT_OK);
    assert_true(hs__see_mask(see) & HS_TRACE_MASK(HS_TR_SECRET));
    hs__seen *seen = hs__seen_new(see, &conn);
    assert_non_null(seen);
    hs__seen_free(seen);
    hs__see_close(see);
    assert_int_equal(mode_of(trace), 0600);
    assert_int_equal(mode_of(keylog), 0600);
    assert_int_equal(mode_of(own), 0600);
    assert_true(size_of(trace) > 0);
    assert_int_equal(size_of(trace), size_of(own));
}

static void test_a_key_log_is_added_to_a_trace_is_not(void **state) {
    (void)state;
    const hs__see_options o = {.trace = trace, .keylog = keylog};
    FILE *files[] = {fopen(trace, "w"), fopen(keylog, "w")};
    hs__see *see;
    for (int i = 0; i < 2; i++) {
        fputs("before\n", files[i]);
        fclose(files[i]);
    }
    assert_int_equal(open_see(&o, false, 0, &see), HS__EXIT_OK);
    hs__see_close(see);
    assert_int_equal(size_of(trace), 0);
    assert_int_equal(size_of(keylog), 7);
}

static void test_a_symbolic_link_is_not_followed(void **state) {
    (void)state;
    const hs__see_options o = {.keylog = link_path};
    hs__see *see;
    assert_int_equal(symlink("/dev/null", link_path), 0);
    assert_int_equal(open_see(&o, false, 0, &see), HS__EXIT_INTERNAL);
    assert_null(see);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_to_see_costs_nothing),
        cmocka_unit_test(test_files_are_for_their_owner_only),
        cmocka_unit_test(test_a_key_log_is_added_to_a_trace_is_not),
        cmocka_unit_test(test_a_symbolic_link_is_not_followed),
    };
    return cmocka_run_group_tests_name("tls/see", tests, make_folder, remove_folder);
}
