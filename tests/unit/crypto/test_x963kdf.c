/* The first vector is NIST's (CAVP, ANS X9.63-2001, SHA-256, count 0), the others are by openssl
 * kdf X963KDF 3.0: with info, and over more than one block. */
#include "crypto/x963kdf.h"

#include "tests/unit/crypto/each_provider.h"

#define SECRET "96c05619d56c328ab95fe84b18264b08725b85e33fd34f08"

static const struct {
    hs__hash_id hash;
    const char *info, *key;
} vectors[] = {
    {HS__SHA256, "", "443024c3dae66b95e6f5670601558f71"},
    {HS__SHA256, "75eef81aa3041e33b80971203d2c0c52",
     "26b9461766a0328023b357b36635626e967900b9f0356030129fd7dc8d1fd1e890eaabee008aa5d67d7d8d9217cd"
     "cf6a45ee"},
    {HS__SHA1, "0102",
     "87f3a75b60e9c92465a87455cb2b6d93f11f7ff89dca8ef80bb8a5d655961673840d41fce1811288af6ed066c8f8"
     "35b9"},
};

static void keys_are_the_published_ones(void **state) {
    const hs_provider *p = *state;
    bytes z = unhex(SECRET);
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        bytes info = unhex(vectors[i].info);
        bytes want = unhex(vectors[i].key);
        uint8_t out[64];
        for (size_t n = 0; n <= want.n; n++) {
            memset(out, 0xee, sizeof out);
            assert_ok(hs__x963_kdf(p, vectors[i].hash, of(&z), of(&info), out, n));
            assert_memory_equal(out, want.p, n);
            assert_int_equal(out[n], 0xee);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_the_published_ones),
    };
    return EACH_PROVIDER(tests);
}
