/* RFC 3218: who sends a wrapped key that is no good gets no answer but a random key. The premaster
 * of TLS is tested in test_premaster.c, byte by byte. */
#include "crypto/pkcs1.h"

#include "tests/unit/crypto/each_provider.h"
#include "tests/unit/crypto/key_files.h"

static const hs_span no_password = {NULL, 0};
static const char message[] = "sixteen byte key";
enum { KEY = 16 };

/* Made with openssl pkeyutl 3.0. */
static const char openssl_ct[] =
    "97a34fd3e27da686ce5a625d003756d8976257fb7c04849d757836e84bccd4cfc55f7e17a86d608b4b6a387b"
    "7edc5c62b7cb52a79541345bcce29be475ea740961a302fb5cbdf3718606a0cff0a8ad0ce4957797eb73d971"
    "3238d183be72843fc89cb2d2b8b6bdc8ec0d09ef0ff97bfc2dd6030d8f0ff4ba62fb5e611b7a3da7aab0c36e"
    "a815700a3f48bdaa2f53b3dae6ae63d20704480be48d0fd50459d21fce070a1860b8ab82f78adb05c51490c7"
    "9e367f395f06594fd822fac779da50dad83685942891c517b7179c3114da9bc9106c31ff4849621204e4a2a2"
    "1073b608d90eb9ac9dacc256a66dd2f02375ee69e5dcff699588e0c6d490cbbd8e3e4255";

static hs__private_key *load(const hs_provider *p, const char *file) {
    hs__private_key *k;
    assert_ok(p->key_load(p, text(file), no_password, &k));
    return k;
}

static void what_openssl_encrypted_comes_back(void **state) {
    const hs_provider *p = *state;
    hs__private_key *k = load(p, file_rsa_pkcs8);
    bytes ct = unhex(openssl_ct);
    uint8_t out[KEY];
    assert_ok(hs__pkcs1_decrypt(p, k, of(&ct), KEY, out));
    assert_memory_equal(out, message, KEY);
    p->key_free(p, k);
}

/* A random key, and another one each time. */
static void must_be_random(const hs_provider *p, const hs__private_key *k, hs_span ct, size_t n) {
    uint8_t one[64];
    uint8_t two[64];
    assert_ok(hs__pkcs1_decrypt(p, k, ct, n, one));
    assert_ok(hs__pkcs1_decrypt(p, k, ct, n, two));
    assert_memory_not_equal(one, two, n);
    assert_memory_not_equal(one, message, KEY);
}

static void whatever_is_wrong_gives_a_random_key(void **state) {
    const hs_provider *p = *state;
    hs__private_key *k = load(p, file_rsa_pkcs8);
    bytes ct = unhex(openssl_ct);
    must_be_random(p, k, of(&ct), KEY + 1);
    must_be_random(p, k, of(&ct), KEY - 1);
    must_be_random(p, k, span_of(ct.p, ct.n - 1), KEY);
    must_be_random(p, k, span_of(ct.p, 0), KEY);
    for (size_t i = 0; i < ct.n; i += 61) {
        ct.p[i] ^= 1;
        must_be_random(p, k, of(&ct), KEY);
        ct.p[i] ^= 1;
    }
    memset(ct.p, 0xff, ct.n);
    must_be_random(p, k, of(&ct), KEY);
    p->key_free(p, k);
}

static void other_keys_and_lengths_are_refused(void **state) {
    const hs_provider *p = *state;
    hs__private_key *k = load(p, file_p256_pkcs8);
    uint8_t out[80];
    bytes ct = unhex(openssl_ct);
    assert_status(hs__pkcs1_decrypt(p, k, of(&ct), KEY, out), HS_E_KEY_TYPE);
    assert_status(hs__pkcs1_decrypt(p, k, of(&ct), 65, out), HS_E_MISUSE);
    p->key_free(p, k);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_openssl_encrypted_comes_back),
        cmocka_unit_test(whatever_is_wrong_gives_a_random_key),
        cmocka_unit_test(other_keys_and_lengths_are_refused),
    };
    return EACH_PROVIDER(tests);
}
