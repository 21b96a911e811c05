/* JSON Lines: every line is one object, in order, with what belongs together in one place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "tests/unit/trace/sink.h"

typedef struct {
    hs__strbuf out;
    hs_render *r;
    json_t *lines; /* array, after stop */
} fixture;

static void start(fixture *f, hs_secrets secrets) {
    *f = (fixture){.lines = NULL};
    hs_render_options o = sink_options(&f->out, 3, secrets);
    assert_int_equal(hs_jsonl_new(&o, &f->r), HS_OK);
}

/* Ends the renderer and parses all that it wrote. */
static void stop(fixture *f) {
    hs_render_free(f->r);
    f->lines = json_array();
    const char *p = hs__buf_str(&f->out);
    json_int_t last_t = 0;
    while (*p != 0) {
        size_t n = strcspn(p, "\n");
        assert_int_equal(p[n], '\n');
        json_error_t error;
        json_t *o = json_loadb(p, n, 0, &error);
        if (o == NULL) {
            fail_msg("%s: %.*s", error.text, (int)n, p);
        }
        (void)json_array_append_new(f->lines, o);
        assert_int_equal(json_integer_value(json_object_get(o, "seq")), json_array_size(f->lines));
        json_int_t t = json_integer_value(json_object_get(o, "t_us"));
        assert_true(t >= last_t);
        last_t = t;
        p += n + 1;
    }
}

static void done(fixture *f) {
    json_decref(f->lines);
    hs__buf_free(&f->out);
}

/* The n-th line of an ev, from 0. */
static json_t *line(const fixture *f, const char *ev, size_t n) {
    size_t i;
    json_t *o;
    json_array_foreach(f->lines, i, o) {
        if (strcmp(json_string_value(json_object_get(o, "ev")), ev) == 0 && n-- == 0) {
            return o;
        }
    }
    fail_msg("no line %s in:\n%s", ev, hs__buf_str(&f->out));
    return NULL;
}

static const char *str(const json_t *o, const char *key) {
    const char *s = json_string_value(json_object_get(o, key));
    return s != NULL ? s : "(none)";
}

static json_int_t num(const json_t *o, const char *key) {
    return json_integer_value(json_object_get(o, key));
}

static void expect_part(const json_t *msg, size_t i, json_int_t record, json_int_t off,
                        json_int_t len) {
    const json_t *part = json_array_get(json_object_get(msg, "parts"), i);
    assert_non_null(part);
    assert_int_equal(num(part, "record"), record);
    assert_int_equal(num(part, "off"), off);
    assert_int_equal(num(part, "len"), len);
}

static void the_first_line_says_what_this_is(void **state) {
    (void)state;
    fixture f;
    start(&f, HS_SECRETS_DEFAULT);
    const hs_trace ev = {.u.conn = {"connected", "127.0.0.1:1", NULL}};
    sink_event(f.r, HS_TR_CONN, 7, &ev);
    stop(&f);
    const json_t *o = json_array_get(f.lines, 0);
    assert_string_equal(str(o, "ev"), "trace");
    assert_string_equal(str(o, "schema"), "hs-trace/1");
    assert_string_equal(str(o, "secrets"), "id");
    assert_string_equal(str(line(&f, "conn", 0), "peer"), "127.0.0.1:1");
    done(&f);
}

/* stop() checks t_us of every line. */
static void times_do_not_go_back(void **state) {
    (void)state;
    fixture f;
    start(&f, HS_SECRETS_HIDE);
    const hs_trace ev = {.u.note = {"x", ""}};
    sink_event(f.r, HS_TR_NOTE, 500, &ev);
    sink_event(f.r, HS_TR_NOTE, 100, &ev);
    stop(&f);
    assert_int_equal(num(line(&f, "note", 1), "t_us"), 500);
    done(&f);
}

static const uint8_t raw100[100] = {20, 0, 0, 96};
static const hs_span message100 = {raw100, sizeof raw100};

