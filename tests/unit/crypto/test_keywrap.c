/* RFC 3394 section 4. */
#include "crypto/keywrap.h"

#include "tests/unit/crypto/each_provider.h"

static const struct {
    const char *kek, *key, *wrapped;
} vectors[] = {
    {"000102030405060708090a0b0c0d0e0f", "00112233445566778899aabbccddeeff",
     "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"},
    {"000102030405060708090a0b0c0d0e0f1011121314151617", "00112233445566778899aabbccddeeff",
     "96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d"},
    {"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "00112233445566778899aabbccddeeff", "64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7"},
    {"000102030405060708090a0b0c0d0e0f1011121314151617",
     "00112233445566778899aabbccddeeff0001020304050607",
     "031d33264e15d33268f24ec260743edce1c6c7ddee725a936ba814915c6762d2"},
    {"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "00112233445566778899aabbccddeeff0001020304050607",
     "a8f9bc1612c68b3ff6e6f4fbe30e71e4769c8b80a32cb8958cd5d17d6b254da1"},
    {"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f",
     "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"},
};

static void wrapping_gives_the_published_bytes(void **state) {
    const hs_provider *p = *state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        uint8_t out[HS__KEYWRAP_MAX + HS__KEYWRAP_MORE];
        size_t n;
        bytes kek = unhex(vectors[i].kek);
        bytes key = unhex(vectors[i].key);
        bytes wrapped = unhex(vectors[i].wrapped);
        assert_ok(hs__key_wrap(p, of(&kek), of(&key), out));
        assert_memory_equal(out, wrapped.p, wrapped.n);
        assert_ok(hs__key_unwrap(p, of(&kek), of(&wrapped), out, &n));
        assert_int_equal(n, key.n);
        assert_memory_equal(out, key.p, n);
    }
}

static void what_was_not_wrapped_does_not_unwrap(void **state) {
    const hs_provider *p = *state;
    uint8_t out[HS__KEYWRAP_MAX];
    static const uint8_t zeros[HS__KEYWRAP_MAX];
    size_t n;
    bytes kek = unhex(vectors[5].kek);
    bytes wrapped = unhex(vectors[5].wrapped);
    for (size_t i = 0; i < wrapped.n; i++) {
        wrapped.p[i] ^= 0x10;
        assert_status(hs__key_unwrap(p, of(&kek), of(&wrapped), out, &n), HS_E_CMS_KEY);
        assert_memory_equal(out, zeros, wrapped.n - 8); /* nothing of it stays */
        wrapped.p[i] ^= 0x10;
    }
    for (size_t len = 0; len < wrapped.n; len++)
        assert_status(hs__key_unwrap(p, of(&kek), span_of(wrapped.p, len), out, &n), HS_E_CMS_KEY);
    uint8_t long_one[HS__KEYWRAP_MAX + 16] = {0};
    assert_status(hs__key_unwrap(p, of(&kek), span_of(long_one, sizeof long_one), out, &n),
                  HS_E_CMS_KEY);
}

static void only_whole_halves_are_wrapped(void **state) {
    const hs_provider *p = *state;
    uint8_t key[HS__KEYWRAP_MAX + 8] = {0};
    uint8_t out[HS__KEYWRAP_MAX + HS__KEYWRAP_MORE];
    static const size_t lengths[] = {0, 8, 15, 17, HS__KEYWRAP_MAX + 8};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        assert_status(hs__key_wrap(p, span_of(key, 16), span_of(key, lengths[i]), out),
                      HS_E_MISUSE);
    assert_status(hs__key_wrap(p, span_of(key, 15), span_of(key, 16), out), HS_E_MISUSE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrapping_gives_the_published_bytes),
        cmocka_unit_test(what_was_not_wrapped_does_not_unwrap),
        cmocka_unit_test(only_whole_halves_are_wrapped),
    };
    return EACH_PROVIDER(tests);
}
