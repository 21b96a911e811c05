#include "pki/spki.h"

#include "pki/certificate.h"
#include "tests/unit/pki/openssl_certs.h"
#include "tests/unit/pki/pki_test.h"

static hs_status read_one(hs_span der, hs__spki *out) {
    hs__rd_root root;
    hs__rd r;
    hs__rd_init(&r, &root, der, NULL, NULL);
    hs__spki_read(&r, "key", out);
    return hs__rd_end(&r);
}

/* Read, written again: the same bytes. */
static void keys_of_openssl_are_read_and_written(void **state) {
    (void)state;
    static const struct {
        const char *pem, *text;
        hs__key_type type;
    } cases[] = {
        {openssl_good, "ECDSA P-256", HS__KEY_P256},   {openssl_p521, "ECDSA P-521", HS__KEY_P521},
        {openssl_rsa1024, "RSA 1024", HS__KEY_RSA},    {openssl_pss_root, "RSA 2048", HS__KEY_RSA},
        {openssl_ed25519, "Ed25519", HS__KEY_ED25519},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const hs__cert c = cert_of(der_of(cases[i].pem));
        char out[HS__KEY_TEXT];
        uint8_t room[1024];
        hs__der_out o = {.start = room, .p = room + sizeof(room)};
        assert_true(c.key.is_known);
        assert_int_equal(c.key.numbers.type, cases[i].type);
        hs__spki_text(&c.key, out, sizeof(out));
        assert_string_equal(out, cases[i].text);
        hs__spki_write(&o, &c.key.numbers);
        assert_int_equal(room + sizeof(room) - o.p, c.key.der.n);
        assert_memory_equal(o.p, c.key.der.p, c.key.der.n);
    }
}

static void the_rule_of_a_pss_key_is_read(void **state) {
    (void)state;
    const hs__cert c = cert_of(der_of(openssl_rsa_pss));
    assert_int_equal(c.key.numbers.type, HS__KEY_RSA_PSS);
    assert_true(c.key.has_pss_rule);
    assert_int_equal(c.key.pss_rule.hash, HS__SHA256);
    assert_int_equal(c.key.pss_rule.pss_salt, 32);
}

static void unknown_keys_are_kept_as_unknown(void **state) {
    (void)state;
    static const struct {
        const char *pem, *text;
    } cases[] = {{openssl_ed448, "Ed448"}, {openssl_k256, "ecPublicKey 1.3.132.0.10"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const hs__cert c = cert_of(der_of(cases[i].pem));
        char out[HS__KEY_TEXT];
        assert_false(c.key.is_known);
        hs__spki_text(&c.key, out, sizeof(out));
        assert_string_equal(out, cases[i].text);
    }
}

static void broken_keys_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        /* P-256: compressed, too short, wrong first byte, no curve, extra parameters */
        "30 39 30 13 06 07 2a 86 48 ce 3d 02 01 06 08 2a 86 48 ce 3d 03 01 07 03 22 00"
        "02 0102030405060708091011121314151617181920212223242526272829303132",
        "30 1b 30 13 06 07 2a 86 48 ce 3d 02 01 06 08 2a 86 48 ce 3d 03 01 07 03 04 00 04 01 02",
        "30 0f 30 09 06 07 2a 86 48 ce 3d 02 01 03 02 00 04",
        "30 1b 30 15 06 07 2a 86 48 ce 3d 02 01 06 08 2a 86 48 ce 3d 03 01 07 05 00 03 02 00 04",
        /* Ed25519: 31 bytes, parameters */
        "30 29 30 05 06 03 2b 65 70 03 20 00"
        "01020304050607080910111213141516171819202122232425262728293031",
        "30 2c 30 07 06 03 2b 65 70 05 00 03 21 00"
        "0102030405060708091011121314151617181920212223242526272829303132",
        /* RSA: no parameters, negative modulus, zero exponent, bytes behind, unused bits */
        "30 16 30 0b 06 09 2a 86 48 86 f7 0d 01 01 01 03 07 00 30 06 02 01 05 02 01 03",
        "30 1a 30 0d 06 09 2a 86 48 86 f7 0d 01 01 01 05 00 03 09 00 30 06 02 01 85 02 01 03",
        "30 1a 30 0d 06 09 2a 86 48 86 f7 0d 01 01 01 05 00 03 09 00 30 06 02 01 05 02 01 00",
        "30 1c 30 0d 06 09 2a 86 48 86 f7 0d 01 01 01 05 00 03 0b 00 30 06 02 01 05 02 01 03 05 00",
        "30 1a 30 0d 06 09 2a 86 48 86 f7 0d 01 01 01 05 00 03 09 01 30 06 02 01 05 02 01 04",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const bytes b = unhex(bad[i]);
        hs__spki key;
        if (read_one(of(&b), &key) == HS_OK) {
            fail_msg("taken: case %zu", i);
        }
    }
    /* A good one beside them, so that the cases fail for their own reasons. */
    const bytes good = unhex("30 1a 30 0d 06 09 2a 86 48 86 f7 0d 01 01 01 05 00"
                             "03 09 00 30 06 02 01 05 02 01 03");
    hs__spki key;
    assert_ok(read_one(of(&good), &key));
}

/* openssl x509 -ext subjectKeyIdentifier hashes with SHA-1; ours is RFC 7093's first method, so
 * it is computed here from the key's bytes. */
static void the_key_id_is_the_front_of_sha256(void **state) {
    (void)state;
    const hs__cert c = cert_of(der_of(openssl_pss_root));
    hs_provider *p = provider();
    hs__hash h = {0};
    uint8_t digest[HS__HASH_MAX];
    uint8_t id[HS__KEY_ID];
    assert_ok(p->hash_start(p, &h, HS__SHA256));
    assert_ok(p->hash_update(p, &h, c.key.bits.p, c.key.bits.n));
    assert_ok(p->hash_snapshot(p, &h, digest));
    p->hash_end(p, &h);
    assert_ok(hs__spki_key_id(p, &c.key.numbers, id));
    assert_memory_equal(id, digest, HS__KEY_ID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_of_openssl_are_read_and_written),
        cmocka_unit_test(the_rule_of_a_pss_key_is_read),
        cmocka_unit_test(unknown_keys_are_kept_as_unknown),
        cmocka_unit_test(broken_keys_are_refused),
        cmocka_unit_test(the_key_id_is_the_front_of_sha256),
    };
    return RUN(tests);
}
