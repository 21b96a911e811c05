/* RFC 4231 test cases 1, 2, 3, 6 and 7; RFC 2202 case 2 for SHA-1. */
#include "crypto/hmac.h"

#include "tests/unit/crypto/each_provider.h"

typedef struct {
    const char *key, *data;
    int key_repeat, data_repeat; /* the byte string is this often behind itself */
    const char *sha256, *sha384, *sha512;
} vector;

static const vector vectors[] = {
    {"0b", "4869205468657265", 20, 1,
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
     "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9"
     "cb6",
     "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
     "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"},
    {"4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f", 1, 1,
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
     "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21"
     "649",
     "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
     "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
    {"aa", "dd", 20, 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
     "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b2a5ab39dc13814b94e3ab6e101a34"
     "f27",
     "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39"
     "bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb"},
    {"aa",
     "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6"
     "579"
     "204669727374",
     131, 1, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
     "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44"
     "952",
     "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
     "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"},
};

enum { VECTORS = sizeof vectors / sizeof vectors[0] };

static bytes repeat(const char *hex, int times) {
    bytes one = unhex(hex);
    bytes all = {0};
    for (int i = 0; i < times; i++, all.n += one.n)
        memcpy(all.p + all.n, one.p, one.n);
    return all;
}

static void check(const hs_provider *p, hs__hash_id id, const vector *v, const char *expected) {
    bytes key = repeat(v->key, v->key_repeat);
    bytes data = repeat(v->data, v->data_repeat);
    bytes want = unhex(expected);
    uint8_t out[HS__HASH_MAX];
    const hs_span parts[] = {{data.p, 1}, {NULL, 0}, {data.p + 1, data.n - 1}};
    hs__hmac_key k = {0};

    assert_ok(hs__hmac(p, id, of(&key), parts, 3, out));
    assert_memory_equal(out, want.p, want.n);
    assert_ok(hs__hmac_key_set(p, &k, id, of(&key)));
    for (int round = 0; round < 3; round++) {
        memset(out, 0, sizeof out);
        assert_ok(hs__hmac_key_run(p, &k, parts, 3, out));
        assert_memory_equal(out, want.p, want.n);
    }
    hs__hmac_key_end(p, &k);
}

static void macs_are_those_of_rfc_4231(void **state) {
    const hs_provider *p = *state;
    for (size_t i = 0; i < VECTORS; i++) {
        check(p, HS__SHA256, &vectors[i], vectors[i].sha256);
        check(p, HS__SHA384, &vectors[i], vectors[i].sha384);
        check(p, HS__SHA512, &vectors[i], vectors[i].sha512);
    }
}

static void the_sha1_mac_is_that_of_rfc_2202(void **state) {
    const hs_provider *p = *state;
    check(p, HS__SHA1, &vectors[1], "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
}

static void the_result_may_overwrite_key_and_data(void **state) {
    const hs_provider *p = *state;
    bytes want = unhex(vectors[1].sha256);
    uint8_t buffer[HS__HASH_MAX] = "Jefe";
    const hs_span data = text("what do ya want for nothing?");
    assert_ok(hs__hmac(p, HS__SHA256, span_of(buffer, 4), &data, 1, buffer));
    assert_memory_equal(buffer, want.p, want.n);
}

static void an_empty_key_and_no_data_work(void **state) {
    const hs_provider *p = *state;
    uint8_t out[HS__HASH_MAX];
    bytes want = unhex("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
    assert_ok(hs__hmac(p, HS__SHA256, span_of(NULL, 0), NULL, 0, out));
    assert_memory_equal(out, want.p, want.n);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(macs_are_those_of_rfc_4231),
        cmocka_unit_test(the_sha1_mac_is_that_of_rfc_2202),
        cmocka_unit_test(the_result_may_overwrite_key_and_data),
        cmocka_unit_test(an_empty_key_and_no_data_work),
    };
    return EACH_PROVIDER(tests);
}
