/* Exit codes and words of connections that ended badly (CLI.md). */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <uv.h>

#include "apps/tls/failure.h"

static hs_error error_of(hs_status status) {
    return (hs_error){.status = status,
                      .alert = hs_status_alert(status),
                      .where = "",
                      .rule = hs_status_rule(status)};
}

static void test_exit_codes(void **state) {
    (void)state;
    static const hs_report report;
    static const struct {
        hs_status status;
        bool has_report;
        int uv;
        bool was_connected;
        hs__exit code;
    } ROWS[] = {
        {HS_E_CERT_EXPIRED, true, UV_EPROTO, false, HS__EXIT_UNTRUSTED},
        {HS_E_UNKNOWN_ISSUER, true, UV_EPROTO, false, HS__EXIT_UNTRUSTED},
        {HS_E_PIN, false, UV_EPROTO, false, HS__EXIT_UNTRUSTED},
        {HS_E_ALERT_RECEIVED, false, UV_EPROTO, false, HS__EXIT_HANDSHAKE},
        {HS_E_ALERT_RECEIVED, false, UV_EPROTO, true, HS__EXIT_HANDSHAKE},
        {HS_E_NOT_TLS, false, UV_EPROTO, false, HS__EXIT_HANDSHAKE},
        {HS_E_TRUNCATED, false, UV_ECONNABORTED, false, HS__EXIT_HANDSHAKE},
        {HS_E_TRUNCATED, false, UV_ECONNABORTED, true, HS__EXIT_TRUNCATED},
        {HS_OK, false, UV_ECONNRESET, true, HS__EXIT_TRUNCATED},
        {HS_OK, false, UV_ECONNRESET, false, HS__EXIT_HANDSHAKE},
        {HS_OK, false, UV_ETIMEDOUT, false, HS__EXIT_TIMEOUT},
        {HS_OK, false, UV_ETIMEDOUT, true, HS__EXIT_TIMEOUT},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        hs_error error = error_of(ROWS[i].status);
        error.report = ROWS[i].has_report ? &report : NULL;
        const hs__failure f = {.error = ROWS[i].status ? &error : NULL,
                               .uv_status = ROWS[i].uv,
                               .was_connected = ROWS[i].was_connected};
        assert_int_equal(hs__failure_code(&f), ROWS[i].code);
    }
}

static void test_a_line_names_place_and_rule(void **state) {
    (void)state;
    char text[700];
    hs_error error = error_of(HS_E_BAD_POINT);
    error.where = "ServerHello.extensions[key_share].server_share";
    snprintf(error.text, sizeof error.text, "it is not on the curve");
    const hs__failure f = {.error = &error, .uv_status = UV_EPROTO};
    hs__failure_text(&f, text, sizeof text);
    assert_string_equal(text, "the handshake failed: it is not on the curve (ServerHello.extensions"
                              "[key_share].server_share; RFC 9846 section 4.3.8.2)");
}

static void test_foreign_bytes_are_made_safe(void **state) {
    (void)state;
    char text[700];
    hs_error error = error_of(HS_E_NAME_MISMATCH);
    snprintf(error.text, sizeof error.text, "certificate is for a\x1b]0;x\x07\nb");
    const hs__failure f = {.error = &error, .uv_status = UV_EPROTO};
    hs__failure_text(&f, text, sizeof text);
    assert_non_null(strstr(text, "a\\x1b]0;x\\x07\\x0ab"));
    assert_null(strchr(text, '\n'));
}

static void test_json_has_alert_and_status(void **state) {
    (void)state;
    hs_error error = error_of(HS_E_UNKNOWN_ISSUER);
    const hs__failure f = {.error = &error, .uv_status = UV_EPROTO};
    json_t *j = hs__failure_json(&f);
    assert_string_equal(json_string_value(json_object_get(j, "status")), "HS_E_UNKNOWN_ISSUER");
    assert_string_equal(json_string_value(json_object_get(j, "alert_name")), "unknown_ca");
    assert_int_equal(json_integer_value(json_object_get(j, "alert")), 48);
    assert_false(json_is_true(json_object_get(j, "from_peer")));
    json_decref(j);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exit_codes),
        cmocka_unit_test(test_a_line_names_place_and_rule),
        cmocka_unit_test(test_foreign_bytes_are_made_safe),
        cmocka_unit_test(test_json_has_alert_and_status),
    };
    return cmocka_run_group_tests_name("tls/failure", tests, NULL, NULL);
}
