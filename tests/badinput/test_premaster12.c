/* Bleichenbacher's question, asked in every way: a server with the classic key exchange answers a
 * malformed ClientKeyExchange like a well-formed one of a stranger, up to Finished, with the same
 * bytes at the same places (RFC 5246 7.4.7.1). */
#include "tests/badinput/rules12.h"
#include "tests/lib/premaster_kinds.h"

static hs__test_bytes client_key_exchange(const uint8_t *ct, size_t n) {
    hs__test_bytes m = {NULL, 0, 0};
    const size_t body = n + 2;
    const uint8_t head[] = {HS__HT_client_key_exchange, (uint8_t)(body >> 16),
                            (uint8_t)(body >> 8),       (uint8_t)body,
                            (uint8_t)(n >> 8),          (uint8_t)n};
    hs__test_bytes_add(&m, head, sizeof(head));
    hs__test_bytes_add(&m, ct, n);
    return m;
}

/* What the server says from ClientKeyExchange on, and when: `said` gets its length after each of
 * the client's three steps. */
typedef struct {
    uint8_t bytes[64];
    size_t n, said[3];
    hs_error error;
} answer;

static void say_three(hs__stage12 *t, hs_span message, answer *out) {
    const size_t before = t->end.sent.n;
    hs__peer12_say(&t->peer, message);
    hs__test_end_drain(&t->end);
    out->said[0] = t->end.sent.n - before;
    hs__peer12_step(&t->peer, HS__STEP_CCS);
    out->said[1] = t->end.sent.n - before;
    hs__peer12_step(&t->peer, HS__HT_finished);
    out->said[2] = t->end.sent.n - before;
    out->n = out->said[2];
    out->error = t->end.error;
    assert_true(out->n <= sizeof(out->bytes) || t->end.connected);
    memcpy(out->bytes, t->end.sent.p + before, t->end.connected ? 0 : out->n);
}

/* A ClientHello of that legacy_version, and what follows up to ClientKeyExchange. */
static void open_at_exchange(const rules12_world *w, uint8_t minor, hs__stage12 *t) {
    hs__test_bytes hello = {NULL, 0, 0};
    hs__stage12_open(&w->rsa, true, HS__PEER12_RSA, t);
    hs__peer12_make(&t->peer, HS__HT_client_hello, &hello);
    hello.p[HS__EDIT_VERSION + 1] = minor;
    hs__peer12_say(&t->peer, rules12_span(hello.p, hello.n));
    hs__peer12_hear(&t->peer);
    hs__test_bytes_free(&hello);
}

/* One handshake with a ciphertext of that kind; `known`: the client goes on with the keys that the
 * ciphertext's content gives, if it has any, else with others. hello, secret: the minor version of
 * ClientHello, and that in the secret. */
typedef struct {
    size_t kind;
    bool known;
    uint8_t hello, secret;
} question;

static bool ask(const rules12_world *w, question q, answer *out) {
    uint8_t ct[HS__PREMASTER_CT_ROOM];
    uint8_t secret[HS__PREMASTER] = {0};
    size_t n = 0;
    hs__stage12 t;
    hs__public_numbers key;
    open_at_exchange(w, q.hello, &t);
    const hs_provider *p = t.peer.p;
    assert_int_equal(p->key_public(p, t.peer.key, &key), HS_OK);
    assert_int_equal(
        hs__premaster_kind_make(p, &key, (uint16_t)(0x0300 + q.secret), q.kind, ct, &n, secret),
        HS_OK);
    if (!q.known) {
        assert_int_equal(p->random(p, secret, sizeof(secret)), HS_OK);
    }
    memcpy(t.peer.premaster, secret, sizeof(secret));
    t.peer.premaster_n = sizeof(secret);
    hs__test_bytes m = client_key_exchange(ct, n);
    say_three(&t, rules12_span(m.p, m.n), out);
    const bool connected = t.end.connected;
    hs__test_bytes_free(&m);
    hs__stage12_free(&t);
    return connected;
}

static void a_good_ciphertext_connects(void **state) {
    answer a;
    assert_true(ask(*state, (question){HS__PREMASTER_GOOD, true, 3, 3}, &a));
}

/* The model: a good ciphertext, but the client does not have its keys. */
static void every_other_one_is_answered_like_a_stranger(void **state) {
    static const uint8_t alert[] = {21, 3, 3, 0, 2, 2, HS__ALERT_bad_record_mac};
    answer model;
    assert_false(ask(*state, (question){HS__PREMASTER_GOOD, false, 3, 3}, &model));
    assert_int_equal(model.said[0], 0);
    assert_int_equal(model.said[1], 0);
    assert_int_equal(model.n, sizeof(alert));
    assert_memory_equal(model.bytes, alert, sizeof(alert));
    for (size_t kind = HS__PREMASTER_GOOD + 1; kind < hs__premaster_kinds(); kind++) {
        answer a;
        if (ask(*state, (question){kind, kind % 2 == 0, 3, 3}, &a)) {
            fail_msg("%s: connected", hs__premaster_kind_name(kind));
        }
        if (memcmp(a.said, model.said, sizeof(a.said)) != 0 ||
            memcmp(a.bytes, model.bytes, model.n) != 0) {
            fail_msg("%s: another answer", hs__premaster_kind_name(kind));
        }
        assert_int_equal(a.error.status, model.error.status);
        assert_string_equal(a.error.text, model.error.text);
        assert_string_equal(a.error.rule, model.error.rule);
    }
}

/* The version in the secret is the one of ClientHello, not the one that was chosen: whoever made
 * the server believe in another ClientHello.legacy_version is seen. */
static void the_secret_has_the_version_of_the_hello(void **state) {
    answer a;
    assert_true(ask(*state, (question){HS__PREMASTER_GOOD, true, 4, 4}, &a));
    assert_false(ask(*state, (question){HS__PREMASTER_GOOD, true, 4, 3}, &a));
    assert_int_equal(a.error.alert, HS__ALERT_bad_record_mac);
    assert_false(ask(*state, (question){HS__PREMASTER_GOOD, true, 3, 4}, &a));
    assert_int_equal(a.error.alert, HS__ALERT_bad_record_mac);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_ciphertext_connects),
        cmocka_unit_test(the_secret_has_the_version_of_the_hello),
        cmocka_unit_test(every_other_one_is_answered_like_a_stranger),
    };
    return cmocka_run_group_tests_name("malformed premaster secrets", tests, rules12_setup,
                                       rules12_teardown);
}
