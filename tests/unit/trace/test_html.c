/* The blocks of a page: what is in them, that they are bounded, and that text stays text. How the
 * page looks and works is tested in a browser: tests/browser/. */
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

static size_t count(const hs__strbuf *b, const char *what) {
    size_t n = 0;
    const char *p = hs__buf_str(b);
    for (p = strstr(p, what); p != NULL; p = strstr(p + 1, what)) {
        n++;
    }
    return n;
}

static void has(const hs__strbuf *b, const char *what) {
    if (strstr(hs__buf_str(b), what) == NULL) {
        fail_msg("no %s in the block", what);
    }
}

static void has_not(const hs__strbuf *b, const char *what) {
    const char *found = strstr(hs__buf_str(b), what);
    if (found != NULL) {
        fail_msg("%.60s", found);
    }
}

static hs_render *start(hs__strbuf *out, hs_secrets secrets, const char *conn) {
    hs_render_options o = sink_options(out, 0, secrets);
    o.conn_id = conn;
    hs_render *r = NULL;
    assert_int_equal(hs_html_new(&o, &r), HS_OK);
    return r;
}

static void play(scene_id id, hs_secrets secrets, hs__strbuf *out) {
    hs_render *r = start(out, secrets, NULL);
    scene_play(id, false, r);
    hs_render_free(r);
}

/* The text between two marks, copied. */
static void cut_out(const hs__strbuf *b, const char *from, const char *to, hs__strbuf *piece) {
    const char *p = strstr(hs__buf_str(b), from);
    assert_non_null(p);
    p += strlen(from);
    const char *end = strstr(p, to);
    assert_non_null(end);
    hs__buf_bytes(piece, p, (size_t)(end - p));
}

static void unescape(const hs__strbuf *b, hs__strbuf *plain) {
    static const struct {
        const char *escape, *text;
    } rows[] = {{"\\u003c", "<"}, {"\\u003e", ">"}, {"\\u0026", "&"}};
    for (const char *p = hs__buf_str(b); *p != '\0';) {
        size_t row = 0;
        while (row < 3 && strncmp(p, rows[row].escape, 6) != 0) {
            row++;
        }
        hs__buf_bytes(plain, row < 3 ? rows[row].text : p, 1);
        p += row < 3 ? 6 : 1;
    }
}

/* ---- the page ---------------------------------------------------------------------------- */

static void a_page_forbids_all_but_its_own_parts(void **state) {
    (void)state;
    hs__strbuf page = {0};
    const hs_render_options o = sink_options(&page, 0, HS_SECRETS_DEFAULT);
    hs_html_begin(o.write, &page);
    assert_int_equal(strncmp(hs__buf_str(&page), "<!doctype html>", 15), 0);
    assert_non_null(strstr(hs_html_policy(), "default-src 'none'; script-src 'sha256-"));
    assert_null(strstr(hs_html_policy(), "unsafe"));
    has(&page, hs_html_policy());
    assert_int_equal(count(&page, "<script"), 1);
    assert_int_equal(count(&page, "<style"), 1);
    has_not(&page, " style=");
    has_not(&page, " onclick=");
    hs__buf_free(&page);
}

/* With a trace of full detail the limit is 400 KB. */
static void a_page_leaves_room_for_traces(void **state) {
    (void)state;
    hs__strbuf page = {0};
    const hs_render_options o = sink_options(&page, 0, HS_SECRETS_DEFAULT);
    hs_html_begin(o.write, &page);
    play(SCENE_RETRY, HS_SECRETS_SHOW, &page);
    assert_true(page.n < 400 * 1000);
    hs__buf_free(&page);
}

/* ---- a block ----------------------------------------------------------------------------- */