static void a_received_message_knows_its_records(void **state) {
    (void)state;
    fixture f;
    start(&f, HS_SECRETS_HIDE);
    sink_clear(f.r, false, 1, 22, (hs_span){raw100, 30});
    sink_protected(f.r, false, 2, 0, 22, (hs_span){raw100, 90});
    sink_message(f.r, false, 20, "Finished", message100, 1, NULL, 0, HS_OK);
    sink_message(f.r, false, 20, "Finished", (hs_span){raw100, 20}, 2, NULL, 0, HS_OK);
    stop(&f);
    const json_t *m = line(&f, "msg", 0);
    assert_int_equal(num(m, "record"), 1);
    expect_part(m, 0, 1, 0, 30);
    expect_part(m, 1, 2, 0, 70);
    m = line(&f, "msg", 1);
    assert_int_equal(num(m, "record"), 2);
    assert_int_equal(num(m, "record_off"), 70);
    expect_part(m, 0, 2, 70, 20);
    done(&f);
}

/* Its line waits for the records, and all lines behind it wait with it. */
static void a_sent_message_knows_its_records(void **state) {
    (void)state;
    fixture f;
    start(&f, HS_SECRETS_HIDE);
    const hs_trace note = {.u.note = {"x", ""}};
    sink_message(f.r, true, 8, "EncryptedExtensions", message100, 0, NULL, 0, HS_OK);
    sink_message(f.r, true, 20, "Finished", message100, 0, NULL, 0, HS_OK);
    sink_event(f.r, HS_TR_NOTE, 0, &note);
    assert_null(strstr(hs__buf_str(&f.out), "encrypted_extensions"));
    sink_protected(f.r, true, 1, 0, 22, (hs_span){raw100, 100});
    assert_non_null(strstr(hs__buf_str(&f.out), "encrypted_extensions"));
    assert_null(strstr(hs__buf_str(&f.out), "\"note\""));
    sink_protected(f.r, true, 2, 1, 22, (hs_span){raw100, 60});
    sink_protected(f.r, true, 3, 2, 22, (hs_span){raw100, 40});
    stop(&f);
    expect_part(line(&f, "msg", 0), 0, 1, 0, 100);
    expect_part(line(&f, "msg", 1), 0, 2, 0, 60);
    expect_part(line(&f, "msg", 1), 1, 3, 0, 40);
    done(&f);
}

static void a_message_that_is_never_sent_is_told_at_the_end(void **state) {
    (void)state;
    fixture f;
    start(&f, HS_SECRETS_HIDE);
    sink_message(f.r, true, 20, "Finished", message100, 0, NULL, 0, HS_OK);
    const hs_trace closed = {.u.closed = {.clean = false}};
    sink_event(f.r, HS_TR_CLOSED, 0, &closed);
    assert_non_null(strstr(hs__buf_str(&f.out), "\"finished\""));
    stop(&f);
    assert_null(json_object_get(line(&f, "msg", 0), "parts"));
    done(&f);
}

static void both_halves_of_a_record_are_one_line(void **state) {
    (void)state;
    for (int outbound = 0; outbound <= 1; outbound++) {
        fixture f;
        start(&f, HS_SECRETS_HIDE);
        sink_protected(f.r, outbound, 1, 5, 23, (hs_span){raw100, 10});
        stop(&f);
        assert_int_equal(json_array_size(f.lines), 2);
        const json_t *o = line(&f, "record", 0);
        assert_string_equal(str(o, "dir"), outbound ? "tx" : "rx");
        assert_int_equal(num(o, "inner_type"), 23);
        assert_int_equal(num(o, "inner_len"), 10);
        assert_int_equal(num(json_object_get(o, "aead"), "seq"), 5);
        assert_int_equal(strlen(str(o, "raw")), 90);
        assert_null(json_object_get(o, "plaintext"));
        done(&f);
    }
}

