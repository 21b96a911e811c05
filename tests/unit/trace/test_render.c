/* Several renderers on one connection, and the key log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/trace/scene.h"
#include "tests/unit/trace/sink.h"

static const char keylog_8448[] =
    "CLIENT_HANDSHAKE_TRAFFIC_SECRET "
    "cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7 "
    "b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21\n"
    "SERVER_HANDSHAKE_TRAFFIC_SECRET "
    "cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7 "
    "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38\n";

static void the_key_log_has_the_lines_of_the_format(void **state) {
    (void)state;
    hs__strbuf out = {0};
    const hs_render_options o = sink_options(&out, 1, HS_SECRETS_DEFAULT);
    hs_render *r;
    assert_int_equal(hs_keylog_new(&o, &r), HS_OK);
    assert_int_equal(hs_render_mask(r), HS_TRACE_MASK(HS_TR_SECRET) | HS_TRACE_SECRETS);
    scene_play(SCENE_RFC8448, false, r);
    hs_render_free(r);
    assert_int_equal(strncmp(hs__buf_str(&out), keylog_8448, sizeof keylog_8448 - 1), 0);
    assert_non_null(strstr(hs__buf_str(&out), "\nCLIENT_TRAFFIC_SECRET_0 cb34"));
    assert_non_null(strstr(hs__buf_str(&out), "\nSERVER_TRAFFIC_SECRET_0 cb34"));
    assert_non_null(strstr(hs__buf_str(&out), "\nEXPORTER_SECRET cb34"));
    hs__buf_free(&out);
}

/* The key log's wish for secrets must not make the others show them. */
static void each_renderer_keeps_its_own_rules(void **state) {
    (void)state;
    hs__strbuf text = {0}, json = {0}, keys = {0};
    const hs_render_options ot = sink_options(&text, 3, HS_SECRETS_DEFAULT);
    const hs_render_options oj = sink_options(&json, 3, HS_SECRETS_HIDE);
    const hs_render_options ok = sink_options(&keys, 3, HS_SECRETS_DEFAULT);
    hs_render *parts[3], *r;
    assert_int_equal(hs_text_new(&ot, &parts[0]), HS_OK);
    assert_int_equal(hs_jsonl_new(&oj, &parts[1]), HS_OK);
    assert_int_equal(hs_keylog_new(&ok, &parts[2]), HS_OK);
    assert_int_equal(hs_tee_new(parts, 3, &r), HS_OK);
    assert_int_equal(hs_render_mask(r), HS_TRACE_ALL | HS_TRACE_SECRETS);
    scene_play(SCENE_RFC8448, false, r);
    hs_render_free(r);
    /* client_handshake_traffic_secret, and the ticket */
    static const char *const secrets[] = {"b3eddb126e067f35a780b3ab", "2c035d829359ee5f",
                                          "2c 03 5d 82 93 59 ee 5f"};
    assert_non_null(strstr(hs__buf_str(&keys), secrets[0]));
    for (size_t i = 0; i < 3; i++) {
        assert_null(strstr(hs__buf_str(&text), secrets[i]));
        assert_null(strstr(hs__buf_str(&json), secrets[i]));
    }
    assert_non_null(strstr(hs__buf_str(&text), "## client_hs "));
    assert_non_null(strstr(hs__buf_str(&json), "client_handshake_traffic_secret"));
    hs__buf_free(&text);
    hs__buf_free(&json);
    hs__buf_free(&keys);
}

static void with_everything_on(void (*scene)(size_t at, hs_render *r), size_t at) {
    hs__strbuf text = {0}, json = {0}, both = {0};
    hs_render_options ot = sink_options(&text, 3, HS_SECRETS_SHOW);
    const hs_render_options oj = sink_options(&json, 3, HS_SECRETS_SHOW);
    const hs_render_options oc = sink_options(&both, 1, HS_SECRETS_DEFAULT);
    ot.explain = ot.color = ot.tag_lines = true;
    hs_render *parts[3], *r;
    hs_compare *c;
    assert_int_equal(hs_compare_new(&oc, "one", "other", &c), HS_OK);
    assert_int_equal(hs_text_new(&ot, &parts[0]), HS_OK);
    assert_int_equal(hs_jsonl_new(&oj, &parts[1]), HS_OK);
    parts[2] = hs_compare_run(c, 0);
    assert_int_equal(hs_tee_new(parts, 3, &r), HS_OK);
    scene(at, r);
    hs_render_free(r);
    hs_compare_print(c);
    hs_compare_free(c);
    assert_non_null(strstr(hs__buf_str(&json), "\"ev\":\"closed\""));
    hs__buf_free(&text);
    hs__buf_free(&json);
    hs__buf_free(&both);
}

/* A ClientHello with any of its bytes wrong, seen by a server with everything switched on. */
static void hostile_hellos_do_no_harm(void **state) {
    (void)state;
    for (size_t at = 0; at < SCENE_HELLO; at++) {
        with_everything_on(scene_hostile_hello, at);
    }
}

/* Every place would take long: steps of 9 hit each kind of message. */
static void hostile_flights_of_tls12_do_no_harm(void **state) {
    (void)state;
    for (size_t at = 1; at <= SCENE_FLIGHT_12; at += 9) {
        with_everything_on(scene_hostile_flight_12, at);
    }
}

static void an_empty_tee_is_silent(void **state) {
    (void)state;
    hs_render *r;
    assert_int_equal(hs_tee_new(NULL, 0, &r), HS_OK);
    assert_int_equal(hs_render_mask(r), 0);
    const hs_trace ev = {.kind = HS_TR_NOTE};
    hs_render_event(r, &ev);
    hs_render_event(NULL, &ev);
    hs_render_free(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_key_log_has_the_lines_of_the_format),
        cmocka_unit_test(each_renderer_keeps_its_own_rules),
        cmocka_unit_test(hostile_hellos_do_no_harm),
        cmocka_unit_test(hostile_flights_of_tls12_do_no_harm),
        cmocka_unit_test(an_empty_tee_is_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
