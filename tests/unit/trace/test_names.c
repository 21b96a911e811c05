#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "trace/names.h"
#include "trace/notes.h"

static void expect_short(const char *name, const char *want) {
    char out[HS__SHORT_NAME];
    hs__short_name(name, out);
    assert_string_equal(out, want);
}

static void secrets_have_short_names(void **state) {
    (void)state;
    expect_short("client_handshake_traffic_secret", "client_hs");
    expect_short("server_application_traffic_secret_0", "server_ap");
    expect_short("server_application_traffic_secret_2", "server_ap_2");
    expect_short("client_handshake_iv", "client_hs.iv");
    expect_short("early_secret", "early_secret");
    expect_short(NULL, "");
}

static void expect_tag(const char *key, const char *want) {
    char out[HS__SHORT_NAME];
    hs__key_tag(key, out);
    assert_string_equal(out, want);
}

static void keys_have_tags_for_the_record_column(void **state) {
    (void)state;
    expect_tag("server_handshake_key", "s_hs");
    expect_tag("client_application_key", "c_ap");
    expect_tag("some_key", "some_key");
}

static void short_names_are_unique(void **state) {
    (void)state;
    const char *a, *b, *short_a, *short_b;
    for (size_t i = 0; hs__short_name_row(i, &a, &short_a); i++) {
        for (size_t k = 0; k < i && hs__short_name_row(k, &b, &short_b); k++) {
            assert_string_not_equal(a, b);
        }
    }
}

static void messages_are_named_as_the_rfc_numbers_them(void **state) {
    (void)state;
    char out[HS__SNAKE_NAME];
    hs__snake_name("HelloRetryRequest", out);
    assert_string_equal(out, "hello_retry_request");
    hs__snake_name("Certificate", out);
    assert_string_equal(out, "certificate");
    hs__snake_name("AVeryLongNameThatNoMessageHasAndThatDoesNotFitTheRoomThereIs", out);
    assert_true(strlen(out) < HS__SNAKE_NAME);
}

static void rules_are_split(void **state) {
    (void)state;
    hs__ref ref;
    assert_true(hs__ref_read("rfc9846#section-4.3.8", &ref));
    assert_int_equal(ref.rfc, 9846);
    assert_string_equal(ref.section, "4.3.8");
    assert_true(hs__ref_read("rfc9846#appendix-E.4", &ref));
    assert_string_equal(ref.section, "E.4");
    assert_true(hs__ref_read("draft-ietf-tls-mlkem", &ref));
    assert_int_equal(ref.rfc, 0);
    assert_string_equal(ref.doc, "draft-ietf-tls-mlkem");
    assert_false(hs__ref_read("", &ref));
    assert_false(hs__ref_read(NULL, &ref));
}

static void indices_are_taken_out_of_paths(void **state) {
    (void)state;
    char out[HS__PATH_MAX];
    hs__path_plain("extensions[key_share].client_shares[12].group", out);
    assert_string_equal(out, "extensions[key_share].client_shares.group");
    hs__path_plain("extensions[0x1a1a].extension_data", out);
    assert_string_equal(out, "extensions[0x1a1a].extension_data");
    hs__path_plain("broken[1", out);
    assert_string_equal(out, "broken");
}

/* S4: session ids, tickets and PSK identities, wherever they are; not their lengths. */
static void fields_that_identify_a_session_are_secret(void **state) {
    (void)state;
    static const struct {
        const char *message, *path;
        hs_field_kind kind;
        bool secret;
    } rows[] = {
        {"ClientHello", "legacy_session_id", HS_FIELD_BYTES, true},
        {"ClientHello", "legacy_session_id.length", HS_FIELD_LENGTH, false},
        {"ServerHello", "legacy_session_id_echo", HS_FIELD_BYTES, true},
        {"NewSessionTicket", "ticket", HS_FIELD_BYTES, true},
        {"NewSessionTicket", "ticket_nonce", HS_FIELD_BYTES, false},
        {"ClientHello", "extensions[session_ticket].ticket", HS_FIELD_BYTES, true},
        {"ClientHello", "extensions[pre_shared_key].identities[1].identity", HS_FIELD_BYTES, true},
        {"ClientHello", "extensions[pre_shared_key].binders[0]", HS_FIELD_BYTES, false},
        {"ClientHello", "random", HS_FIELD_BYTES, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const hs_trace_field f = {.path = rows[i].path, .kind = rows[i].kind};
        assert_int_equal(hs__field_is_secret(rows[i].message, &f), rows[i].secret);
    }
}

static bool note(const char *message, const char *path, hs_span bytes, uint64_t value,
                 hs__note *out) {
    const hs_trace_field f = {.path = path, .bytes = bytes, .value = value};
    const hs__note_place at = {message, 0};
    return hs__note_field(&at, &f, out);
}

static void notes_fit_the_field_and_its_message(void **state) {
    (void)state;
    hs__note a, b;
    const hs_span none = {NULL, 0};
    assert_true(note("ClientHello", "extensions[key_share].extension_type", none, 51, &a));
    assert_true(note("ServerHello", "extensions[key_share].extension_type", none, 51, &b));
    assert_string_not_equal(a.note, b.note);
    /* one that no message has a note for gets the one of the extension itself */
    assert_true(note("ClientHello", "extensions[heartbeat].extension_type", none, 15, &a));
    assert_string_equal(a.rule, "rfc6520#section-2");
    assert_true(note("ClientHello", "extensions[0x2a2a].extension_type", none, 0x2a2a, &a));
    assert_string_equal(a.rule, "rfc8701#section-2");
    assert_true(note("ClientHello", "cipher_suites[0]", none, 0, &a));
    assert_false(note("ClientHello", "cipher_suites[1]", none, 0, &a));
    assert_false(note("ClientHello", "no_such_field", none, 0, &a));
}

static void a_downgrade_marker_is_noticed(void **state) {
    (void)state;
    uint8_t random[32] = {0};
    hs__note plain, marked;
    const hs_span bytes = {random, sizeof random};
    assert_true(note("ServerHello", "random", bytes, 0, &plain));
    memcpy(random + 24, "DOWNGRD\x01", 8);
    assert_true(note("ServerHello", "random", bytes, 0, &marked));
    assert_string_not_equal(plain.note, marked.note);
    assert_non_null(strstr(marked.note, "DOWNGRD"));
}

static void alerts_have_advice_for_either_side(void **state) {
    (void)state;
    assert_non_null(strstr(hs__alert_advice(48, false), "--cert"));
    assert_non_null(strstr(hs__alert_advice(48, true), "root"));
    assert_string_equal(hs__alert_advice(0, true), "");
    assert_string_equal(hs__alert_advice(255, false), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_have_short_names),
        cmocka_unit_test(keys_have_tags_for_the_record_column),
        cmocka_unit_test(short_names_are_unique),
        cmocka_unit_test(messages_are_named_as_the_rfc_numbers_them),
        cmocka_unit_test(rules_are_split),
        cmocka_unit_test(indices_are_taken_out_of_paths),
        cmocka_unit_test(fields_that_identify_a_session_are_secret),
        cmocka_unit_test(notes_fit_the_field_and_its_message),
        cmocka_unit_test(a_downgrade_marker_is_noticed),
        cmocka_unit_test(alerts_have_advice_for_either_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