static void a_record_that_was_never_opened_is_told_all_the_same(void **state) {
    (void)state;
    static const uint8_t bytes[10] = {23, 3, 3, 0, 5};
    fixture f;
    start(&f, HS_SECRETS_HIDE);
    const hs_trace ev = {.u.wire = {false, 1, 23, 0x0303, true, {bytes, sizeof bytes}}};
    sink_event(f.r, HS_TR_WIRE, 0, &ev);
    stop(&f);
    assert_null(json_object_get(line(&f, "record", 0), "aead"));
    done(&f);
}

static const sink_field hello_fields[] = {{"msg_type", HS_FIELD_CODE, 0, 1, 1, "client_hello"},
                                          {"length", HS_FIELD_UINT, 1, 3, 8, NULL},
                                          {"legacy_session_id", HS_FIELD_BYTES, 4, 4, 0, NULL},
                                          {"rest", HS_FIELD_BYTES, 8, 4, 0, NULL}};
static const uint8_t hello[] = {1, 0, 0, 8, 0xde, 0xad, 0xbe, 0xef, 1, 2, 3, 4};

/* S4, and the same bytes in the record around it. */
static void secret_fields_are_zero_and_listed(void **state) {
    (void)state;
    fixture f;
    start(&f, HS_SECRETS_ID);
    sink_clear(f.r, false, 1, 22, (hs_span){hello, sizeof hello});
    sink_message(f.r, false, 1, "ClientHello", (hs_span){hello, sizeof hello}, 1, hello_fields, 4,
                 HS_OK);
    stop(&f);
    assert_null(strstr(hs__buf_str(&f.out), "dead"));
    const json_t *m = line(&f, "msg", 0);
    assert_string_equal(str(m, "raw"), "010000080000000001020304");
    const json_t *range = json_array_get(json_object_get(m, "hidden"), 0);
    assert_int_equal(num(range, "off"), 4);
    assert_int_equal(num(range, "len"), 4);
    done(&f);
    start(&f, HS_SECRETS_SHOW);
    sink_clear(f.r, false, 1, 22, (hs_span){hello, sizeof hello});
    sink_message(f.r, false, 1, "ClientHello", (hs_span){hello, sizeof hello}, 1, hello_fields, 4,
                 HS_OK);
    stop(&f);
    assert_string_equal(str(line(&f, "msg", 0), "raw"), "01000008deadbeef01020304");
    assert_string_equal(str(line(&f, "record", 0), "raw"), "160303000c01000008deadbeef01020304");
    done(&f);
}

static void bytes_that_were_not_understood_are_hidden(void **state) {
    (void)state;
    fixture f;
    start(&f, HS_SECRETS_ID);
    sink_message(f.r, false, 1, "ClientHello", (hs_span){hello, sizeof hello}, 1, hello_fields, 2,
                 HS_E_DECODE);
    stop(&f);
    const json_t *m = line(&f, "msg", 0);
    assert_string_equal(str(m, "raw"), "010000080000000000000000");
    assert_string_equal(str(json_object_get(m, "error"), "code"), "HS_E_DECODE");
    done(&f);
}

static const uint8_t secret_bytes[4] = {0xde, 0xad, 0xbe, 0xef};
static const hs_span secret = {secret_bytes, 4};

static void play_secrets(const fixture *f) {
    const hs_trace_input in[] = {{"ikm", "ecdhe", secret}, {"context", "H(CH)", {raw100, 2}}};
    const hs_trace derive = {.u.derive = {.name = "main_secret",
                                          .fn = "HKDF-Extract",
                                          .hash = "SHA-256",
                                          .inputs = in,
                                          .n_inputs = 2,
                                          .len = 4,
                                          .value = secret,
                                          .id = {raw100, 4}}};
    const hs_trace data = {.u.appdata = {true, 4, secret}};
    sink_event(f->r, HS_TR_DERIVE, 0, &derive);
    sink_event(f->r, HS_TR_APPDATA, 0, &data);
    sink_protected(f->r, true, 1, 0, 23, secret);
    sink_protected(f->r, true, 2, 0, 22, secret);
    const hs_trace line = {.u.secret = {"X", {raw100, 32}, secret}};
    sink_event(f->r, HS_TR_SECRET, 0, &line);
}