static void a_block_holds_the_json_lines_unchanged(void **state) {
    (void)state;
    hs__strbuf out = {0}, want = {0}, piece = {0}, plain = {0};
    const hs_render_options o = sink_options(&want, 0, HS_SECRETS_SHOW);
    hs_render *jsonl = NULL;
    assert_int_equal(hs_jsonl_new(&o, &jsonl), HS_OK);
    scene_play(SCENE_RFC8448, false, jsonl);
    hs_render_free(jsonl);
    play(SCENE_RFC8448, HS_SECRETS_SHOW, &out);
    cut_out(&out, "class=\"hs-trace\" data-conn=\"c1\">\n", "</script>", &piece);
    unescape(&piece, &plain);
    assert_string_equal(hs__buf_str(&plain), hs__buf_str(&want));
    hs__buf_free(&out);
    hs__buf_free(&want);
    hs__buf_free(&piece);
    hs__buf_free(&plain);
}

static void a_reader_without_scripts_gets_the_text(void **state) {
    (void)state;
    hs__strbuf out = {0}, piece = {0};
    play(SCENE_RFC8448, HS_SECRETS_DEFAULT, &out);
    cut_out(&out, "<noscript>", "</noscript>", &piece);
    has(&piece, "<p># hs-trace/1"); /* nothing to open */
    has(&piece, "-&gt; ClientHello");
    has(&piece, "<pre>             off len  field");
    has(&piece, "legacy_version");
    assert_true(count(&piece, "<details>") >= 8);
    assert_int_equal(count(&piece, "<details>"), count(&piece, "</details>"));
    assert_int_equal(count(&piece, "<pre>"), count(&piece, "</pre>"));
    hs__buf_free(&out);
    hs__buf_free(&piece);
}

static void secrets_are_hidden_unless_they_are_asked_for(void **state) {
    (void)state;
    /* server_handshake_traffic_secret of RFC 8448, section 3 */
    static const char secret[] = "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38";
    static const hs_secrets kinds[] = {HS_SECRETS_DEFAULT, HS_SECRETS_HIDE, HS_SECRETS_ID};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        hs__strbuf out = {0};
        play(SCENE_RFC8448, kinds[i], &out);
        has_not(&out, secret);
        hs__buf_free(&out);
    }
    hs__strbuf out = {0};
    play(SCENE_RFC8448, HS_SECRETS_SHOW, &out);
    has(&out, secret);
    hs__buf_free(&out);
}

/* ---- when it is written ------------------------------------------------------------------ */

typedef struct {
    hs__strbuf text;
    size_t calls;
} writes;

static void count_write(void *ctx, const char *p, size_t n) {
    writes *w = ctx;
    hs__buf_bytes(&w->text, p, n);
    w->calls++;
}

/* So that the blocks of several threads cannot mix. */
static void a_block_is_written_at_once_when_the_connection_is_closed(void **state) {
    (void)state;
    writes w = {0};
    hs_render_options o = sink_options(&w.text, 0, HS_SECRETS_DEFAULT);
    o.write = count_write;
    o.ctx = &w;
    hs_render *r = NULL;
    assert_int_equal(hs_html_new(&o, &r), HS_OK);
    sink_event(r, HS_TR_NOTE, 1, &(hs_trace){.u.note = {"one", ""}});
    assert_int_equal(w.calls, 0);
    sink_event(r, HS_TR_CLOSED, 2, &(hs_trace){.u.closed = {.clean = true}});
    assert_int_equal(w.calls, 1);
    sink_event(r, HS_TR_NOTE, 3, &(hs_trace){.u.note = {"two", ""}});
    hs_render_free(r);
    assert_int_equal(w.calls, 1);
    has(&w.text, "\"one\"");
    has_not(&w.text, "\"two\"");
    hs__buf_free(&w.text);
}

static void a_connection_that_is_not_closed_is_written_at_the_end(void **state) {
    (void)state;
    hs__strbuf out = {0};
    hs_render *r = start(&out, HS_SECRETS_DEFAULT, NULL);
    sink_event(r, HS_TR_NOTE, 1, &(hs_trace){.u.note = {"one", ""}});
    assert_int_equal(out.n, 0);
    hs_render_free(r);
    has(&out, "\"one\"");
    hs__buf_free(&out);
}

