/* What a TLS 1.2 server may not say to a client: each rule of RFC 5246 7.4, RFC 8422 5, RFC 7627,
 * RFC 5746 and RFC 5077 for its messages broken once. */
#include "tests/badinput/rules12.h"

#define EACH(world, how, step, changes)                                                            \
    rules12_each((world), false, (how), (step), (changes), sizeof(changes) / sizeof((changes)[0]))

/* ---- any message ------------------------------------------------------------------------- */

static void every_message_has_its_length(void **state) {
    static const int steps[] = {HS__HT_server_hello,        HS__HT_certificate,
                                HS__HT_server_key_exchange, HS__HT_certificate_request,
                                HS__HT_new_session_ticket,  HS__HT_finished};
    const unsigned how = HS__PEER12_AUTH | HS__PEER12_TICKET;
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        EACH(*state, how, steps[i], rules12_lengths);
    }
    static const rules12_change done[] = {
        {"ServerHelloDone with a body", rules12_longer, HS__ALERT_decode_error}};
    EACH(*state, how, HS__HT_server_hello_done, done);
}

/* ---- ServerHello: 5246 7.4.1.3 ----------------------------------------------------------- */

static void set_version(hs__test_bytes *m, unsigned version) {
    m->p[HS__EDIT_VERSION] = (uint8_t)(version >> 8);
    m->p[HS__EDIT_VERSION + 1] = (uint8_t)version;
}

static void tls11(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_version(m, HS__VERSION_TLS11);
}

static void tls10(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_version(m, HS__VERSION_TLS10);
}

static void ssl3(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_version(m, HS__VERSION_SSL30);
}

static void version_zero(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_version(m, 0);
}

static void version_0304(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_version(m, HS__VERSION_TLS13);
}

static void set_suite(hs__test_bytes *m, unsigned suite) {
    const size_t at = hs__edit_suites(m);
    m->p[at] = (uint8_t)(suite >> 8);
    m->p[at + 1] = (uint8_t)suite;
}

static void cbc_suite(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_suite(m, 0xc009);
}

static void classic_suite(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_suite(m, 0x009c);
}

static void suite_of_13(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_suite(m, 0x1301);
}

static void signal_as_suite(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_suite(m, 0x00ff);
}

static void null_suite(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_suite(m, 0x0000);
}

static void compressed(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    m->p[hs__edit_compression(m)] = 1;
}

static void long_session_id(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    static const uint8_t id[33] = {7};
    hs__edit_vector(m, HS__EDIT_SESSION_ID, 1, rules12_span(id, sizeof(id)));
}

static void unknown_extension(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_add_ext(m, 0x7a7b, rules12_span("", 0));
}

static void two_of_a_kind(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_add_ext(m, HS__EXT_renegotiation_info, rules12_span("\x00", 1));
}

static void key_share(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_add_ext(m, HS__EXT_key_share, rules12_span("\x00\x1d\x00\x01\x09", 5));
}

static void supported_versions_of_12(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_add_ext(m, HS__EXT_supported_versions, rules12_span("\x03\x03", 2));
}

static void renegotiation(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    static const uint8_t body[25] = {24, 1, 2, 3};
    hs__edit_set_ext(m, HS__EXT_renegotiation_info, rules12_span(body, sizeof(body)));
}

static void half_renegotiation(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_set_ext(m, HS__EXT_renegotiation_info, rules12_span("", 0));
}

static void no_renegotiation_info(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    assert_true(hs__edit_cut_ext(m, HS__EXT_renegotiation_info));
}

static void no_ems(hs__peer12 *peer, hs__test_bytes *m) {
    assert_true(hs__edit_cut_ext(m, HS__EXT_extended_main_secret));
    peer->ems = false;
}

static void ems_with_a_body(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_set_ext(m, HS__EXT_extended_main_secret, rules12_span("\x00", 1));
}

static void ticket_in_hello(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_set_ext(m, HS__EXT_session_ticket, rules12_span("\x00", 1));
}

static void compressed_points_only(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_set_ext(m, HS__EXT_ec_point_formats, rules12_span("\x01\x01", 2));
}

static void all_point_formats(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_set_ext(m, HS__EXT_ec_point_formats, rules12_span("\x03\x00\x01\x02", 4));
}

static void downgrade_01(hs__peer12 *peer, hs__test_bytes *m) {
    memcpy(m->p + HS__EDIT_RANDOM + 24, "DOWNGRD\x01", 8);
    memcpy(peer->server_random + 24, "DOWNGRD\x01", 8);
}

