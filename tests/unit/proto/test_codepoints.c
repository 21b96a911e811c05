#include <stdio.h>
#include <string.h>

#include "proto_test.h"

typedef const char *(*name_fn)(uint32_t code);

static const struct {
    const hs__code_list *list;
    name_fn name;
} lists[] = {
    {&hs__content_types, hs__content_type_name},
    {&hs__handshake_types, hs__handshake_type_name},
    {&hs__alerts, hs__alert_name},
    {&hs__alert_levels, hs__alert_level_name},
    {&hs__versions, hs__version_name},
    {&hs__cipher_suites, hs__cipher_suite_name},
    {&hs__groups, hs__group_name},
    {&hs__schemes, hs__scheme_name},
    {&hs__extension_types, hs__extension_name},
    {&hs__psk_modes, hs__psk_mode_name},
    {&hs__name_types, hs__name_type_name},
    {&hs__status_types, hs__status_type_name},
    {&hs__point_formats, hs__point_format_name},
    {&hs__curve_types, hs__curve_type_name},
    {&hs__client_cert_types, hs__client_cert_type_name},
    {&hs__compressions, hs__compression_name},
    {&hs__cert_compressions, hs__cert_compression_name},
    {&hs__max_fragments, hs__max_fragment_name},
    {&hs__key_update_requests, hs__key_update_name},
};

static void every_row_is_found_by_number_and_by_name(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(lists); i++) {
        const hs__code_list *list = lists[i].list;
        assert_true(list->n > 0 && list->n_spoken <= list->n);
        for (size_t j = 0; j < list->n; j++) {
            const hs__code *row = &list->rows[j];
            assert_ptr_equal(hs__code_find(list, row->code), row);
            assert_ptr_equal(hs__code_by_name(list, row->name, strlen(row->name)), row);
            assert_string_equal(lists[i].name(row->code), row->name);
            assert_true(strlen(row->section) > 0);
        }
    }
}

static void unknown_numbers_have_no_name(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(lists); i++) {
        assert_null(lists[i].name(0xfff3));
        assert_null(lists[i].name(0x10000));
        assert_null(hs__code_find(lists[i].list, 0xfff3));
        assert_null(hs__code_by_name(lists[i].list, "", 0));
    }
}

/* RFC 8701 section 2. */
static void grease_is_recognised(void **state) {
    (void)state;
    unsigned found = 0;
    for (uint32_t code = 0; code <= 0x10fff; code++) {
        if (hs__is_grease16(code)) {
            assert_int_equal(code, 0x0a0a + 0x1010 * found);
            found++;
        }
    }
    assert_int_equal(found, 16);
    static const uint8_t modes[] = {0x0b, 0x2a, 0x49, 0x68, 0x87, 0xa6, 0xc5, 0xe4};
    found = 0;
    for (uint32_t code = 0; code <= 0x1ff; code++) {
        if (hs__is_grease8(code)) {
            assert_int_equal(code, modes[found]);
            found++;
        }
    }
    assert_int_equal(found, COUNT(modes));
    assert_string_equal(hs__cipher_suite_name(0x0a0a), "GREASE");
    assert_string_equal(hs__group_name(0x1a1a), "GREASE");
    assert_string_equal(hs__scheme_name(0x2a2a), "GREASE");
    assert_string_equal(hs__extension_name(0x3a3a), "GREASE");
    assert_string_equal(hs__version_name(0x4a4a), "GREASE");
    assert_string_equal(hs__psk_mode_name(0x0b), "GREASE");
}

static uint16_t by_name(const hs__code_list *list, const char *name) {
    const hs__code *row = hs__code_by_name(list, name, strlen(name));
    return row != NULL ? row->code : 0;
}

