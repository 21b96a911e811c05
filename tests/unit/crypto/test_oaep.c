/* RFC 8017 7.1. The ciphertexts were made with openssl pkeyutl 3.0. */
#include "crypto/oaep.h"

#include "tests/unit/crypto/each_provider.h"
#include "tests/unit/crypto/key_files.h"

static const hs_span no_password = {NULL, 0};
static const char message[] = "sixteen byte key";
static const hs__oaep sha256 = {HS__SHA256, HS__SHA256};

static const struct {
    hs__oaep how;
    const char *ct;
} vectors[] = {
    {{HS__SHA256, HS__SHA256},
     "3d60bb0ed6664f9c88b3e0419ebb16d453f4727c6a5cc1752aa941ada1b973d8565b3f18b659346e58bd487f"
     "4bc34b38ca81f8fd5511eec727d5c361c3353038aaff0165f167708107f51014e4305361a1b6a2e60514ba0b"
     "91a564eaf2bebcf90520c558d3de61a93080e585f457cf2654d560a5c37189814925b6e9b31a25b4a2fd1093"
     "baf2e33cc0c639980a65b9431787cb965414353aa352bca5de69b42efcb6aeda2a3aa4a7edd4fa9c3212f8b6"
     "862a2e17b8e9c02e043a4daed64e911d568b5718436994652d6ad87fa6365f3701a92ad36a605a8fcd1dc8ea"
     "083374011b1bec8382c0e46a8d93cdbe2b2d16f4895a69666d12763244c155a65137c6f0"},
    {{HS__SHA1, HS__SHA1},
     "385f682010cfba80fd4933c2bef9111388fb63fffab7bcb6858d9b5455aa5da19eb20d79bc2ac91200d372bd"
     "5b03f0ed92ccbaa9269b3f9507c338256e0bfed7e8c5ada7460062b8a5b94ac21d50d5c83582ea4fcabca5ba"
     "9080879f12750db7435d4d5a0060f8da9985a252634ad78602b3df6771219ba89ff2977cf1afb0bf8dcfd1f8"
     "7f82c102443cb25fc318e4ea343f2928b086b2db99de2dce9c2df4fcc56b80a470f6c0ca129a4f7804c30eb7"
     "4ff42c97676bc803a3cab86f583070ca4c9883365795c52817639909112883aec7cd2da6d2f4768dcef7385f"
     "af90cb8027d17b6dd10e9d54721c792465bb2d8cf7a46fb55783dddc8f98b9421779787a"},
    {{HS__SHA512, HS__SHA1},
     "6ff5edadefb43354f3c3004d476533c439d193f580dfc89543ac5562d2c55732792ce77640bbd85c05f04518"
     "ea9f4700a14b410c6ecad9e6223b5207b25d8069bf902f906ca7351de989c886db81f11b69332b890c54ebc5"
     "179930d6473501e2c499b8c9dc2d7ffdec1a5694b8861b4dd5e42e8a569f22734a4d06cb424b47d32d63962d"
     "55e6181ec579b014bc0000142976528f1bc933484c5847b051e6ee8ca1f33b46b001dd5b789f95328237eff6"
     "d5d8565c8572769b971685b038e318d2316c95318628399e2132763d10f79b6e392fcd9a9eb0c9b2d7b21705"
     "478ee25a4e86fee124a48f4cff298fc2ff0b66e34eeab1dadb574f15292f219225e41b30"},
};

static hs__private_key *load(const hs_provider *p, const char *file) {
    hs__private_key *k;
    assert_ok(p->key_load(p, text(file), no_password, &k));
    return k;
}

static void what_openssl_encrypted_comes_back(void **state) {
    const hs_provider *p = *state;
    hs__private_key *k = load(p, file_rsa_pkcs8);
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        uint8_t out[64];
        size_t n = 0;
        bytes ct = unhex(vectors[i].ct);
        assert_ok(hs__oaep_decrypt(p, k, vectors[i].how, of(&ct), sizeof out, out, &n));
        assert_int_equal(n, strlen(message));
        assert_memory_equal(out, message, n);
    }
    p->key_free(p, k);
}

