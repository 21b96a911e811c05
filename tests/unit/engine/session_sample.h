/* session_sample.h - a session with a value in every field, for the tests of what keeps one. */
#ifndef HS_TESTS_SESSION_SAMPLE_H
#define HS_TESTS_SESSION_SAMPLE_H

#include "engine/session.h"
#include "tests/unit/crypto/each_provider.h"

#define SAMPLE_FULL_AT_MS 1800000000000ULL /* 2027-01-15 08:00:00 */
enum { SAMPLE_DAY_S = 24 * 3600 };

static inline hs__session_state session_sample(void) {
    hs__session_state s = {.version = 0x0303,
                           .suite = 0xc02f,
                           .extended_main_secret = true,
                           .secret_n = 48,
                           .full_at_ms = SAMPLE_FULL_AT_MS,
                           .issued_at_ms = SAMPLE_FULL_AT_MS + 60000,
                           .lifetime_s = 7200,
                           .alpn = text("h2"),
                           .server_name = text("a.test"),
                           .has_peer = true,
                           .peer_not_after = SAMPLE_FULL_AT_MS / 1000 + SAMPLE_DAY_S,
                           .peer_verdict = HS_E_UNKNOWN_ISSUER,
                           .session_id = text("\x01\x02\x03"),
                           .ticket = text("tick!")};
    for (size_t i = 0; i < s.secret_n; i++) {
        s.secret[i] = (uint8_t)i;
    }
    memset(s.context, 0xc0, sizeof(s.context));
    memset(s.peer_sha256, 0xab, sizeof(s.peer_sha256));
    return s;
}

static inline void assert_same_bytes(hs_span a, hs_span b) {
    assert_int_equal(a.n, b.n);
    if (a.n > 0) {
        assert_memory_equal(a.p, b.p, a.n);
    }
}

/* All but session_id and ticket. */
static inline void assert_same_session(const hs__session_state *a, const hs__session_state *b) {
    assert_int_equal(a->version, b->version);
    assert_int_equal(a->suite, b->suite);
    assert_int_equal(a->extended_main_secret, b->extended_main_secret);
    assert_same_bytes(span_of(a->secret, a->secret_n), span_of(b->secret, b->secret_n));
    assert_true(a->full_at_ms == b->full_at_ms);
    assert_true(a->issued_at_ms == b->issued_at_ms);
    assert_int_equal(a->lifetime_s, b->lifetime_s);
    assert_same_bytes(a->alpn, b->alpn);
    assert_same_bytes(a->server_name, b->server_name);
    assert_memory_equal(a->context, b->context, sizeof(a->context));
    assert_int_equal(a->has_peer, b->has_peer);
    assert_memory_equal(a->peer_sha256, b->peer_sha256, sizeof(a->peer_sha256));
    assert_true(a->peer_not_after == b->peer_not_after);
    assert_int_equal(a->peer_verdict, b->peer_verdict);
}

#endif
