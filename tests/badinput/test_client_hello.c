/* What a server makes of a ClientHello that was changed, RFC 9846 4.2.2, 4.3 and 9: one change at
 * a time to a genuine one, first or second. */
#include "tests/badinput/rules.h"
#include "tests/lib/edit.h"

enum { ACCEPTED = -2, RETRY = -3 };

typedef struct {
    const char *row; /* of the list of requirements, or a section */
    void (*edit)(hs__test_bytes *m);
    int alert; /* or ACCEPTED: a ServerHello goes out; RETRY: a HelloRetryRequest */
} change;

#define BODY(...)                                                                                  \
    (hs_span) {                                                                                    \
        (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})                     \
    }
#define EMPTY                                                                                      \
    (hs_span) {                                                                                    \
        NULL, 0                                                                                    \
    }

/* ---- edits: the fields before the extensions ----------------------------------------------- */

static void version_tls11(hs__test_bytes *m) {
    m->p[HS__EDIT_VERSION + 1] = 2;
}
static void version_tls13(hs__test_bytes *m) {
    m->p[HS__EDIT_VERSION + 1] = 4;
}
static void session_id_33(hs__test_bytes *m) {
    hs__edit_vector(m, HS__EDIT_SESSION_ID, 1,
                    BODY(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                         22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33));
}
static void session_id_empty(hs__test_bytes *m) {
    hs__edit_vector(m, HS__EDIT_SESSION_ID, 1, EMPTY);
}
static void session_id_changed(hs__test_bytes *m) {
    m->p[HS__EDIT_SESSION_ID + 5] ^= 1;
}
static void random_changed(hs__test_bytes *m) {
    m->p[HS__EDIT_RANDOM] ^= 1;
}
static void suites_empty(hs__test_bytes *m) {
    hs__edit_vector(m, hs__edit_suites(m), 2, EMPTY);
}
static void suites_odd(hs__test_bytes *m) {
    hs__edit_vector(m, hs__edit_suites(m), 2, BODY(0x13, 0x01, 0x13));
}
static void suites_of_tls12(hs__test_bytes *m) {
    hs__edit_vector(m, hs__edit_suites(m), 2, BODY(0xc0, 0x2b, 0xc0, 0x2f, 0x00, 0x9c));
}
static void suites_with_strangers(hs__test_bytes *m) {
    hs__edit_vector(m, hs__edit_suites(m), 2,
                    BODY(0x0a, 0x0a, 0x13, 0xff, 0x56, 0x00, 0x00, 0xff, 0xfe, 0xfe, 0x13, 0x02));
}
static void suites_one_less(hs__test_bytes *m) {
    hs__edit_vector(m, hs__edit_suites(m), 2, BODY(0x13, 0x01));
}
static void suites_weak(hs__test_bytes *m) {
    hs__edit_vector(m, hs__edit_suites(m), 2, BODY(0x00, 0x05, 0x00, 0x0a, 0x00, 0x00));
}
static void compression_two(hs__test_bytes *m) {
    hs__edit_vector(m, hs__edit_compression(m), 1, BODY(0, 1));
}
static void compression_other(hs__test_bytes *m) {
    hs__edit_vector(m, hs__edit_compression(m), 1, BODY(1));
}
static void compression_twice(hs__test_bytes *m) {
    hs__edit_vector(m, hs__edit_compression(m), 1, BODY(0, 0));
}
static void compression_none(hs__test_bytes *m) {
    hs__edit_vector(m, hs__edit_compression(m), 1, EMPTY);
}
static void trailing(hs__test_bytes *m) {
    hs__edit_splice(m, m->n, 0, BODY(0));
}
static void cut_short(hs__test_bytes *m) {
    hs__edit_splice(m, m->n - 1, 1, EMPTY);
}

/* ---- edits: versions, groups, schemes ------------------------------------------------------ */