static void what_is_encrypted_here_comes_back(void **state) {
    const hs_provider *p = *state;
    hs__private_key *k = load(p, file_rsa_pkcs8);
    hs__public_numbers v;
    uint8_t ct[HS__RSA_CIPHERTEXT_MAX];
    uint8_t again[HS__RSA_CIPHERTEXT_MAX];
    uint8_t out[256];
    uint8_t msg[256];
    size_t ct_n;
    size_t n;
    assert_ok(p->key_public(p, k, &v));
    const size_t most = v.n.n - 2 * 32 - 2;
    memset(msg, 0, sizeof msg); /* zeros are content, too */
    for (size_t len = 0; len <= most; len += most / 2) {
        assert_ok(hs__oaep_encrypt(p, &v, sha256, span_of(msg, len), ct, &ct_n));
        assert_ok(hs__oaep_encrypt(p, &v, sha256, span_of(msg, len), again, &ct_n));
        assert_int_equal(ct_n, v.n.n);
        assert_memory_not_equal(ct, again, ct_n);
        assert_ok(hs__oaep_decrypt(p, k, sha256, span_of(ct, ct_n), sizeof out, out, &n));
        assert_int_equal(n, len);
        assert_memory_equal(out, msg, len);
    }
    assert_status(hs__oaep_encrypt(p, &v, sha256, span_of(msg, most + 1), ct, &ct_n),
                  HS_E_NO_SPACE);
    p->key_free(p, k);
}

static void whatever_is_wrong_is_one_error(void **state) {
    const hs_provider *p = *state;
    hs__private_key *k = load(p, file_rsa_pkcs8);
    uint8_t out[64];
    size_t n;
    bytes ct = unhex(vectors[0].ct);
    assert_status(hs__oaep_decrypt(p, k, vectors[1].how, of(&ct), sizeof out, out, &n),
                  HS_E_CMS_KEY);
    assert_status(hs__oaep_decrypt(p, k, sha256, of(&ct), strlen(message) - 1, out, &n),
                  HS_E_CMS_KEY);
    assert_status(hs__oaep_decrypt(p, k, sha256, span_of(ct.p, ct.n - 1), sizeof out, out, &n),
                  HS_E_CMS_KEY);
    for (size_t i = 0; i < ct.n; i += 37) {
        ct.p[i] ^= 1;
        assert_status(hs__oaep_decrypt(p, k, sha256, of(&ct), sizeof out, out, &n), HS_E_CMS_KEY);
        ct.p[i] ^= 1;
    }
    memset(ct.p, 0xff, ct.n); /* more than the modulus */
    assert_status(hs__oaep_decrypt(p, k, sha256, of(&ct), sizeof out, out, &n), HS_E_CMS_KEY);
    p->key_free(p, k);
}

/* Encrypts a block that is not OAEP, or not quite. */
static hs_status decrypt_block(const hs_provider *p, const hs__private_key *k,
                               const hs__public_numbers *v, uint8_t *block) {
    hs__public_key *to;
    uint8_t out[256];
    size_t n;
    assert_ok(p->public_new(p, v, &to));
    assert_ok(p->rsa_public(p, to, block));
    p->public_free(p, to);
    return hs__oaep_decrypt(p, k, sha256, span_of(block, v->n.n), sizeof out, out, &n);
}

static void each_part_of_the_block_counts(void **state) {
    const hs_provider *p = *state;
    hs__private_key *k = load(p, file_rsa_pkcs8);
    hs__public_numbers v;
    assert_ok(p->key_public(p, k, &v));
    bytes ct = unhex(vectors[0].ct);
    uint8_t good[256];
    memcpy(good, ct.p, ct.n);
    assert_ok(p->rsa_private(p, k, good));
    /* The first byte; the seed; the label's hash; the zeros; the 01 behind them. */
    static const struct {
        size_t at;
        uint8_t flip;
    } cases[] = {{0, 1}, {1, 1}, {33, 1}, {65, 1}, {256 - 17, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t block[256];
        memcpy(block, good, sizeof block);
        block[cases[i].at] ^= cases[i].flip;
        assert_status(decrypt_block(p, k, &v, block), HS_E_CMS_KEY);
    }
    uint8_t block[256];
    memcpy(block, good, sizeof block);
    assert_ok(decrypt_block(p, k, &v, block));
    p->key_free(p, k);
}

static void other_keys_are_refused(void **state) {
    const hs_provider *p = *state;
    hs__private_key *k = load(p, file_p256_pkcs8);
    hs__public_numbers v;
    uint8_t ct[HS__RSA_CIPHERTEXT_MAX] = {0};
    size_t n;
    assert_ok(p->key_public(p, k, &v));
    assert_status(hs__oaep_encrypt(p, &v, sha256, text(message), ct, &n), HS_E_KEY_TYPE);
    assert_status(hs__oaep_decrypt(p, k, sha256, span_of(ct, 256), 64, ct, &n), HS_E_KEY_TYPE);
    assert_status(p->rsa_private(p, k, ct), HS_E_KEY_TYPE);
    p->key_free(p, k);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_openssl_encrypted_comes_back),
        cmocka_unit_test(what_is_encrypted_here_comes_back),
        cmocka_unit_test(whatever_is_wrong_is_one_error),
        cmocka_unit_test(each_part_of_the_block_counts),
        cmocka_unit_test(other_keys_are_refused),
    };
    return EACH_PROVIDER(tests);
}
