/* JSON Lines back to events: what is rendered after the fact is what was rendered live. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/codepoints.h"
#include "tests/unit/trace/scene.h"
#include "tests/unit/trace/sink.h"
#include "trace/render.h"
#include "trace/replay.h"

typedef hs_status (*make_fn)(const hs_render_options *o, hs_render **out);

/* ---- replaying into one renderer --------------------------------------------------------- */

typedef struct {
    make_fn make;
    hs_render_options o;
    size_t begun;
} target;

static void *begin(void *ctx, const hs__replay_head *head) {
    target *t = ctx;
    hs_render_options o = t->o;
    hs_render *r = NULL;
    o.conn_id = head->conn;
    o.peer = head->peer;
    o.local = head->local;
    o.sni = head->sni;
    o.tool = head->tool;
    o.tool_version = head->tool_version;
    o.wall_time_ms = head->wall_time_ms;
    t->begun++;
    assert_int_equal(t->make(&o, &r), HS_OK);
    return r;
}

static void end(void *render) {
    hs_render_free(render);
}

static hs_status replay(target *t, const char *text, hs__replay_error *error) {
    const hs__replay_sink sink = {begin, hs_render_event, end, t};
    hs__replay *r = NULL;
    hs_status st = HS_OK;
    assert_int_equal(hs__replay_new(&sink, &r), HS_OK);
    while (*text != 0 && st == HS_OK) {
        const size_t n = strcspn(text, "\n");
        st = hs__replay_line(r, text, n, error);
        text += n + (text[n] == '\n');
    }
    hs__replay_free(r);
    return st;
}

static void expect_same(const char *name, const hs__strbuf *live, const hs__strbuf *after) {
    const char *got = hs__buf_str(after), *want = hs__buf_str(live);
    if (live->n == after->n && memcmp(got, want, live->n) == 0) {
        return;
    }
    for (int line = 1; *got != 0 || *want != 0; line++) {
        const size_t n = strcspn(got, "\n"), m = strcspn(want, "\n");
        if (n != m || memcmp(got, want, n) != 0) {
            fail_msg("%s, line %d\n after %.*s\n live  %.*s", name, line, (int)n, got, (int)m,
                     want);
        }
        got += n + (got[n] == '\n');
        want += m + (want[m] == '\n');
    }
    size_t at = 0;
    while (at < live->n && at < after->n && live->p[at] == after->p[at]) {
        at++;
    }
    fail_msg("%s differs at byte %zu of %zu and %zu", name, at, after->n, live->n);
}

/* ---- every rendering of every scene ------------------------------------------------------ */

static const struct {
    const char *name;
    make_fn make;
    int level;
    bool explain, no_time, color, tag_lines, needs_show;
} renderings[] = {
    {"-v", hs_text_new, 1, false, false, false, false, false},
    {"-vv", hs_text_new, 2, false, false, false, true, false},
    {"-vvv", hs_text_new, 3, false, false, true, false, false},
    {"-vvv --explain --no-time", hs_text_new, 3, true, true, false, false, false},
    {"JSON Lines", hs_jsonl_new, 0, false, false, false, false, false},
    {"capture", hs_pcapng_new, 0, false, false, false, false, false},
    {"page", hs_html_new, 0, false, false, false, false, false},
    {"key log", hs_keylog_new, 0, false, false, false, false, true},
};
enum { N_RENDERINGS = sizeof renderings / sizeof *renderings, N_SECRETS = 4 };

static hs_render_options options_of(size_t i, hs_secrets secrets, hs__strbuf *out) {
    hs_render_options o = sink_options(out, renderings[i].level, secrets);
    o.explain = renderings[i].explain;
    o.no_time = renderings[i].no_time;
    o.color = renderings[i].color;
    o.tag_lines = renderings[i].tag_lines;
    o.conn_id = "c7";
    o.peer = "127.0.0.1:4433";
    o.local = "127.0.0.1:50000";
    o.sni = "localhost";
    o.wall_time_ms = 1800000000123;
    return o;
}

