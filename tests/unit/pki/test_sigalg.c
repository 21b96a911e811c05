#include "pki/sigalg.h"

#include "pki/certificate.h"
#include "tests/unit/pki/openssl_certs.h"
#include "tests/unit/pki/pki_test.h"

static hs_status read_one(hs_span der, hs__sigalg *out) {
    hs__rd_root root;
    hs__rd r;
    hs__rd_init(&r, &root, der, NULL, NULL);
    hs__sigalg_read(&r, "signature", out);
    return hs__rd_end(&r);
}

static void what_is_written_reads_back(void **state) {
    (void)state;
    static const hs__sig_alg algs[] = {
        {HS__SIG_RSA_PKCS1, HS__SHA256, 0}, {HS__SIG_RSA_PKCS1, HS__SHA384, 0},
        {HS__SIG_RSA_PKCS1, HS__SHA512, 0}, {HS__SIG_ECDSA, HS__SHA256, 0},
        {HS__SIG_ECDSA, HS__SHA384, 0},     {HS__SIG_ECDSA, HS__SHA512, 0},
        {HS__SIG_RSA_PSS, HS__SHA256, 32},  {HS__SIG_RSA_PSS, HS__SHA512, 64},
        {HS__SIG_ED25519, HS__SHA512, 0},
    };
    for (size_t i = 0; i < sizeof(algs) / sizeof(algs[0]); i++) {
        uint8_t room[128];
        hs__sigalg got;
        hs__der_out o = {.start = room, .p = room + sizeof(room)};
        hs__sigalg_write(&o, algs[i]);
        assert_false(o.full);
        assert_ok(read_one((hs_span){o.p, (size_t)(room + sizeof(room) - o.p)}, &got));
        assert_true(got.is_known);
        assert_false(got.is_weak);
        assert_int_equal(got.alg.kind, algs[i].kind);
        assert_int_equal(got.alg.hash, algs[i].hash);
        assert_int_equal(got.alg.pss_salt, algs[i].pss_salt);
    }
}

static void a_salt_as_long_as_the_hash_is_written_as_a_number(void **state) {
    (void)state;
    uint8_t room[128];
    hs__sigalg got;
    hs__der_out o = {.start = room, .p = room + sizeof(room)};
    hs__sigalg_write(&o, (hs__sig_alg){HS__SIG_RSA_PSS, HS__SHA384, HS__PSS_SALT_HASH});
    assert_ok(read_one((hs_span){o.p, (size_t)(room + sizeof(room) - o.p)}, &got));
    assert_int_equal(got.alg.pss_salt, 48);
}

static void weak_hashes_are_never_written(void **state) {
    (void)state;
    uint8_t room[128];
    hs__der_out o = {.start = room, .p = room + sizeof(room)};
    hs__sigalg_write(&o, (hs__sig_alg){HS__SIG_ECDSA, HS__SHA1, 0});
    assert_true(o.full);
}

