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
static char trace[64], keylog[64], html[64], link_path[64];

static int make_folder(void **state) {
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(trace, sizeof trace, "%s/t.jsonl", folder);
    snprintf(keylog, sizeof keylog, "%s/keys", folder);
    snprintf(html, sizeof html, "%s/t.html", folder);
    snprintf(link_path, sizeof link_path, "%s/link", folder);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    char own[80];
    snprintf(own, sizeof own, "%s/c7.jsonl", folder);
    unlink(own);
    snprintf(own, sizeof own, "%s/c7.html", folder);
    unlink(own);
    unlink(html);
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
    const hs__see_options o = {
        .trace = trace, .keylog = keylog, .html = html, .trace_dir = folder, .html_dir = folder};
    const hs__see_conn conn = {.conn_id = "c7", .what = "accepted", .is_server = true};
    char own[80], own_page[80];
    hs__see *see;
    snprintf(own, sizeof own, "%s/c7.jsonl", folder);
    snprintf(own_page, sizeof own_page, "%s/c7.html", folder);
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
    assert_int_equal(mode_of(html), 0600);
    assert_int_equal(mode_of(own_page), 0600);
    assert_true(size_of(trace) > 0);
    assert_int_equal(size_of(trace), size_of(own));
    assert_true(size_of(html) > 10000);
    assert_int_equal(size_of(html), size_of(own_page));
}

static void test_a_page_is_one_even_before_the_first_connection(void **state) {
    (void)state;
    const hs__see_options o = {.html = html};
    hs__see *see;
    assert_int_equal(open_see(&o, false, 0, &see), HS__EXIT_OK);
    assert_true(size_of(html) > 10000);
    hs__see_close(see);
}

/* ---- what a program keeps for itself ----------------------------------------------------- */
static void to_nowhere(void *ctx, const char *p, size_t n) {
    (void)p;
    *(size_t *)ctx += n;
}

static hs_render *keep(void *ctx, const hs_render_options *o) {
    hs_render_options own = *o;
    hs_render *r = NULL;
    own.write = to_nowhere;
    own.ctx = ctx;
    return hs_jsonl_new(&own, &r) == HS_OK ? r : NULL;
}

static void test_what_is_kept_needs_no_other_option(void **state) {
    (void)state;
    const hs__see_options o = {0};
    const hs__common common = {.quiet = true};
    const hs__see_setup setup = {.options = &o,
                                 .common = &common,
                                 .tool = "test",
                                 .keep = {keep, HS_TRACE_MASK(HS_TR_DONE)}};
    size_t written = 0;
    const hs__see_conn conn = {.conn_id = "c1", .what = "accepted", .keep_ctx = &written};
    hs__fault fault;
    hs__see *see;
    assert_int_equal(hs__see_open(&setup, &see, &fault), HS__EXIT_OK);
    assert_int_equal(hs__see_mask(see), HS_TRACE_MASK(HS_TR_DONE));
    hs__seen *seen = hs__seen_new(see, &conn);
    hs__seen_free(seen);
    hs__see_close(see);
    assert_true(written > 0);
}

static void test_redacting_goes_with_what_tells_nothing(void **state) {
    (void)state;
    const hs__see_options good[] = {{0},
                                    {.redact = true},
                                    {.redact = true, .secrets = HS_SECRETS_HIDE, .html = html},
                                    {.secrets = HS_SECRETS_SHOW, .keylog = keylog}};
    const hs__see_options bad[] = {{.redact = true, .secrets = HS_SECRETS_ID},
                                   {.redact = true, .secrets = HS_SECRETS_SHOW},
                                   {.redact = true, .keylog = keylog},
                                   {.redact = true, .pcapng = trace}};
    for (size_t i = 0; i < 4; i++) {
        assert_null(hs__see_problem(&good[i]));
        assert_non_null(hs__see_problem(&bad[i]));
    }
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
        cmocka_unit_test(test_a_page_is_one_even_before_the_first_connection),
        cmocka_unit_test(test_what_is_kept_needs_no_other_option),
        cmocka_unit_test(test_redacting_goes_with_what_tells_nothing),
        cmocka_unit_test(test_a_key_log_is_added_to_a_trace_is_not),
        cmocka_unit_test(test_a_symbolic_link_is_not_followed),
    };
    return cmocka_run_group_tests_name("tls/see", tests, make_folder, remove_folder);
}
