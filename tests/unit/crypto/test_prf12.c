/* Vectors as they were posted to the TLS working group's list for P_SHA256 and P_SHA384 of
 * RFC 5246; and what both libraries compute by themselves. */
#include "crypto/prf12.h"

#include <mbedtls/ssl.h>

#include "tests/unit/crypto/each_provider.h"

#ifdef HS_HAVE_LIBCRYPTO
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#endif

static const struct {
    hs__hash_id id;
    const char *secret, *seed, *out;
} vectors[] = {
    {HS__SHA256, "9bbe436ba940f017b17652849a71db35", "a0ba9f936cda311827a6f796ffd5198c",
     "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14ba"
     "f9af0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a51"
     "10fff70187347b66"},
    {HS__SHA384, "b80b733d6ceefcdc71566ea48e5567df", "cd665cf6a8447dd6ff8b27555edb7465",
     "7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cde9ca0faa60be9fe34f82b1233c91"
     "46a0e534cb400fed2700884f9dc236f80edd8bfa961144c9e8d792eca722a7b32fc3d416d473ebc2c5fd4abfdad0"
     "5d9184259b5bf8cd4d90fa0d31e2dec479e4f1a26066f2eea9a69236a3e52655c9e9aee691c8f3a26854308d5eaa"
     "3be85e0990703d73e56f"},
};

enum { VECTORS = sizeof vectors / sizeof vectors[0] };

static void output_is_that_of_the_published_vectors(void **state) {
    const hs_provider *p = *state;
    for (size_t i = 0; i < VECTORS; i++) {
        bytes secret = unhex(vectors[i].secret);
        bytes seed = unhex(vectors[i].seed);
        bytes want = unhex(vectors[i].out);
        hs_span whole = of(&seed);
        uint8_t out[256];
        for (size_t n = 1; n <= want.n; n++) {
            memset(out, 0xaa, sizeof out);
            assert_ok(hs__prf12(p, vectors[i].id, of(&secret), "test label", &whole, 1, out, n));
            assert_memory_equal(out, want.p, n);
            assert_int_equal(out[n], 0xaa);
        }
    }
}

static void a_seed_in_parts_is_the_seed(void **state) {
    const hs_provider *p = *state;
    for (size_t i = 0; i < VECTORS; i++) {
        bytes secret = unhex(vectors[i].secret);
        bytes seed = unhex(vectors[i].seed);
        bytes want = unhex(vectors[i].out);
        const hs_span cut[HS__PRF12_SEED_PARTS_MAX] = {
            {seed.p, 5}, {NULL, 0}, {seed.p + 5, 1}, {seed.p + 6, seed.n - 6}};
        const hs_span none[HS__PRF12_SEED_PARTS_MAX + 1] = {{NULL, 0}};
        uint8_t out[256];
        assert_ok(hs__prf12(p, vectors[i].id, of(&secret), "test label", cut,
                            HS__PRF12_SEED_PARTS_MAX, out, want.n));
        assert_memory_equal(out, want.p, want.n);
        /* Where label and seed meet does not matter, so no seed at all works too. */
        uint8_t joined[256];
        const hs_span tail = text("label");
        assert_ok(hs__prf12(p, vectors[i].id, of(&secret), "test ", &tail, 1, joined, 60));
        assert_ok(hs__prf12(p, vectors[i].id, of(&secret), "test label", NULL, 0, out, 60));
        assert_memory_equal(out, joined, 60);
        assert_status(hs__prf12(p, vectors[i].id, of(&secret), "test label", none,
                                HS__PRF12_SEED_PARTS_MAX + 1, out, 60),
                      HS_E_MISUSE);
    }
}

typedef struct {
    hs__hash_id id;
    const char *label;
    hs_span secret, seed;
    size_t n;
} question;

static void by_mbedtls(const question *q, uint8_t *out) {
    assert_int_equal(mbedtls_ssl_tls_prf(q->id == HS__SHA256 ? MBEDTLS_SSL_TLS_PRF_SHA256
                                                             : MBEDTLS_SSL_TLS_PRF_SHA384,
                                         q->secret.p, q->secret.n, q->label, q->seed.p, q->seed.n,
                                         out, q->n),
                     0);
}

#ifdef HS_HAVE_LIBCRYPTO
static void by_libcrypto(const question *q, uint8_t *out) {
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "TLS1-PRF", NULL);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
                                         q->id == HS__SHA256 ? "SHA256" : "SHA384", 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, (void *)q->secret.p, q->secret.n),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, (void *)q->label, strlen(q->label)),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, (void *)q->seed.p, q->seed.n),
        OSSL_PARAM_construct_end(),
    };
    assert_int_equal(EVP_KDF_derive(ctx, out, q->n, params), 1);
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
}
#endif

/* Secrets up to longer than a block of SHA-384, seeds and outputs of all the sizes that TLS 1.2 has
 * and some more. */
static void both_libraries_compute_the_same(void **state) {
    const hs_provider *p = *state;
    static const char *const labels[] = {"master secret", "extended master secret", "key expansion",
                                         "client finished", "x"};
    uint8_t secret[140];
    uint8_t seed[96];
    uint8_t sizes[3];
    uint8_t ours[256];
    uint8_t theirs[256];
    for (unsigned i = 0; i < 400; i++) {
        assert_ok(p->random(p, secret, sizeof secret));
        assert_ok(p->random(p, seed, sizeof seed));
        assert_ok(p->random(p, sizes, sizeof sizes));
        const question q = {i % 2 ? HS__SHA256 : HS__SHA384, labels[i % 5],
                            span_of(secret, 1 + sizes[0] % sizeof secret),
                            span_of(seed, 1 + sizes[1] % sizeof seed), 1u + sizes[2]};
        assert_ok(hs__prf12(p, q.id, q.secret, q.label, &q.seed, 1, ours, q.n));
        by_mbedtls(&q, theirs);
        assert_memory_equal(ours, theirs, q.n);
#ifdef HS_HAVE_LIBCRYPTO
        by_libcrypto(&q, theirs);
        assert_memory_equal(ours, theirs, q.n);
#endif
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_is_that_of_the_published_vectors),
        cmocka_unit_test(a_seed_in_parts_is_the_seed),
        cmocka_unit_test(both_libraries_compute_the_same),
    };
    return EACH_PROVIDER(tests);
}
