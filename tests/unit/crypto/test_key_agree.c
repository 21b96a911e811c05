/* ECDH of a long-term key. The peers' points and the secrets are by openssl pkeyutl -derive 3.0. */
#include "tests/unit/crypto/each_provider.h"
#include "tests/unit/crypto/key_files.h"

static const hs_span no_password = {NULL, 0};

static const struct {
    const char *key;
    uint16_t group;
    const char *point, *secret;
} vectors[] = {
    {file_p256_pkcs8, HS__GROUP_SECP256R1,
     "046cb2450ce8f0d906820d0ee29815250e37682010440874c629b2a2ad96239f18626543"
     "8b134ee5ac5eac682d066091f8af846cb1f9a82bdb21612032a7139c7f",
     "d4bfcd982dc43508a4f6b4cfa53cc52c91e463d7ae57b313d4f2563ff8c60fd2"},
    {file_p384_pkcs8, HS__GROUP_SECP384R1,
     "04f52b8b7ada123e63de60d01374e8d80d2992ac11364e6bd9b41cdfce5a80a6ff9d6867"
     "0d039f94abdecdcee209775b1248d80595756fba89be3aa42da3029211526e9b089e28c7"
     "0da4971f63793132d58baa036834e5cff207aa2380fe7d1425",
     "f61b0cfcec24e5559d2453c0f3e634e7c4304ff0e146a626edf0c5a4a5c255e933ba4a21"
     "0d53d6aa2f131f94b79735af"},
    {file_p521_pkcs8, HS__GROUP_SECP521R1,
     "040052deac6d02b3394f7fe767993231a39e36603f995a73f3b95ad74ed174170bc00418"
     "f8aa9b1a5903794e448a180bb779fbb7ad2389168c63adafe62c663d6efdd0018a702e08"
     "fa924bad2b84fa4b7a1c6dda5dba25c9b34a1fe7fffaa08779ef333176bb80e38b742ce4"
     "abdf7c02ac6d233dbe9d716de2cb4c7cc9272271b335154c7e",
     "018e1b9d0267b634c998e9f4b2181d5cbaa0c7dba45f2e4d7dd326beb69fefb14dd81b07"
     "ff76d072dc392b2d9e4e217fa8c528e18f39fa92883cc292d87658d0f083"},
};
enum { VECTORS = sizeof vectors / sizeof vectors[0] };

static hs__private_key *load(const hs_provider *p, const char *file) {
    hs__private_key *k;
    assert_ok(p->key_load(p, text(file), no_password, &k));
    return k;
}

static void secrets_are_those_of_openssl(void **state) {
    const hs_provider *p = *state;
    for (size_t i = 0; i < VECTORS; i++) {
        hs__private_key *k = load(p, vectors[i].key);
        bytes point = unhex(vectors[i].point);
        bytes want = unhex(vectors[i].secret);
        uint8_t secret[HS__KEX_SECRET_MAX];
        size_t n = 0;
        assert_ok(p->key_agree(p, k, of(&point), secret, &n));
        assert_int_equal(n, want.n);
        assert_memory_equal(secret, want.p, n);
        p->key_free(p, k);
    }
}

/* As a sender does it: an ephemeral key, and the receiver's point from its certificate. */
static void both_ends_get_the_same(void **state) {
    const hs_provider *p = *state;
    for (size_t i = 0; i < VECTORS; i++) {
        hs__private_key *k = load(p, vectors[i].key);
        hs__public_numbers v;
        hs__kex *kex;
        uint8_t share[HS__SHARE_MAX];
        uint8_t one[HS__KEX_SECRET_MAX];
        uint8_t two[HS__KEX_SECRET_MAX];
        size_t share_n;
        size_t one_n;
        size_t two_n;
        assert_ok(p->key_public(p, k, &v));
        assert_ok(p->kex_generate(p, vectors[i].group, &kex, share, &share_n));
        assert_ok(p->kex_agree(p, kex, v.point, one, &one_n));
        assert_ok(p->key_agree(p, k, span_of(share, share_n), two, &two_n));
        assert_int_equal(one_n, two_n);
        assert_memory_equal(one, two, one_n);
        p->kex_free(p, kex);
        p->key_free(p, k);
    }
}

static void bad_points_are_refused(void **state) {
    const hs_provider *p = *state;
    hs__private_key *k = load(p, file_p256_pkcs8);
    uint8_t secret[HS__KEX_SECRET_MAX];
    size_t n;
    bytes point = unhex(vectors[0].point);
    bytes other = unhex(vectors[1].point);
    assert_status(p->key_agree(p, k, of(&other), secret, &n), HS_E_BAD_POINT);
    assert_status(p->key_agree(p, k, span_of(point.p, point.n - 1), secret, &n), HS_E_BAD_POINT);
    assert_status(p->key_agree(p, k, span_of(point.p, 0), secret, &n), HS_E_BAD_POINT);
    point.p[64] ^= 1; /* not on the curve: what an invalid-curve attack sends */
    assert_status(p->key_agree(p, k, of(&point), secret, &n), HS_E_BAD_POINT);
    point.p[64] ^= 1;
    point.p[0] = 0x06; /* hybrid */
    assert_status(p->key_agree(p, k, of(&point), secret, &n), HS_E_BAD_POINT);
    point.p[0] = 0x02; /* compressed */
    assert_status(p->key_agree(p, k, span_of(point.p, 33), secret, &n), HS_E_BAD_POINT);
    p->key_free(p, k);
}

static void other_keys_are_refused(void **state) {
    const hs_provider *p = *state;
    hs__private_key *k = load(p, file_rsa_pkcs8);
    uint8_t secret[HS__KEX_SECRET_MAX];
    size_t n;
    bytes point = unhex(vectors[0].point);
    assert_status(p->key_agree(p, k, of(&point), secret, &n), HS_E_KEY_TYPE);
    p->key_free(p, k);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_are_those_of_openssl),
        cmocka_unit_test(both_ends_get_the_same),
        cmocka_unit_test(bad_points_are_refused),
        cmocka_unit_test(other_keys_are_refused),
    };
    return EACH_PROVIDER(tests);
}