static void downgrade_00(hs__peer12 *peer, hs__test_bytes *m) {
    memcpy(m->p + HS__EDIT_RANDOM + 24, "DOWNGRD\x00", 8);
    memcpy(peer->server_random + 24, "DOWNGRD\x00", 8);
}

/* The id that a client makes up for middleboxes: nobody can resume that. */
static void echoed_session_id(hs__peer12 *peer, hs__test_bytes *m) {
    const uint8_t *id = peer->heard.m[0].p + HS__EDIT_SESSION_ID;
    assert_int_equal(id[0], 32);
    hs__edit_vector(m, HS__EDIT_SESSION_ID, 1, rules12_span(id + 1, 32));
}

static void every_change_of_a_server_hello(void **state) {
    static const rules12_change changes[] = {
        {"TLS 1.1", tls11, HS__ALERT_protocol_version},
        {"TLS 1.0", tls10, HS__ALERT_protocol_version},
        {"SSL 3.0", ssl3, HS__ALERT_protocol_version},
        {"version 0", version_zero, HS__ALERT_protocol_version},
        {"TLS 1.3 as legacy_version", version_0304, HS__ALERT_protocol_version},
        {"a suite that was not offered", cbc_suite, HS__ALERT_illegal_parameter},
        {"a classic suite, not offered", classic_suite, HS__ALERT_illegal_parameter},
        {"a suite of TLS 1.3", suite_of_13, HS__ALERT_illegal_parameter},
        {"a signal for a suite", signal_as_suite, HS__ALERT_illegal_parameter},
        {"no protection", null_suite, HS__ALERT_illegal_parameter},
        {"compression", compressed, HS__ALERT_illegal_parameter},
        {"a session id of 33 bytes", long_session_id, HS__ALERT_decode_error},
        {"an extension that was not offered", unknown_extension, HS__ALERT_unsupported_extension},
        {"an extension twice", two_of_a_kind, HS__ALERT_illegal_parameter},
        {"key_share (9846 4.3)", key_share, HS__ALERT_illegal_parameter},
        {"a renegotiation (5746 3.4)", renegotiation, HS__ALERT_handshake_failure},
        {"half a renegotiation_info", half_renegotiation, HS__ALERT_decode_error},
        {"no extended_main_secret (7627 5.2)", no_ems, HS__ALERT_handshake_failure},
        {"extended_main_secret with a body", ems_with_a_body, HS__ALERT_decode_error},
        {"a ticket in ServerHello (5077 3.2)", ticket_in_hello, HS__ALERT_decode_error},
        {"compressed points only (8422 5.2)", compressed_points_only, HS__ALERT_illegal_parameter},
        {"every point format", all_point_formats, HS_NO_ALERT},
        {"no renegotiation_info (5746 4.1)", no_renegotiation_info, HS__ALERT_handshake_failure},
    };
    EACH(*state, 0, HS__HT_server_hello, changes);
}

/* 9846-4.2.3-17: a client that could have had TLS 1.3 does not take the server's word for less; one
 * that could not has nothing to complain about. */
static void a_downgrade_is_noticed_by_its_sentinel(void **state) {
    static const rules12_change seen = {"the sentinel", downgrade_01, HS__ALERT_illegal_parameter};
    static const rules12_change unseen[] = {
        {"the sentinel, TLS 1.2 only", downgrade_01, HS_NO_ALERT},
        {"the other one, TLS 1.2 only", downgrade_00, HS_NO_ALERT}};
    static const rules12_change older = {"the other one", downgrade_00,
                                         HS__ALERT_illegal_parameter};
    static const rules12_change versions = {"supported_versions with TLS 1.2",
                                            supported_versions_of_12, HS__ALERT_illegal_parameter};
    static const rules12_change sound = {"no sentinel", all_point_formats, HS_NO_ALERT};
    static const rules12_change echo = {"a session that is none", echoed_session_id,
                                        HS__ALERT_illegal_parameter};
    static const rules12_change *const of_both[] = {&seen, &older, &versions, &echo, &sound};
    const rules12_world *w = *state;
    for (size_t i = 0; i < sizeof(of_both) / sizeof(of_both[0]); i++) {
        hs__stage12 t;
        hs_credential *identity[2];
        hs_options o = hs__stage12_options(&w->ecdsa, false, 0, identity);
        o.max_version = HS__VERSION_TLS13;
        hs__stage12_open_with(&w->ecdsa, &o, false, 0, &t);
        rules12_run(&t, HS__HT_server_hello, of_both[i]);
    }
    rules12_each(w, false, 0, HS__HT_server_hello, unseen, 2);
}