static void connections_share_a_page(void **state) {
    (void)state;
    hs__strbuf out = {0};
    hs_render *first = start(&out, HS_SECRETS_DEFAULT, "c1");
    hs_render *second = start(&out, HS_SECRETS_DEFAULT, "c2");
    sink_event(first, HS_TR_NOTE, 1, &(hs_trace){.u.note = {"of the first", ""}});
    sink_event(second, HS_TR_NOTE, 1, &(hs_trace){.u.note = {"of the second", ""}});
    hs_render_free(second);
    hs_render_free(first);
    assert_int_equal(count(&out, "class=\"hs-trace\""), 2);
    const char *block = strstr(hs__buf_str(&out), "class=\"hs-trace\" data-conn=\"c2\"");
    const char *next = strstr(hs__buf_str(&out), "class=\"hs-trace\" data-conn=\"c1\"");
    assert_true(block != NULL && next != NULL && block < next);
    hs__buf_free(&out);
}

/* ---- foreign bytes ----------------------------------------------------------------------- */

static void what_a_peer_made_up_stays_text(void **state) {
    (void)state;
    static const char evil[] = "\033]0;x\007</script><b>\n\n    0.1 ok trust\xe2\x80\xae&'\"";
    const hs_span name = {(const uint8_t *)evil, sizeof evil - 1};
    const sink_field field = {"host_name", HS_FIELD_TEXT, 0, sizeof evil - 1, 0, NULL};
    hs__strbuf out = {0};
    hs_render_options o = sink_options(&out, 0, HS_SECRETS_SHOW);
    o.conn_id = o.peer = o.sni = evil;
    hs_render *r = NULL;
    assert_int_equal(hs_html_new(&o, &r), HS_OK);
    sink_message(r, false, 1, "ClientHello", name, 1, &field, 1, HS_OK);
    sink_event(r, HS_TR_NOTE, 1, &(hs_trace){.u.note = {evil, ""}});
    hs_render_free(r);
    assert_int_equal(count(&out, "</script"), 2); /* the ends of our own */
    assert_int_equal(count(&out, "<script"), 2);
    has_not(&out, "<b");
    has_not(&out, "\033");
    has_not(&out, "\007");
    has_not(&out, "\xe2\x80\xae");
    has_not(&out, "\n    0.1 ok trust");
    hs__buf_free(&out);
}

/* ---- bounds ------------------------------------------------------------------------------ */

enum { PIECE = 16384, PIECES = 1000, LISTED = 64 };

static void data_beyond_the_first_records_is_summed_up(void **state) {
    (void)state;
    hs__strbuf out = {0};
    uint8_t *data = calloc(1, PIECE);
    assert_non_null(data);
    hs_render *r = start(&out, HS_SECRETS_SHOW, NULL);
    for (uint64_t n = 1; n <= PIECES; n++) {
        sink_protected(r, false, n, n, 23, (hs_span){data, PIECE});
        sink_event(r, HS_TR_APPDATA, n, &(hs_trace){.u.appdata = {false, PIECE, {data, PIECE}}});
    }
    sink_event(r, HS_TR_CLOSED, PIECES, &(hs_trace){.u.closed = {.clean = true}});
    hs_render_free(r);
    free(data);
    char rest[96];
    (void)snprintf(rest, sizeof rest, "\"dir\":\"rx\",\"records\":%d,\"bytes\":%d}",
                   PIECES - LISTED, (PIECES - LISTED) * PIECE);
    has(&out, rest);
    has(&out, "\"ev\":\"closed\"");
    assert_int_equal(count(&out, "\"ev\":\"record\""), LISTED);
    assert_int_equal(count(&out, "\"plaintext_head\":"),
                     LISTED); /* long ones are cut, and say so */
    assert_int_equal(count(&out, "\"plaintext\":"), 0);
    assert_true(out.n < 200 * 1000);
    hs__buf_free(&out);
}

