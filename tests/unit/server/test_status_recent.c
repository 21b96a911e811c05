/* The list of --status-all: bounded, newest first, ids that cannot be guessed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apps/hs-server/status_recent.h"

static void add(recents *r, int number, kept *trace) {
    char conn[16];
    snprintf(conn, sizeof conn, "c%d", number);
    recents_add(r, json_pack("{s:s}", "conn", conn), trace);
}

static const char *text_of(const json_t *list, size_t i, const char *key) {
    return json_string_value(json_object_get(json_array_get(list, i), key));
}

static kept *a_trace(kept_budget *budget, size_t n, hs_render **render) {
    const hs_render_options o = {.size = sizeof o};
    char *text = malloc(n + 1);
    kept *k;
    memset(text, 'x', n);
    text[n] = 0;
    const hs_trace ev = {.kind = HS_TR_NOTE, .u.note = {text, ""}};
    assert_int_equal(kept_new(budget, &o, &k, render), HS_OK);
    hs_render_event(*render, &ev);
    free(text);
    return k;
}

static void test_the_newest_come_first_and_push_the_oldest_out(void **state) {
    (void)state;
    recents *r = recents_new();
    for (int i = 1; i <= RECENT_MOST + 5; i++)
        add(r, i, NULL);
    json_t *list = recents_list(r);
    assert_int_equal(json_array_size(list), RECENT_MOST);
    assert_string_equal(text_of(list, 0, "conn"), "c105");
    assert_string_equal(text_of(list, RECENT_MOST - 1, "conn"), "c6");
    json_decref(list);
    recents_free(r);
}

static void test_ids_are_128_random_bits(void **state) {
    (void)state;
    recents *r = recents_new();
    add(r, 1, NULL);
    add(r, 2, NULL);
    json_t *list = recents_list(r);
    const char *a = text_of(list, 0, "id"), *b = text_of(list, 1, "id");
    assert_int_equal(strlen(a), 32);
    assert_int_equal(strspn(a, "0123456789abcdef"), 32);
    assert_string_not_equal(a, b);
    json_decref(list);
    recents_free(r);
}

static void test_a_connection_is_found_by_its_id_only(void **state) {
    (void)state;
    kept_budget budget = {.most = 1 << 20};
    recents *r = recents_new();
    hs_render *render;
    kept *trace = a_trace(&budget, 10, &render), *found = NULL;
    add(r, 1, trace);
    json_t *list = recents_list(r);
    json_t *about = recents_find(r, text_of(list, 0, "id"), &found);
    assert_non_null(about);
    assert_ptr_equal(found, trace);
    kept_unref(found);
    json_decref(about);
    assert_null(recents_find(r, "c1", &found));
    assert_null(recents_find(r, "", &found));
    json_decref(list);
    hs_render_free(render);
    kept_unref(trace);
    recents_free(r);
    assert_int_equal(atomic_load(&budget.used), 0);
}

static void test_old_traces_go_before_there_are_too_many(void **state) {
    (void)state;
    enum { BIG = 400 * 1024, MANY = RECENT_BYTES / (512 * 1024) + 10 };
    kept_budget budget = {.most = 256 << 20};
    recents *r = recents_new();
    for (int i = 1; i <= MANY; i++) {
        hs_render *render;
        kept *trace = a_trace(&budget, BIG, &render);
        hs_render_free(render);
        add(r, i, trace);
        kept_unref(trace);
        assert_true(atomic_load(&budget.used) <= RECENT_BYTES);
    }
    json_t *list = recents_list(r);
    kept *newest = NULL, *oldest = NULL;
    json_decref(recents_find(r, text_of(list, 0, "id"), &newest));
    json_decref(recents_find(r, text_of(list, MANY - 1, "id"), &oldest));
    assert_non_null(newest);
    assert_null(oldest);
    kept_unref(newest);
    json_decref(list);
    recents_free(r);
    assert_int_equal(atomic_load(&budget.used), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_newest_come_first_and_push_the_oldest_out),
        cmocka_unit_test(test_ids_are_128_random_bits),
        cmocka_unit_test(test_a_connection_is_found_by_its_id_only),
        cmocka_unit_test(test_old_traces_go_before_there_are_too_many),
    };
    return cmocka_run_group_tests_name("server/status_recent", tests, NULL, NULL);
}