/* ---- Certificate: 5246 7.4.2, 9846 4.5.1 ------------------------------------------------- */

static void no_certificate(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_splice(m, 4, m->n - 4, rules12_span("\x00\x00\x00", 3));
}

static void empty_certificate(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_splice(m, 4, m->n - 4, rules12_span("\x00\x00\x03\x00\x00\x00", 6));
}

static void certificate_of_13(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_splice(m, m->n, 0, rules12_span("\x00\x00", 2));
    hs__edit_splice(m, 4, 0, rules12_span("\x00", 1));
}

static void no_der(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_splice(m, 4, m->n - 4, rules12_span("\x00\x00\x05\x00\x00\x02\x01\x02", 8));
}

static void every_change_of_a_certificate(void **state) {
    static const rules12_change changes[] = {
        {"no certificate", no_certificate, HS__ALERT_decode_error},
        {"an empty certificate", empty_certificate, HS__ALERT_decode_error},
        {"as in TLS 1.3", certificate_of_13, HS__ALERT_decode_error},
        {"something else", no_der, HS__ALERT_bad_certificate},
    };
    EACH(*state, 0, HS__HT_certificate, changes);
}

/* ---- ServerKeyExchange: 8422 5.4 --------------------------------------------------------- */

static size_t params_len(const hs__test_bytes *m) {
    return 4 + (size_t)m->p[7];
}

/* A new signature over those randoms and the parameters as they are now. */
static void sign_again(const hs__peer12 *peer, hs__test_bytes *m, const uint8_t *client_random,
                       const uint8_t *server_random) {
    const size_t n = params_len(m);
    hs__test_bytes content = {NULL, 0, 0};
    hs__test_bytes signature = {NULL, 0, 0};
    hs__test_bytes_add(&content, client_random, 32);
    hs__test_bytes_add(&content, server_random, 32);
    hs__test_bytes_add(&content, m->p + 4, n);
    hs__peer12_sign(peer, rules12_span(content.p, content.n), &signature);
    hs__edit_splice(m, 4 + n, m->n - 4 - n, rules12_span(signature.p, signature.n));
    hs__test_bytes_free(&content);
    hs__test_bytes_free(&signature);
}

static void signed_by_another(hs__peer12 *peer, hs__test_bytes *m) {
    hs__private_key *own = peer->key;
    assert_int_equal(peer->p->key_generate(peer->p, HS__KEY_P256, 0, &peer->key), HS_OK);
    sign_again(peer, m, peer->client_random, peer->server_random);
    peer->p->key_free(peer->p, peer->key);
    peer->key = own;
}

static void other_client_random(hs__peer12 *peer, hs__test_bytes *m) {
    static const uint8_t other[32] = {1};
    sign_again(peer, m, other, peer->server_random);
}

static void other_server_random(hs__peer12 *peer, hs__test_bytes *m) {
    static const uint8_t other[32] = {1};
    sign_again(peer, m, peer->client_random, other);
}

static void randoms_exchanged(hs__peer12 *peer, hs__test_bytes *m) {
    sign_again(peer, m, peer->server_random, peer->client_random);
}

static void other_share(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    m->p[8] ^= 1;
}

static void other_signature(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    m->p[m->n - 1] ^= 1;
}

static void no_signature(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    const size_t at = 4 + params_len(m) + 2;
    hs__edit_splice(m, at, m->n - at, rules12_span("\x00\x00", 2));
}

static void set_scheme(hs__test_bytes *m, unsigned scheme) {
    const size_t at = 4 + params_len(m);
    m->p[at] = (uint8_t)(scheme >> 8);
    m->p[at + 1] = (uint8_t)scheme;
}

static void scheme_sha1(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_scheme(m, 0x0203);
}

static void scheme_sha224(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_scheme(m, 0x0303);
}

static void scheme_of_rsa(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_scheme(m, 0x0804);
}

static void scheme_none(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_scheme(m, 0x0000);
}

static void scheme_of_another_hash(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_scheme(m, 0x0503);
}

