/* Traces in memory: nothing secret in them, a bound for each and for all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apps/hs-server/status_kept.h"
#include "trace/jsonl.h"

static const char SECRET[] = "the secret";

typedef struct {
    kept_budget budget;
    kept *k;
    hs_render *render;
} fixture;

static hs_render_options options(void) {
    return (hs_render_options){.size = sizeof(hs_render_options),
                               .conn_id = "c7",
                               .secrets = HS_SECRETS_SHOW,
                               .tool = "test"};
}

static void open_with(fixture *f, size_t most) {
    const hs_render_options o = options();
    *f = (fixture){.budget.most = most};
    assert_int_equal(kept_new(&f->budget, &o, &f->k, &f->render), HS_OK);
}

static void close_it(fixture *f) {
    hs_render_free(f->render);
    kept_unref(f->k);
    assert_int_equal(atomic_load(&f->budget.used), 0);
}

static void note(const fixture *f, const char *text) {
    const hs_trace ev = {.kind = HS_TR_NOTE, .is_server = true, .u.note = {text, ""}};
    hs_render_event(f->render, &ev);
}

static void is_done(const fixture *f) {
    const hs_trace ev = {
        .kind = HS_TR_DONE, .is_server = true, .u.done = {.version = "TLS 1.3", .mode = "full"}};
    hs_render_event(f->render, &ev);
}

static void data(const fixture *f, bool outbound) {
    const hs_span bytes = {(const uint8_t *)SECRET, strlen(SECRET)};
    const hs_trace ev = {.kind = HS_TR_APPDATA,
                         .is_server = true,
                         .u.appdata = {.outbound = outbound, .n = bytes.n, .bytes = bytes}};
    hs_render_event(f->render, &ev);
}

/* The lines, which the caller frees; or why there are none. */
static char *lines(const fixture *f, const char **why) {
    size_t n = 0;
    char *text = kept_copy(f->k, &n, why);
    if (text)
        assert_int_equal(strlen(text), n);
    return text;
}

static void assert_has(const fixture *f, const char *what, bool has) {
    const char *why;
    char *text = lines(f, &why);
    assert_non_null(text);
    assert_true((strstr(text, what) != NULL) == has);
    free(text);
}

static void assert_why(const fixture *f, const char *expected) {
    const char *why;
    assert_null(lines(f, &why));
    assert_non_null(strstr(why, expected));
}

/* ---- tests ------------------------------------------------------------------------------- */
static void test_what_was_told_can_be_read_while_it_goes_on(void **state) {
    (void)state;
    fixture f;
    open_with(&f, 1 << 20);
    assert_why(&f, "no trace");
    note(&f, "one");
    assert_has(&f, "\"conn\":\"c7\"", true);
    assert_has(&f, "\"text\":\"one\"", true);
    assert_has(&f, "two", false);
    note(&f, "two");
    assert_has(&f, "two", true);
    close_it(&f);
}

static void test_secrets_stay_hidden_whatever_was_asked_for(void **state) {
    (void)state;
    fixture f;
    open_with(&f, 1 << 20);
    const hs_trace derive = {
        .kind = HS_TR_DERIVE,
        .is_server = true,
        .u.derive = {.name = "early_secret",
                     .fn = "HKDF-Extract",
                     .hash = "SHA-256",
                     .len = 10,
                     .value = {(const uint8_t *)SECRET, strlen(SECRET)},
                     .id = {(const uint8_t *)"\xaa\xbb\xcc\xdd", 4}},
    };
    hs_render_event(f.render, &derive);
    data(&f, false);
    assert_has(&f, "\"secrets\":\"hide\"", true);
    assert_has(&f, "early_secret", true);
    assert_has(&f, "aabbccdd", false);
    assert_has(&f, "746865207365637265", false); /* "the secre" */
    assert_has(&f, "the secret", false);
    assert_int_equal(kept_mask() & HS_TRACE_SECRETS, 0);
    close_it(&f);
}

static void test_it_ends_with_the_first_data_of_the_server(void **state) {
    (void)state;
    fixture f;
    open_with(&f, 1 << 20);
    is_done(&f);
    data(&f, false);
    note(&f, "before");
    data(&f, true);
    note(&f, "behind");
    assert_has(&f, "before", true);
    assert_has(&f, "behind", false);
    assert_has(&f, "\"dir\":\"tx\"", false);
    /* Of the renderer nothing is left. */
    assert_true(atomic_load(&f.budget.used) < sizeof(hs__jsonl));
    close_it(&f);
}

static void test_a_trace_that_is_too_long_is_let_go(void **state) {
    (void)state;
    static char text[10000];
    fixture f;
    open_with(&f, 64 << 20);
    memset(text, 'x', sizeof text - 1);
    for (int i = 0; i < 100; i++) {
        note(&f, text);
        assert_true(atomic_load(&f.budget.used) <= KEPT_MOST + sizeof(hs__jsonl));
    }
    assert_why(&f, "too long");
    assert_int_equal(atomic_load(&f.budget.used), 0);
    close_it(&f);
}

static void test_the_budget_is_for_all(void **state) {
    (void)state;
    fixture first;
    open_with(&first, sizeof(hs__jsonl) * 3 / 2);
    hs_render *render;
    kept *k;
    const hs_render_options o = options();
    assert_int_equal(kept_new(&first.budget, &o, &k, &render), HS_OK);
    fixture second = {.k = k, .render = render};
    note(&first, "one");
    note(&second, "one");
    assert_has(&first, "one", true);
    assert_why(&second, "as many traces");
    hs_render_free(render);
    kept_unref(k);
    close_it(&first);
}

static void test_it_outlives_its_connection(void **state) {
    (void)state;
    fixture f;
    open_with(&f, 1 << 20);
    note(&f, "one");
    kept *other = kept_ref(f.k);
    hs_render_free(f.render);
    kept_unref(f.k);
    f.k = other;
    assert_has(&f, "one", true);
    assert_true(kept_size(other) > 0);
    kept_unref(other);
    assert_int_equal(atomic_load(&f.budget.used), 0);
}

static void test_nothing_is_something_that_can_be_asked(void **state) {
    (void)state;
    const fixture none = {.k = NULL};
    assert_why(&none, "no trace");
    assert_int_equal(kept_size(NULL), 0);
    assert_null(kept_ref(NULL));
    kept_unref(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_told_can_be_read_while_it_goes_on),
        cmocka_unit_test(test_secrets_stay_hidden_whatever_was_asked_for),
        cmocka_unit_test(test_it_ends_with_the_first_data_of_the_server),
        cmocka_unit_test(test_a_trace_that_is_too_long_is_let_go),
        cmocka_unit_test(test_the_budget_is_for_all),
        cmocka_unit_test(test_it_outlives_its_connection),
        cmocka_unit_test(test_nothing_is_something_that_can_be_asked),
    };
    return cmocka_run_group_tests_name("server/status_kept", tests, NULL, NULL);
}
