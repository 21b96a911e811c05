/* The handshake of RFC 8448 section 3, and three of TLS 1.2, as text and as JSON Lines, byte for
 * byte as they lie in tests/vectors/golden/. After a wanted change: HS_UPDATE_GOLDEN=1 writes the
 * files anew; read the difference before committing it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/trace/scene.h"
#include "tests/unit/trace/sink.h"

typedef hs_status (*make_fn)(const hs_render_options *o, hs_render **out);

static void path_of(const char *name, char out[512]) {
    (void)snprintf(out, 512, "%s/%s", HS_GOLDEN_DIR, name);
}

static void rewrite(const char *path, const hs__strbuf *text) {
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text->p, 1, text->n, f), text->n);
    assert_int_equal(fclose(f), 0);
}

static void load(const char *path, hs__strbuf *text) {
    char block[4096];
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        fail_msg("%s cannot be read", path);
        return;
    }
    for (size_t n = fread(block, 1, sizeof block, f); n > 0; n = fread(block, 1, sizeof block, f)) {
        hs__buf_bytes(text, block, n);
    }
    (void)fclose(f);
}

/* The first line that differs says more than two whole files. */
static void compare(const char *name, const char *got, const char *want) {
    for (int line = 1; *got != 0 || *want != 0; line++) {
        size_t n = strcspn(got, "\n"), m = strcspn(want, "\n");
        if (n != m || memcmp(got, want, n) != 0) {
            fail_msg("%s:%d\n got  %.*s\n want %.*s", name, line, (int)n, got, (int)m, want);
        }
        got += n + (got[n] == '\n');
        want += m + (want[m] == '\n');
    }
}

static void golden_of(scene_id scene, bool is_server, const char *name, make_fn make,
                      hs_render_options o) {
    hs__strbuf got = {0}, want = {0};
    char path[512];
    hs_render *r = NULL;
    o.ctx = &got;
    o.peer = "127.0.0.1:4433";
    o.sni = scene == SCENE_RFC8448 ? "server" : "localhost";
    assert_int_equal(make(&o, &r), HS_OK);
    scene_play(scene, is_server, r);
    hs_render_free(r);
    path_of(name, path);
    if (getenv("HS_UPDATE_GOLDEN") != NULL) {
        rewrite(path, &got);
    }
    load(path, &want);
    compare(name, hs__buf_str(&got), hs__buf_str(&want));
    hs__buf_free(&got);
    hs__buf_free(&want);
}

static void golden(const char *name, make_fn make, hs_render_options o) {
    golden_of(SCENE_RFC8448, false, name, make, o);
}

static void text_level_1(void **state) {
    (void)state;
    golden("rfc8448-simple-v.txt", hs_text_new, sink_options(NULL, 1, HS_SECRETS_DEFAULT));
}

static void text_level_2_without_times(void **state) {
    (void)state;
    hs_render_options o = sink_options(NULL, 2, HS_SECRETS_DEFAULT);
    o.no_time = true;
    golden("rfc8448-simple-vv.txt", hs_text_new, o);
}

static void text_level_3(void **state) {
    (void)state;
    hs_render_options o = sink_options(NULL, 3, HS_SECRETS_DEFAULT);
    o.no_time = true;
    golden("rfc8448-simple-vvv.txt", hs_text_new, o);
}

static void text_level_3_with_secrets_explained(void **state) {
    (void)state;
    hs_render_options o = sink_options(NULL, 3, HS_SECRETS_SHOW);
    o.no_time = o.explain = true;
    golden("rfc8448-simple-vvv-show-explain.txt", hs_text_new, o);
}

static void json_lines(void **state) {
    (void)state;
    golden("rfc8448-simple.jsonl", hs_jsonl_new, sink_options(NULL, 3, HS_SECRETS_DEFAULT));
}

static void json_lines_with_secrets(void **state) {
    (void)state;
    golden("rfc8448-simple-show.jsonl", hs_jsonl_new, sink_options(NULL, 3, HS_SECRETS_SHOW));
}

/* ---- TLS 1.2 ----------------------------------------------------------------------------- */

static hs_render_options plain(int level, hs_secrets secrets, bool explain) {
    hs_render_options o = sink_options(NULL, level, secrets);
    o.no_time = true;
    o.explain = explain;
    return o;
}

static void ecdhe_at_each_level(void **state) {
    (void)state;
    golden_of(SCENE_12_ECDHE, false, "tls12-ecdhe-v.txt", hs_text_new,
              plain(1, HS_SECRETS_DEFAULT, false));
    golden_of(SCENE_12_ECDHE, false, "tls12-ecdhe-vv.txt", hs_text_new,
              plain(2, HS_SECRETS_DEFAULT, false));
    golden_of(SCENE_12_ECDHE, false, "tls12-ecdhe-vvv-show-explain.txt", hs_text_new,
              plain(3, HS_SECRETS_SHOW, true));
    golden_of(SCENE_12_ECDHE, false, "tls12-ecdhe.jsonl", hs_jsonl_new,
              sink_options(NULL, 3, HS_SECRETS_DEFAULT));
}

static void resumption_at_both_ends(void **state) {
    (void)state;
    golden_of(SCENE_12_RESUMED, false, "tls12-resumed-v-explain.txt", hs_text_new,
              plain(1, HS_SECRETS_DEFAULT, true));
    golden_of(SCENE_12_RESUMED, true, "tls12-resumed-server-vv.txt", hs_text_new,
              plain(2, HS_SECRETS_DEFAULT, false));
    golden_of(SCENE_12_RESUMED, false, "tls12-resumed.jsonl", hs_jsonl_new,
              sink_options(NULL, 3, HS_SECRETS_SHOW));
}

static void classic_with_its_eight_steps(void **state) {
    (void)state;
    golden_of(SCENE_12_CLASSIC, false, "tls12-classic-v-explain.txt", hs_text_new,
              plain(1, HS_SECRETS_DEFAULT, true));
    golden_of(SCENE_12_CLASSIC, true, "tls12-classic-server-v-explain.txt", hs_text_new,
              plain(1, HS_SECRETS_DEFAULT, true));
    golden_of(SCENE_12_CLASSIC, false, "tls12-classic-vvv.txt", hs_text_new,
              plain(3, HS_SECRETS_DEFAULT, false));
    golden_of(SCENE_12_CLASSIC, true, "tls12-classic-server.jsonl", hs_jsonl_new,
              sink_options(NULL, 3, HS_SECRETS_SHOW));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_level_1),
        cmocka_unit_test(text_level_2_without_times),
        cmocka_unit_test(text_level_3),
        cmocka_unit_test(text_level_3_with_secrets_explained),
        cmocka_unit_test(json_lines),
        cmocka_unit_test(json_lines_with_secrets),
        cmocka_unit_test(ecdhe_at_each_level),
        cmocka_unit_test(resumption_at_both_ends),
        cmocka_unit_test(classic_with_its_eight_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
