/* What else arrives at a TLS port: other protocols, old versions, noise. Each gets a clear reason
 * and the right alert. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/codepoints.h"
#include "tests/lib/hex.h"
#include "tests/lib/stage.h"

/* Gives bytes to a fresh server or client; the end is left in *end. */
static void give(const hs__stage *s, bool to_server, const void *p, size_t n, hs__test_pair *pair) {
    hs__stage_open(s, 0, pair);
    hs__test_end_feed(to_server ? &pair->server : &pair->client, p, n);
}

static void check(const hs__stage *s, bool to_server, const void *p, size_t n, hs_status status,
                  int alert, const char *says) {
    hs__test_pair pair;
    give(s, to_server, p, n, &pair);
    hs__test_end *end = to_server ? &pair.server : &pair.client;
    if (!end->failed || end->error.status != status || end->error.alert != alert ||
        strstr(end->error.text, says) == NULL) {
        fail_msg("status %s, alert %d: %s; wanted %s: \"%s\"", hs_status_name(end->error.status),
                 end->error.alert, end->failed ? end->error.text : "no failure",
                 hs_status_name(status), says);
    }
    hs__test_end_drain(end);
    const uint8_t *sent = end->sent.p + end->sent.n - 7;
    const uint8_t wanted[] = {HS__CONTENT_alert, 3, 3, 0, 2, HS__ALERT_LEVEL_fatal, (uint8_t)alert};
    assert_true(end->sent.n >= 7);
    assert_memory_equal(sent, wanted, sizeof(wanted));
    hs__test_pair_free(&pair);
}

static void plain_http_is_named(void **state) {
    static const char *const lines[] = {"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
                                        "HEAD / HTTP/1.0\r\n\r\n", "POST /x HTTP/1.1\r\n",
                                        "OPTIONS * HTTP/1.1\r\n", "CONNECT a:443 HTTP/1.1\r\n"};
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        check(*state, true, lines[i], strlen(lines[i]), HS_E_PLAIN_HTTP,
              HS__ALERT_unexpected_message, "HTTP");
    }
    static const char answer[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
    check(*state, false, answer, strlen(answer), HS_E_PLAIN_HTTP, HS__ALERT_unexpected_message,
          "HTTP");
}

static void other_protocols_are_not_tls(void **state) {
    static const char *const lines[] = {"SSH-2.0-OpenSSH_9.2\r\n", "220 mail ESMTP\r\n",
                                        "\x00\x00\x00\x00\x00\x00", "\xff\xff\xff\xff\xff\xff"};
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        check(*state, true, lines[i], 6, HS_E_NOT_TLS, HS__ALERT_unexpected_message, "not TLS");
        check(*state, false, lines[i], 6, HS_E_NOT_TLS, HS__ALERT_unexpected_message, "not TLS");
    }
}

/* RFC 9846 E.5: CLIENT-HELLO of SSL 2.0, as clients of the time sent it. 9846-E.5-06, -07. */
static void an_ssl2_hello_is_named(void **state) {
    uint8_t hello[64];
    const size_t n =
        hs__test_hex("802e 01 0301 0015 0000 0010 010080 00000a 000004 000005 000009 000064"
                     "000062 00112233445566778899aabbccddeeff",
                     hello, sizeof(hello));
    check(*state, true, hello, n, HS_E_SSL2_HELLO, HS__ALERT_protocol_version, "SSL 2.0");
}

/* A hello of an old client: no extensions, at most `version`. */
static size_t old_hello(uint8_t version, uint8_t *out) {
    uint8_t *p = out;
    const uint8_t head[] = {22, 3, 1, 0, 47, 1, 0, 0, 43, 3, version};
    memcpy(p, head, sizeof(head));
    p += sizeof(head);
    memset(p, 0x61, 32);
    p += 32;
    const uint8_t tail[] = {0, 0, 4, 0xc0, 0x2f, 0x00, 0x9c, 1, 0};
    memcpy(p, tail, sizeof(tail));
    return (size_t)(p - out) + sizeof(tail);
}

/* 9846-E.2-03, E.5-04, 4.3.1-03: without supported_versions the version is legacy_version's, at
 * most TLS 1.2; a server of TLS 1.3 only refuses all of them. */
