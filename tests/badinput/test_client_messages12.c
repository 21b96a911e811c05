/* What a TLS 1.2 client may not say to a server: each rule of RFC 5246 7.4, RFC 8422 5, RFC 7627,
 * RFC 5746 and RFC 7507 for its messages broken once; and what it may say, however unusual. */
#include "tests/badinput/rules12.h"

#define EACH(world, how, step, changes)                                                            \
    rules12_each((world), true, (how), (step), (changes), sizeof(changes) / sizeof((changes)[0]))

/* ---- any message ------------------------------------------------------------------------- */

static void every_message_has_its_length(void **state) {
    static const int steps[] = {HS__HT_client_hello, HS__HT_certificate, HS__HT_client_key_exchange,
                                HS__HT_certificate_verify, HS__HT_finished};
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        EACH(*state, HS__PEER12_AUTH, steps[i], rules12_lengths);
    }
    EACH(*state, HS__PEER12_RSA, HS__HT_client_key_exchange, rules12_lengths);
}

/* ---- ClientHello: 5246 7.4.1.2 ----------------------------------------------------------- */

static void set_version(hs__test_bytes *m, unsigned version) {
    m->p[HS__EDIT_VERSION] = (uint8_t)(version >> 8);
    m->p[HS__EDIT_VERSION + 1] = (uint8_t)version;
}

static void tls11(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_version(m, HS__VERSION_TLS11);
}

static void ssl3(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_version(m, HS__VERSION_SSL30);
}

static void version_0304(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_version(m, HS__VERSION_TLS13);
}

static void set_suites(hs__test_bytes *m, const void *p, size_t n) {
    hs__edit_vector(m, hs__edit_suites(m), 2, rules12_span(p, n));
}

static void no_suite_in_common(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_suites(m, "\x13\x01\xc0\x09\x00\x2f\x00\x9c\x00\xff", 10);
}

static void suites_of_another_key(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_suites(m, "\xc0\x2f\xc0\x30\xcc\xa8", 6);
}

static void no_suites(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_suites(m, "", 0);
}

static void half_a_suite(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_suites(m, "\xc0\x2b\xc0", 3);
}

static void unknown_suites(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_suites(m, "\x0a\x0a\x7a\x7b\xc0\x2b\x00\x00", 8);
}

static void signal_instead(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_suites(m, "\xc0\x2b\x00\xff", 4);
    assert_true(hs__edit_cut_ext(m, HS__EXT_renegotiation_info));
}

static void set_compressions(hs__test_bytes *m, const void *p, size_t n) {
    hs__edit_vector(m, hs__edit_compression(m), 1, rules12_span(p, n));
}

static void deflate_only(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_compressions(m, "\x01", 1);
}

static void no_compressions(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_compressions(m, "", 0);
}

static void deflate_too(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_compressions(m, "\x01\x00", 2);
}

static void long_session_id(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    static const uint8_t id[33] = {7};
    hs__edit_vector(m, HS__EDIT_SESSION_ID, 1, rules12_span(id, sizeof(id)));
}

static void unknown_session_id(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    static const uint8_t id[32] = {7};
    hs__edit_vector(m, HS__EDIT_SESSION_ID, 1, rules12_span(id, sizeof(id)));
}

static void unknown_extension(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_add_ext(m, 0x7a7b, rules12_span("\x01", 1));
}

static void two_of_a_kind(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_add_ext(m, HS__EXT_renegotiation_info, rules12_span("\x00", 1));
}

static void renegotiation(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    static const uint8_t body[13] = {12, 1, 2, 3};
    hs__edit_set_ext(m, HS__EXT_renegotiation_info, rules12_span(body, sizeof(body)));
}

static void no_renegotiation_info(hs__peer12 *peer, hs__test_bytes *m) {
    peer->no_renegotiation_info = true;
    assert_true(hs__edit_cut_ext(m, HS__EXT_renegotiation_info));
}

static void half_renegotiation(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_set_ext(m, HS__EXT_renegotiation_info, rules12_span("\x02\x01", 2));
}

