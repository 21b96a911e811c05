/* The text: columns, what is hidden, and that nothing foreign gets out of its line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/trace/sink.h"

typedef struct {
    hs__strbuf out;
    hs_render *r;
} fixture;

static void start(fixture *f, hs_render_options o) {
    f->out = (hs__strbuf){0};
    o.ctx = &f->out;
    assert_int_equal(hs_text_new(&o, &f->r), HS_OK);
}

static void fresh(fixture *f, int level, hs_secrets secrets) {
    start(f, sink_options(NULL, level, secrets));
}

static void stop(fixture *f) {
    hs_render_free(f->r);
    hs__buf_free(&f->out);
}

static const char *text(const fixture *f) {
    return hs__buf_str(&f->out);
}

static void has(const fixture *f, const char *part) {
    if (strstr(text(f), part) == NULL) {
        fail_msg("no \"%s\" in:\n%s", part, text(f));
    }
}

static void has_not(const fixture *f, const char *part) {
    if (strstr(text(f), part) != NULL) {
        fail_msg("\"%s\" is in:\n%s", part, text(f));
    }
}

static const uint8_t secret_bytes[4] = {0xde, 0xad, 0xbe, 0xef};
static const hs_span secret = {secret_bytes, 4};

static void wrong_options_are_refused(void **state) {
    (void)state;
    hs_render *r = (hs_render *)8;
    hs_render_options o = sink_options(NULL, 1, HS_SECRETS_HIDE);
    o.size = 1;
    assert_int_equal(hs_text_new(&o, &r), HS_E_MISUSE);
    assert_null(r);
    o = sink_options(NULL, 1, HS_SECRETS_HIDE);
    o.write = NULL;
    assert_int_equal(hs_text_new(&o, &r), HS_E_MISUSE);
    hs_render_free(NULL);
}

/* -v must not pay for fields; only `show` may ask the engine for secrets. */
static void the_mask_asks_for_what_is_shown(void **state) {
    (void)state;
    fixture f;
    fresh(&f, 1, HS_SECRETS_DEFAULT);
    assert_int_equal(hs_render_mask(f.r) & HS_TRACE_MASK(HS_TR_FIELD), 0);
    assert_int_equal(hs_render_mask(f.r) & HS_TRACE_SECRETS, 0);
    stop(&f);
    fresh(&f, 3, HS_SECRETS_DEFAULT);
    assert_int_not_equal(hs_render_mask(f.r) & HS_TRACE_MASK(HS_TR_FIELD), 0);
    assert_int_equal(hs_render_mask(f.r) & HS_TRACE_SECRETS, 0);
    stop(&f);
    fresh(&f, 1, HS_SECRETS_SHOW);
    assert_int_not_equal(hs_render_mask(f.r) & HS_TRACE_SECRETS, 0);
    stop(&f);
}

static void derive(const fixture *f) {
    const hs_trace_input in[] = {{"secret", "early_secret", secret}, {"label", "derived", {0}}};
    const hs_trace ev = {.u.derive = {.name = "derived_1",
                                      .fn = "HKDF-Expand-Label",
                                      .hash = "SHA-256",
                                      .inputs = in,
                                      .n_inputs = 2,
                                      .len = 4,
                                      .value = secret,
                                      .id = {(const uint8_t *)"\x12\x34\x56\x78", 4}}};
    sink_event(f->r, HS_TR_DERIVE, 0, &ev);
}

/* Events may carry values because another renderer asked for them. */
static void secrets_are_shown_only_on_demand(void **state) {
    (void)state;
    fixture f;
    fresh(&f, 3, HS_SECRETS_HIDE);
    derive(&f);
    has_not(&f, "deadbeef");
    has_not(&f, "12345678");
    has(&f, "(4 B hidden)");
    stop(&f);
    fresh(&f, 3, HS_SECRETS_DEFAULT);
    derive(&f);
    has_not(&f, "deadbeef");
    has(&f, "(4 B, id 12345678)");
    stop(&f);
    fresh(&f, 3, HS_SECRETS_SHOW);
    derive(&f);
    has(&f, "deadbeef");
    stop(&f);
}

