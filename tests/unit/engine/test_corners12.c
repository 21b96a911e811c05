/* What the RFCs ask of TLS 1.2 in the corners: which extensions go out, with what in them, and
 * what a client may show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/codepoints.h"
#include "tests/lib/edit.h"
#include "tests/lib/stage12.h"

typedef struct {
    hs__stage ecdsa, rsa;
} fixture;

static hs_span span(const void *p, size_t n) {
    return (hs_span){p, n};
}

/* The rest of the peer's part, from its n-th step on. */
static void go_on(hs__stage12 *t, size_t from) {
    int steps[HS__PEER12_STEPS];
    hs__peer12_script(&t->peer, steps);
    for (size_t i = from; steps[i] != HS__STEP_END && !t->end.failed; i++) {
        hs__peer12_step(&t->peer, steps[i]);
    }
    hs__peer12_hear(&t->peer);
}

/* The ClientHello of a client with these options; its record's header is cut off. */
static hs__test_bytes hello_of(hs_options o) {
    hs_config *config = hs__stage_config(o);
    const hs_client_options co = {.size = sizeof(co)};
    hs__test_end end = {.conn = NULL};
    hs__test_bytes hello = {NULL, 0, 0};
    assert_int_equal(hs_client_new(config, &co, &end.conn), HS_OK);
    hs_config_unref(config);
    hs__test_end_drain(&end);
    hs__test_bytes_add(&hello, end.sent.p + 5, end.sent.n - 5);
    hs__test_end_free(&end);
    return hello;
}

/* RFC 8422 4: a client that offers no suite with elliptic curves must not send their extensions;
 * RFC 9846 9.2: one that offers TLS 1.3 must. */
static void curves_go_with_their_suites(void **state) {
    const fixture *f = *state;
    static const uint16_t classic[] = {0x009c, 0};
    static const uint16_t with_13[] = {0x1301, 0x009c, 0};
    static const uint16_t with_ecdhe[] = {0x009c, 0xc02f, 0};
    static const struct {
        const uint16_t *suites;
        bool groups, formats;
    } rows[] = {{classic, false, false}, {with_13, true, false}, {with_ecdhe, true, true}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        hs__test_bytes m =
            hello_of((hs_options){.provider = f->rsa.p, .classic = true, .suites = rows[i].suites});
        assert_true((hs__edit_ext(&m, HS__EXT_supported_groups).p != NULL) == rows[i].groups);
        assert_true((hs__edit_ext(&m, HS__EXT_ec_point_formats).p != NULL) == rows[i].formats);
        hs__test_bytes_free(&m);
    }
}

/* RFC 5246 7.4.1.4: to a hello without extensions goes one without. */
static void a_hello_without_extensions_is_answered_in_kind(void **state) {
    const fixture *f = *state;
    const unsigned how = HS__PEER12_RSA | HS__PEER12_NO_EMS;
    hs__stage12 t;
    hs__test_bytes m = {NULL, 0, 0};
    hs__stage12_open(&f->rsa, true, how, &t);
    hs__peer12_make(&t.peer, HS__HT_client_hello, &m);
    const size_t end = hs__edit_compression(&m) + 2;
    assert_true(end < m.n);
    hs__edit_splice(&m, end, m.n - end, span("", 0));
    hs__peer12_send(&t.peer, HS__CONTENT_handshake, span(m.p, m.n));
    if (t.end.failed) {
        fail_msg("%s", t.end.error.text);
    }
    hs__test_end_drain(&t.end);
    const uint8_t *sh = t.end.sent.p + 5;
    assert_int_equal(sh[0], HS__HT_server_hello);
    assert_int_equal(sh[2] << 8 | sh[3], 2 + 32 + 1 + 2 + 1);
    hs__test_bytes_free(&m);
    hs__stage12_free(&t);
}

/* RFC 8449 4: in TLS 1.2 at most 2^14, whatever the configuration says; nor is more taken. */
static void a_record_limit_is_one_of_the_version(void **state) {
    const fixture *f = *state;
    static const uint8_t most_12[] = {0x40, 0x00};
    static const uint8_t most_13[] = {0x40, 0x01};
    static uint8_t content[16385];
    hs_options client = {.provider = f->ecdsa.p, .record_size_limit = 16385};
    hs__test_bytes m = hello_of(client);
    assert_memory_equal(hs__edit_ext(&m, HS__EXT_record_size_limit).p, most_13, 2);
    hs__test_bytes_free(&m);
    client.max_version = HS__VERSION_TLS12;
    m = hello_of(client);
    assert_memory_equal(hs__edit_ext(&m, HS__EXT_record_size_limit).p, most_12, 2);
    hs__test_bytes_free(&m);

    hs_credential *identity[2];
    hs_options o = hs__stage12_options(&f->ecdsa, true, 0, identity);
    o.record_size_limit = 16385;
    hs__stage12 t;
    hs__stage12_open_with(&f->ecdsa, &o, true, 0, &t);
    m = (hs__test_bytes){NULL, 0, 0};
    hs__peer12_make(&t.peer, HS__HT_client_hello, &m);
    hs__edit_add_ext(&m, HS__EXT_record_size_limit, span(most_13, 2));
    hs__peer12_say(&t.peer, span(m.p, m.n));
    hs__peer12_hear(&t.peer);
    hs__test_bytes_free(&m);
    const hs_span sh = hs__hand_find(&t.peer.heard, HS__HT_server_hello, 0);
    hs__test_bytes_add(&m, sh.p, sh.n);
    assert_memory_equal(hs__edit_ext(&m, HS__EXT_record_size_limit).p, most_12, 2);
    go_on(&t, 1);
    assert_true(t.end.connected);
    hs__peer12_send(&t.peer, HS__CONTENT_application_data, span(content, 16384));
    assert_int_equal(t.end.data.n, 16384);
    hs__peer12_send(&t.peer, HS__CONTENT_application_data, span(content, 16385));
    assert_int_equal(t.end.error.alert, HS__ALERT_record_overflow);
    hs__test_bytes_free(&m);
    hs__stage12_free(&t);
}