/* However little room there is: a record is listed or counted. */
static void no_record_is_left_out_in_silence(void **state) {
    (void)state;
    hs__strbuf out = {0};
    uint8_t *data = calloc(1, PIECE);
    char text[1024];
    assert_non_null(data);
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    hs_render *r = start(&out, HS_SECRETS_SHOW, NULL);
    for (uint64_t n = 0; n < 120; n++) {
        sink_event(r, HS_TR_NOTE, n, &(hs_trace){.u.note = {text, ""}});
    }
    for (uint64_t n = 1; n <= PIECES; n++) {
        sink_protected(r, false, n, n, 23, (hs_span){data, PIECE});
    }
    hs_render_free(r);
    free(data);
    const size_t listed = count(&out, "\"ev\":\"record\"");
    assert_true(listed > 0 && listed < LISTED);
    char rest[96];
    (void)snprintf(rest, sizeof rest, "\"dir\":\"rx\",\"records\":%zu,", PIECES - listed);
    has(&out, rest);
    has_not(&out, "page_cut");
    hs__buf_free(&out);
}

static void short_data_stays_whole(void **state) {
    (void)state;
    hs__strbuf out = {0};
    hs_render *r = start(&out, HS_SECRETS_SHOW, NULL);
    sink_protected(r, true, 1, 0, 23, (hs_span){(const uint8_t *)"GET / HTTP/1.1", 14});
    hs_render_free(r);
    has(&out, "\"plaintext\":\"474554202f20485454502f312e31\"");
    has_not(&out, "_head");
    hs__buf_free(&out);
}

static void a_trace_without_end_keeps_its_result(void **state) {
    (void)state;
    hs__strbuf out = {0};
    hs_render_options o = sink_options(&out, 0, HS_SECRETS_SHOW);
    hs_html_begin(o.write, &out);
    hs_render *r = start(&out, HS_SECRETS_SHOW, NULL);
    char text[512];
    memset(text, '<', sizeof text - 1); /* six bytes each on the page */
    text[sizeof text - 1] = '\0';
    for (uint64_t n = 0; n < 10000; n++) {
        sink_event(r, HS_TR_NOTE, n, &(hs_trace){.u.note = {text, ""}});
    }
    sink_event(r, HS_TR_CLOSED, 10000, &(hs_trace){.u.closed = {.clean = true}});
    hs_render_free(r);
    has(&out, "\"ev\":\"closed\"");
    has(&out, "\"ev\":\"page_cut\"");
    has(&out, "More than fits here");
    assert_true(out.n < 400 * 1000);
    hs__buf_free(&out);
}

static void options_are_checked(void **state) {
    (void)state;
    hs__strbuf out = {0};
    hs_render_options o = sink_options(&out, 0, HS_SECRETS_DEFAULT);
    hs_render *r = NULL;
    o.size = 1;
    assert_int_equal(hs_html_new(&o, &r), HS_E_MISUSE);
    assert_null(r);
    assert_int_equal(hs_html_new(NULL, &r), HS_E_MISUSE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_forbids_all_but_its_own_parts),
        cmocka_unit_test(a_page_leaves_room_for_traces),
        cmocka_unit_test(a_block_holds_the_json_lines_unchanged),
        cmocka_unit_test(a_reader_without_scripts_gets_the_text),
        cmocka_unit_test(secrets_are_hidden_unless_they_are_asked_for),
        cmocka_unit_test(a_block_is_written_at_once_when_the_connection_is_closed),
        cmocka_unit_test(a_connection_that_is_not_closed_is_written_at_the_end),
        cmocka_unit_test(connections_share_a_page),
        cmocka_unit_test(what_a_peer_made_up_stays_text),
        cmocka_unit_test(data_beyond_the_first_records_is_summed_up),
        cmocka_unit_test(no_record_is_left_out_in_silence),
        cmocka_unit_test(short_data_stays_whole),
        cmocka_unit_test(a_trace_without_end_keeps_its_result),
        cmocka_unit_test(options_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