static void application_data_is_shown_only_on_demand(void **state) {
    (void)state;
    const hs_trace ev = {.u.appdata = {false, 4, secret}};
    fixture f;
    fresh(&f, 3, HS_SECRETS_ID);
    sink_event(f.r, HS_TR_APPDATA, 0, &ev);
    has(&f, "application data      4 B");
    has_not(&f, "de ad");
    stop(&f);
    fresh(&f, 3, HS_SECRETS_SHOW);
    sink_event(f.r, HS_TR_APPDATA, 0, &ev);
    has(&f, "de ad be ef");
    stop(&f);
}

static const uint8_t ticket_raw[] = {4, 0, 0, 4, 0xde, 0xad, 0xbe, 0xef};
static const sink_field ticket_fields[] = {{"msg_type", HS_FIELD_CODE, 0, 1, 4, NULL},
                                           {"length", HS_FIELD_UINT, 1, 3, 4, NULL},
                                           {"ticket", HS_FIELD_BYTES, 4, 4, 0, NULL}};

static void tickets_are_hidden(void **state) {
    (void)state;
    for (int level = 2; level <= 3; level++) {
        fixture f;
        fresh(&f, level, HS_SECRETS_ID);
        sink_message(f.r, false, 4, "NewSessionTicket", (hs_span){ticket_raw, 8}, 1, ticket_fields,
                     3, HS_OK);
        has_not(&f, "dead");
        has_not(&f, "de ad");
        has(&f, "(4 B hidden)");
        stop(&f);
    }
}

/* S6: a name that tries to set the title, to end a script and to write a line of its own. */
static void foreign_text_stays_in_its_line(void **state) {
    (void)state;
    static const char evil[] = "\033]0;x\007</script>\n    0.10 ok trust";
    static const hs_report_row row = {.check = "name",
                                      .ok = false,
                                      .depth = 0,
                                      .subject = evil,
                                      .expected = "a.test",
                                      .got = evil,
                                      .fix = evil,
                                      .rule = "rfc9525#section-6"};
    static const hs_report_cert cert = {
        .subject = evil, .issuer = evil, .names = evil, .key = "RSA"};
    static const hs_dead_end dead_end = {evil, evil};
    hs_report report = {.verdict = HS_E_CERT_FORMAT,
                        .rows = &row,
                        .n_rows = 1,
                        .n_failed = 1,
                        .path = &cert,
                        .n_path = 1,
                        .dead_ends = &dead_end,
                        .n_dead_ends = 1,
                        .anchor_source = evil};
    strcpy(report.summary, evil);
    const hs_trace events[] = {
        {.kind = HS_TR_CONN, .u.conn = {"connected", evil, evil}},
        {.kind = HS_TR_CHECK, .u.check = {.what = "chain", .side = "server", .report = &report}},
        {.kind = HS_TR_ALERT,
         .u.alert = {.outbound = true, .description = 42, .where = evil, .detail = evil}},
        {.kind = HS_TR_NOTE, .u.note = {evil, evil}},
        {.kind = HS_TR_DONE, .u.done = {.alpn = {(const uint8_t *)evil, sizeof evil - 1}}},
    };
    for (int level = 1; level <= 3; level++) {
        hs_render_options o = sink_options(NULL, level, HS_SECRETS_HIDE);
        o.peer = o.sni = o.conn_id = evil;
        fixture f;
        start(&f, o);
        for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
            hs_render_event(f.r, &events[i]);
        }
        has_not(&f, "\033");
        has_not(&f, "\007");
        has_not(&f, "\n    0.10 ok trust");
        has(&f, "\\x1b]0;x\\x07</script>\\x0a");
        stop(&f);
    }
}

static void ways_that_led_nowhere_are_told_on_demand(void **state) {
    (void)state;
    static const hs_dead_end ends[] = {{"CN=a < CN=b", "nobody has issued CN=b"},
                                       {"CN=a < CN=c", "CA certificate CN=c expired"}};
    hs_report report = {.verdict = HS_E_UNKNOWN_ISSUER, .dead_ends = ends, .n_dead_ends = 2};
    const hs_trace ev = {.u.check = {.what = "chain", .side = "server", .report = &report}};
    for (int level = 1; level <= 2; level++) {
        fixture f;
        fresh(&f, level, HS_SECRETS_HIDE);
        sink_event(f.r, HS_TR_CHECK, 0, &ev);
        if (level == 1) {
            has_not(&f, "dead end");
        } else {
            has(&f, "dead end CN=a < CN=b: nobody has issued CN=b\n");
            has(&f, "dead end CN=a < CN=c: CA certificate CN=c expired\n");
        }
        stop(&f);
    }
}

