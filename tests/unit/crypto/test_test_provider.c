#include "tests/lib/test_provider.h"

#include "tests/unit/crypto/each_provider.h"
#include "tests/unit/crypto/key_files.h"

static hs_provider *wrap(void **state) {
    hs_provider *inner = *state;
    hs_provider *p;
    assert_ok(hs__test_provider_new(inner, &p));
    assert_string_equal(hs_provider_name(p), hs_provider_name(inner));
    return p;
}

static void queued_bytes_come_in_order_then_real_ones(void **state) {
    hs_provider *p = wrap(state);
    uint8_t out[4] = {0};
    assert_ok(hs__test_provider_push_random(p, "abcd", 4));
    assert_ok(hs__test_provider_push_random(p, "efgh", 4));
    assert_int_equal(hs__test_provider_left(p), 2);
    assert_ok(p->random(p, out, 4));
    assert_memory_equal(out, "abcd", 4);
    assert_status(p->random(p, out, 3), HS_E_RANDOM); /* not what the test expected */
    assert_int_equal(hs__test_provider_left(p), 0);
    assert_ok(p->random(p, out, 4));
    hs_provider_unref(p);
}

static void queued_private_values_make_the_known_shares(void **state) {
    hs_provider *p = wrap(state);
    bytes alice = unhex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    bytes bob = unhex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
    bytes alice_share = unhex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    bytes bob_share = unhex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    bytes secret = unhex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
    uint8_t share[HS__SHARE_MAX];
    uint8_t out[HS__KEX_SECRET_MAX];
    size_t n;
    size_t out_n;
    hs__kex *k;
    assert_ok(hs__test_provider_push_private(p, HS__GROUP_X25519, alice.p, alice.n));
    assert_ok(hs__test_provider_push_private(p, HS__GROUP_X25519, bob.p, bob.n));
    /* Another group does not take them. */
    assert_ok(p->kex_generate(p, HS__GROUP_SECP256R1, &k, share, &n));
    p->kex_free(p, k);
    assert_ok(p->kex_generate(p, HS__GROUP_X25519, &k, share, &n));
    assert_memory_equal(share, alice_share.p, 32);
    p->kex_free(p, k);
    assert_ok(p->kex_respond(p, HS__GROUP_X25519, of(&alice_share), share, &n, out, &out_n, &k));
    assert_memory_equal(share, bob_share.p, 32);
    assert_memory_equal(out, secret.p, 32);
    p->kex_free(p, k);
    assert_int_equal(hs__test_provider_left(p), 0);
    hs_provider_unref(p);
}

static void a_queued_ciphertext_is_what_encrypting_gives(void **state) {
    hs_provider *p = wrap(state);
    const uint8_t secret[HS__PREMASTER] = {3, 3};
    uint8_t ct[HS__RSA_CIPHERTEXT_MAX];
    size_t n;
    hs__private_key *k;
    hs__public_key *pub;
    hs__public_numbers v;
    assert_ok(p->key_load(p, text(file_rsa_pkcs8), (hs_span){NULL, 0}, &k));
    assert_ok(p->key_public(p, k, &v));
    assert_ok(p->public_new(p, &v, &pub));
    assert_ok(hs__test_provider_push_ciphertext(p, "known", 5));
    assert_ok(p->rsa_encrypt_premaster(p, pub, secret, ct, &n));
    assert_int_equal(n, 5);
    assert_memory_equal(ct, "known", 5);
    assert_ok(p->rsa_encrypt_premaster(p, pub, secret, ct, &n));
    assert_int_equal(n, 256); /* the real thing again */
    p->public_free(p, pub);
    p->key_free(p, k);
    hs_provider_unref(p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queued_bytes_come_in_order_then_real_ones),
        cmocka_unit_test(queued_private_values_make_the_known_shares),
        cmocka_unit_test(a_queued_ciphertext_is_what_encrypting_gives),
    };
    return EACH_PROVIDER(tests);
}