/* Other parameters, rightly signed. */
static void set_params(const hs__peer12 *peer, hs__test_bytes *m, const void *p, size_t n) {
    hs__edit_splice(m, 4, params_len(m), rules12_span(p, n));
    sign_again(peer, m, peer->client_random, peer->server_random);
}

static void group_not_offered(hs__peer12 *peer, hs__test_bytes *m) {
    uint8_t x448[4 + 56] = {3, 0, 30, 56, 5};
    set_params(peer, m, x448, sizeof(x448));
}

static void explicit_curve(hs__peer12 *peer, hs__test_bytes *m) {
    m->p[4] = 1;
    sign_again(peer, m, peer->client_random, peer->server_random);
}

static void low_order_share(hs__peer12 *peer, hs__test_bytes *m) {
    static const uint8_t zero[4 + 32] = {3, 0, 29, 32};
    set_params(peer, m, zero, sizeof(zero));
}

static void short_share(hs__peer12 *peer, hs__test_bytes *m) {
    static const uint8_t share[4 + 31] = {3, 0, 29, 31, 9};
    set_params(peer, m, share, sizeof(share));
}

static void long_share(hs__peer12 *peer, hs__test_bytes *m) {
    static const uint8_t share[4 + 33] = {3, 0, 29, 33, 9};
    set_params(peer, m, share, sizeof(share));
}

static void empty_share(hs__peer12 *peer, hs__test_bytes *m) {
    static const uint8_t share[4] = {3, 0, 29, 0};
    set_params(peer, m, share, sizeof(share));
}

static void point_beside_the_curve(hs__peer12 *peer, hs__test_bytes *m) {
    static const uint8_t share[4 + 65] = {3, 0, 23, 65, 4, 1, 2, 3};
    set_params(peer, m, share, sizeof(share));
}

static void compressed_point(hs__peer12 *peer, hs__test_bytes *m) {
    uint8_t share[4 + 33] = {3, 0, 23, 33, 2};
    memcpy(share + 5, m->p + 9, 32);
    share[4] = (uint8_t)(2 + (m->p[9 + 63] & 1));
    set_params(peer, m, share, sizeof(share));
}

static void every_change_of_a_server_key_exchange(void **state) {
    static const rules12_change changes[] = {
        {"signed by another key", signed_by_another, HS__ALERT_decrypt_error},
        {"signed over another client random", other_client_random, HS__ALERT_decrypt_error},
        {"signed over another server random", other_server_random, HS__ALERT_decrypt_error},
        {"signed over the randoms in another order", randoms_exchanged, HS__ALERT_decrypt_error},
        {"another share than was signed", other_share, HS__ALERT_decrypt_error},
        {"another signature", other_signature, HS__ALERT_decrypt_error},
        {"no signature", no_signature, HS__ALERT_decrypt_error},
        {"SHA-1, not offered", scheme_sha1, HS__ALERT_illegal_parameter},
        {"SHA-224, not offered", scheme_sha224, HS__ALERT_illegal_parameter},
        {"a scheme of RSA", scheme_of_rsa, HS__ALERT_illegal_parameter},
        {"no scheme", scheme_none, HS__ALERT_illegal_parameter},
        {"another hash", scheme_of_another_hash, HS__ALERT_decrypt_error},
        {"a group that was not offered", group_not_offered, HS__ALERT_illegal_parameter},
        {"a curve by its numbers", explicit_curve, HS__ALERT_illegal_parameter},
        {"a share of low order (5.11)", low_order_share, HS__ALERT_illegal_parameter},
        {"a short share", short_share, HS__ALERT_illegal_parameter},
        {"a long share", long_share, HS__ALERT_illegal_parameter},
        {"no share", empty_share, HS__ALERT_decode_error},
        {"a point beside the curve (5.11)", point_beside_the_curve, HS__ALERT_illegal_parameter},
    };
    static const rules12_change on_p256[] = {
        {"a compressed point (5.4.1)", compressed_point, HS__ALERT_illegal_parameter},
        {"signed by another key", signed_by_another, HS__ALERT_decrypt_error},
    };
    EACH(*state, 0, HS__HT_server_key_exchange, changes);
    EACH(*state, HS__PEER12_P256, HS__HT_server_key_exchange, on_p256);
}

