/* Certificate, CertificateVerify and Finished that were changed, RFC 9846 4.5, on both sides. */
#include "engine/signed_content.h"
#include "pki/credential.h"
#include "tests/badinput/rules.h"
#include "tests/lib/edit.h"

typedef struct {
    const char *row;
    void (*edit)(hs__test_bytes *m);
    hs_status status;
    int alert;
} change;

#define BODY(...)                                                                                  \
    (hs_span) {                                                                                    \
        (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})                     \
    }
#define EMPTY                                                                                      \
    (hs_span) {                                                                                    \
        NULL, 0                                                                                    \
    }

/* An end that waits for the peer's authentication, both roles, and the peer's genuine messages. */
typedef struct {
    hs__test_pair pair;
    hs__hand_flight f;
    hs__test_end *end;
} scene;

static void open_scene(const hs__stage *s, bool server, scene *out) {
    hs__stage_open(s, HS__STAGE_AUTH, &out->pair);
    hs__stage_server_flight(&out->pair, HS__STAGE_AUTH, &out->f);
    out->end = server ? &out->pair.server : &out->pair.client;
    if (server) {
        hs__hand_flight_free(&out->f);
        hs__stage_carry(&out->pair.server, &out->pair.client);
        hs__stage_client_flight(&out->pair, &out->f);
        out->pair.client.delivered = out->pair.client.sent.n;
    }
}

static void close_scene(scene *s) {
    hs__hand_flight_free(&s->f);
    hs__test_pair_free(&s->pair);
}

static void give(hs__test_end *end, hs_span m) {
    hs__hand_give(end, HS__CONTENT_handshake, m);
}

/* Everything up to the message of that type, which is not given. */
static void give_up_to(scene *s, uint8_t type) {
    static const uint8_t of_server[] = {HS__HT_server_hello, HS__HT_encrypted_extensions,
                                        HS__HT_certificate_request, HS__HT_certificate,
                                        HS__HT_certificate_verify};
    for (size_t i = s->end->conn->is_server ? 3 : 0; of_server[i] != type && i < 4; i++) {
        give(s->end, hs__hand_find(&s->f, of_server[i], 0));
    }
    if (type == HS__HT_finished) {
        give(s->end, hs__hand_find(&s->f, HS__HT_certificate_verify, 0));
    }
    rules_fine(s->end, "genuine messages");
}

static void run_one(const hs__stage *s, bool server, uint8_t type, const change *ch) {
    scene sc;
    open_scene(s, server, &sc);
    give_up_to(&sc, type);
    const hs_span genuine = hs__hand_find(&sc.f, type, 0);
    hs__test_bytes m = {NULL, 0, 0};
    hs__test_bytes_add(&m, genuine.p, genuine.n);
    ch->edit(&m);
    give(sc.end, rules_span(m.p, m.n));
    rules_failed(sc.end, ch->row, ch->status, ch->alert);
    assert_false(sc.end->connected);
    hs__test_bytes_free(&m);
    close_scene(&sc);
}

static void run(const hs__stage *s, uint8_t type, const change *changes, size_t n) {
    for (size_t i = 0; i < 2 * n; i++) {
        run_one(s, i % 2 != 0, type, &changes[i / 2]);
    }
}

#define RUN(type, changes) run(*state, type, changes, sizeof(changes) / sizeof((changes)[0]))

/* ---- Certificate --------------------------------------------------------------------------- */

static void with_context(hs__test_bytes *m) {
    hs__edit_vector(m, 4, 1, BODY(1, 2, 3));
}

/* certificate_list begins behind the empty context; its first entry behind that. */
enum { LIST = 5, ENTRY = 8 };

static size_t u24(const hs__test_bytes *m, size_t at) {
    return (size_t)m->p[at] << 16 | (size_t)m->p[at + 1] << 8 | m->p[at + 2];
}

static void set_u24(hs__test_bytes *m, size_t at, size_t value) {
    m->p[at] = (uint8_t)(value >> 16);
    m->p[at + 1] = (uint8_t)(value >> 8);
    m->p[at + 2] = (uint8_t)value;
}

