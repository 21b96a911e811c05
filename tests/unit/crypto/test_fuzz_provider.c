#include "tests/lib/fuzz_provider.h"

#include "crypto/hkdf.h"
#include "crypto/ids.h"
#include "tests/unit/crypto/each_provider.h"
#include "tests/unit/crypto/key_files.h"

static hs_provider *wrap(void **state) {
    hs_provider *p;
    assert_ok(hs__fuzz_provider_new(*state, &p));
    return p;
}

static void secrets_do_not_depend_on_the_messages(void **state) {
    hs_provider *p = wrap(state);
    uint8_t a[48];
    uint8_t b[48];
    assert_ok(hs__hkdf_expand_label(p, HS__SHA384, text("x"), "key", text("y"), a, 48));
    assert_ok(hs__hkdf_expand_label(p, HS__SHA384, text("z"), "iv", text(""), b, 48));
    assert_memory_equal(a, b, 48);
    hs_provider_unref(p);
}

static void sealing_copies_and_opening_wants_the_tag(void **state) {
    hs_provider *p = wrap(state);
    const uint8_t nonce[HS__AEAD_NONCE] = {0};
    uint8_t out[6 + HS__AEAD_TAG];
    size_t n;
    hs__aead *a;
    assert_ok(p->aead_new(p, HS__AES_128_GCM, nonce, true, &a));
    assert_ok(p->aead_seal(p, a, nonce, text(""), (const uint8_t *)"hello", 5, (const uint8_t *)"!",
                           1, out));
    assert_memory_equal(out, "hello!TTTTTTTTTTTTTTTT", sizeof out);
    assert_ok(p->aead_open(p, a, nonce, text(""), out, sizeof out, &n));
    assert_int_equal(n, 6);
    out[sizeof out - 1] ^= 1;
    assert_status(p->aead_open(p, a, nonce, text(""), out, sizeof out, &n), HS_E_BAD_RECORD_MAC);
    p->aead_free(p, a);
    hs_provider_unref(p);
}

static void both_sides_get_the_same_secret(void **state) {
    hs_provider *p = wrap(state);
    for (const uint16_t *g = p->groups; *g; g++) {
        uint8_t share[HS__SHARE_MAX];
        uint8_t answer[HS__SHARE_MAX];
        uint8_t a[HS__KEX_SECRET_MAX];
        uint8_t b[HS__KEX_SECRET_MAX];
        size_t n;
        size_t secret_n;
        hs__kex *k;
        assert_ok(p->kex_generate(p, *g, &k, share, &n));
        assert_ok(hs__share_check(*g, true, span_of(share, n)));
        assert_ok(p->kex_respond(p, *g, span_of(share, n), answer, &n, a, &secret_n, NULL));
        assert_ok(p->kex_agree(p, k, span_of(answer, n), b, &secret_n));
        assert_memory_equal(a, b, secret_n);
        assert_status(p->kex_agree(p, k, span_of(answer, n - 1), b, &secret_n), HS_E_BAD_POINT);
        p->kex_free(p, k);
    }
    hs_provider_unref(p);
}

static void any_signature_verifies(void **state) {
    hs_provider *p = wrap(state);
    const hs__sig_alg alg = {HS__SIG_ECDSA, HS__SHA256, 0};
    uint8_t sig[HS__SIGNATURE_MAX];
    size_t n;
    hs__private_key *k;
    hs__public_key *pub;
    hs__public_numbers v;
    assert_ok(p->key_load(p, text(file_p256_pkcs8), (hs_span){NULL, 0}, &k));
    assert_ok(p->key_sign(p, k, alg, text("m"), sig, &n));
    assert_ok(p->key_public(p, k, &v));
    assert_ok(p->public_new(p, &v, &pub));
    assert_ok(p->public_verify(p, pub, alg, text("other"), span_of(sig, 1)));
    p->public_free(p, pub);
    p->key_free(p, k);
    hs_provider_unref(p);
}

static void any_ciphertext_holds_the_same_premaster(void **state) {
    hs_provider *p = wrap(state);
    const uint8_t zeros[HS__PREMASTER] = {0};
    uint8_t ct[HS__RSA_CIPHERTEXT_MAX];
    uint8_t out[HS__PREMASTER];
    size_t n;
    hs__private_key *k;
    hs__public_key *pub;
    hs__public_numbers v;
    assert_ok(p->key_load(p, text(file_rsa_pkcs8), (hs_span){NULL, 0}, &k));
    assert_ok(p->key_public(p, k, &v));
    assert_ok(p->public_new(p, &v, &pub));
    assert_ok(p->rsa_encrypt_premaster(p, pub, zeros, ct, &n));
    assert_int_equal(n, 256);
    assert_ok(p->rsa_premaster(p, k, span_of(ct, 3), 0x0303, zeros, out));
    assert_memory_equal(out, "\x03\x03ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ", sizeof out);
    p->public_free(p, pub);
    p->key_free(p, k);
    hs_provider_unref(p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_do_not_depend_on_the_messages),
        cmocka_unit_test(sealing_copies_and_opening_wants_the_tag),
        cmocka_unit_test(both_sides_get_the_same_secret),
        cmocka_unit_test(any_signature_verifies),
        cmocka_unit_test(any_ciphertext_holds_the_same_premaster),
    };
    return EACH_PROVIDER(tests);
}