/* Every event a little later than the one before, which a line of several has to keep. */
typedef struct {
    hs_render base;
    hs_render *to;
    uint64_t t_us;
} ticking;

static void tick(hs_render *r, const hs_trace *ev) {
    ticking *t = (ticking *)r;
    hs_trace later = *ev;
    t->t_us += 777;
    later.t_us = t->t_us;
    hs_render_event(t->to, &later);
}

enum { TRACE_AT = 4 }; /* of the renderings, the one that all others can be made from */

/* All renderings at once while it runs, then each of them again from `holds`. */
static void play_and_replay(scene_id scene, bool is_server, hs_secrets holds) {
    hs__strbuf live[N_SECRETS][N_RENDERINGS] = {0};
    hs_render *parts[N_SECRETS * N_RENDERINGS], *all = NULL;
    size_t n = 0;
    for (int s = HS_SECRETS_HIDE; s <= HS_SECRETS_SHOW; s++) {
        for (size_t i = 0; i < N_RENDERINGS; i++) {
            const hs_render_options o = options_of(i, (hs_secrets)s, &live[s][i]);
            assert_int_equal(renderings[i].make(&o, &parts[n++]), HS_OK);
        }
    }
    assert_int_equal(hs_tee_new(parts, n, &all), HS_OK);
    static const hs__render_class ticks = {tick, NULL};
    ticking clock = {.base = {&ticks, hs_render_mask(all)}, .to = all};
    scene_play(scene, is_server, &clock.base);
    hs_render_free(all);
    for (int s = HS_SECRETS_HIDE; s <= (int)holds; s++) {
        for (size_t i = 0; i < N_RENDERINGS; i++) {
            hs__strbuf after = {0};
            hs__replay_error error = {0};
            char name[96];
            target t = {.make = renderings[i].make, .o = options_of(i, (hs_secrets)s, &after)};
            (void)snprintf(name, sizeof name, "scene %d, %s, %s of %s, secrets=%s", (int)scene,
                           is_server ? "server" : "client", renderings[i].name,
                           hs_secrets_name(holds), hs_secrets_name((hs_secrets)s));
            const hs_status st = replay(&t, hs__buf_str(&live[holds][TRACE_AT]), &error);
            if (st != HS_OK) {
                fail_msg("%s: line %lu: %s", name, error.line, error.text);
            }
            assert_int_equal(t.begun, 1);
            if (!renderings[i].needs_show || holds == HS_SECRETS_SHOW) {
                expect_same(name, &live[s][i], &after);
            }
            hs__buf_free(&after);
        }
    }
    for (size_t i = 0; i < N_SECRETS * N_RENDERINGS; i++) {
        hs__buf_free(&live[0][0] + i);
    }
}

static void every_rendering_is_the_same_after_the_fact(void **state) {
    (void)state;
    for (int scene = 0; scene < N_SCENES; scene++) {
        play_and_replay((scene_id)scene, false, HS_SECRETS_SHOW);
        if (scene != SCENE_RFC8448) {
            play_and_replay((scene_id)scene, true, HS_SECRETS_SHOW);
        }
    }
}

static void a_trace_with_less_gives_what_was_live_with_less(void **state) {
    (void)state;
    for (int scene = 0; scene < N_SCENES; scene++) {
        play_and_replay((scene_id)scene, false, HS_SECRETS_ID);
        play_and_replay((scene_id)scene, false, HS_SECRETS_HIDE);
        if (scene != SCENE_RFC8448) {
            play_and_replay((scene_id)scene, true, HS_SECRETS_ID);
        }
    }
}

/* ---- golden traces ----------------------------------------------------------------------- */