static void no_ems(hs__peer12 *peer, hs__test_bytes *m) {
    assert_true(hs__edit_cut_ext(m, HS__EXT_extended_main_secret));
    peer->ems = false;
}

static void ems_with_a_body(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_set_ext(m, HS__EXT_extended_main_secret, rules12_span("\x00", 1));
}

static void no_group_in_common(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_set_ext(m, HS__EXT_supported_groups, rules12_span("\x00\x04\x00\x1e\x01\x00", 6));
}

static void half_a_group(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_set_ext(m, HS__EXT_supported_groups, rules12_span("\x00\x03\x00\x1d\x00", 5));
}

static void compressed_points_only(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_set_ext(m, HS__EXT_ec_point_formats, rules12_span("\x01\x01", 2));
}

static void no_point_format(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_set_ext(m, HS__EXT_ec_point_formats, rules12_span("\x00", 1));
}

static void point_formats_not_said(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    assert_true(hs__edit_cut_ext(m, HS__EXT_ec_point_formats));
}

static void set_schemes(hs__test_bytes *m, const void *p, size_t n) {
    hs__edit_set_ext(m, HS__EXT_signature_algorithms, rules12_span(p, n));
}

static void schemes_of_another_key(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_schemes(m, "\x00\x04\x08\x04\x04\x01", 6);
}

static void sha1_only(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_schemes(m, "\x00\x04\x02\x03\x02\x01", 6);
}

static void no_schemes(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_schemes(m, "\x00\x00", 2);
}

static void schemes_not_said(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    assert_true(hs__edit_cut_ext(m, HS__EXT_signature_algorithms));
}

static void hash_of_another_curve(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_schemes(m, "\x00\x02\x05\x03", 4);
}

static void only_tls13_offered(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_add_ext(m, HS__EXT_supported_versions, rules12_span("\x02\x03\x04", 3));
}

/* 9846-4.2.2-22, 4.3.3-22, E.2-02 */
static void every_change_of_a_client_hello(void **state) {
    static const rules12_change changes[] = {
        {"TLS 1.1", tls11, HS__ALERT_protocol_version},
        {"SSL 3.0", ssl3, HS__ALERT_protocol_version},
        {"TLS 1.3 in supported_versions only", only_tls13_offered, HS__ALERT_protocol_version},
        {"a newer version in legacy_version (9846 E.2)", version_0304, HS_NO_ALERT},
        {"no suite in common", no_suite_in_common, HS__ALERT_handshake_failure},
        {"suites of another kind of key", suites_of_another_key, HS__ALERT_handshake_failure},
        {"no suites", no_suites, HS__ALERT_decode_error},
        {"half a suite", half_a_suite, HS__ALERT_decode_error},
        {"unknown suites beside a known one", unknown_suites, HS_NO_ALERT},
        {"the signal instead of renegotiation_info (5746 3.6)", signal_instead, HS_NO_ALERT},
        {"compression only", deflate_only, HS__ALERT_illegal_parameter},
        {"no compression_methods", no_compressions, HS__ALERT_decode_error},
        {"compression offered, too", deflate_too, HS_NO_ALERT},
        {"a session id of 33 bytes", long_session_id, HS__ALERT_decode_error},
        {"a session that nobody knows", unknown_session_id, HS_NO_ALERT},
        {"an unknown extension", unknown_extension, HS_NO_ALERT},
        {"an extension twice", two_of_a_kind, HS__ALERT_illegal_parameter},
        {"a renegotiation (5746 3.6)", renegotiation, HS__ALERT_handshake_failure},
        {"neither it nor the signal (5746 4.3)", no_renegotiation_info, HS_NO_ALERT},
        {"half a renegotiation_info", half_renegotiation, HS__ALERT_decode_error},
        {"no extended_main_secret (7627 5.2)", no_ems, HS__ALERT_handshake_failure},
        {"extended_main_secret with a body", ems_with_a_body, HS__ALERT_decode_error},
        {"no group in common", no_group_in_common, HS__ALERT_handshake_failure},
        {"half a group", half_a_group, HS__ALERT_decode_error},
        {"compressed points only (8422 5.1.2)", compressed_points_only,
         HS__ALERT_illegal_parameter},
        {"no point format", no_point_format, HS__ALERT_decode_error},
        {"point formats not said", point_formats_not_said, HS_NO_ALERT},
        {"schemes of another kind of key", schemes_of_another_key, HS__ALERT_handshake_failure},
        {"SHA-1 only", sha1_only, HS__ALERT_handshake_failure},
        {"no schemes", no_schemes, HS__ALERT_decode_error},
        {"schemes not said: SHA-1 (7.4.1.4.1)", schemes_not_said, HS__ALERT_handshake_failure},
        {"a hash that TLS 1.3 has for another curve", hash_of_another_curve, HS_NO_ALERT},
    };
    EACH(*state, 0, HS__HT_client_hello, changes);
}