static void foreign_names_in_messages_stay_in_their_line(void **state) {
    (void)state;
    static const uint8_t raw[] = {1, 0, 0, 3, '"', '\n', 0x1b};
    static const sink_field fields[] = {
        {"extensions[server_name].host_name", HS_FIELD_TEXT, 4, 3, 0, NULL}};
    for (int level = 2; level <= 3; level++) {
        fixture f;
        fresh(&f, level, HS_SECRETS_SHOW);
        sink_message(f.r, false, 1, "ClientHello", (hs_span){raw, sizeof raw}, 1, fields, 1, HS_OK);
        has(&f, "\"\\x22\\x0a\\x1b\"");
        has_not(&f, "\033");
        stop(&f);
    }
}

static void the_record_column_tells_record_key_and_number(void **state) {
    (void)state;
    static const uint8_t finished[36] = {20, 0, 0, 32};
    const hs_span raw = {finished, sizeof finished};
    fixture f;
    fresh(&f, 1, HS_SECRETS_HIDE);
    sink_clear(f.r, false, 1, 22, raw);
    sink_message(f.r, false, 20, "Finished", raw, 1, NULL, 0, HS_OK);
    has(&f, "Finished             36 B r1 clear");
    sink_protected(f.r, false, 2, 1, 22, raw);
    sink_message(f.r, false, 20, "Finished", raw, 2, NULL, 0, HS_OK);
    has(&f, "r2 s_ap/1");
    sink_message(f.r, false, 20, "Finished", raw, 2, NULL, 0, HS_OK);
    has(&f, "36 B  \"");
    stop(&f);
}

/* What we send is told before its record exists. An alert may be first under a handshake key, and
 * a ChangeCipherSpec of unknown presence come before it: then nothing is said. */
static void the_next_record_of_ours_is_foretold(void **state) {
    (void)state;
    static const uint8_t finished[36] = {20, 0, 0, 32};
    const hs_span raw = {finished, sizeof finished};
    hs_trace key = {.u.key = {true, "client_handshake_key", "AES-128-GCM", "x"}};
    const hs_trace alert = {.u.alert = {.outbound = true, .description = 80}};
    fixture f;
    fresh(&f, 1, HS_SECRETS_HIDE);
    sink_message(f.r, true, 1, "ClientHello", raw, 1, NULL, 0, HS_OK);
    has(&f, "r1 clear");
    sink_clear(f.r, true, 1, 22, raw);
    sink_event(f.r, HS_TR_KEY, 0, &key);
    sink_event(f.r, HS_TR_ALERT, 0, &alert);
    has(&f, "alert sent            2 B           internal_error");
    sink_message(f.r, true, 20, "Finished", raw, 3, NULL, 0, HS_OK);
    has(&f, "r3 c_hs/0");
    sink_clear(f.r, true, 3, 22, raw);
    key.u.key.name = "client_application_key";
    sink_event(f.r, HS_TR_KEY, 0, &key);
    sink_event(f.r, HS_TR_ALERT, 0, &alert);
    has(&f, "r4 c_ap/0");
    stop(&f);
}

static void times_do_not_go_back(void **state) {
    (void)state;
    const hs_trace ev = {.u.note = {"x", ""}};
    fixture f;
    fresh(&f, 1, HS_SECRETS_HIDE);
    sink_event(f.r, HS_TR_NOTE, 2000, &ev);
    sink_event(f.r, HS_TR_NOTE, 1000, &ev);
    has(&f, "    2.00 -- note");
    has_not(&f, "    1.00 -- note");
    stop(&f);
}

static void without_times_there_are_none(void **state) {
    (void)state;
    hs_render_options o = sink_options(NULL, 1, HS_SECRETS_HIDE);
    o.no_time = true;
    fixture f;
    start(&f, o);
    const hs_trace done = {
        .u.done = {
            .version = "TLS 1.3", .mode = "full", .rtts = 1, .us_total = 123456, .us_crypto = 777}};
    sink_event(f.r, HS_TR_DONE, 123456, &done);
    has(&f, "\n-- handshake complete");
    has(&f, "t=none");
    has_not(&f, "123");
    has_not(&f, "crypto 0.78");
    stop(&f);
}