/* RFC 5246 7.4.6: the client's key must fit one of certificate_types. */
static void a_client_shows_a_key_of_a_type_that_is_asked_for(void **state) {
    const fixture *f = *state;
    for (unsigned asks_rsa = 0; asks_rsa < 2; asks_rsa++) {
        hs__stage12 t;
        hs__test_bytes m = {NULL, 0, 0};
        hs__stage12_open(&f->ecdsa, false, HS__PEER12_AUTH, &t);
        const uint8_t type = asks_rsa ? HS__CLIENT_CERT_rsa_sign : HS__CLIENT_CERT_ecdsa_sign;
        hs__peer12_run(&t.peer, 3); /* ServerHello, Certificate, ServerKeyExchange */
        hs__peer12_make(&t.peer, HS__HT_certificate_request, &m);
        hs__edit_vector(&m, 4, 1, span(&type, 1));
        hs__peer12_say(&t.peer, span(m.p, m.n));
        hs__peer12_step(&t.peer, HS__HT_server_hello_done);
        hs__peer12_hear(&t.peer);
        assert_false(t.end.failed);
        const hs_span cert = hs__hand_find(&t.peer.heard, HS__HT_certificate, 0);
        assert_true(cert.n >= 4 + 3);
        assert_true((cert.n == 4 + 3) == (asks_rsa != 0));
        hs__test_bytes_free(&m);
        hs__stage12_free(&t);
    }
}

/* The level decides in TLS 1.2 (RFC 5246 7.2): user_canceled is a warning mostly, not always. */
static void a_fatal_alert_is_fatal_whatever_it_says(void **state) {
    const fixture *f = *state;
    for (uint8_t level = HS__ALERT_LEVEL_warning; level <= HS__ALERT_LEVEL_fatal; level++) {
        const uint8_t alert[] = {level, HS__ALERT_user_canceled};
        hs__stage12 t;
        hs__stage12_open(&f->ecdsa, true, 0, &t);
        hs__peer12_connect(&t.peer);
        hs__peer12_send(&t.peer, HS__CONTENT_alert, span(alert, sizeof(alert)));
        assert_true(t.end.failed == (level == HS__ALERT_LEVEL_fatal));
        hs__stage12_free(&t);
    }
}

/* Nobody can be asked to decrypt as they can be to sign, so the handshake does not begin. */
static void key_transport_needs_the_key_itself(void **state) {
    const fixture *f = *state;
    hs_credential *credential = NULL;
    assert_int_equal(hs_credential_new(f->rsa.p, span(f->rsa.id.leaf, f->rsa.id.leaf_n),
                                       span(NULL, 0), span(NULL, 0), &credential),
                     HS_OK);
    hs_credential *identity[2];
    hs_options o = hs__stage12_options(&f->rsa, true, HS__PEER12_RSA, identity);
    identity[0] = credential;
    hs__stage12 t;
    hs__stage12_open_with(&f->rsa, &o, true, HS__PEER12_RSA, &t);
    hs__peer12_step(&t.peer, HS__HT_client_hello);
    assert_true(t.end.failed);
    assert_int_equal(t.end.error.alert, HS__ALERT_handshake_failure);
    hs__stage12_free(&t);
    hs_credential_unref(credential);
}

static int setup(void **state) {
    static fixture f;
    hs__stage_new(&f.ecdsa);
    hs__stage_new_key(&f.rsa, HS__KEY_RSA);
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    hs__stage_free(&f->ecdsa);
    hs__stage_free(&f->rsa);
    return 0;
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(curves_go_with_their_suites),
        cmocka_unit_test(a_hello_without_extensions_is_answered_in_kind),
        cmocka_unit_test(a_record_limit_is_one_of_the_version),
        cmocka_unit_test(a_client_shows_a_key_of_a_type_that_is_asked_for),
        cmocka_unit_test(a_fatal_alert_is_fatal_whatever_it_says),
        cmocka_unit_test(key_transport_needs_the_key_itself),
    };
    return cmocka_run_group_tests_name("corners of TLS 1.2", tests, setup, teardown);
}
