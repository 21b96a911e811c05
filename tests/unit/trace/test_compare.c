/* Two handshakes side by side: what the ladders and the table say of real ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/trace/scene.h"
#include "tests/unit/trace/sink.h"

static void compare(scene_id left, scene_id right, bool is_server, hs__strbuf *out) {
    hs_compare *c = NULL;
    hs_render_options o = sink_options(out, 1, HS_SECRETS_SHOW);
    o.no_time = true;
    assert_int_equal(hs_compare_new(&o, "the left one", "the right one", &c), HS_OK);
    scene_play(left, is_server, hs_compare_run(c, 0));
    scene_play(right, is_server, hs_compare_run(c, 1));
    assert_null(hs_compare_run(c, 2));
    hs_compare_print(c);
    hs_compare_free(c);
}

/* The line that begins with `label`. */
static void line_of(const hs__strbuf *out, const char *label, char line[160]) {
    const char *p = hs__buf_str(out);
    while (*p != 0 && strncmp(p, label, strlen(label)) != 0) {
        p += strcspn(p, "\n");
        p += *p == '\n';
    }
    size_t n = strcspn(p, "\n");
    assert_in_range(n, 1, 159);
    memcpy(line, p, n);
    line[n] = 0;
}

static void expect(const hs__strbuf *out, const char *label, const char *text) {
    char line[160];
    line_of(out, label, line);
    if (strstr(line, text) == NULL) {
        fail_msg("no \"%s\" in: %s", text, line);
    }
}

static void both_versions(void **state) {
    (void)state;
    hs__strbuf out = {0};
    compare(SCENE_12_ECDHE, SCENE_RFC8448, false, &out);
    expect(&out, "the left one", "the right one");
    expect(&out, "result", "TLS 1.2, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
    expect(&out, "result", "TLS 1.3, TLS_AES_128_GCM_SHA256");
    expect(&out, "round trips", " 2 ");
    expect(&out, "encryption starts", "with Finished, message 7 of 9");
    expect(&out, "encryption starts", "with EncryptedExtensions, message 3 of 7");
    expect(&out, "an observer reads", "all that the client offers; the server's name");
    const char *hidden = strstr(hs__buf_str(&out), "he cannot read");
    assert_non_null(hidden);
    /* the certificate is seen in the left one and hidden in the right one */
    const char *seen = strstr(hs__buf_str(&out), "CN=leaf");
    assert_true(seen != NULL && seen < hidden && strstr(hidden, "CN=leaf") == NULL);
    assert_true(strstr(hidden, "CN=rsa") != NULL);
    hs__buf_free(&out);
}

static void arrows_show_direction_and_encryption(void **state) {
    (void)state;
    hs__strbuf out = {0};
    compare(SCENE_12_ECDHE, SCENE_RFC8448, false, &out);
    expect(&out, "|--- ClientHello 129 B ", ">|    |--- ClientHello 196 B ");
    expect(&out, "|<-- ServerHello ", "|    |<-- ServerHello ");
    expect(&out, "|<-- Certificate 849 B ", "|<== EncryptedExtensions 40 B ");
    expect(&out, "|--- ChangeCipherSpec 1 B ", ">|");
    expect(&out, "|=== Finished 16 B ", ">|");
    hs__buf_free(&out);
}

/* Whichever end tells of it, client and server stand on their own sides. */
static void a_server_sees_the_same_ladder(void **state) {
    (void)state;
    hs__strbuf out = {0};
    compare(SCENE_12_CLASSIC, SCENE_12_RESUMED, true, &out);
    expect(&out, "|--- ClientHello ", ">|    |--- ClientHello ");
    expect(&out, "|<-- ServerHello ", "|    |<-- ServerHello ");
    expect(&out, "round trips", " 1");
    expect(&out, "a stolen key opens", "ALL: whoever gets the server's key later");
    expect(&out, "a stolen key opens", "the old session's main secret");
    expect(&out, "bound to the messages", "NO: no extended_main_secret");
    expect(&out, "result", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
    hs__buf_free(&out);
}

static void a_run_that_fails_is_shown_as_far_as_it_came(void **state) {
    (void)state;
    hs__strbuf out = {0};
    compare(SCENE_NAME, SCENE_RFC8448, false, &out);
    expect(&out, "result", "FAILED: we sent alert certificate_unknown");
    expect(&out, "round trips", " 1");
    hs__buf_free(&out);
}

static void lines_fit_and_nothing_runs_without_events(void **state) {
    (void)state;
    hs__strbuf out = {0};
    hs_compare *c = NULL;
    hs_render_options o = sink_options(&out, 1, HS_SECRETS_DEFAULT);
    assert_int_equal(hs_compare_new(&o, "a", "b", &c), HS_OK);
    scene_play(SCENE_RETRY, false, hs_compare_run(c, 0));
    hs_render_free(hs_compare_run(c, 0)); /* as a tee would: it stays */
    hs_compare_print(c);
    hs_compare_free(c);
    hs_compare_free(NULL);
    expect(&out, "result", "FAILED: no answer");
    for (const char *p = hs__buf_str(&out); *p != 0; p += strcspn(p, "\n") + 1) {
        assert_in_range(strcspn(p, "\n"), 1, 132);
    }
    o.write = NULL;
    assert_int_equal(hs_compare_new(&o, "a", "b", &c), HS_E_MISUSE);
    hs__buf_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_versions),
        cmocka_unit_test(arrows_show_direction_and_encryption),
        cmocka_unit_test(a_server_sees_the_same_ladder),
        cmocka_unit_test(a_run_that_fails_is_shown_as_far_as_it_came),
        cmocka_unit_test(lines_fit_and_nothing_runs_without_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