#define CUT(what)                                                                                  \
    static void no_##what(hs__test_bytes *m) {                                                     \
        assert_true(hs__edit_cut_ext(m, HS__EXT_##what));                                          \
    }
CUT(supported_versions)
CUT(supported_groups)
CUT(signature_algorithms)
CUT(key_share)
CUT(server_name)

#define SET(name, what, ...)                                                                       \
    static void name(hs__test_bytes *m) {                                                          \
        hs__edit_set_ext(m, HS__EXT_##what, BODY(__VA_ARGS__));                                    \
    }
SET(versions_12, supported_versions, 2, 3, 3)
SET(versions_11, supported_versions, 2, 3, 2)
SET(versions_with_strangers, supported_versions, 8, 0x2a, 0x2a, 0x7f, 0x1c, 3, 5, 3, 4)
SET(versions_12_first, supported_versions, 4, 3, 3, 3, 4)
SET(versions_empty, supported_versions, 0)
SET(versions_odd, supported_versions, 3, 3, 4, 3)
SET(groups_empty, supported_groups, 0, 0)
SET(groups_odd, supported_groups, 0, 3, 0, 23, 0)
SET(groups_unknown, supported_groups, 0, 4, 0x1a, 0x1a, 0xfe, 0x00)
SET(groups_obsolete, supported_groups, 0, 4, 0, 21, 0, 19)
SET(groups_with_strangers, supported_groups, 0, 8, 0x3a, 0x3a, 1, 0, 0, 29, 0, 23)
SET(groups_twice, supported_groups, 0, 6, 0, 29, 0, 23, 0, 29)
SET(schemes_empty, signature_algorithms, 0, 0)
SET(schemes_odd, signature_algorithms, 0, 3, 4, 3, 8)
SET(schemes_rsa_only, signature_algorithms, 0, 4, 8, 4, 8, 9)
SET(schemes_pkcs1_and_sha1, signature_algorithms, 0, 6, 4, 1, 2, 1, 2, 3)
SET(schemes_other_curve, signature_algorithms, 0, 4, 5, 3, 6, 3)
SET(schemes_with_strangers, signature_algorithms, 0, 8, 0x5a, 0x5a, 2, 1, 4, 3, 9, 9)
SET(name_list_empty, server_name, 0, 0)
SET(name_empty, server_name, 0, 3, 0, 0, 0)
SET(name_with_zero, server_name, 0, 6, 0, 0, 3, 'a', 0, 'b')
SET(name_twice, server_name, 0, 8, 0, 0, 1, 'a', 0, 0, 1, 'b')
SET(name_other, server_name, 0, 9, 0, 0, 6, 'b', '.', 't', 'e', 's', 't')
SET(alpn_list_empty, application_layer_protocol_negotiation, 0, 0)
SET(alpn_name_empty, application_layer_protocol_negotiation, 0, 1, 0)
SET(alpn_other, application_layer_protocol_negotiation, 0, 4, 3, 'f', 'o', 'o')
SET(alpn_with_strangers, application_layer_protocol_negotiation, 0, 9, 2, 0x6a, 0x6a, 2, 'h', '2',
    2, 'x', 'y')
SET(cookie_some, cookie, 0, 3, 1, 2, 3)
SET(cookie_empty, cookie, 0, 0)
SET(auth_with_body, post_handshake_auth, 0)
SET(limit_63, record_size_limit, 0, 63)
SET(fragment_wrong, max_fragment_length, 9)
SET(filters_in_hello, oid_filters, 0, 0)
SET(status_v2, status_request_v2, 0, 7, 2, 0, 4, 0, 0, 0, 0)
SET(authorities_some, certificate_authorities, 0, 4, 0, 2, 0x30, 0)
SET(authorities_empty, certificate_authorities, 0, 0)
SET(modes_unknown, psk_key_exchange_modes, 2, 0x0b, 9)
SET(modes_empty, psk_key_exchange_modes, 0)

static void unknown_extension(hs__test_bytes *m) {
    hs__edit_add_ext(m, 0x8a8a, BODY(1, 2, 3));
    hs__edit_add_ext(m, 0xfe0d, EMPTY);
}
static void known_twice(hs__test_bytes *m) {
    hs__edit_add_ext(m, HS__EXT_supported_groups, BODY(0, 2, 0, 29));
}
static void unknown_twice(hs__test_bytes *m) {
    hs__edit_add_ext(m, 0x8a8a, EMPTY);
    hs__edit_add_ext(m, 0x8a8a, EMPTY);
}
static void padded(hs__test_bytes *m) {
    static const uint8_t zeros[300];
    hs__edit_add_ext(m, HS__EXT_padding, rules_span(zeros, sizeof(zeros)));
}
static void many_schemes(hs__test_bytes *m) {
    uint8_t body[2 + 400] = {400 >> 8, 400 & 0xff};
    for (size_t i = 2; i < sizeof(body); i += 2) {
        body[i] = 0xfe;
        body[i + 1] = (uint8_t)i;
    }
    body[sizeof(body) - 2] = 4;
    body[sizeof(body) - 1] = 3;
    hs__edit_set_ext(m, HS__EXT_signature_algorithms, rules_span(body, sizeof(body)));
}
static void shuffled(hs__test_bytes *m) {
    static const uint16_t first[] = {HS__EXT_supported_versions, HS__EXT_key_share};
    for (size_t i = 0; i < 2; i++) {
        const hs_span body = hs__edit_ext(m, first[i]);
        hs__test_bytes copy = {NULL, 0, 0};
        hs__test_bytes_add(&copy, body.p, body.n);
        assert_true(hs__edit_cut_ext(m, first[i]));
        hs__edit_add_ext(m, first[i], rules_span(copy.p, copy.n));
        hs__test_bytes_free(&copy);
    }
}

/* A PSK that nobody knows, well-formed. */
static const uint8_t psk[] = {0, 9, 0, 3, 'a', 'b', 'c', 0, 0, 0, 0, 0, 33, 32, 1, 2,
                              3, 4, 5, 6, 7,   8,   9,   0, 1, 2, 3, 4, 5,  6,  7, 8,
                              9, 0, 1, 2, 3,   4,   5,   6, 7, 8, 9, 0, 1,  2};
static void psk_unknown(hs__test_bytes *m) {
    hs__edit_add_ext(m, HS__EXT_psk_key_exchange_modes, BODY(1, 1));
    hs__edit_add_ext(m, HS__EXT_pre_shared_key, rules_span(psk, sizeof(psk)));
}
static void psk_without_modes(hs__test_bytes *m) {
    hs__edit_add_ext(m, HS__EXT_pre_shared_key, rules_span(psk, sizeof(psk)));
}
static void psk_not_last(hs__test_bytes *m) {
    hs__edit_add_ext(m, HS__EXT_pre_shared_key, rules_span(psk, sizeof(psk)));
    hs__edit_add_ext(m, HS__EXT_psk_key_exchange_modes, BODY(1, 1));
}

/* ---- edits: key_share ---------------------------------------------------------------------- */

static void share(hs__test_bytes *m, uint16_t group, const uint8_t *key, size_t n) {
    uint8_t body[6 + 200] = {(uint8_t)((n + 4) >> 8), (uint8_t)(n + 4),  (uint8_t)(group >> 8),
                             (uint8_t)group,          (uint8_t)(n >> 8), (uint8_t)n};
    assert_true(n <= 200);
    if (n > 0) {
        memcpy(body + 6, key, n);
    }
    hs__edit_set_ext(m, HS__EXT_key_share, rules_span(body, 6 + n));
}

static const uint8_t zeros[140];

static void share_none(hs__test_bytes *m) {
    hs__edit_set_ext(m, HS__EXT_key_share, BODY(0, 0));
}
static void share_of_unknown_group(hs__test_bytes *m) {
    share(m, 0x4a4a, (const uint8_t *)"x", 1);
}
static void share_empty(hs__test_bytes *m) {
    share(m, HS__NAMED_GROUP_x25519, NULL, 0);
}
static void share_short(hs__test_bytes *m) {
    share(m, HS__NAMED_GROUP_x25519, zeros, 31);
}
static void share_long(hs__test_bytes *m) {
    share(m, HS__NAMED_GROUP_x25519, zeros, 33);
}
static void share_zero(hs__test_bytes *m) {
    share(m, HS__NAMED_GROUP_x25519, zeros, 32);
}
static void share_of_small_order(hs__test_bytes *m) {
    uint8_t one[32] = {1};
    share(m, HS__NAMED_GROUP_x25519, one, 32);
}

static void share_twice(hs__test_bytes *m) {
    const hs_span body = hs__edit_ext(m, HS__EXT_key_share);
    hs__test_bytes twice = {NULL, 0, 0};
    const size_t n = 2 * (body.n - 2);
    const uint8_t head[] = {(uint8_t)(n >> 8), (uint8_t)n};
    hs__test_bytes_add(&twice, head, 2);
    hs__test_bytes_add(&twice, body.p + 2, body.n - 2);
    hs__test_bytes_add(&twice, body.p + 2, body.n - 2);
    hs__edit_set_ext(m, HS__EXT_key_share, rules_span(twice.p, twice.n));
    hs__test_bytes_free(&twice);
}
static void share_not_listed(hs__test_bytes *m) {
    hs__edit_set_ext(m, HS__EXT_supported_groups, BODY(0, 2, 0, 23));
}

static void point(hs__test_bytes *m, uint16_t group, uint8_t form, uint8_t fill, size_t n) {
    uint8_t key[140];
    memset(key, fill, sizeof(key));
    key[0] = form;
    hs__edit_set_ext(m, HS__EXT_supported_groups, BODY(0, 6, 0, 23, 0, 24, 0, 25));
    share(m, group, key, n);
}
static void point_off_curve(hs__test_bytes *m) {
    point(m, HS__NAMED_GROUP_secp256r1, 4, 0x11, 65);
}
static void point_out_of_range(hs__test_bytes *m) {
    point(m, HS__NAMED_GROUP_secp256r1, 4, 0xff, 65);
}
static void point_zero(hs__test_bytes *m) {
    point(m, HS__NAMED_GROUP_secp256r1, 4, 0, 65);
}
static void point_infinity(hs__test_bytes *m) {
    point(m, HS__NAMED_GROUP_secp256r1, 0, 0, 1);
}
static void point_compressed(hs__test_bytes *m) {
    point(m, HS__NAMED_GROUP_secp256r1, 2, 0x11, 33);
}
static void point_hybrid(hs__test_bytes *m) {
    point(m, HS__NAMED_GROUP_secp256r1, 6, 0x11, 65);
}
static void point_of_384_off_curve(hs__test_bytes *m) {
    point(m, HS__NAMED_GROUP_secp384r1, 4, 0x11, 97);
}
static void point_of_521_short(hs__test_bytes *m) {
    point(m, HS__NAMED_GROUP_secp521r1, 4, 0x11, 132);
}

/* ---- the changes and their answers --------------------------------------------------------- */

static const change first_hello[] = {
    {"9846-4.2.2-12, E.5-09", version_tls11, HS__ALERT_protocol_version},
    {"9846-4.2.2-12, E.5-09", version_tls13, HS__ALERT_protocol_version},
    {"9846-4.2.2-27", session_id_33, HS__ALERT_decode_error},
    {"9846-E.4-03", session_id_empty, ACCEPTED},
    {"9846-4.2.2-27", suites_empty, HS__ALERT_decode_error},
    {"9846-3.4-01", suites_odd, HS__ALERT_decode_error},
    {"9846-B.4-01, 4.2.1-04", suites_of_tls12, HS__ALERT_handshake_failure},
    {"9846-E.5-02, E.5-03", suites_weak, HS__ALERT_handshake_failure},
    {"9846-4.2.2-18, 9.3-04", suites_with_strangers, ACCEPTED},
    {"9846-4.2.2-21", compression_two, HS__ALERT_illegal_parameter},
    {"9846-4.2.2-21", compression_other, HS__ALERT_illegal_parameter},
    {"9846-4.2.2-21", compression_twice, HS__ALERT_illegal_parameter},
    {"9846-4.2.2-27", compression_none, HS__ALERT_decode_error},
    {"9846-4.2.2-25, 6-09", trailing, HS__ALERT_decode_error},
    {"9846-6-09", cut_short, HS__ALERT_decode_error},
    {"9846-E.2-03", no_supported_versions, HS__ALERT_protocol_version},
    {"9846-4.3.1-10, E.2-01", versions_12, HS__ALERT_protocol_version},
    {"9846-6.2-14", versions_11, HS__ALERT_protocol_version},
    {"9846-4.3.1-08, 3.5-01", versions_with_strangers, ACCEPTED},
    {"9846-4.3.1-06", versions_12_first, ACCEPTED},
    {"9846-6-09", versions_empty, HS__ALERT_decode_error},
    {"9846-3.4-01", versions_odd, HS__ALERT_decode_error},
    {"9846-9.2-10, -12", no_supported_groups, HS__ALERT_missing_extension},
    {"9846-4.3.3-03, 9.2-10", no_signature_algorithms, HS__ALERT_missing_extension},
    {"9846-9.2-11, -12", no_key_share, HS__ALERT_missing_extension},
    {"9846-9.2-14", no_server_name, ACCEPTED},
    {"9846-4.3.7-07", groups_empty, HS__ALERT_decode_error},
    {"9846-4.3.7-07", groups_odd, HS__ALERT_decode_error},
    {"9846-4.2.1-01, 2.1-01", groups_unknown, HS__ALERT_handshake_failure},
    {"9846-B.3.1.4-01", groups_obsolete, HS__ALERT_handshake_failure},
    {"9846-9.3-04", groups_with_strangers, ACCEPTED},
    {"9846-6-09", schemes_empty, HS__ALERT_decode_error},
    {"9846-3.4-01", schemes_odd, HS__ALERT_decode_error},
    {"9846-4.5.1.2-04", schemes_rsa_only, HS__ALERT_handshake_failure},
    {"9846-4.3.3-07, -17", schemes_pkcs1_and_sha1, HS__ALERT_handshake_failure},
    {"9846-4.3.3-08", schemes_other_curve, HS__ALERT_handshake_failure},
    {"9846-9.3-04, 4.3.3-16", schemes_with_strangers, ACCEPTED},
    {"9846-9.3-04", many_schemes, ACCEPTED},
    {"rfc6066 3", name_list_empty, HS__ALERT_decode_error},
    {"rfc6066 3", name_empty, HS__ALERT_decode_error},
    {"rfc6066 3", name_with_zero, HS__ALERT_illegal_parameter},
    {"rfc6066 3", name_twice, HS__ALERT_illegal_parameter},
    {"9846-6.2-19", name_other, HS__ALERT_unrecognized_name},
    {"rfc7301 3.1", alpn_list_empty, HS__ALERT_decode_error},
    {"rfc7301 3.1", alpn_name_empty, HS__ALERT_decode_error},
    {"9846-6.2-22", alpn_other, HS__ALERT_no_application_protocol},
    {"9846-9.3-02", alpn_with_strangers, ACCEPTED},
    {"9846-4.3.2-03", cookie_some, ACCEPTED},
    {"9846-4.3.2-05", cookie_empty, HS__ALERT_decode_error},
    {"9846-4.3.6-03", auth_with_body, HS__ALERT_decode_error},
    {"rfc8449 4", limit_63, HS__ALERT_illegal_parameter},
    {"rfc6066 4", fragment_wrong, HS__ALERT_illegal_parameter},
    {"9846-4.3.5-01", filters_in_hello, HS__ALERT_illegal_parameter},
    {"9846-4.5.1.1-04", status_v2, ACCEPTED},
    {"9846-4.3.4-03", authorities_empty, HS__ALERT_decode_error},
    {"9846-4.3.4-02", authorities_some, ACCEPTED},
    {"9846-4.3.9-09", modes_unknown, ACCEPTED},
    {"9846-4.3.9-09", modes_empty, HS__ALERT_decode_error},
    {"9846-4.2.2-23, 9.3-04", unknown_extension, ACCEPTED},
    {"9846-4.3-10", known_twice, HS__ALERT_illegal_parameter},
    {"9846-4.3-10", unknown_twice, HS__ALERT_illegal_parameter},
    {"rfc7685", padded, ACCEPTED},
    {"9846-4.3-08", shuffled, ACCEPTED},
    {"9846-4.3.11-10, -11", psk_unknown, ACCEPTED},
    {"9846-4.3.9-03, 6.2-17", psk_without_modes, HS__ALERT_missing_extension},
    {"9846-4.3.11-23", psk_not_last, HS__ALERT_illegal_parameter},
    {"9846-4.3.8-01, -02", share_none, RETRY},
    {"9846-4.2.1-03", share_of_unknown_group, RETRY},
    {"9846-4.3.7-02", groups_twice, ACCEPTED},
    {"9846-4.3.8-09, -11", share_twice, HS__ALERT_illegal_parameter},
    {"9846-4.3.8-10, -11", share_not_listed, RETRY},
    {"9846-4.3.8-22", share_empty, HS__ALERT_decode_error},
    {"9846-4.3.8-22", share_short, HS__ALERT_illegal_parameter},
    {"9846-4.3.8-22", share_long, HS__ALERT_illegal_parameter},
    {"9846-7.4.2-03", share_zero, HS__ALERT_illegal_parameter},
    {"9846-7.4.2-03", share_of_small_order, HS__ALERT_illegal_parameter},
    {"9846-4.3.8.2-01", point_off_curve, HS__ALERT_illegal_parameter},
    {"9846-4.3.8.2-01", point_out_of_range, HS__ALERT_illegal_parameter},
    {"9846-4.3.8.2-01", point_zero, HS__ALERT_illegal_parameter},
    {"9846-4.3.8.2-01", point_infinity, HS__ALERT_illegal_parameter},
    {"9846-4.3.8.2-02", point_compressed, HS__ALERT_illegal_parameter},
    {"9846-4.3.8.2-02", point_hybrid, HS__ALERT_illegal_parameter},
    {"9846-4.3.8.2-01", point_of_384_off_curve, HS__ALERT_illegal_parameter},
    {"9846-4.3.8.2-02", point_of_521_short, HS__ALERT_illegal_parameter},
};

/* ---- the second ClientHello: 9846-4.2.2-02, -03, -07, 4.3.8-16 ----------------------------- */

static void share_of_other_group(hs__test_bytes *m) {
    uint8_t key[65] = {4};
    share(m, HS__NAMED_GROUP_secp256r1, key, sizeof(key));
}
/* The right one first, and one too many behind it. */
static void share_and_another(hs__test_bytes *m) {
    const hs_span body = hs__edit_ext(m, HS__EXT_key_share);
    hs__test_bytes more = {NULL, 0, 0};
    const uint8_t head[] = {0, (uint8_t)(body.n - 2 + 4 + 65)};
    const uint8_t other[4 + 65] = {0, HS__NAMED_GROUP_secp256r1, 0, 65, 4};
    hs__test_bytes_add(&more, head, 2);
    hs__test_bytes_add(&more, body.p + 2, body.n - 2);
    hs__test_bytes_add(&more, other, sizeof(other));
    hs__edit_set_ext(m, HS__EXT_key_share, rules_span(more.p, more.n));
    hs__test_bytes_free(&more);
}
static void schemes_changed(hs__test_bytes *m) {
    hs__edit_set_ext(m, HS__EXT_signature_algorithms, BODY(0, 2, 4, 3));
}
static void groups_changed(hs__test_bytes *m) {
    hs__edit_set_ext(m, HS__EXT_supported_groups, BODY(0, 4, 0, 29, 0, 23));
}
static void alpn_gone(hs__test_bytes *m) {
    assert_true(hs__edit_cut_ext(m, HS__EXT_application_layer_protocol_negotiation));
}

static const change second_hello[] = {
    {"4.2.2: legacy_version", version_tls11, HS__ALERT_protocol_version},
    {"4.2.2: random", random_changed, HS__ALERT_illegal_parameter},
    {"4.2.2: legacy_session_id", session_id_changed, HS__ALERT_illegal_parameter},
    {"4.2.2: legacy_session_id", session_id_empty, HS__ALERT_illegal_parameter},
    {"4.2.2: cipher_suites", suites_one_less, HS__ALERT_illegal_parameter},
    {"4.2.2: compression", compression_two, HS__ALERT_illegal_parameter},
    {"4.2.2: server_name", name_other, HS__ALERT_illegal_parameter},
    {"4.2.2: server_name", no_server_name, HS__ALERT_illegal_parameter},
    {"4.2.2: signature_algorithms", schemes_changed, HS__ALERT_illegal_parameter},
    {"4.2.2: supported_groups", groups_changed, HS__ALERT_illegal_parameter},
    {"4.2.2: ALPN", alpn_other, HS__ALERT_illegal_parameter},
    {"4.2.2: ALPN", alpn_gone, HS__ALERT_illegal_parameter},
    {"4.2.2: supported_versions", versions_12_first, HS__ALERT_illegal_parameter},
    {"4.2.2: a new extension", unknown_extension, HS__ALERT_illegal_parameter},
    {"4.2.2: order of extensions", shuffled, HS__ALERT_illegal_parameter},
    {"9846-4.2.2-07", padded, ACCEPTED},
    {"9846-4.3.8-16", share_none, HS__ALERT_illegal_parameter},
    {"9846-4.3.8-16", share_twice, HS__ALERT_illegal_parameter},
    {"9846-4.3.8-16", share_and_another, HS__ALERT_illegal_parameter},
    {"9846-4.3.8-16", share_of_other_group, HS__ALERT_illegal_parameter},
    {"9846-7.4.2-03", share_zero, HS__ALERT_illegal_parameter},
    {"9846-9.2-12", no_key_share, HS__ALERT_missing_extension},
    {"9846-4.3.2-02", cookie_some, HS__ALERT_illegal_parameter},
    {"9846-4.3.2-05", cookie_empty, HS__ALERT_decode_error},
};

/* ---- running them -------------------------------------------------------------------------- */

static void open_pair(const hs__stage *s, unsigned how, hs__test_pair *pair) {
    static const char *const alpn[] = {"h2", "http/1.1", NULL};
    static const uint16_t groups[] = {29, 23, 24, 25, 0};
    hs_credential *identity[2][2];
    hs_options client = hs__stage_client(s, how, identity[0]);
    hs_options server = hs__stage_server(s, how, identity[1]);
    client.alpn = server.alpn = alpn;
    client.groups = server.groups = groups; /* without the hybrid that newer libraries put first */
    server.strict_sni = true;
    hs__stage_open_with(&client, &server, pair);
}

static hs__test_bytes hello_of(const hs__test_end *client, size_t record) {
    hs__test_bytes m = {NULL, 0, 0};
    const uint8_t *p = client->sent.p + record;
    hs__test_bytes_add(&m, p + 5, (size_t)p[3] << 8 | p[4]);
    return m;
}

static void check(hs__test_end *server, const change *c) {
    if (c->alert == ACCEPTED || c->alert == RETRY) {
        const hs__state wanted = c->alert == RETRY ? HS__WAIT_CH2 : HS__WAIT_FINISHED;
        rules_fine(server, c->row);
        assert_int_equal(server->conn->state, wanted);
        return;
    }
    rules_failed(server, c->row, server->error.status, c->alert);
    /* 9846-2.1-01: what is refused is refused at once, without a retry: the alert stands alone,
     * in clear (the second hello's: behind the retry). */
    const uint8_t *last = server->sent.p + server->sent.n - 7;
    const uint8_t wanted[] = {HS__CONTENT_alert, 3, 3, 0, 2, HS__ALERT_LEVEL_fatal,
                              (uint8_t)c->alert};
    assert_memory_equal(last, wanted, sizeof(wanted));
    assert_true(server->error.text[0] != '\0' && server->error.rule[0] != '\0');
}

static void every_change_of_a_first_hello(void **state) {
    for (size_t i = 0; i < sizeof(first_hello) / sizeof(first_hello[0]); i++) {
        hs__test_pair pair;
        open_pair(*state, 0, &pair);
        hs__test_bytes m = hello_of(&pair.client, 0);
        first_hello[i].edit(&m);
        hs__hand_give(&pair.server, HS__CONTENT_handshake, rules_span(m.p, m.n));
        check(&pair.server, &first_hello[i]);
        hs__test_bytes_free(&m);
        hs__test_pair_free(&pair);
    }
}

static void every_change_of_a_second_hello(void **state) {
    for (size_t i = 0; i < sizeof(second_hello) / sizeof(second_hello[0]); i++) {
        hs__test_pair pair;
        open_pair(*state, HS__STAGE_RETRY, &pair);
        hs__stage_carry(&pair.client, &pair.server);
        const size_t after_retry = pair.client.sent.n;
        hs__stage_carry(&pair.server, &pair.client);
        hs__test_bytes m = hello_of(&pair.client, after_retry + 6); /* behind the CCS */
        second_hello[i].edit(&m);
        hs__hand_give(&pair.server, HS__CONTENT_handshake, rules_span(m.p, m.n));
        check(&pair.server, &second_hello[i]);
        hs__test_bytes_free(&m);
        hs__test_pair_free(&pair);
    }
}

/* 9846-4.3-02: one more byte inside the body of each extension that we send. */
static void a_byte_too_much_in_each_extension(void **state) {
    static const uint16_t types[] = {
        HS__EXT_server_name,          HS__EXT_supported_versions,
        HS__EXT_supported_groups,     HS__EXT_key_share,
        HS__EXT_signature_algorithms, HS__EXT_application_layer_protocol_negotiation};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        hs__test_pair pair;
        open_pair(*state, 0, &pair);
        hs__test_bytes m = hello_of(&pair.client, 0);
        const hs_span body = hs__edit_ext(&m, types[i]);
        assert_non_null(body.p);
        hs__test_bytes longer = {NULL, 0, 0};
        hs__test_bytes_add(&longer, body.p, body.n);
        hs__test_bytes_add(&longer, "", 1);
        hs__edit_set_ext(&m, types[i], rules_span(longer.p, longer.n));
        hs__hand_give(&pair.server, HS__CONTENT_handshake, rules_span(m.p, m.n));
        rules_failed(&pair.server, "trailing byte", HS_E_TRAILING, HS__ALERT_decode_error);
        assert_non_null(strstr(pair.server.where, hs__extension_name(types[i])));
        hs__test_bytes_free(&longer);
        hs__test_bytes_free(&m);
        hs__test_pair_free(&pair);
    }
}

/* The hello cut at every byte, with lengths that fit the cut. 9846-6-09 */
static void a_hello_that_ends_early_anywhere(void **state) {
    for (size_t n = 4;; n++) {
        hs__test_pair pair;
        open_pair(*state, 0, &pair);
        hs__test_bytes m = hello_of(&pair.client, 0);
        const bool is_whole = n >= m.n;
        if (!is_whole) {
            hs__edit_splice(&m, n, m.n - n, EMPTY);
            hs__hand_give(&pair.server, HS__CONTENT_handshake, rules_span(m.p, m.n));
            /* Without its extensions it is a whole hello of an older version. */
            const bool is_old = pair.server.error.status == HS_E_VERSION;
            rules_failed(&pair.server, "cut", is_old ? HS_E_VERSION : HS_E_DECODE,
                         is_old ? HS__ALERT_protocol_version : HS__ALERT_decode_error);
        }
        hs__test_bytes_free(&m);
        hs__test_pair_free(&pair);
        if (is_whole) {
            return;
        }
    }
}

/* 9846-4.3.8-13: a share that comes again on another connection is taken; ours are new (-12). */
static void shares_may_come_again_and_ours_do_not(void **state) {
    hs__test_pair a;
    hs__test_pair b;
    hs__hand_flight fa;
    hs__hand_flight fb;
    hs__stage_open(*state, 0, &a);
    hs__stage_open(*state, 0, &b);
    hs__test_bytes m = hello_of(&a.client, 0);
    hs__stage_server_flight(&a, 0, &fa);
    hs__hand_give(&b.server, HS__CONTENT_handshake, rules_span(m.p, m.n));
    assert_int_equal(b.server.conn->state, HS__WAIT_FINISHED);
    hs__test_end_drain(&b.server);
    hs__hand_open(b.server.conn, true, rules_span(b.server.sent.p, b.server.sent.n), &fb);
    const hs_span sa = hs__edit_ext(&fa.m[0], HS__EXT_key_share);
    const hs_span sb = hs__edit_ext(&fb.m[0], HS__EXT_key_share);
    assert_int_equal(sa.n, sb.n);
    assert_memory_not_equal(sa.p + 4, sb.p + 4, sa.n - 4);
    /* 9846-4.2.3-05: nor is our random made from theirs. */
    assert_memory_not_equal(fa.m[0].p + HS__EDIT_RANDOM, fb.m[0].p + HS__EDIT_RANDOM, 32);
    hs__test_bytes_free(&m);
    hs__hand_flight_free(&fa);
    hs__hand_flight_free(&fb);
    hs__test_pair_free(&a);
    hs__test_pair_free(&b);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_change_of_a_first_hello),
        cmocka_unit_test(every_change_of_a_second_hello),
        cmocka_unit_test(a_byte_too_much_in_each_extension),
        cmocka_unit_test(a_hello_that_ends_early_anywhere),
        cmocka_unit_test(shares_may_come_again_and_ours_do_not),
    };
    return cmocka_run_group_tests_name("ClientHello changed", tests, rules_setup_tls13,
                                       rules_teardown);
}