static void load(const char *name, hs__strbuf *text) {
    char path[512], block[4096];
    (void)snprintf(path, sizeof path, "%s/%s", HS_GOLDEN_DIR, name);
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

static void golden_traces_become_golden_texts(void **state) {
    (void)state;
    static const struct {
        const char *trace, *text;
        int level;
        hs_secrets secrets;
        bool no_time, explain;
    } rows[] = {
        {"rfc8448-simple.jsonl", "rfc8448-simple-v.txt", 1, HS_SECRETS_DEFAULT, false, false},
        {"rfc8448-simple.jsonl", "rfc8448-simple-vv.txt", 2, HS_SECRETS_DEFAULT, true, false},
        {"rfc8448-simple.jsonl", "rfc8448-simple-vvv.txt", 3, HS_SECRETS_DEFAULT, true, false},
        {"rfc8448-simple-show.jsonl", "rfc8448-simple-vvv-show-explain.txt", 3, HS_SECRETS_SHOW,
         true, true},
        {"tls12-ecdhe.jsonl", "tls12-ecdhe-v.txt", 1, HS_SECRETS_DEFAULT, true, false},
        {"tls12-ecdhe.jsonl", "tls12-ecdhe-vv.txt", 2, HS_SECRETS_DEFAULT, true, false},
        {"tls12-resumed.jsonl", "tls12-resumed-v-explain.txt", 1, HS_SECRETS_DEFAULT, true, true},
        {"tls12-classic-server.jsonl", "tls12-classic-server-v-explain.txt", 1, HS_SECRETS_DEFAULT,
         true, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        hs__strbuf trace = {0}, want = {0}, got = {0};
        hs__replay_error error;
        target t = {.make = hs_text_new, .o = sink_options(&got, rows[i].level, rows[i].secrets)};
        t.o.no_time = rows[i].no_time;
        t.o.explain = rows[i].explain;
        load(rows[i].trace, &trace);
        load(rows[i].text, &want);
        assert_int_equal(replay(&t, hs__buf_str(&trace), &error), HS_OK);
        expect_same(rows[i].text, &want, &got);
        hs__buf_free(&trace);
        hs__buf_free(&want);
        hs__buf_free(&got);
    }
}

/* ---- foreign bytes ----------------------------------------------------------------------- */

/* Texts that a peer made up, NUL and half a character among them. */
static void hostile_names_come_back(void **state) {
    (void)state;
    static const uint8_t raw[] = {1, 0, 0, 8, 0x1b, ']', 0, 'x', 7, '\n', '<', '/'};
    static const uint8_t half[] = {1, 0, 0, 3, 0xe2, 0x80, '"'};
    static const sink_field fields[] = {{"msg_type", HS_FIELD_CODE, 0, 1, 1, "client_hello"},
                                        {"length", HS_FIELD_UINT, 1, 3, 8, NULL},
                                        {"name", HS_FIELD_TEXT, 4, 8, 0, NULL}};
    static const sink_field more[] = {{"msg_type", HS_FIELD_CODE, 0, 1, 1, "client_hello"},
                                      {"length", HS_FIELD_UINT, 1, 3, 3, NULL},
                                      {"name", HS_FIELD_TEXT, 4, 3, 0, NULL}};
    static const uint8_t list[] = {2, 'h', '2', 4, 0x1b, 0, 'z', '\\', 1, 0xff};
    hs__strbuf jsonl = {0}, live = {0}, after = {0};
    hs__replay_error error;
    hs_render *both[2], *all;
    hs_render_options o = sink_options(&jsonl, 3, HS_SECRETS_SHOW);
    assert_int_equal(hs_jsonl_new(&o, &both[0]), HS_OK);
    o.ctx = &live;
    assert_int_equal(hs_text_new(&o, &both[1]), HS_OK);
    assert_int_equal(hs_tee_new(both, 2, &all), HS_OK);
    sink_message(all, false, 1, "ClientHello", (hs_span){raw, sizeof raw}, 1, fields, 3, HS_OK);
    sink_message(all, false, 77, "a message of unknown type", (hs_span){half, sizeof half}, 2, more,
                 3, HS_E_DECODE);
    const hs_trace choose = {.u.choose = {.what = "alpn",
                                          .offered = {list, sizeof list},
                                          .supported = {list, 3},
                                          .why = "\x1b[31m 0.1 ok trust\n\xe2\x80\xae"}};
    sink_event(all, HS_TR_CHOOSE, 9, &choose);
    hs_render_free(all);
    target t = {.make = hs_text_new, .o = sink_options(&after, 3, HS_SECRETS_SHOW)};
    assert_int_equal(replay(&t, hs__buf_str(&jsonl), &error), HS_OK);
    expect_same("hostile", &live, &after);
    assert_null(strchr(hs__buf_str(&after), 0x1b));
    hs__buf_free(&jsonl);
    hs__buf_free(&live);
    hs__buf_free(&after);
}

/* ---- several connections ----------------------------------------------------------------- */

typedef struct {
    size_t events[3], begun, ended;
} counts;
static counts counted;

static void *count_begin(void *ctx, const hs__replay_head *head) {
    (void)ctx;
    counted.begun++;
    return head->conn[1] == '3' ? NULL : &counted.events[head->conn[1] - '1'];
}

static void count_event(void *conn, const hs_trace *ev) {
    *(size_t *)conn += ev->kind == HS_TR_NOTE;
}

static void count_end(void *conn) {
    (void)conn;
    counted.ended++;
}

#define AT(conn, seq)                                                                              \
    "{\"v\":1,\"seq\":" #seq ",\"conn\":\"" conn "\",\"role\":\"client\",\"t_us\":0,"
#define HEAD(conn) AT(conn, 1) "\"ev\":\"trace\",\"schema\":\"hs-trace/1\",\"secrets\":\"show\"}\n"
#define NOTE(conn) AT(conn, 2) "\"ev\":\"note\",\"text\":\"x\"}\n"

static hs_status count(const char *text, hs__replay_error *error) {
    const hs__replay_sink sink = {count_begin, count_event, count_end, NULL};
    hs__replay *r;
    hs_status st = HS_OK;
    counted = (counts){.begun = 0};
    assert_int_equal(hs__replay_new(&sink, &r), HS_OK);
    for (; *text != 0 && st == HS_OK; text += strcspn(text, "\n") + 1) {
        st = hs__replay_line(r, text, strcspn(text, "\n") + 1, error);
    }
    hs__replay_free(r);
    return st;
}

static void connections_are_kept_apart(void **state) {
    (void)state;
    hs__replay_error error;
    const char *text =
        HEAD("c1") HEAD("c2") NOTE("c1") NOTE("c2") HEAD("c3") NOTE("c3") NOTE("c1") NOTE("c1");
    assert_int_equal(count(text, &error), HS_OK);
    assert_int_equal(counted.events[0], 3);
    assert_int_equal(counted.events[1], 1);
    assert_int_equal(counted.begun, 3);
    assert_int_equal(counted.ended, 2); /* who wants no events does not end either */
}

static void a_name_may_be_used_again(void **state) {
    (void)state;
    hs__replay_error error;
    assert_int_equal(count(HEAD("c1") NOTE("c1") HEAD("c1") NOTE("c1"), &error), HS_OK);
    assert_int_equal(counted.begun, 2);
    assert_int_equal(counted.ended, 2);
    assert_int_equal(counted.events[0], 2);
}

static void what_is_not_known_is_passed_over(void **state) {
    (void)state;
    hs__replay_error error;
    const char *text = HEAD("c1") "\n  \r\n" AT("c1", 2) "\"ev\":\"tomorrow\",\"x\":[1,{}]}\n" AT(
        "c1", 3) "\"ev\":\"note\",\"text\":\"x\",\"colour\":{\"red\":1}}\n";
    assert_int_equal(count(text, &error), HS_OK);
    assert_int_equal(counted.events[0], 1);
}

/* ---- what is wrong ----------------------------------------------------------------------- */

static void what_is_wrong_is_said_with_its_line(void **state) {
    (void)state;
    static const struct {
        const char *line, *want;
    } rows[] = {
        {"{\"v\":1,", "not JSON: "},
        {"[1,2]", "not a JSON object"},
        {"{\"v\":2,\"ev\":\"note\"}", "its format is not hs-trace/1"},
        {"{\"v\":1}", "\"ev\" is missing"},
        {"{\"v\":1,\"ev\":7}", "\"ev\" is not a text"},
        {"{\"v\":1,\"ev\":\"note\"}", "\"conn\" is missing"},
        {NOTE("c2"), "no \"trace\" line has begun this connection"},
        {"{\"v\":1,\"conn\":\"c1\",\"role\":\"king\",\"t_us\":0,\"ev\":\"note\"}",
         "role is none of client, server, observer"},
        {"{\"v\":1,\"conn\":\"c1\",\"role\":\"client\",\"t_us\":-1,\"ev\":\"note\"}",
         "\"t_us\" is not a number in its range"},
        {AT("c1", 1) "\"ev\":\"trace\",\"schema\":\"hs-trace/2\",\"secrets\":\"show\"}",
         "its format is not hs-trace/1"},
        {AT("c1", 2) "\"ev\":\"note\",\"text\":7}", "note: \"text\" is not a text"},
        {AT("c1", 2) "\"ev\":\"appdata\",\"dir\":\"up\",\"len\":1}", "\"dir\" is not tx or rx"},
        {AT("c1", 2) "\"ev\":\"appdata\",\"dir\":\"tx\",\"len\":1,\"bytes\":\"0g\"}",
         "appdata: \"bytes\" is not bytes in lower-case hex"},
        {AT("c1", 2) "\"ev\":\"appdata\",\"dir\":\"tx\",\"len\":1,\"bytes\":\"012\"}",
         "appdata: \"bytes\" is not bytes in lower-case hex"},
        {AT("c1", 2) "\"ev\":\"record\",\"dir\":\"rx\",\"n\":1,\"type\":22,\"version\":\"0x0303\","
                     "\"protected\":false,\"raw\":\"160303\"}",
         "record: \"raw\" is not a record"},
        {AT("c1", 2) "\"ev\":\"msg\",\"dir\":\"rx\",\"type\":1,\"name\":\"x\",\"raw\":\"01000000\","
                     "\"fields\":[{\"off\":2,\"len\":3,\"path\":\"x\",\"kind\":\"bytes\"}]}",
         "msg: \"len\" is not a number in its range"},
        {AT("c1", 2) "\"ev\":\"msg\",\"dir\":\"rx\",\"type\":1,\"name\":\"x\",\"raw\":\"01000000\","
                     "\"fields\":[7]}",
         "msg: \"fields\" is not a list of objects"},
        {AT("c1", 2) "\"ev\":\"choose\",\"what\":\"group\",\"chosen\":null,\"by\":\"client\","
                     "\"offered\":[\"x448\",\"curve of tomorrow\"]}",
         "\"curve of tomorrow\" is no group that this version knows"},
        {AT("c1", 2) "\"ev\":\"check\",\"what\":\"chain\",\"ok\":true,\"enforced\":true,"
                     "\"code\":\"HS_E_TOMORROW\"}",
         "\"code\" is not a status that this version knows"},
        {AT("c1", 2) "\"ev\":\"check\",\"what\":\"chain\",\"ok\":true,\"enforced\":true,"
                     "\"code\":\"HS_OK\",\"path\":[{\"not_before\":\"2026-02-30T00:00:00Z\"}]}",
         "\"not_before\" is not a date like 2026-11-18T12:00:05Z"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[1024];
        hs__replay_error error;
        (void)snprintf(text, sizeof text, "%s%s\n", HEAD("c1"), rows[i].line);
        assert_int_equal(count(text, &error), HS_E_DECODE);
        assert_int_equal(error.line, 2);
        if (strstr(error.text, rows[i].want) == NULL) {
            fail_msg("%s\n got  %s\n want %s", rows[i].line, error.text, rows[i].want);
        }
        assert_int_equal(counted.ended, counted.begun);
    }
}

static void too_many_connections_are_refused(void **state) {
    (void)state;
    const hs__replay_sink sink = {count_begin, count_event, count_end, NULL};
    hs__replay *r;
    hs__replay_error error;
    assert_int_equal(hs__replay_new(&sink, &r), HS_OK);
    for (int i = 0; i <= HS__REPLAY_CONNS; i++) {
        char line[256];
        const int n = snprintf(line, sizeof line,
                               "{\"v\":1,\"conn\":\"31%d\",\"role\":\"client\",\"t_us\":0,\"ev\":"
                               "\"trace\",\"schema\":\"hs-trace/1\",\"secrets\":\"id\"}",
                               i);
        const hs_status st = hs__replay_line(r, line, (size_t)n, &error);
        assert_int_equal(st, i < HS__REPLAY_CONNS ? HS_OK : HS_E_DECODE);
    }
    assert_string_equal(error.text, "more than 4096 connections at once");
    hs__replay_free(r);
}

static void lost_lines_are_counted(void **state) {
    (void)state;
    const hs__replay_sink sink = {count_begin, count_event, count_end, NULL};
    static const char line[] = "{\"v\":1,\"ev\":\"lost\",\"why\":\"out of memory\"}";
    hs__replay *r;
    hs__replay_error error;
    assert_int_equal(hs__replay_new(&sink, &r), HS_OK);
    assert_int_equal(hs__replay_line(r, line, sizeof line - 1, &error), HS_OK);
    assert_int_equal(hs__replay_lost(r), 1);
    hs__replay_free(r);
}

/* Cut anywhere, it is a trace up to there, or says that it is not. */
static void a_trace_cut_short_is_replayed_up_to_there(void **state) {
    (void)state;
    hs__strbuf jsonl = {0}, after = {0};
    hs_render *r;
    const hs_render_options o = sink_options(&jsonl, 3, HS_SECRETS_SHOW);
    assert_int_equal(hs_jsonl_new(&o, &r), HS_OK);
    scene_play(SCENE_12_CLIENT, true, r);
    hs_render_free(r);
    for (size_t n = 0; n < jsonl.n; n += n % 131 + 1) {
        char *cut = strndup(jsonl.p, n);
        hs__replay_error error;
        assert_non_null(cut);
        hs__buf_clear(&after);
        target t = {.make = hs_text_new, .o = sink_options(&after, 3, HS_SECRETS_SHOW)};
        const bool is_whole = n == 0 || jsonl.p[n] == '\n' || jsonl.p[n - 1] == '\n';
        assert_int_equal(replay(&t, cut, &error), is_whole ? HS_OK : HS_E_DECODE);
        free(cut);
    }
    hs__buf_free(&jsonl);
    hs__buf_free(&after);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rendering_is_the_same_after_the_fact),
        cmocka_unit_test(a_trace_with_less_gives_what_was_live_with_less),
        cmocka_unit_test(golden_traces_become_golden_texts),
        cmocka_unit_test(hostile_names_come_back),
        cmocka_unit_test(connections_are_kept_apart),
        cmocka_unit_test(a_name_may_be_used_again),
        cmocka_unit_test(what_is_not_known_is_passed_over),
        cmocka_unit_test(what_is_wrong_is_said_with_its_line),
        cmocka_unit_test(too_many_connections_are_refused),
        cmocka_unit_test(lost_lines_are_counted),
        cmocka_unit_test(a_trace_cut_short_is_replayed_up_to_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
