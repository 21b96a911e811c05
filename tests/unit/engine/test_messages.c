/* Which format a message is read in, by version and suite of the connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/messages.h"
#include "engine/suites.h"
#include "proto/codepoints.h"
#include "tests/vectors/rfc8448_simple.h"
#include "tests/vectors/tls12_peers.h"

#define SPAN(array) ((hs_span){(array), sizeof(array)})

static const hs__suite ecdhe = {.id = HS__SUITE_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256};
static const hs__suite rsa = {.id = HS__SUITE_TLS_RSA_WITH_AES_128_GCM_SHA256};

static hs_status read(uint16_t version, const hs__suite *suite, hs_span raw, hs__message *m) {
    static hs_conn c;
    hs__rd_root root;
    c.version = version;
    c.suite = suite;
    return hs__message_read(&c, raw.p[0], raw, NULL, &root, m);
}

static void the_version_decides_between_two_formats(void **state) {
    (void)state;
    hs__message m;
    const hs_span of_13 = SPAN(rfc8448_simple_server_certificate);
    const hs_span of_12 = SPAN(tls12_ecdhe_server_certificate);
    assert_int_equal(read(HS__VERSION_TLS13, NULL, of_13, &m), HS_OK);
    assert_int_equal(m.u.certificate.count, 1);
    assert_int_equal(read(HS__VERSION_TLS12, &ecdhe, of_12, &m), HS_OK);
    assert_int_equal(m.u.certificate12.count, 2);
    assert_int_not_equal(read(HS__VERSION_TLS12, &ecdhe, of_13, &m), HS_OK);
    assert_int_not_equal(read(HS__VERSION_TLS13, NULL, of_12, &m), HS_OK);
    assert_int_equal(read(HS__VERSION_TLS12, &ecdhe, SPAN(tls12_ecdhe_certificate_request), &m),
                     HS_OK);
    assert_int_equal(read(HS__VERSION_TLS12, &ecdhe, SPAN(tls12_ecdhe_new_session_ticket), &m),
                     HS_OK);
    assert_int_equal(m.u.new_session_ticket12.ticket_lifetime_hint, 7200);
}

static void the_suite_decides_what_a_client_key_exchange_is(void **state) {
    (void)state;
    hs__message m;
    const hs_span share = SPAN(tls12_ecdhe_client_key_exchange);
    const hs_span secret = SPAN(tls12_classic_client_key_exchange);
    assert_int_equal(read(HS__VERSION_TLS12, &ecdhe, share, &m), HS_OK);
    assert_int_equal(m.u.client_key_exchange.exchange_keys.n, 32);
    assert_int_equal(read(HS__VERSION_TLS12, &rsa, secret, &m), HS_OK);
    assert_int_equal(m.u.client_key_exchange.exchange_keys.n, 256);
    assert_int_not_equal(read(HS__VERSION_TLS12, &rsa, share, &m), HS_OK);
    assert_int_not_equal(read(HS__VERSION_TLS12, &ecdhe, secret, &m), HS_OK);
}

static void a_message_of_the_other_version_has_no_reader(void **state) {
    (void)state;
    hs__message m;
    assert_int_equal(read(HS__VERSION_TLS13, NULL, SPAN(tls12_ecdhe_server_key_exchange), &m),
                     HS_E_UNEXPECTED_MESSAGE);
    assert_int_equal(read(HS__VERSION_TLS12, &ecdhe, SPAN(rfc8448_simple_encrypted_extensions), &m),
                     HS_E_UNEXPECTED_MESSAGE);
}

static void hellos_are_read_before_the_version_is_known(void **state) {
    (void)state;
    hs__message m;
    assert_int_equal(read(0, NULL, SPAN(tls12_ecdhe_client_hello), &m), HS_OK);
    assert_int_equal(read(0, NULL, SPAN(tls12_ecdhe_server_hello), &m), HS_OK);
    assert_int_equal(m.u.server_hello.kind, HS__IN_SERVER_HELLO_12);
    assert_int_equal(read(0, NULL, SPAN(rfc8448_simple_server_hello), &m), HS_OK);
}

static void every_message_of_tls_12_has_input_and_names(void **state) {
    (void)state;
    static const struct {
        uint8_t type;
        hs__input input;
        const char *name, *by_server, *by_client;
    } rows[] = {
        {HS__HT_hello_request, HS__ON_HELLO_REQUEST, "HelloRequest", "HR", "HR"},
        {HS__HT_certificate, HS__ON_CERTIFICATE, "Certificate", "CT", "CCT"},
        {HS__HT_certificate_status, HS__ON_CERTIFICATE_STATUS, "CertificateStatus", "CS", "CS"},
        {HS__HT_server_key_exchange, HS__ON_SERVER_KEY_EXCHANGE, "ServerKeyExchange", "SKE", "SKE"},
        {HS__HT_server_hello_done, HS__ON_SERVER_HELLO_DONE, "ServerHelloDone", "SHD", "SHD"},
        {HS__HT_client_key_exchange, HS__ON_CLIENT_KEY_EXCHANGE, "ClientKeyExchange", "CKE", "CKE"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const uint8_t raw[] = {rows[i].type, 0, 0, 0};
        assert_int_equal(hs__message_input(rows[i].type, SPAN(raw)), rows[i].input);
        assert_string_equal(hs__message_name(rows[i].type, SPAN(raw)), rows[i].name);
        assert_string_equal(hs__input_name(rows[i].input), rows[i].name);
        assert_string_equal(hs__message_short(rows[i].type, SPAN(raw), true), rows[i].by_server);
        assert_string_equal(hs__message_short(rows[i].type, SPAN(raw), false), rows[i].by_client);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_version_decides_between_two_formats),
        cmocka_unit_test(the_suite_decides_what_a_client_key_exchange_is),
        cmocka_unit_test(a_message_of_the_other_version_has_no_reader),
        cmocka_unit_test(hellos_are_read_before_the_version_is_known),
        cmocka_unit_test(every_message_of_tls_12_has_input_and_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
