/* One line per message: what it says of real ones, and that broken ones do no harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/codepoints.h"
#include "tests/vectors/rfc8448_client_auth.h"
#include "tests/vectors/rfc8448_retry.h"
#include "tests/vectors/rfc8448_simple.h"
#include "tests/vectors/tls12_peers.h"
#include "trace/summary.h"

#define MESSAGE(array, text)                                                                       \
    { {array, sizeof array}, text, HS__VERSION_TLS13 }
#define MESSAGE12(array, text)                                                                     \
    { {array, sizeof array}, text, HS__VERSION_TLS12 }

static const struct {
    hs_span raw;
    const char *want;
    uint16_t version;
} messages[] = {
    MESSAGE(rfc8448_simple_client_hello, "TLS 1.3; 3 suites; 9 groups, x25519 share; sni=server"),
    MESSAGE(rfc8448_simple_server_hello, "TLS 1.3, TLS_AES_128_GCM_SHA256, x25519"),
    MESSAGE(rfc8448_simple_encrypted_extensions,
            "supported_groups, record_size_limit 16385, server_name"),
    MESSAGE(rfc8448_simple_server_certificate,
            "1 cert: CN=rsa, RSA 1024, self-signed, until 2026-07-30"),
    MESSAGE(rfc8448_simple_server_certificate_verify, "rsa_pss_rsae_sha256"),
    MESSAGE(rfc8448_simple_server_finished, "HMAC over CH..CV"),
    MESSAGE(rfc8448_simple_new_session_ticket,
            "lifetime 30 s, ticket 178 B, early data up to 1024 B"),
    MESSAGE(rfc8448_retry_hello_retry_request,
            "a ServerHello with a fixed random: asks for a share of secp256r1; cookie 114 B; "
            "+1 round trip"),
    MESSAGE(rfc8448_client_auth_certificate_request, "15 signature schemes; from any issuer"),
    MESSAGE12(tls12_ecdhe_server_certificate,
              "2 certs: CN=ec.test, ECDSA P-256, by CN=ca.test, until 2026-12-21"),
    MESSAGE12(tls12_ecdhe_certificate_status, "OCSP response, 654 B"),
    MESSAGE12(tls12_ecdhe_server_key_exchange, "x25519 share, signed with ecdsa_secp256r1_sha256"),
    MESSAGE12(tls12_ecdhe_certificate_request, "20 signature schemes; from CN=ca.test"),
    MESSAGE12(tls12_ecdhe_server_hello_done, "the server waits for the client"),
    MESSAGE12(tls12_ecdhe_client_key_exchange, "the client's share, 32 B"),
    MESSAGE12(tls12_ecdhe_new_session_ticket, "lifetime 7200 s, ticket 544 B, in clear"),
    MESSAGE12(tls12_classic_client_key_exchange,
              "a secret, encrypted to the RSA key of the server's certificate"),
    MESSAGE12(tls12_classic_server_hello,
              "TLS 1.2, TLS_RSA_WITH_AES_128_GCM_SHA256, no extended_main_secret"),
    MESSAGE12(tls12_gnutls_client_certificate, "empty: the sender has no fitting certificate"),
};
enum { N_MESSAGES = sizeof messages / sizeof *messages };

static void summarize(hs__strbuf *b, hs_span raw, uint16_t version) {
    const hs_trace_message m = {.type = raw.n > 0 ? raw.p[0] : 0, .name = "X", .raw = raw};
    hs__buf_clear(b);
    hs__summary(b, &m, "CH..CV", version);
}

static void real_messages_are_summed_up(void **state) {
    (void)state;
    hs__strbuf b = {0};
    for (size_t i = 0; i < N_MESSAGES; i++) {
        summarize(&b, messages[i].raw, messages[i].version);
        assert_string_equal(hs__buf_str(&b), messages[i].want);
    }
    hs__buf_free(&b);
}

/* The copy is as long as what is read, so that a step too far is seen. */
static void with_copy(hs__strbuf *b, hs_span raw, size_t n, size_t flip, uint16_t version) {
    uint8_t *copy = malloc(n > 0 ? n : 1);
    assert_non_null(copy);
    memcpy(copy, raw.p, n);
    if (flip < n) {
        copy[flip] ^= 0xff;
    }
    summarize(b, (hs_span){copy, n}, version);
    free(copy);
}

static void broken_messages_do_no_harm(void **state) {
    (void)state;
    hs__strbuf b = {0};
    for (size_t i = 0; i < N_MESSAGES; i++) {
        for (size_t n = 0; n < messages[i].raw.n; n++) {
            with_copy(&b, messages[i].raw, n, SIZE_MAX, messages[i].version);
            with_copy(&b, messages[i].raw, messages[i].raw.n, n, messages[i].version);
        }
    }
    hs__buf_free(&b);
}

static void finished_of_tls12_is_made_by_the_prf(void **state) {
    (void)state;
    static const uint8_t raw[16] = {20, 0, 0, 12};
    hs__strbuf b = {0};
    summarize(&b, (hs_span){raw, sizeof raw}, HS__VERSION_TLS12);
    assert_string_equal(hs__buf_str(&b), "PRF over CH..CV");
    hs__buf_free(&b);
}

static void messages_without_a_summary_have_none(void **state) {
    (void)state;
    static const uint8_t raw[] = {99, 0, 0, 0};
    hs__strbuf b = {0};
    summarize(&b, (hs_span){raw, sizeof raw}, HS__VERSION_TLS13);
    assert_string_equal(hs__buf_str(&b), "");
    hs__buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_messages_are_summed_up),
        cmocka_unit_test(broken_messages_do_no_harm),
        cmocka_unit_test(finished_of_tls12_is_made_by_the_prf),
        cmocka_unit_test(messages_without_a_summary_have_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