static void secrets_are_told_only_on_demand(void **state) {
    (void)state;
    for (int s = HS_SECRETS_DEFAULT; s <= HS_SECRETS_SHOW; s++) {
        fixture f;
        start(&f, (hs_secrets)s);
        play_secrets(&f);
        stop(&f);
        const json_t *d = line(&f, "derive", 0);
        assert_int_equal(strstr(hs__buf_str(&f.out), "deadbeef") != NULL, s == HS_SECRETS_SHOW);
        assert_int_equal(json_object_get(d, "id") != NULL, s != HS_SECRETS_HIDE);
        assert_string_equal(str(json_object_get(d, "inputs"), "ikm"), "ecdhe");
        assert_string_equal(str(json_object_get(d, "input_values"), "context"), "1400");
        done(&f);
    }
}

/* S6. The bytes come back as they were; the line itself is plain ASCII. */
static void foreign_text_is_escaped(void **state) {
    (void)state;
    static const char evil[] = "\033]0;x\007</script>\n0.1 ok trust\x7f\xe2\x80\xae";
    static const hs_report_row row = {.check = "name", .subject = evil, .got = evil};
    static const hs_dead_end end = {"CN=a < CN=b", evil};
    hs_report report = {
        .rows = &row, .n_rows = 1, .n_failed = 1, .dead_ends = &end, .n_dead_ends = 1};
    fixture f;
    start(&f, HS_SECRETS_HIDE);
    const hs_trace ev = {.u.check = {.what = "chain", .report = &report}};
    sink_event(f.r, HS_TR_CHECK, 0, &ev);
    stop(&f);
    for (const char *p = hs__buf_str(&f.out); *p != 0; p++) {
        assert_true(*p == '\n' || (*p >= 0x20 && *p < 0x7f));
    }
    const json_t *tests = json_object_get(line(&f, "check", 0), "tests");
    assert_string_equal(str(json_array_get(tests, 0), "got"), evil);
    const json_t *ends = json_object_get(line(&f, "check", 0), "dead_ends");
    assert_string_equal(str(json_array_get(ends, 0), "path"), "CN=a < CN=b");
    assert_string_equal(str(json_array_get(ends, 0), "why"), evil);
    done(&f);
    start(&f, HS_SECRETS_HIDE);
    const hs_trace not_utf8 = {.u.note = {"a\xff\n", ""}};
    sink_event(f.r, HS_TR_NOTE, 0, &not_utf8);
    stop(&f);
    assert_string_equal(str(line(&f, "note", 0), "text"), "a\\xff\\x0a");
    done(&f);
}

static void a_failed_handshake_has_a_result(void **state) {
    (void)state;
    fixture f;
    start(&f, HS_SECRETS_HIDE);
    const hs_trace alert = {.u.alert = {.outbound = false, .level = 2, .description = 48}};
    const hs_trace closed = {.u.closed = {.clean = false}};
    sink_event(f.r, HS_TR_ALERT, 0, &alert);
    sink_event(f.r, HS_TR_CLOSED, 0, &closed);
    stop(&f);
    const json_t *o = line(&f, "done", 0);
    assert_true(json_is_false(json_object_get(o, "ok")));
    assert_string_equal(str(json_object_get(o, "alert"), "desc"), "unknown_ca");
    assert_non_null(strstr(str(line(&f, "alert", 0), "fix"), "--cert"));
    done(&f);
}

static void empty_events_do_no_harm(void **state) {
    (void)state;
    fixture f;
    start(&f, HS_SECRETS_SHOW);
    for (int round = 0; round < 2; round++) {
        for (int kind = 0; kind <= HS_TR_KINDS; kind++) {
            const hs_trace ev = {.kind = (hs_trace_kind)kind};
            hs_render_event(f.r, &ev);
        }
    }
    stop(&f);
    done(&f);
}

