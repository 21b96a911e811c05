/* RFC 6070 (SHA-1) and RFC 7914 section 11 (SHA-256). */
#include "crypto/pbkdf2.h"

#include "tests/unit/crypto/each_provider.h"

static const struct {
    hs__hash_id id;
    const char *password, *salt;
    unsigned iterations;
    const char *key;
} vectors[] = {
    {HS__SHA1, "password", "salt", 1, "0c60c80f961f0e71f3a9b524af6012062fe037a6"},
    {HS__SHA1, "password", "salt", 2, "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957"},
    {HS__SHA1, "password", "salt", 4096, "4b007901b765489abead49d926f721d065a429c1"},
    {HS__SHA1, "passwordPASSWORDpassword", "saltSALTsaltSALTsaltSALTsaltSALTsalt", 4096,
     "3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038"},
    {HS__SHA256, "passwd", "salt", 1,
     "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
     "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783"},
};

static void keys_are_the_published_ones(void **state) {
    const hs_provider *p = *state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        bytes want = unhex(vectors[i].key);
        uint8_t out[64];
        assert_ok(hs__pbkdf2(p, vectors[i].id, text(vectors[i].password), text(vectors[i].salt),
                             vectors[i].iterations, out, want.n));
        assert_memory_equal(out, want.p, want.n);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_the_published_ones),
    };
    return EACH_PROVIDER(tests);
}