/* ---- Certificate: 5246 7.4.6 ------------------------------------------------------------- */

static void no_certificate(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_splice(m, 4, m->n - 4, rules12_span("\x00\x00\x00", 3));
}

static void empty_certificate(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_splice(m, 4, m->n - 4, rules12_span("\x00\x00\x03\x00\x00\x00", 6));
}

static void no_der(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_splice(m, 4, m->n - 4, rules12_span("\x00\x00\x05\x00\x00\x02\x01\x02", 8));
}

static void every_change_of_a_certificate(void **state) {
    static const rules12_change changes[] = {
        {"none, and one is needed", no_certificate, HS__ALERT_handshake_failure},
        {"an empty certificate", empty_certificate, HS__ALERT_decode_error},
        {"something else", no_der, HS__ALERT_bad_certificate},
    };
    EACH(*state, HS__PEER12_AUTH, HS__HT_certificate, changes);
}

/* ---- ClientKeyExchange: 8422 5.7 --------------------------------------------------------- */

static void set_share(hs__test_bytes *m, const void *p, size_t n) {
    hs__edit_vector(m, 4, 1, rules12_span(p, n));
}

static void low_order_share(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    static const uint8_t zero[32] = {0};
    set_share(m, zero, sizeof(zero));
}

static void short_share(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    static const uint8_t share[31] = {9};
    set_share(m, share, sizeof(share));
}

static void long_share(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    static const uint8_t share[33] = {9};
    set_share(m, share, sizeof(share));
}

static void no_share(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_share(m, "", 0);
}

static void other_share(hs__peer12 *peer, hs__test_bytes *m) {
    uint8_t share[HS__SHARE_MAX];
    size_t n = 0;
    hs__kex *kex = NULL;
    assert_int_equal(peer->p->kex_generate(peer->p, peer->group, &kex, share, &n), HS_OK);
    peer->p->kex_free(peer->p, kex);
    set_share(m, share, n);
}

static void every_change_of_a_client_key_exchange(void **state) {
    static const rules12_change changes[] = {
        {"a share of low order (5.11)", low_order_share, HS__ALERT_illegal_parameter},
        {"a short share", short_share, HS__ALERT_illegal_parameter},
        {"a long share", long_share, HS__ALERT_illegal_parameter},
        {"no share", no_share, HS__ALERT_decode_error},
        {"another share: the keys differ", other_share, HS__ALERT_bad_record_mac},
    };
    EACH(*state, 0, HS__HT_client_key_exchange, changes);
}

static void point_beside_the_curve(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    static const uint8_t share[65] = {4, 1, 2, 3};
    set_share(m, share, sizeof(share));
}

static void compressed_point(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    uint8_t share[33];
    memcpy(share + 1, m->p + 6, 32);
    share[0] = (uint8_t)(2 + (m->p[m->n - 1] & 1));
    set_share(m, share, sizeof(share));
}