/* More lines and records than are ever held back. */
static void floods_are_bounded(void **state) {
    (void)state;
    fixture f;
    start(&f, HS_SECRETS_HIDE);
    for (uint64_t i = 1; i <= 3000; i++) {
        sink_message(f.r, true, 20, "Finished", (hs_span){raw100, 10}, 0, NULL, 0, HS_OK);
        sink_clear(f.r, false, i, 22, (hs_span){raw100, 1});
    }
    sink_clear(f.r, true, 1, 22, message100);
    sink_message(f.r, false, 20, "Finished", message100, 1, NULL, 0, HS_OK);
    stop(&f);
    assert_int_equal(json_array_size(f.lines), 1 + 3000 + 3000 + 2);
    done(&f);
}

/* ---- shortage of memory ------------------------------------------------------------------ */

static long allocations_left;

static void *scarce_malloc(size_t n) {
    return allocations_left-- > 0 ? malloc(n) : NULL;
}

static void play_a_bit_of_everything(hs_render *r) {
    static const uint8_t offered[] = {0, 29, 0, 23};
    const hs_report_row row = {.check = "name", .got = "x", .rule = "rfc9525#section-6"};
    const hs_report_cert cert = {
        .subject = "CN=a", .issuer = "CN=b", .key = "k", .serial = "1", .sha256 = "00"};
    const hs_report report = {.rows = &row, .n_rows = 1, .path = &cert, .n_path = 1};
    const hs_trace events[] = {
        {.kind = HS_TR_CHOOSE,
         .u.choose = {.what = "group", .chosen = "x25519", .offered = {offered, 4}}},
        {.kind = HS_TR_CHECK, .u.check = {.what = "chain", .report = &report}},
        {.kind = HS_TR_ALERT, .u.alert = {.description = 48, .level = 2}},
        {.kind = HS_TR_DONE, .u.done = {.mode = "full"}},
        {.kind = HS_TR_CLOSED},
    };
    sink_clear(r, false, 1, 22, (hs_span){hello, sizeof hello});
    sink_message(r, false, 1, "ClientHello", (hs_span){hello, sizeof hello}, 1, hello_fields, 4,
                 HS_OK);
    sink_message(r, true, 2, "ServerHello", (hs_span){hello, sizeof hello}, 0, hello_fields, 4,
                 HS_E_DECODE);
    sink_protected(r, true, 1, 0, 22, (hs_span){hello, sizeof hello});
    sink_protected(r, false, 2, 0, 22, (hs_span){hello, sizeof hello});
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        hs_render_event(r, &events[i]);
    }
}

/* What cannot be told is left out; nothing breaks or leaks. */
static void a_shortage_of_memory_loses_lines_only(void **state) {
    (void)state;
    json_set_alloc_funcs(scarce_malloc, free);
    for (long enough = 0; enough < 700; enough++) {
        fixture f;
        start(&f, HS_SECRETS_ID);
        allocations_left = enough;
        play_a_bit_of_everything(f.r);
        hs_render_free(f.r);
        assert_null(strstr(hs__buf_str(&f.out), "dead"));
        hs__buf_free(&f.out);
    }
    json_set_alloc_funcs(malloc, free);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_line_says_what_this_is),
        cmocka_unit_test(times_do_not_go_back),
        cmocka_unit_test(a_received_message_knows_its_records),
        cmocka_unit_test(a_sent_message_knows_its_records),
        cmocka_unit_test(a_message_that_is_never_sent_is_told_at_the_end),
        cmocka_unit_test(both_halves_of_a_record_are_one_line),
        cmocka_unit_test(a_record_that_was_never_opened_is_told_all_the_same),
        cmocka_unit_test(secret_fields_are_zero_and_listed),
        cmocka_unit_test(bytes_that_were_not_understood_are_hidden),
        cmocka_unit_test(secrets_are_told_only_on_demand),
        cmocka_unit_test(foreign_text_is_escaped),
        cmocka_unit_test(a_failed_handshake_has_a_result),
        cmocka_unit_test(empty_events_do_no_harm),
        cmocka_unit_test(floods_are_bounded),
        cmocka_unit_test(a_shortage_of_memory_loses_lines_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