static void other_spellings_are_understood(void **state) {
    (void)state;
    assert_int_equal(by_name(&hs__groups, "P-256"), 23);
    assert_int_equal(by_name(&hs__groups, "prime256v1"), 23);
    assert_int_equal(by_name(&hs__groups, "p-384"), 24);
    assert_int_equal(by_name(&hs__groups, "X25519"), 29);
    assert_int_equal(by_name(&hs__groups, "x25519mlkem768"), 4588);
    assert_int_equal(by_name(&hs__groups, "P-25"), 0);
    assert_int_equal(by_name(&hs__groups, "P-256 P256"), 0);
    assert_int_equal(by_name(&hs__cipher_suites, "TLS_AES_128_GCM_SHA256"), 0x1301);
    assert_int_equal(by_name(&hs__cipher_suites, "ECDHE-RSA-AES128-GCM-SHA256"), 0xc02f);
    assert_int_equal(by_name(&hs__versions, "1.3"), 0x0304);
    assert_int_equal(by_name(&hs__schemes, "ECDSA_secp256r1_SHA256"), 0x0403);
}

/* RFC 9846 appendix B.4 and section 4.3.8.2, RFC 5246, 5746, 7507, 8422; the numbers, typed here
 * again. */
static void numbers_are_those_of_the_rfc(void **state) {
    (void)state;
    assert_int_equal(HS__SUITE_TLS_AES_256_GCM_SHA384, 0x1302);
    assert_int_equal(HS__SUITE_TLS_CHACHA20_POLY1305_SHA256, 0x1303);
    assert_int_equal(HS__HT_key_update, 24);
    assert_int_equal(HS__HT_message_hash, 254);
    assert_int_equal(HS__ALERT_no_renegotiation, 100);
    assert_int_equal(HS__SUITE_TLS_EMPTY_RENEGOTIATION_INFO_SCSV, 0x00ff);
    assert_int_equal(HS__SUITE_TLS_FALLBACK_SCSV, 0x5600);
    assert_int_equal(HS__CURVE_TYPE_named_curve, 3);
    assert_int_equal(HS__CLIENT_CERT_rsa_sign, 1);
    assert_int_equal(HS__CLIENT_CERT_ecdsa_sign, 64);
    assert_int_equal(HS__POINT_FORMAT_uncompressed, 0);
    assert_int_equal(HS__ALERT_certificate_required, 116);
    assert_int_equal(HS__ALERT_general_error, 117);
    assert_int_equal(HS__EXT_key_share, 51);
    assert_int_equal(HS__EXT_renegotiation_info, 0xff01);
    assert_int_equal(hs__group_client_share(HS__NAMED_GROUP_x25519), 32);
    assert_int_equal(hs__group_server_share(HS__NAMED_GROUP_secp521r1), 133);
    assert_int_equal(hs__group_client_share(HS__NAMED_GROUP_X25519MLKEM768), 1216);
    assert_int_equal(hs__group_server_share(HS__NAMED_GROUP_X25519MLKEM768), 1120);
    assert_int_equal(hs__group_client_share(HS__NAMED_GROUP_x448), 0);
}

/* RFC 9846 4.3.3: PKCS#1 v1.5 and SHA-1 never sign a handshake of TLS 1.3. */
static void schemes_know_what_they_may_sign(void **state) {
    (void)state;
    assert_int_equal(hs__scheme_uses(HS__SCHEME_rsa_pkcs1_sha256), HS__USE_V12 | HS__USE_CERT);
    assert_int_equal(hs__scheme_uses(HS__SCHEME_rsa_pss_rsae_sha256),
                     HS__USE_V13 | HS__USE_V12 | HS__USE_CERT);
    assert_int_equal(hs__scheme_uses(HS__SCHEME_ed25519), HS__USE_V13 | HS__USE_V12 | HS__USE_CERT);
    assert_int_equal(hs__scheme_uses(HS__SCHEME_rsa_pkcs1_sha1), 0);
    assert_int_equal(hs__scheme_uses(HS__SCHEME_ecdsa_sha1), 0);
    assert_int_equal(hs__scheme_uses(HS__SCHEME_dsa_sha256), 0);
}