static void a_client_of_older_versions_is_told_so(void **state) {
    static const struct {
        uint8_t minor;
        const char *says;
    } versions[] = {{0, "SSL 3.0"}, {1, "TLS 1.0"}, {2, "TLS 1.1"}, {3, "TLS 1.2"}, {4, "TLS 1.2"}};
    uint8_t hello[64];
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        const size_t n = old_hello(versions[i].minor, hello);
        check(*state, true, hello, n, HS_E_VERSION, HS__ALERT_protocol_version, versions[i].says);
    }
}

/* A ServerHello of TLS 1.2 or older, without extensions. 9846-E.1-03. */
static void a_server_of_older_versions_is_refused(void **state) {
    for (uint8_t minor = 0; minor <= 3; minor++) {
        uint8_t hello[64] = {22, 3, 3, 0, 42, 2, 0, 0, 38, 3, minor};
        memset(hello + 11, 0x73, 32);
        hello[43] = 0;
        hello[44] = 0xc0;
        hello[45] = 0x2f;
        hello[46] = 0;
        check(*state, false, hello, 47, HS_E_VERSION, HS__ALERT_protocol_version,
              "we offered TLS 1.3");
    }
}

/* Noise, seeded: whatever it is, the end fails in good order and says nothing but an alert. */
static void noise_never_gets_anywhere(void **state) {
    uint32_t x = 12345;
    uint8_t noise[700];
    for (unsigned round = 0; round < 2000; round++) {
        for (size_t i = 0; i < sizeof(noise); i++) {
            x = x * 1664525 + 1013904223;
            noise[i] = (uint8_t)(x >> 24);
        }
        if (round % 2 == 0) { /* as a record of a plausible kind */
            noise[0] = (uint8_t)(20 + round / 2 % 4);
            noise[1] = 3;
            noise[3] = (uint8_t)(round / 8 % 3);
        }
        if (round % 4 == 0) { /* with a message of a plausible kind */
            noise[5] = (uint8_t)(round / 16 % 26);
            noise[6] = 0;
            noise[7] = noise[3];
        }
        for (unsigned to_server = 0; to_server < 2; to_server++) {
            hs__test_pair pair;
            give(*state, to_server != 0, noise, sizeof(noise), &pair);
            hs__test_end *end = to_server != 0 ? &pair.server : &pair.client;
            hs_rx_eof(end->conn);
            hs__test_end_poll(end);
            assert_true(end->failed);
            assert_false(end->connected);
            assert_int_equal(end->data.n, 0);
            hs__test_pair_free(&pair);
        }
    }
}

/* A few bytes and silence: nothing is judged before there is enough to judge. */
static void less_than_a_header_waits(void **state) {
    hs__test_pair pair;
    give(*state, true, "GET", 3, &pair);
    assert_false(pair.server.failed);
    hs_rx_eof(pair.server.conn);
    hs__test_end_poll(&pair.server);
    assert_int_equal(pair.server.error.status, HS_E_TRUNCATED);
    hs__test_pair_free(&pair);
}

/* 9846-E-01, E.2-04, 5.1-17: the record version means nothing. */
static void the_record_version_is_ignored(void **state) {
    static const uint16_t versions[] = {0x0000, 0x0200, 0x0300, 0x0301,
                                        0x0302, 0x0304, 0x7f1c, 0xffff};
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        hs__test_pair pair;
        hs__stage_open(*state, 0, &pair);
        pair.client.sent.p[1] = (uint8_t)(versions[i] >> 8);
        pair.client.sent.p[2] = (uint8_t)versions[i];
        hs__stage_carry(&pair.client, &pair.server);
        pair.server.sent.p[1] = (uint8_t)(versions[i] >> 8);
        pair.server.sent.p[2] = (uint8_t)versions[i];
        hs__test_pair_run(&pair);
        assert_true(pair.client.connected && pair.server.connected);
        hs__test_pair_free(&pair);
    }
}

static int setup(void **state) {
    static hs__stage s;
    hs__stage_new(&s);
    s.only_tls13 = true;
    *state = &s;
    return 0;
}

static int teardown(void **state) {
    hs__stage_free(*state);
    return 0;
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_http_is_named),
        cmocka_unit_test(other_protocols_are_not_tls),
        cmocka_unit_test(an_ssl2_hello_is_named),
        cmocka_unit_test(a_client_of_older_versions_is_told_so),
        cmocka_unit_test(a_server_of_older_versions_is_refused),
        cmocka_unit_test(noise_never_gets_anywhere),
        cmocka_unit_test(less_than_a_header_waits),
        cmocka_unit_test(the_record_version_is_ignored),
    };
    return cmocka_run_group_tests_name("what is not TLS 1.3", tests, setup, teardown);
}