static void certificate_empty(hs__test_bytes *m) {
    const size_t n = u24(m, ENTRY);
    hs__edit_splice(m, ENTRY + 3, n, EMPTY);
    set_u24(m, ENTRY, 0);
    set_u24(m, LIST, u24(m, LIST) - n);
}
static void certificate_of_noise(hs__test_bytes *m) {
    memset(m->p + ENTRY + 3, 0x5a, u24(m, ENTRY));
}
static void certificate_cut(hs__test_bytes *m) {
    const size_t n = u24(m, ENTRY);
    hs__edit_splice(m, ENTRY + 3 + n - 1, 1, EMPTY);
    set_u24(m, ENTRY, n - 1);
    set_u24(m, LIST, u24(m, LIST) - 1);
}
static void entry_extension(hs__test_bytes *m, uint16_t type, hs_span body) {
    const size_t at = ENTRY + 3 + u24(m, ENTRY);
    const size_t n = 4 + body.n;
    const uint8_t head[] = {(uint8_t)(n >> 8),      (uint8_t)n,
                            (uint8_t)(type >> 8),   (uint8_t)type,
                            (uint8_t)(body.n >> 8), (uint8_t)body.n};
    hs__edit_splice(m, at, 2, rules_span(head, sizeof(head)));
    hs__edit_splice(m, at + sizeof(head), 0, body);
    set_u24(m, LIST, u24(m, LIST) + n);
}
static void timestamps(hs__test_bytes *m) {
    entry_extension(m, HS__EXT_signed_certificate_timestamp, BODY(0, 3, 0, 1, 9));
}
static void staple_of_no_kind(hs__test_bytes *m) {
    entry_extension(m, HS__EXT_status_request, BODY(9, 0, 0, 1, 0x30));
}
static void staple_broken(hs__test_bytes *m) {
    entry_extension(m, HS__EXT_status_request, BODY(1, 0, 0));
}
static void stranger(hs__test_bytes *m) {
    entry_extension(m, 0x8a8a, BODY(1));
}
static void misplaced(hs__test_bytes *m) {
    entry_extension(m, HS__EXT_supported_groups, BODY(0, 2, 0, 29));
}
static void trailing(hs__test_bytes *m) {
    hs__edit_splice(m, m->n, 0, BODY(0));
}
static void list_too_long(hs__test_bytes *m) {
    set_u24(m, LIST, u24(m, LIST) + 1);
}

static const change certificate[] = {
    {"9846-4.5.1-05, -06", with_context, HS_E_ILLEGAL_VALUE, HS__ALERT_illegal_parameter},
    {"9846-4.5.1-18", certificate_empty, HS_E_DECODE, HS__ALERT_decode_error},
    {"9846-6.2-06", certificate_of_noise, HS_E_CERT_FORMAT, HS__ALERT_bad_certificate},
    {"9846-6.2-06", certificate_cut, HS_E_CERT_FORMAT, HS__ALERT_bad_certificate},
    {"9846-4.5.1-07, -08", timestamps, HS_E_UNSOLICITED_EXTENSION, HS__ALERT_unsupported_extension},
    {"9846-4.5.1.1-01", staple_broken, HS_E_DECODE, HS__ALERT_decode_error},
    {"9846-4.3-06", stranger, HS_E_UNSOLICITED_EXTENSION, HS__ALERT_unsupported_extension},
    {"9846-4.3-07", misplaced, HS_E_EXTENSION_NOT_ALLOWED, HS__ALERT_illegal_parameter},
    {"9846-6-09", trailing, HS_E_TRAILING, HS__ALERT_decode_error},
    {"9846-6-09", list_too_long, HS_E_DECODE, HS__ALERT_decode_error},
};

static void every_change_of_a_certificate(void **state) {
    RUN(HS__HT_certificate, certificate);
}

/* Only a client asks for one. */
static void a_staple_is_of_the_kind_that_was_asked_for(void **state) {
    static const change kind = {"9846-4.5.1.1-01", staple_of_no_kind, HS_E_ILLEGAL_VALUE,
                                HS__ALERT_illegal_parameter};
    run_one(*state, false, HS__HT_certificate, &kind);
}

static const uint8_t no_certificate[] = {HS__HT_certificate, 0, 0, 4, 0, 0, 0, 0};

/* 9846-4.5.1.3-01, -02, 6.2-21 */
static void an_empty_list_is_refused_where_one_is_needed(void **state) {
    for (unsigned server = 0; server < 2; server++) {
        scene sc;
        open_scene(*state, server != 0, &sc);
        give_up_to(&sc, HS__HT_certificate);
        give(sc.end, rules_span(no_certificate, sizeof(no_certificate)));
        rules_failed(sc.end, "empty",
                     server != 0 ? HS_E_CERTIFICATE_REQUIRED : HS_E_EMPTY_CERTIFICATE,
                     server != 0 ? HS__ALERT_certificate_required : HS__ALERT_decode_error);
        close_scene(&sc);
    }
}