/* RFC 9846 4.3.3 for PSS, RFC 8422 section 2 for EdDSA; what is not spoken signs nothing. */
static void schemes_know_their_suites_of_tls_12(void **state) {
    (void)state;
    assert_int_equal(hs__scheme_auth_12(HS__SCHEME_ecdsa_secp384r1_sha384), HS__AUTH_ECDSA);
    assert_int_equal(hs__scheme_auth_12(HS__SCHEME_ed25519), HS__AUTH_ECDSA);
    assert_int_equal(hs__scheme_auth_12(HS__SCHEME_rsa_pkcs1_sha512), HS__AUTH_RSA);
    assert_int_equal(hs__scheme_auth_12(HS__SCHEME_rsa_pss_rsae_sha256), HS__AUTH_RSA);
    assert_int_equal(hs__scheme_auth_12(HS__SCHEME_rsa_pss_pss_sha384), HS__AUTH_RSA);
    assert_int_equal(hs__scheme_auth_12(HS__SCHEME_rsa_pkcs1_sha1), 0);
    assert_int_equal(hs__scheme_auth_12(HS__SCHEME_ed448), 0);
    assert_int_equal(hs__scheme_auth_12(0x0a0a), 0);
}

/* RFC 9846 4.3.3: of TLS 1.2's pairs only those with ECDSA leave the curve open. */
static void only_ecdsa_leaves_the_curve_open(void **state) {
    (void)state;
    for (size_t i = 0; i < hs__schemes.n; i++) {
        const uint16_t scheme = hs__schemes.rows[i].code;
        const bool is_ecdsa = scheme == 0x0403 || scheme == 0x0503 || scheme == 0x0603;
        assert_int_equal((hs__scheme_uses(scheme) & HS__ANY_CURVE_V12) != 0, is_ecdsa);
    }
}

/* RFC 9846 B.4: a suite is of one version. */
static void suites_know_their_version(void **state) {
    (void)state;
    static const uint16_t of_12[] = {0xc02b, 0xc02c, 0xcca9, 0xc02f, 0xc030, 0xcca8, 0x9c, 0x9d};
    for (size_t i = 0; i < COUNT(of_12); i++) {
        assert_int_equal(hs__suite_version(of_12[i]), 0x0303);
    }
    for (uint16_t suite = 0x1301; suite <= 0x1303; suite++) {
        assert_int_equal(hs__suite_version(suite), 0x0304);
    }
    assert_int_equal(COUNT(of_12) + 3, hs__cipher_suites.n_spoken);
    assert_int_equal(hs__suite_kx(HS__SUITE_TLS_AES_128_GCM_SHA256), 0);
    assert_int_equal(hs__suite_version(HS__SUITE_TLS_EMPTY_RENEGOTIATION_INFO_SCSV), 0);
    assert_int_equal(hs__suite_version(HS__SUITE_TLS_FALLBACK_SCSV), 0);
    assert_int_equal(hs__suite_version(HS__SUITE_TLS_RSA_WITH_AES_128_CBC_SHA), 0);
}

