/* The text of what means something else in TLS 1.2, or is only there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/codepoints.h"
#include "tests/unit/trace/sink.h"

/* One event of a connection of that version, rendered; `explain` for paragraphs. */
static void render(hs__strbuf *out, int level, hs_secrets secrets, bool explain, uint16_t version,
                   hs_trace_kind kind, const hs_trace *event) {
    hs_render *r = NULL;
    hs_render_options o = sink_options(out, level, secrets);
    o.no_time = true;
    o.explain = explain;
    assert_int_equal(hs_text_new(&o, &r), HS_OK);
    hs_trace ev = *event;
    ev.version = version;
    sink_event(r, kind, 0, &ev);
    hs_render_free(r);
}

static void expect(uint16_t version, hs_trace_kind kind, const hs_trace *event, int level,
                   const char *part) {
    hs__strbuf out = {0};
    render(&out, level, HS_SECRETS_DEFAULT, false, version, kind, event);
    if (strstr(hs__buf_str(&out), part) == NULL) {
        fail_msg("no \"%s\" in:\n%s", part, hs__buf_str(&out));
    }
    hs__buf_free(&out);
}

static void expect_not(uint16_t version, hs_trace_kind kind, const hs_trace *event, int level,
                       const char *part) {
    hs__strbuf out = {0};
    render(&out, level, HS_SECRETS_DEFAULT, false, version, kind, event);
    assert_null(strstr(hs__buf_str(&out), part));
    hs__buf_free(&out);
}

/* ---- tests ------------------------------------------------------------------------------- */

static void change_cipher_spec_is_a_step(void **state) {
    (void)state;
    static const uint8_t raw[] = {20, 3, 3, 0, 1, 1};
    const hs_trace ev = {.u.wire = {true, 3, 20, 0x0303, false, {raw, sizeof raw}}};
    expect(HS__VERSION_TLS12, HS_TR_WIRE, &ev, 1, "-> ChangeCipherSpec      1 B r3 clear");
    expect(HS__VERSION_TLS12, HS_TR_WIRE, &ev, 1, "under the new keys [RFC 5246 7.1]");
    expect_not(HS__VERSION_TLS13, HS_TR_WIRE, &ev, 1, "ChangeCipherSpec");
    expect(HS__VERSION_TLS13, HS_TR_WIRE, &ev, 2, "means nothing in TLS 1.3");
}

static void a_warning_is_told_from_a_fatal_alert(void **state) {
    (void)state;
    hs_trace ev = {
        .u.alert = {.level = HS__ALERT_LEVEL_warning, .description = HS__ALERT_no_renegotiation}};
    expect(HS__VERSION_TLS12, HS_TR_ALERT, &ev, 1, "warning no_renegotiation(100)");
    expect(HS__VERSION_TLS12, HS_TR_ALERT, &ev, 1, "-> the server goes on with the keys it has");
    ev.u.alert.outbound = true; /* nothing has failed, so what it means is all there is to say */
    expect(HS__VERSION_TLS12, HS_TR_ALERT, &ev, 1, "(100): TLS 1.2 only: renegotiation is refused");
    ev.u.alert.outbound = false;
    ev.u.alert.level = HS__ALERT_LEVEL_fatal;
    ev.u.alert.description = HS__ALERT_bad_record_mac;
    expect(HS__VERSION_TLS12, HS_TR_ALERT, &ev, 1, "fatal bad_record_mac(20)");
    expect_not(HS__VERSION_TLS13, HS_TR_ALERT, &ev, 1, "fatal bad_record_mac(20)");
}

static const uint8_t value_bytes[] = {0xde, 0xad, 0xbe, 0xef};
static const uint8_t id_bytes[] = {1, 2, 3, 4};

static hs_trace main_secret(const char *label, hs_trace_input inputs[3]) {
    inputs[0] = (hs_trace_input){.name = "secret", .ref = "preliminary_secret"};
    inputs[1] = (hs_trace_input){.name = "label", .ref = label};
    inputs[2] = (hs_trace_input){.name = "seed", .ref = "x"};
    return (hs_trace){.u.derive = {.name = "main_secret",
                                   .fn = "PRF",
                                   .hash = "SHA-256",
                                   .inputs = inputs,
                                   .n_inputs = 3,
                                   .len = sizeof value_bytes,
                                   .value = {value_bytes, sizeof value_bytes},
                                   .id = {id_bytes, sizeof id_bytes}}};
}