/* 9846-4.5.2-03: with an empty list there is nothing to verify. */
static void a_signature_without_a_certificate_is_unexpected(void **state) {
    hs_credential *identity[2][2];
    const hs_options client = hs__stage_client(*state, 0, identity[0]);
    hs_options server = hs__stage_server(*state, HS__STAGE_AUTH, identity[1]);
    server.client_auth = HS_CLIENT_AUTH_WANT;
    hs__test_pair pair;
    hs__stage_open_with(&client, &server, &pair);
    hs__stage_carry(&pair.client, &pair.server);
    give(&pair.server, rules_span(no_certificate, sizeof(no_certificate)));
    rules_fine(&pair.server, "an empty Certificate");
    give(&pair.server, BODY(HS__HT_certificate_verify, 0, 0, 5, 4, 3, 0, 1, 1));
    rules_unexpected(&pair.server, "CertificateVerify", HS_E_UNEXPECTED_MESSAGE);
    hs__test_pair_free(&pair);
}

/* ---- CertificateVerify --------------------------------------------------------------------- */

#define SCHEME(name, a, b)                                                                         \
    static void name(hs__test_bytes *m) {                                                          \
        m->p[4] = a;                                                                               \
        m->p[5] = b;                                                                               \
    }
SCHEME(by_pkcs1, 4, 1)
SCHEME(by_rsa_sha1, 2, 1)
SCHEME(by_ecdsa_sha1, 2, 3)
SCHEME(by_pss, 8, 4)
SCHEME(by_p384, 5, 3)
SCHEME(by_p521, 6, 3)
SCHEME(by_ed25519, 8, 7)
SCHEME(by_sha224, 3, 3)
SCHEME(by_dsa, 4, 2)
SCHEME(by_grease, 0x5a, 0x5a)
static void flipped(hs__test_bytes *m) {
    m->p[m->n - 1] ^= 1;
}
static void no_signature(hs__test_bytes *m) {
    hs__edit_vector(m, 6, 2, EMPTY);
}
static void short_signature(hs__test_bytes *m) {
    hs__edit_vector(m, 6, 2, BODY(0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01));
}
static void ber_signature(hs__test_bytes *m) { /* the same numbers, a longer length */
    hs__test_bytes der = {NULL, 0, 0};
    hs__test_bytes_add(&der, BODY(0x30, 0x81).p, 2);
    hs__test_bytes_add(&der, m->p + 9, m->n - 9);
    hs__edit_vector(m, 6, 2, rules_span(der.p, der.n));
    hs__test_bytes_free(&der);
}
static void longer_signature(hs__test_bytes *m) {
    hs__test_bytes der = {NULL, 0, 0};
    hs__test_bytes_add(&der, m->p + 8, m->n - 8);
    hs__test_bytes_add(&der, "", 1);
    hs__edit_vector(m, 6, 2, rules_span(der.p, der.n));
    hs__test_bytes_free(&der);
}

static const change verify[] = {
    {"9846-4.3.3-07", by_pkcs1, HS_E_SCHEME_NOT_OFFERED, HS__ALERT_illegal_parameter},
    {"9846-4.5.2-08", by_rsa_sha1, HS_E_SCHEME_NOT_OFFERED, HS__ALERT_illegal_parameter},
    {"9846-4.5.2-08", by_ecdsa_sha1, HS_E_SCHEME_NOT_OFFERED, HS__ALERT_illegal_parameter},
    {"9846-4.5.2-07, 4.3.3-01", by_pss, HS_E_SCHEME_NOT_OFFERED, HS__ALERT_illegal_parameter},
    {"9846-4.3.3-08", by_p384, HS_E_SCHEME_NOT_OFFERED, HS__ALERT_illegal_parameter},
    {"9846-4.3.3-08", by_p521, HS_E_SCHEME_NOT_OFFERED, HS__ALERT_illegal_parameter},
    {"9846-4.5.2-07", by_ed25519, HS_E_SCHEME_NOT_OFFERED, HS__ALERT_illegal_parameter},
    {"9846-4.3.3-24", by_sha224, HS_E_SCHEME_NOT_OFFERED, HS__ALERT_illegal_parameter},
    {"9846-4.3.3-24", by_dsa, HS_E_SCHEME_NOT_OFFERED, HS__ALERT_illegal_parameter},
    {"9846-4.5.2-05, -06", by_grease, HS_E_SCHEME_NOT_OFFERED, HS__ALERT_illegal_parameter},
    {"9846-4.5.2-09, -10", flipped, HS_E_BAD_SIGNATURE, HS__ALERT_decrypt_error},
    {"9846-4.5.2-10", no_signature, HS_E_BAD_SIGNATURE, HS__ALERT_decrypt_error},
    {"9846-4.5.2-10", short_signature, HS_E_BAD_SIGNATURE, HS__ALERT_decrypt_error},
    {"9846-4.3.3-08", ber_signature, HS_E_BAD_SIGNATURE, HS__ALERT_decrypt_error},
    {"9846-4.3.3-08", longer_signature, HS_E_BAD_SIGNATURE, HS__ALERT_decrypt_error},
    {"9846-6-09", trailing, HS_E_TRAILING, HS__ALERT_decode_error},
};

