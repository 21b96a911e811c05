/* RFC 5869 appendix A, and the key schedule of RFC 8448 section 3. */
#include "crypto/hkdf.h"

#include "tests/unit/crypto/each_provider.h"

static const struct {
    hs__hash_id id;
    const char *ikm, *salt, *info, *prk, *okm;
} vectors[] = {
    {HS__SHA256, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
     "f0f1f2f3f4f5f6f7f8f9", "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
     "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"},
    {HS__SHA256,
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2"
     "e2f"
     "303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
     "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8"
     "e8f"
     "909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
     "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcddd"
     "edf"
     "e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
     "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
     "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590"
     "e09"
     "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"},
    {HS__SHA256, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
     "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
     "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"},
    {HS__SHA1, "0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
     "9b6c18c432a7bf8f0e71c8eb88f4b30baa2ba243",
     "085a01ea1b10f36933068b56efa5ad81a4f14b822f5b091568a9cdd4f155fda2c22e422478d305f3f896"},
};

static void extract_and_expand_are_those_of_rfc_5869(void **state) {
    const hs_provider *p = *state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        bytes ikm = unhex(vectors[i].ikm);
        bytes salt = unhex(vectors[i].salt);
        bytes info = unhex(vectors[i].info);
        bytes prk = unhex(vectors[i].prk);
        bytes okm = unhex(vectors[i].okm);
        uint8_t out[256];
        assert_ok(hs__hkdf_extract(p, vectors[i].id, of(&salt), of(&ikm), out));
        assert_memory_equal(out, prk.p, prk.n);
        assert_ok(hs__hkdf_expand(p, vectors[i].id, of(&prk), of(&info), out, okm.n));
        assert_memory_equal(out, okm.p, okm.n);
    }
}

static void assert_derives(const hs_provider *p, const char *secret, const char *label,
                           const char *context, const char *expected) {
    bytes s = unhex(secret);
    bytes c = unhex(context);
    bytes want = unhex(expected);
    uint8_t out[64];
    assert_ok(hs__hkdf_expand_label(p, HS__SHA256, of(&s), label, of(&c), out, want.n));
    assert_memory_equal(out, want.p, want.n);
}

static const char hash_of_nothing[] =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
static const char hash_of_hellos[] =
    "860c06edc07858ee8e78f0e7428c58edd6b43f2ca3e6e95f02ed063cf0e1cad8";
static const char handshake_secret[] =
    "1dc826e93606aa6fdc0aadc12f741b01046aa6b99f691ed221a9f0ca043fbeac";
static const char server_handshake_traffic[] =
    "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38";

static void expand_label_gives_the_secrets_of_rfc_8448(void **state) {
    const hs_provider *p = *state;
    assert_derives(p, "33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a", "derived",
                   hash_of_nothing,
                   "6f2615a108c702c5678f54fc9dbab69716c076189c48250cebeac3576c3611ba");
    assert_derives(p, handshake_secret, "c hs traffic", hash_of_hellos,
                   "b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21");
    assert_derives(p, handshake_secret, "s hs traffic", hash_of_hellos, server_handshake_traffic);
    assert_derives(p, handshake_secret, "derived", hash_of_nothing,
                   "43de77e0c77713859a944db9db2590b53190a65b3ee2e4f12dd7a0bb7ce254b4");
    assert_derives(p, server_handshake_traffic, "key", "", "3fce516009c21727d0f2e4e86ee403bc");
    assert_derives(p, server_handshake_traffic, "iv", "", "5d313eb2671276ee13000b30");
}

static void early_and_handshake_secret_are_those_of_rfc_8448(void **state) {
    const hs_provider *p = *state;
    uint8_t zeros[32] = {0};
    uint8_t out[32];
    bytes early = unhex("33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a");
    bytes salt = unhex("6f2615a108c702c5678f54fc9dbab69716c076189c48250cebeac3576c3611ba");
    bytes ikm = unhex("8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d");
    bytes want = unhex(handshake_secret);
    assert_ok(hs__hkdf_extract(p, HS__SHA256, span_of(NULL, 0), span_of(zeros, 32), out));
    assert_memory_equal(out, early.p, 32);
    assert_ok(hs__hkdf_extract(p, HS__SHA256, of(&salt), of(&ikm), out));
    assert_memory_equal(out, want.p, 32);
}

static void lengths_that_do_not_fit_are_refused(void **state) {
    const hs_provider *p = *state;
    static uint8_t out[255 * 32 + 1];
    static uint8_t context[256];
    char label[251];
    hs_span secret = span_of(context, 32);
    hs_span none = {NULL, 0};
    memset(label, 'x', sizeof label);
    label[250] = 0;

    assert_ok(hs__hkdf_expand(p, HS__SHA256, secret, none, out, 255 * 32));
    assert_status(hs__hkdf_expand(p, HS__SHA256, secret, none, out, 255 * 32 + 1), HS_E_MISUSE);
    assert_status(hs__hkdf_expand_label(p, HS__SHA256, secret, label, none, out, 1), HS_E_MISUSE);
    assert_ok(hs__hkdf_expand_label(p, HS__SHA256, secret, label + 1, none, out, 1));
    assert_status(hs__hkdf_expand_label(p, HS__SHA256, secret, "", none, out, 1), HS_E_MISUSE);
    assert_ok(hs__hkdf_expand_label(p, HS__SHA256, secret, "a", span_of(context, 255), out, 1));
    assert_status(hs__hkdf_expand_label(p, HS__SHA256, secret, "a", span_of(context, 256), out, 1),
                  HS_E_MISUSE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(extract_and_expand_are_those_of_rfc_5869),
        cmocka_unit_test(expand_label_gives_the_secrets_of_rfc_8448),
        cmocka_unit_test(early_and_handshake_secret_are_those_of_rfc_8448),
        cmocka_unit_test(lengths_that_do_not_fit_are_refused),
    };
    return EACH_PROVIDER(tests);
}