static const struct {
    const char *hex;
    bool is_good, is_known, is_weak;
} cases[] = {
    /* RSA PKCS#1 with SHA-256: NULL, or nothing (RFC 4055 5) */
    {"30 0d 06 09 2a 86 48 86 f7 0d 01 01 0b 05 00", true, true, false},
    {"30 0b 06 09 2a 86 48 86 f7 0d 01 01 0b", true, true, false},
    {"30 0f 06 09 2a 86 48 86 f7 0d 01 01 0b 05 00 05 00", false, false, false},
    {"30 0e 06 09 2a 86 48 86 f7 0d 01 01 0b 02 01 05", false, false, false},
    /* ECDSA with SHA-256: nothing (RFC 5758 3.2) */
    {"30 0a 06 08 2a 86 48 ce 3d 04 03 02", true, true, false},
    {"30 0c 06 08 2a 86 48 ce 3d 04 03 02 05 00", false, false, false},
    /* Ed25519: nothing (RFC 8410 3) */
    {"30 05 06 03 2b 65 70", true, true, false},
    {"30 07 06 03 2b 65 70 05 00", false, false, false},
    /* MD5, SHA-1 */
    {"30 0d 06 09 2a 86 48 86 f7 0d 01 01 04 05 00", true, false, true},
    {"30 0d 06 09 2a 86 48 86 f7 0d 01 01 05 05 00", true, false, true},
    {"30 09 06 07 2a 86 48 ce 3d 04 01", true, false, true},
    /* unknown, with whatever parameters */
    {"30 05 06 03 2a 03 04", true, false, false},
    {"30 08 06 03 2a 03 04 02 01 05", true, false, false},
    /* PSS without parameters is not allowed in a signature (RFC 4055 3.1) */
    {"30 0b 06 09 2a 86 48 86 f7 0d 01 01 0a", false, false, false},
    /* PSS with all defaults: SHA-1 */
    {"30 0d 06 09 2a 86 48 86 f7 0d 01 01 0a 30 00", true, false, true},
    /* PSS SHA-256, MGF1 SHA-256, salt 32 */
    {"30 41 06 09 2a 86 48 86 f7 0d 01 01 0a 30 34 a0 0f 30 0d 06 09 60 86 48 01 65 03 04 02 01 05 "
     "00 a1 1c 30 1a 06 09 2a 86 48 86 f7 0d 01 01 08 30 0d 06 09 60 86 48 01 65 03 04 02 01 05 00 "
     "a2 03 02 01 20",
     true, true, false},
    /* the same with salt 20, the default written out */
    {"30 41 06 09 2a 86 48 86 f7 0d 01 01 0a 30 34 a0 0f 30 0d 06 09 60 86 48 01 65 03 04 02 01 05 "
     "00 a1 1c 30 1a 06 09 2a 86 48 86 f7 0d 01 01 08 30 0d 06 09 60 86 48 01 65 03 04 02 01 05 00 "
     "a2 03 02 01 14",
     false, false, false},
    /* the same with trailerField 1, the default written out */
    {"30 46 06 09 2a 86 48 86 f7 0d 01 01 0a 30 39 a0 0f 30 0d 06 09 60 86 48 01 65 03 04 02 01 05 "
     "00 a1 1c 30 1a 06 09 2a 86 48 86 f7 0d 01 01 08 30 0d 06 09 60 86 48 01 65 03 04 02 01 05 00 "
     "a2 03 02 01 20 a3 03 02 01 01",
     false, false, false},
    /* SHA-256 with MGF1 SHA-384 */
    {"30 41 06 09 2a 86 48 86 f7 0d 01 01 0a 30 34 a0 0f 30 0d 06 09 60 86 48 01 65 03 04 02 01 05 "
     "00 a1 1c 30 1a 06 09 2a 86 48 86 f7 0d 01 01 08 30 0d 06 09 60 86 48 01 65 03 04 02 02 05 00 "
     "a2 03 02 01 20",
     true, false, false},
};

static void parameters_follow_their_rfc(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const bytes b = unhex(cases[i].hex);
        hs__sigalg got;
        const hs_status st = read_one(of(&b), &got);
        if ((st == HS_OK) != cases[i].is_good ||
            (st == HS_OK &&
             (got.is_known != cases[i].is_known || got.is_weak != cases[i].is_weak))) {
            fail_msg("case %zu: %s, known %d, weak %d", i, hs_status_name(st), got.is_known,
                     got.is_weak);
        }
    }
}

static const char *printed(const char *pem) {
    static char out[HS__SIGALG_TEXT];
    const hs__cert c = cert_of(der_of(pem));
    hs__sigalg_text(&c.signature, out, sizeof(out));
    return out;
}

static void signatures_of_openssl_are_named(void **state) {
    (void)state;
    assert_string_equal(printed(openssl_good), "ECDSA with SHA-256");
    assert_string_equal(printed(openssl_sha1), "ECDSA with SHA-1");
    assert_string_equal(printed(openssl_signed_pss), "RSA-PSS with SHA-384");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(a_salt_as_long_as_the_hash_is_written_as_a_number),
        cmocka_unit_test(weak_hashes_are_never_written),
        cmocka_unit_test(parameters_follow_their_rfc),
        cmocka_unit_test(signatures_of_openssl_are_named),
    };
    return RUN(tests);
}