static void every_change_of_a_certificate_verify(void **state) {
    RUN(HS__HT_certificate_verify, verify);
}

/* A genuine key, the right transcript, but the words of the other role. 9846-4.5.2-04 */
static void a_signature_of_the_other_role_is_wrong(void **state) {
    const hs__stage *s = *state;
    for (unsigned i = 0; i < 4; i++) {
        const bool server = i / 2 != 0;
        const bool is_right = i % 2 != 0;
        scene sc;
        open_scene(s, server, &sc);
        give_up_to(&sc, HS__HT_certificate_verify);
        uint8_t content[HS__SIGNED_CONTENT];
        uint8_t m[8 + HS__SIGNATURE_MAX] = {HS__HT_certificate_verify, 0, 0, 0, 4, 3};
        size_t n;
        size_t sig_n = 0;
        assert_int_equal(hs__signed_content(sc.end->conn, server != is_right, content, &n), HS_OK);
        const hs__sig_alg alg = {HS__SIG_ECDSA, HS__SHA256, HS__PSS_SALT_HASH};
        assert_int_equal(s->p->key_sign(s->p, hs__credential_key(s->id.credential), alg,
                                        rules_span(content, n), m + 8, &sig_n),
                         HS_OK);
        m[3] = (uint8_t)(sig_n + 4);
        m[7] = (uint8_t)sig_n;
        give(sc.end, rules_span(m, 8 + sig_n));
        if (is_right) {
            rules_fine(sc.end, "the right words");
        } else {
            rules_failed(sc.end, "the other role's words", HS_E_BAD_SIGNATURE,
                         HS__ALERT_decrypt_error);
        }
        close_scene(&sc);
    }
}

/* A genuine signature of the server's RSA key over the right words, by a scheme that its key can
 * make. 9846-4.3.3-06, -07, -13: PKCS#1 is not for handshakes, rsa_pss_pss not for this key. */
static void an_rsa_key_signs_with_pss_only(void **state) {
    const hs__stage *s = *state;
    static const struct {
        uint16_t scheme;
        hs__sig_alg alg;
        bool is_right;
    } ways[] = {
        {HS__SCHEME_rsa_pss_rsae_sha256, {HS__SIG_RSA_PSS, HS__SHA256, HS__PSS_SALT_HASH}, true},
        {HS__SCHEME_rsa_pss_pss_sha256, {HS__SIG_RSA_PSS, HS__SHA256, HS__PSS_SALT_HASH}, false},
        {HS__SCHEME_rsa_pkcs1_sha256, {HS__SIG_RSA_PKCS1, HS__SHA256, HS__PSS_SALT_HASH}, false}};
    hs__stage rsa = {s->p, hs__test_identity_new(s->p, HS__KEY_RSA, "r.test")};
    for (size_t i = 0; i < 3; i++) {
        scene sc;
        open_scene(&rsa, false, &sc);
        give_up_to(&sc, HS__HT_certificate_verify);
        uint8_t content[HS__SIGNED_CONTENT];
        uint8_t m[8 + HS__SIGNATURE_MAX] = {HS__HT_certificate_verify, 0, 1, 4};
        size_t n;
        size_t sig_n = 0;
        m[4] = (uint8_t)(ways[i].scheme >> 8);
        m[5] = (uint8_t)ways[i].scheme;
        m[6] = 1;
        assert_int_equal(hs__signed_content(sc.end->conn, true, content, &n), HS_OK);
        assert_int_equal(s->p->key_sign(s->p, hs__credential_key(rsa.id.credential), ways[i].alg,
                                        rules_span(content, n), m + 8, &sig_n),
                         HS_OK);
        assert_int_equal(sig_n, 256);
        give(sc.end, rules_span(m, 8 + sig_n));
        if (ways[i].is_right) {
            rules_fine(sc.end, "rsa_pss_rsae_sha256");
        } else {
            rules_failed(sc.end, hs__scheme_name(ways[i].scheme), HS_E_SCHEME_NOT_OFFERED,
                         HS__ALERT_illegal_parameter);
        }
        close_scene(&sc);
    }
    hs__test_identity_free(&rsa.id);
}

