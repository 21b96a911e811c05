/* Certificates of TLS 1.2 that do not fit: the suite's kind of key (RFC 5246 7.4.2, RFC 8422 2),
 * its use, or our trust; and that nothing is sent to a key that nobody vouches for. */
#include "tests/badinput/rules12.h"

typedef struct {
    hs__stage ecdsa, rsa, pss, stranger;
} world;

/* A peer that shows the certificate of `shown` and holds its key, in a handshake of that suite; the
 * engine trusts `trusted`. */
static void open_with_key(const hs__stage *trusted, const hs__stage *shown, bool server,
                          unsigned how, uint16_t suite, hs__stage12 *t) {
    static const uint16_t suites[] = {0x009c, 0xc02b, 0xc02f, 0};
    const bool is_classic = (how & HS__PEER12_RSA) != 0;
    hs_credential *identity[2];
    hs_options o = hs__stage12_options(trusted, server, how, identity);
    o.suites = is_classic ? suites : suites + 1;
    hs__stage12_open_with(trusted, &o, server, how, t);
    hs__private_key *key = NULL;
    const hs_span pem = rules12_span(shown->id.key_pem, shown->id.key_pem_n);
    assert_int_equal(shown->p->key_load(shown->p, pem, rules12_span(NULL, 0), &key), HS_OK);
    t->peer.p->key_free(t->peer.p, t->peer.key);
    t->peer.key = key;
    t->peer.stage = shown;
    t->peer.suite = suite;
}

static void run(hs__stage12 *t) {
    hs__peer12_hear(&t->peer);
    rules12_go_on(t, 0);
}

static bool was_heard(const hs__stage12 *t, uint8_t type) {
    return hs__hand_find(&t->peer.heard, type, 0).n > 0;
}

/* 8422 2.1, 2.2; 5246 7.4.2 */
static void a_certificate_fits_the_suite(void **state) {
    const world *w = *state;
    const struct {
        const char *what;
        const hs__stage *shown;
        unsigned how;
        uint16_t suite;
        int alert;
    } misfits[] = {
        {"ECDHE_ECDSA with RSA", &w->rsa, 0, 0xc02b, HS__ALERT_illegal_parameter},
        {"ECDHE_RSA with ECDSA", &w->ecdsa, 0, 0xc02f, HS__ALERT_illegal_parameter},
        {"RSA with ECDSA", &w->ecdsa, HS__PEER12_RSA, 0x009c, HS__ALERT_unsupported_certificate},
        {"RSA with a key for signing", &w->pss, HS__PEER12_RSA, 0x009c,
         HS__ALERT_unsupported_certificate},
    };
    for (size_t i = 0; i < sizeof(misfits) / sizeof(misfits[0]); i++) {
        hs__stage12 t;
        open_with_key(misfits[i].shown, misfits[i].shown, false, misfits[i].how, misfits[i].suite,
                      &t);
        run(&t);
        rules12_failed(&t, misfits[i].what, misfits[i].alert);
        assert_false(was_heard(&t, HS__HT_client_key_exchange));
        hs__stage12_free(&t);
    }
}

/* 5246 7.4.5: the client checks before it sends a secret, the more so one that is encrypted to that
 * very key. */
static void no_secret_goes_to_a_stranger(void **state) {
    const world *w = *state;
    hs__stage12 t;
    open_with_key(&w->ecdsa, &w->stranger, false, 0, 0xc02b, &t);
    run(&t);
    rules12_failed(&t, "ECDHE", HS__ALERT_unknown_ca);
    assert_false(was_heard(&t, HS__HT_client_key_exchange));
    hs__stage12_free(&t);
    open_with_key(&w->stranger, &w->rsa, false, HS__PEER12_RSA, 0x009c, &t);
    run(&t);
    rules12_failed(&t, "RSA", HS__ALERT_unknown_ca);
    assert_false(was_heard(&t, HS__HT_client_key_exchange));
    hs__stage12_free(&t);
}

/* A client of an unknown issuer is no client, though its signature is right. */
static void a_client_of_an_unknown_issuer_is_refused(void **state) {
    const world *w = *state;
    hs__stage12 t;
    open_with_key(&w->ecdsa, &w->stranger, true, HS__PEER12_AUTH, 0xc02b, &t);
    hs__peer12_step(&t.peer, HS__HT_client_hello);
    /* The server's key is another one than the client's: its signature was checked with that. */
    rules12_go_on(&t, 1);
    rules12_failed(&t, "an unknown issuer", HS__ALERT_unknown_ca);
    assert_false(t.peer.heard_finished);
    hs__stage12_free(&t);
}