static void the_main_secret_says_what_it_is_tied_to(void **state) {
    (void)state;
    hs_trace_input inputs[3];
    hs_trace ev = main_secret("extended master secret", inputs);
    expect(HS__VERSION_TLS12, HS_TR_DERIVE, &ev, 1, "(older: master secret)");
    expect_not(HS__VERSION_TLS12, HS_TR_DERIVE, &ev, 1, "not the extended one");
    expect(HS__VERSION_TLS12, HS_TR_DERIVE, &ev, 3,
           "PRF(preliminary_secret, \"extended master secret\", x)[0..3]");
    ev = main_secret("master secret", inputs);
    expect(HS__VERSION_TLS12, HS_TR_DERIVE, &ev, 1, "not the extended one");
    /* TLS 1.3 has a value of that name, too */
    expect_not(HS__VERSION_TLS13, HS_TR_DERIVE, &ev, 1, "older");
}

static void parts_of_the_key_block_say_where_they_lie(void **state) {
    (void)state;
    const hs_trace_input inputs[] = {{.name = "from", .ref = "key_block"},
                                     {.name = "offset", .ref = "36"}};
    const hs_trace ev = {.u.derive = {.name = "server_write_IV",
                                      .fn = "part",
                                      .hash = "SHA-256",
                                      .inputs = inputs,
                                      .n_inputs = 2,
                                      .len = sizeof value_bytes,
                                      .value = {value_bytes, sizeof value_bytes},
                                      .id = {id_bytes, sizeof id_bytes}}};
    expect(HS__VERSION_TLS12, HS_TR_DERIVE, &ev, 3, "server_write_IV     = key_block[36..39]");
    expect(HS__VERSION_TLS12, HS_TR_DERIVE, &ev, 3, "(4 B, id 01020304)");
    expect_not(HS__VERSION_TLS12, HS_TR_DERIVE, &ev, 3, "deadbeef");
    expect(HS__VERSION_TLS12, HS_TR_DERIVE, &ev, 1, "server_write_IV are cut from the key");
}

static void the_signed_share_is_shown_in_its_parts(void **state) {
    (void)state;
    uint8_t content[68];
    memset(content, 0xaa, 32);
    memset(content + 32, 0xbb, 32);
    memset(content + 64, 0xcc, 4);
    hs_trace ev = {.u.check = {.what = "server_key_exchange",
                               .side = "server",
                               .ok = true,
                               .signed_content = {content, sizeof content}}};
    expect(HS__VERSION_TLS12, HS_TR_CHECK, &ev, 1, "ok proof of key");
    expect(HS__VERSION_TLS12, HS_TR_CHECK, &ev, 3, "signed: client_random aaaaaaaa");
    expect(HS__VERSION_TLS12, HS_TR_CHECK, &ev, 3, "signed: server_random bbbbbbbb");
    expect(HS__VERSION_TLS12, HS_TR_CHECK, &ev, 3, "signed: params        cccccccc\n");
    ev.u.check.ok = false;
    expect(HS__VERSION_TLS12, HS_TR_CHECK, &ev, 1, "!! proof of key");
    /* too short to be both randoms: nothing is made of it */
    ev.u.check.signed_content.n = 64;
    expect_not(HS__VERSION_TLS12, HS_TR_CHECK, &ev, 3, "signed:");
}

/* A step is told once, by the side that the reader is on. */
static void steps_are_numbered_when_asked_for(void **state) {
    (void)state;
    static const uint8_t raw[] = {20, 3, 3, 0, 1, 1};
    const hs_trace ev = {.u.wire = {true, 3, 20, 0x0303, false, {raw, sizeof raw}}};
    hs__strbuf out = {0};
    render(&out, 1, HS_SECRETS_DEFAULT, true, HS__VERSION_TLS12, HS_TR_WIRE, &ev);
    assert_non_null(strstr(hs__buf_str(&out), "| Step 6 of 8: the client says"));
    hs__buf_free(&out);
    hs_trace server = ev;
    server.is_server = true;
    render(&out, 1, HS_SECRETS_DEFAULT, true, HS__VERSION_TLS12, HS_TR_WIRE, &server);
    assert_non_null(strstr(hs__buf_str(&out), "| Step 7 of 8: the server says"));
    hs__buf_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(change_cipher_spec_is_a_step),
        cmocka_unit_test(a_warning_is_told_from_a_fatal_alert),
        cmocka_unit_test(the_main_secret_says_what_it_is_tied_to),
        cmocka_unit_test(parts_of_the_key_block_say_where_they_lie),
        cmocka_unit_test(the_signed_share_is_shown_in_its_parts),
        cmocka_unit_test(steps_are_numbered_when_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
