/* One line per message: what it says of real ones, and that broken ones do no harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/vectors/rfc8448_client_auth.h"
#include "tests/vectors/rfc8448_retry.h"
#include "tests/vectors/rfc8448_simple.h"
#include "trace/summary.h"

#define MESSAGE(array, text)                                                                       \
    { {array, sizeof array}, text }

static const struct {
    hs_span raw;
    const char *want;
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
};
enum { N_MESSAGES = sizeof messages / sizeof *messages };

static void summarize(hs__strbuf *b, hs_span raw) {
    const hs_trace_message m = {.type = raw.n > 0 ? raw.p[0] : 0, .name = "X", .raw = raw};
    hs__buf_clear(b);
    hs__summary(b, &m, "CH..CV");
}

static void real_messages_are_summed_up(void **state) {
    (void)state;
    hs__strbuf b = {0};
    for (size_t i = 0; i < N_MESSAGES; i++) {
        summarize(&b, messages[i].raw);
        assert_string_equal(hs__buf_str(&b), messages[i].want);
    }
    hs__buf_free(&b);
}

/* The copy is as long as what is read, so that a step too far is seen. */
static void with_copy(hs__strbuf *b, hs_span raw, size_t n, size_t flip) {
    uint8_t *copy = malloc(n > 0 ? n : 1);
    assert_non_null(copy);
    memcpy(copy, raw.p, n);
    if (flip < n) {
        copy[flip] ^= 0xff;
    }
    summarize(b, (hs_span){copy, n});
    free(copy);
}

static void broken_messages_do_no_harm(void **state) {
    (void)state;
    hs__strbuf b = {0};
    for (size_t i = 0; i < N_MESSAGES; i++) {
        for (size_t n = 0; n < messages[i].raw.n; n++) {
            with_copy(&b, messages[i].raw, n, SIZE_MAX);
            with_copy(&b, messages[i].raw, messages[i].raw.n, n);
        }
    }
    hs__buf_free(&b);
}

static void messages_without_a_summary_have_none(void **state) {
    (void)state;
    static const uint8_t raw[] = {99, 0, 0, 0};
    hs__strbuf b = {0};
    summarize(&b, (hs_span){raw, sizeof raw});
    assert_string_equal(hs__buf_str(&b), "");
    hs__buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_messages_are_summed_up),
        cmocka_unit_test(broken_messages_do_no_harm),
        cmocka_unit_test(messages_without_a_summary_have_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