/* The rows of TLS 1.2 say in columns what their name says (RFC 5289, 5288, 7905). */
static void suites_of_tls_12_are_what_their_name_says(void **state) {
    (void)state;
    static const struct {
        const char *name, *aead, *hash;
        uint16_t code;
        hs__kx kx;
        hs__auth auth;
    } rows[] = {
#define HS__SUITE_12(code, name, kx, auth, aead, hash, alias, section, note)                       \
    {#name, #aead, #hash, code, HS__KX_##kx, HS__AUTH_##auth},
#include "proto/cipher_suites.def"
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char name[80];
        const bool is_rsa = rows[i].kx == HS__KX_RSA;
        (void)snprintf(name, sizeof(name), "TLS_%s%s_WITH_%s_%s", is_rsa ? "" : "ECDHE_",
                       rows[i].auth == HS__AUTH_RSA ? "RSA" : "ECDSA", rows[i].aead, rows[i].hash);
        assert_string_equal(rows[i].name, name);
        assert_true(!is_rsa || rows[i].auth == HS__AUTH_RSA);
        assert_int_equal(hs__suite_kx(rows[i].code), rows[i].kx);
    }
}

/* RFC 9846 appendix B.3 and RFC 5246 A.4. */
static void messages_know_their_versions(void **state) {
    (void)state;
    static const uint8_t both[] = {1, 2, 4, 11, 13, 15, 20};
    static const uint8_t only_12[] = {0, 12, 14, 16, 21, 22, 23, 67, 203};
    static const uint8_t only_13[] = {5, 8, 24, 25};
    unsigned known = 0;
    for (unsigned type = 0; type < 256; type++) {
        known += hs__handshake_versions((uint8_t)type) != 0;
    }
    assert_int_equal(known, COUNT(both) + COUNT(only_12) + COUNT(only_13));
    for (size_t i = 0; i < COUNT(both); i++) {
        assert_int_equal(hs__handshake_versions(both[i]), HS__TLS12 | HS__TLS13);
    }
    for (size_t i = 0; i < COUNT(only_12); i++) {
        assert_int_equal(hs__handshake_versions(only_12[i]), HS__TLS12);
    }
    for (size_t i = 0; i < COUNT(only_13); i++) {
        assert_int_equal(hs__handshake_versions(only_13[i]), HS__TLS13);
    }
}

/* RFC 8422 5.1.1 and 5.4: a share of TLS 1.2 is an ECPoint, of 255 bytes at most. */
static void groups_know_their_versions(void **state) {
    (void)state;
    for (size_t i = 0; i < hs__groups.n_spoken; i++) {
        const uint16_t group = hs__groups.rows[i].code;
        const unsigned in_12 = hs__group_client_share(group) <= 255 ? HS__TLS12 : 0;
        assert_int_equal(hs__group_versions(group), HS__TLS13 | in_12);
    }
    assert_int_equal(hs__group_versions(HS__NAMED_GROUP_X25519MLKEM768), HS__TLS13);
    assert_int_equal(hs__group_versions(HS__NAMED_GROUP_x448), 0);
}

/* RFC 5288 section 3: salt and explicit nonce; RFC 7905 section 2: all of it out of the keys. */
static void nonces_of_tls_12_have_twelve_bytes(void **state) {
    (void)state;
#define HS__AEAD_NONCE_12(aead, fixed_iv, explicit_nonce, section)                                 \
    const unsigned iv_##aead = (fixed_iv), nonce_##aead = (explicit_nonce);
#include "proto/aead_nonces12.def"
#undef HS__AEAD_NONCE_12
    assert_true(iv_AES_128_GCM == 4 && nonce_AES_128_GCM == 8);
    assert_true(iv_AES_256_GCM == 4 && nonce_AES_256_GCM == 8);
    assert_true(iv_CHACHA20_POLY1305 == 12 && nonce_CHACHA20_POLY1305 == 0);
}

/* RFC 9846 5.5: 2^24.5, which lies between these squares of 2^49. */
static void aead_limits_are_those_of_the_rfc(void **state) {
    (void)state;
#define HS__AEAD_LIMIT(aead, records, section) const uint64_t limit_##aead = (records);
#include "proto/aead_limits.def"
#undef HS__AEAD_LIMIT
    assert_true(limit_AES_128_GCM * limit_AES_128_GCM <= UINT64_C(1) << 49);
    assert_true((limit_AES_128_GCM + 1) * (limit_AES_128_GCM + 1) > UINT64_C(1) << 49);
    assert_true(limit_AES_256_GCM == limit_AES_128_GCM);
    assert_true(limit_CHACHA20_POLY1305 == UINT64_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_found_by_number_and_by_name),
        cmocka_unit_test(unknown_numbers_have_no_name),
        cmocka_unit_test(grease_is_recognised),
        cmocka_unit_test(other_spellings_are_understood),
        cmocka_unit_test(numbers_are_those_of_the_rfc),
        cmocka_unit_test(schemes_know_what_they_may_sign),
        cmocka_unit_test(schemes_know_their_suites_of_tls_12),
        cmocka_unit_test(only_ecdsa_leaves_the_curve_open),
        cmocka_unit_test(suites_know_their_version),
        cmocka_unit_test(suites_of_tls_12_are_what_their_name_says),
        cmocka_unit_test(messages_know_their_versions),
        cmocka_unit_test(groups_know_their_versions),
        cmocka_unit_test(nonces_of_tls_12_have_twelve_bytes),
        cmocka_unit_test(aead_limits_are_those_of_the_rfc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