/* Two certificates of two keys: the one that is shown, and the one that signs. */
static void a_key_of_another_certificate_is_no_proof(void **state) {
    const world *w = *state;
    hs__stage12 t;
    open_with_key(&w->ecdsa, &w->stranger, false, 0, 0xc02b, &t);
    t.peer.stage = &w->ecdsa; /* shows the good one */
    run(&t);
    rules12_failed(&t, "another key", HS__ALERT_decrypt_error);
    hs__stage12_free(&t);
}

/* ---- CertificateStatus: 6066 8 ----------------------------------------------------------- */

static void nothing_changed(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    (void)m;
}

static void status_of_another_type(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    m->p[4] = 2;
}

static void no_response(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_splice(m, 4, m->n - 4, rules12_span("\x01\x00\x00\x00", 4));
}

static void response_too_long(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    m->p[7] = 9;
}

static void something_behind_it(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_splice(m, m->n, 0, rules12_span("\x00", 1));
}

/* A promised response that is none is worse than none. */
static void a_broken_status_is_refused(void **state) {
    static const rules12_change changes[] = {
        {"no OCSP response", nothing_changed, HS__ALERT_bad_certificate_status_response},
        {"another type", status_of_another_type, HS__ALERT_illegal_parameter},
        {"an empty response", no_response, HS__ALERT_decode_error},
        {"a longer response than the message", response_too_long, HS__ALERT_decode_error},
        {"something behind it", something_behind_it, HS__ALERT_decode_error},
    };
    const unsigned how = HS__PEER12_STATUS | HS__PEER12_STATUS_COMES;
    const world *w = *state;
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        hs__stage12 t;
        hs_credential *identity[2];
        hs_options o = hs__stage12_options(&w->ecdsa, false, how, identity);
        o.verify = HS_VERIFY_ENFORCE;
        hs__stage12_open_with(&w->ecdsa, &o, false, how, &t);
        rules12_run(&t, HS__HT_certificate_status, &changes[i]);
    }
}

/* ---- what fits, however unusual ---------------------------------------------------------- */

static void try_scheme(const hs__stage *s, bool server, uint16_t scheme) {
    hs__stage12 t;
    hs__stage12_open(s, server, HS__PEER12_AUTH, &t);
    t.peer.scheme = scheme;
    hs__peer12_hear(&t.peer);
    rules12_go_on(&t, 0);
    if (!t.end.connected || !t.peer.heard_finished) {
        fail_msg("%s, 0x%04x: %s", server ? "server" : "client", scheme, t.end.error.text);
    }
    hs__stage12_free(&t);
}

/* 9846-4.3.3-21, -25, -26; 5246 7.4.1.4.1: an ECDSA scheme of TLS 1.2 names a hash, not a curve,
 * and PSS serves beside PKCS#1. */
static void every_scheme_that_was_offered_is_taken(void **state) {
    static const struct {
        hs__key_type type;
        uint16_t schemes[7];
    } keys[] = {{HS__KEY_P256, {0x0403, 0x0503, 0x0603}},
                {HS__KEY_P384, {0x0403, 0x0503, 0x0603}},
                {HS__KEY_P521, {0x0403, 0x0503, 0x0603}},
                {HS__KEY_RSA, {0x0401, 0x0501, 0x0601, 0x0804, 0x0805, 0x0806}},
                {HS__KEY_RSA_PSS, {0x0809, 0x080a, 0x080b}},
                {HS__KEY_ED25519, {0x0807}}};
    const world *w = *state;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        hs__stage s;
        if (!hs__provider_has_key_type(w->ecdsa.p, keys[i].type)) {
            continue; /* mbedTLS has no Ed25519 */
        }
        hs__stage_new_key(&s, keys[i].type);
        for (const uint16_t *scheme = keys[i].schemes; *scheme != 0; scheme++) {
            try_scheme(&s, false, *scheme);
            try_scheme(&s, true, *scheme);
        }
        hs__stage_free(&s);
    }
}

static int setup(void **state) {
    static world w;
    hs__stage_new(&w.ecdsa);
    hs__stage_new(&w.stranger);
    hs__stage_new_key(&w.rsa, HS__KEY_RSA);
    hs__stage_new_key(&w.pss, HS__KEY_RSA_PSS);
    *state = &w;
    return 0;
}

static int teardown(void **state) {
    world *w = *state;
    hs__stage_free(&w->ecdsa);
    hs__stage_free(&w->stranger);
    hs__stage_free(&w->rsa);
    hs__stage_free(&w->pss);
    return 0;
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_fits_the_suite),
        cmocka_unit_test(no_secret_goes_to_a_stranger),
        cmocka_unit_test(a_client_of_an_unknown_issuer_is_refused),
        cmocka_unit_test(a_key_of_another_certificate_is_no_proof),
        cmocka_unit_test(a_broken_status_is_refused),
        cmocka_unit_test(every_scheme_that_was_offered_is_taken),
    };
    return cmocka_run_group_tests_name("certificates in TLS 1.2", tests, setup, teardown);
}