/* The server's group by its own choice: only P-256 is offered to it. */
static void points_are_checked(void **state) {
    static const uint16_t groups[] = {HS__GROUP_SECP256R1, 0};
    static const rules12_change changes[] = {
        {"a point beside the curve (5.11)", point_beside_the_curve, HS__ALERT_illegal_parameter},
        {"a compressed point (5.4.1)", compressed_point, HS__ALERT_illegal_parameter},
        {"no share", no_share, HS__ALERT_decode_error},
    };
    const rules12_world *w = *state;
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        hs__stage12 t;
        hs_credential *identity[2];
        hs_options o = hs__stage12_options(&w->ecdsa, true, HS__PEER12_P256, identity);
        o.groups = groups;
        hs__stage12_open_with(&w->ecdsa, &o, true, HS__PEER12_P256, &t);
        rules12_run(&t, HS__HT_client_key_exchange, &changes[i]);
    }
}

/* ---- CertificateVerify: 5246 7.4.8 ------------------------------------------------------- */

static void signed_by_another(hs__peer12 *peer, hs__test_bytes *m) {
    hs__private_key *own = peer->key;
    hs__test_bytes signature = {NULL, 0, 0};
    assert_int_equal(peer->p->key_generate(peer->p, HS__KEY_P256, 0, &peer->key), HS_OK);
    hs__peer12_sign(peer, rules12_span(peer->transcript.p, peer->transcript.n), &signature);
    peer->p->key_free(peer->p, peer->key);
    peer->key = own;
    hs__edit_splice(m, 4, m->n - 4, rules12_span(signature.p, signature.n));
    hs__test_bytes_free(&signature);
}

static void signed_too_little(hs__peer12 *peer, hs__test_bytes *m) {
    hs__test_bytes signature = {NULL, 0, 0};
    hs__peer12_sign(peer, rules12_span(peer->transcript.p, peer->transcript.n - 1), &signature);
    hs__edit_splice(m, 4, m->n - 4, rules12_span(signature.p, signature.n));
    hs__test_bytes_free(&signature);
}

static void no_signature(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    hs__edit_splice(m, 6, m->n - 6, rules12_span("\x00\x00", 2));
}

static void set_scheme(hs__test_bytes *m, unsigned scheme) {
    m->p[4] = (uint8_t)(scheme >> 8);
    m->p[5] = (uint8_t)scheme;
}

static void scheme_sha1(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_scheme(m, 0x0203);
}

static void scheme_of_rsa(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    set_scheme(m, 0x0804);
}

static void every_change_of_a_certificate_verify(void **state) {
    static const rules12_change changes[] = {
        {"signed by another key", signed_by_another, HS__ALERT_decrypt_error},
        {"signed over less", signed_too_little, HS__ALERT_decrypt_error},
        {"no signature", no_signature, HS__ALERT_decrypt_error},
        {"SHA-1, not asked for", scheme_sha1, HS__ALERT_illegal_parameter},
        {"a scheme of RSA", scheme_of_rsa, HS__ALERT_illegal_parameter},
    };
    EACH(*state, HS__PEER12_AUTH, HS__HT_certificate_verify, changes);
}

/* ---- Finished: 5246 7.4.9 ---------------------------------------------------------------- */

static void other_finished(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    m->p[4] ^= 1;
}

static void finished_of_32(hs__peer12 *peer, hs__test_bytes *m) {
    (void)peer;
    static const uint8_t more[20] = {0};
    hs__edit_splice(m, m->n, 0, rules12_span(more, sizeof(more)));
}

static void every_change_of_a_finished(void **state) {
    static const rules12_change changes[] = {
        {"another one", other_finished, HS__ALERT_decrypt_error},
        {"of the length of TLS 1.3", finished_of_32, HS__ALERT_decode_error},
    };
    EACH(*state, 0, HS__HT_finished, changes);
    EACH(*state, HS__PEER12_RSA, HS__HT_finished, changes);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_has_its_length),
        cmocka_unit_test(every_change_of_a_client_hello),
        cmocka_unit_test(every_change_of_a_certificate),
        cmocka_unit_test(every_change_of_a_client_key_exchange),
        cmocka_unit_test(points_are_checked),
        cmocka_unit_test(every_change_of_a_certificate_verify),
        cmocka_unit_test(every_change_of_a_finished),
    };
    return cmocka_run_group_tests_name("what a TLS 1.2 client may not say", tests, rules12_setup,
                                       rules12_teardown);
}