/* A client offers less than it can do; the server takes what was not offered. */
static void a_server_takes_what_was_offered(void **state) {
    static const uint16_t groups[] = {HS__GROUP_SECP384R1, HS__GROUP_SECP256R1, 0};
    static const uint16_t suites[] = {0xc02c, 0};
    static const uint16_t schemes[] = {0x0503, 0x0804, 0};
    static const struct {
        const char *what;
        const uint16_t *groups, *suites, *schemes;
        int step;
    } offers[] = {
        {"x25519, not offered", groups, NULL, NULL, HS__HT_server_key_exchange},
        {"AES-128, not offered", NULL, suites, NULL, HS__HT_server_hello},
        {"SHA-256, not offered", NULL, NULL, schemes, HS__HT_server_key_exchange},
    };
    const rules12_world *w = *state;
    for (size_t i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
        hs__stage12 t;
        hs_credential *identity[2];
        hs_options o = hs__stage12_options(&w->ecdsa, false, 0, identity);
        o.groups = offers[i].groups;
        o.suites = offers[i].suites != NULL ? offers[i].suites : o.suites;
        o.schemes = offers[i].schemes;
        hs__stage12_open_with(&w->ecdsa, &o, false, 0, &t);
        hs__peer12_run(&t.peer, rules12_find(&t.peer, offers[i].step) + 1);
        rules12_failed(&t, offers[i].what, HS__ALERT_illegal_parameter);
        hs__stage12_free(&t);
    }
}

/* ---- CertificateRequest: 5246 7.4.4 ------------------------------------------------------ */

static void set_body(hs__test_bytes *m, const void *p, size_t n) {
    hs__edit_splice(m, 4, m->n - 4, rules12_span(p, n));
}

static void no_types(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_body(m, "\x00\x00\x02\x04\x03\x00\x00", 7);
}

static void no_schemes(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_body(m, "\x01\x40\x00\x00\x00\x00", 6);
}

static void half_a_scheme(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_body(m, "\x01\x40\x00\x03\x04\x03\x04\x00\x00", 9);
}

static void an_empty_name(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_body(m, "\x01\x40\x00\x02\x04\x03\x00\x02\x00\x00", 10);
}

static void unknown_types(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_body(m, "\x03\x40\x7b\x7c\x00\x06\x04\x03\x7a\x7a\x0a\x0a\x00\x00", 14);
}

static void every_change_of_a_certificate_request(void **state) {
    static const rules12_change changes[] = {
        {"no types", no_types, HS__ALERT_decode_error},
        {"no schemes", no_schemes, HS__ALERT_decode_error},
        {"half a scheme", half_a_scheme, HS__ALERT_decode_error},
        {"an empty name", an_empty_name, HS__ALERT_decode_error},
        {"unknown types and schemes beside known ones", unknown_types, HS_NO_ALERT},
    };
    EACH(*state, HS__PEER12_AUTH, HS__HT_certificate_request, changes);
}

/* ---- Finished: 5246 7.4.9 ---------------------------------------------------------------- */

static void other_finished(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    m->p[m->n - 1] ^= 0x80;
}

/* What the client said comes back: the labels differ, so it is not right. */
static void reflected(hs__peer12 *peer, hs__test_bytes *m) {
    const hs_span own = hs__hand_find(&peer->heard, HS__HT_finished, 0);
    hs__edit_splice(m, 0, m->n, own);
}

static void finished_of_32(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    static const uint8_t more[20] = {0};
    hs__edit_splice(m, m->n, 0, rules12_span(more, sizeof(more)));
}

static void every_change_of_a_finished(void **state) {
    static const rules12_change changes[] = {
        {"another one", other_finished, HS__ALERT_decrypt_error},
        {"the client's own", reflected, HS__ALERT_decrypt_error},
        {"of the length of TLS 1.3", finished_of_32, HS__ALERT_decode_error},
    };
    EACH(*state, 0, HS__HT_finished, changes);
    EACH(*state, HS__PEER12_RSA, HS__HT_finished, changes);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_has_its_length),
        cmocka_unit_test(every_change_of_a_server_hello),
        cmocka_unit_test(a_downgrade_is_noticed_by_its_sentinel),
        cmocka_unit_test(every_change_of_a_certificate),
        cmocka_unit_test(every_change_of_a_server_key_exchange),
        cmocka_unit_test(a_server_takes_what_was_offered),
        cmocka_unit_test(every_change_of_a_certificate_request),
        cmocka_unit_test(every_change_of_a_finished),
    };
    return cmocka_run_group_tests_name("what a TLS 1.2 server may not say", tests, rules12_setup,
                                       rules12_teardown);
}