static void long_lines_go_on_in_their_column(void **state) {
    (void)state;
    char words[620] = "";
    for (int i = 0; i < 60; i++) {
        strcat(words, "gibberish ");
    }
    const hs_trace ev = {.u.note = {words, ""}};
    fixture f;
    fresh(&f, 1, HS_SECRETS_HIDE);
    sink_event(f.r, HS_TR_NOTE, 0, &ev);
    has(&f, "\n                                                gibberish");
    for (const char *line = text(&f); line[0] != 0; line = strchr(line, '\n') + 1) {
        assert_true(strcspn(line, "\n") <= 132);
    }
    stop(&f);
}

static void colour_and_tags_are_optional(void **state) {
    (void)state;
    hs_render_options o = sink_options(NULL, 1, HS_SECRETS_HIDE);
    o.color = o.tag_lines = true;
    o.conn_id = "c7";
    fixture f;
    start(&f, o);
    const hs_trace ev = {.u.check = {.what = "finished", .side = "server", .ok = false}};
    sink_event(f.r, HS_TR_CHECK, 0, &ev);
    has(&f, "\nc7     0.00 \033[1;31m!!\033[0m server Finished");
    stop(&f);
}

static void a_message_that_is_not_well_formed_shows_what_was_read(void **state) {
    (void)state;
    static const uint8_t raw[] = {1, 0, 0, 3, 3, 3, 9};
    static const sink_field fields[] = {{"legacy_version", HS_FIELD_CODE, 4, 2, 0x0303, "TLS 1.2"}};
    for (int level = 1; level <= 3; level++) {
        fixture f;
        fresh(&f, level, HS_SECRETS_HIDE);
        sink_message(f.r, false, 1, "ClientHello", (hs_span){raw, sizeof raw}, 1, fields,
                     level > 1 ? 1 : 0, HS_E_DECODE);
        has(&f, "!! not well formed");
        has(&f, "X.y needs 2 bytes, 1 is left");
        has_not(&f, "TLS 1.2"); /* legacy_version is not the version */
        if (level > 1) {
            has(&f, "0x0303");
            has(&f, "the last 1 bytes were not read");
        }
        stop(&f);
    }
}

/* Events are the engine's, but half of what they hold is the peer's or missing. */
static void empty_events_do_no_harm(void **state) {
    (void)state;
    for (int level = 1; level <= 3; level++) {
        fixture f;
        fresh(&f, level, HS_SECRETS_SHOW);
        for (int round = 0; round < 2; round++) {
            for (int kind = 0; kind <= HS_TR_KINDS; kind++) {
                const hs_trace ev = {.kind = (hs_trace_kind)kind};
                hs_render_event(f.r, &ev);
            }
        }
        assert_true(f.out.n > 0);
        stop(&f);
    }
}

static void many_records_of_data_are_summed_up(void **state) {
    (void)state;
    const hs_trace ev = {.u.appdata = {true, 16384, {NULL, 0}}};
    fixture f;
    fresh(&f, 2, HS_SECRETS_HIDE);
    for (int i = 0; i < 100; i++) {
        sink_event(f.r, HS_TR_APPDATA, 0, &ev);
    }
    has(&f, "and more, not listed");
    size_t lines = 0;
    for (const char *p = text(&f); *p != 0; p++) {
        lines += *p == '\n';
    }
    assert_true(lines < 20);
    stop(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_options_are_refused),
        cmocka_unit_test(the_mask_asks_for_what_is_shown),
        cmocka_unit_test(secrets_are_shown_only_on_demand),
        cmocka_unit_test(application_data_is_shown_only_on_demand),
        cmocka_unit_test(tickets_are_hidden),
        cmocka_unit_test(foreign_text_stays_in_its_line),
        cmocka_unit_test(ways_that_led_nowhere_are_told_on_demand),
        cmocka_unit_test(foreign_names_in_messages_stay_in_their_line),
        cmocka_unit_test(the_record_column_tells_record_key_and_number),
        cmocka_unit_test(the_next_record_of_ours_is_foretold),
        cmocka_unit_test(times_do_not_go_back),
        cmocka_unit_test(without_times_there_are_none),
        cmocka_unit_test(long_lines_go_on_in_their_column),
        cmocka_unit_test(colour_and_tags_are_optional),
        cmocka_unit_test(a_message_that_is_not_well_formed_shows_what_was_read),
        cmocka_unit_test(empty_events_do_no_harm),
        cmocka_unit_test(many_records_of_data_are_summed_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