/* ---- Finished ------------------------------------------------------------------------------ */

static void flipped_first(hs__test_bytes *m) {
    m->p[4] ^= 0x80;
}
static void one_less(hs__test_bytes *m) {
    hs__edit_splice(m, m->n - 1, 1, EMPTY);
}
static void nothing_in_it(hs__test_bytes *m) {
    hs__edit_splice(m, 4, m->n - 4, EMPTY);
}
static void longer_hash(hs__test_bytes *m) {
    static const uint8_t more[16];
    hs__edit_splice(m, m->n, 0, rules_span(more, sizeof(more)));
}
static void all_zero(hs__test_bytes *m) {
    memset(m->p + 4, 0, m->n - 4);
}

static const change finished[] = {
    {"9846-4.5.3-01, -02", flipped, HS_E_FINISHED, HS__ALERT_decrypt_error},
    {"9846-4.5.3-01, -02", flipped_first, HS_E_FINISHED, HS__ALERT_decrypt_error},
    {"9846-4.5.3-02", all_zero, HS_E_FINISHED, HS__ALERT_decrypt_error},
    {"9846-4.5.3-03", one_less, HS_E_DECODE, HS__ALERT_decode_error},
    {"9846-4.5.3-03", trailing, HS_E_DECODE, HS__ALERT_decode_error},
    {"9846-4.5.3-03", nothing_in_it, HS_E_DECODE, HS__ALERT_decode_error},
};
/* The length of the other suites' hash. */
static const change finished_of_other_hash[] = {
    {"9846-4.5.3-03", longer_hash, HS_E_DECODE, HS__ALERT_decode_error},
};

static void every_change_of_a_finished(void **state) {
    RUN(HS__HT_finished, finished);
    RUN(HS__HT_finished, finished_of_other_hash);
}

/* ---- whom to believe ----------------------------------------------------------------------- */

/* 9846-4.5.3-05, 6.2-11: the server judges the client after its own Finished: the alert is under
 * the application key, where a client that counts as connected reads it. */
static void an_unknown_client_is_told_so(void **state) {
    const hs__stage *s = *state;
    hs__test_identity other = hs__test_identity_new(s->p, HS__KEY_P256, "b.test");
    hs_credential *identity[2][2];
    const hs_options client = hs__stage_client(s, HS__STAGE_AUTH, identity[0]);
    hs_options server = hs__stage_server(s, HS__STAGE_AUTH, identity[1]);
    server.trust = other.trust;
    hs__test_pair pair;
    hs__stage_open_with(&client, &server, &pair);
    hs__test_pair_run(&pair);
    assert_int_equal(pair.server.error.status, HS_E_UNKNOWN_ISSUER);
    assert_false(pair.server.connected);
    assert_true(pair.client.failed && pair.client.error.from_peer);
    assert_int_equal(pair.client.error.alert, HS__ALERT_unknown_ca);
    size_t taken;
    assert_int_equal(hs_write(pair.client.conn, "x", 1, &taken), HS_E_CLOSED);
    hs__test_pair_free(&pair);
    hs__test_identity_free(&other);
}

/* Trust nobody: nobody is believed. C.5-01 */
static void without_trust_nobody_is_believed(void **state) {
    hs_credential *identity[2][2];
    hs_options client = hs__stage_client(*state, 0, identity[0]);
    const hs_options server = hs__stage_server(*state, 0, identity[1]);
    client.trust = NULL;
    hs__test_pair pair;
    hs__stage_open_with(&client, &server, &pair);
    hs__test_pair_run(&pair);
    assert_int_equal(pair.client.error.status, HS_E_UNKNOWN_ISSUER);
    assert_int_equal(pair.server.error.alert, HS__ALERT_unknown_ca);
    assert_false(pair.client.connected || pair.server.connected);
    hs__test_pair_free(&pair);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_change_of_a_certificate),
        cmocka_unit_test(a_staple_is_of_the_kind_that_was_asked_for),
        cmocka_unit_test(an_empty_list_is_refused_where_one_is_needed),
        cmocka_unit_test(a_signature_without_a_certificate_is_unexpected),
        cmocka_unit_test(every_change_of_a_certificate_verify),
        cmocka_unit_test(a_signature_of_the_other_role_is_wrong),
        cmocka_unit_test(an_rsa_key_signs_with_pss_only),
        cmocka_unit_test(every_change_of_a_finished),
        cmocka_unit_test(an_unknown_client_is_told_so),
        cmocka_unit_test(without_trust_nobody_is_believed),
    };
    return cmocka_run_group_tests_name("authentication changed", tests, rules_setup,
                                       rules_teardown);
}
