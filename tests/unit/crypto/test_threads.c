/* Four threads on one provider, one private key of each kind and their public halves. */
#include <pthread.h>

#include "crypto/hmac.h"
#include "tests/unit/crypto/each_provider.h"
#include "tests/unit/crypto/key_files.h"

enum { THREADS = 4, ROUNDS = 12, KEYS = 3 };

static const char *const files[KEYS] = {file_rsa_pkcs8, file_p256_pkcs8, file_p384_pkcs8};

/* An RSA key changes its padding from use to use. */
static const hs__sig_alg algs[KEYS][2] = {
    {{HS__SIG_RSA_PKCS1, HS__SHA256, 0}, {HS__SIG_RSA_PSS, HS__SHA384, HS__PSS_SALT_HASH}},
    {{HS__SIG_ECDSA, HS__SHA256, 0}, {HS__SIG_ECDSA, HS__SHA512, 0}},
    {{HS__SIG_ECDSA, HS__SHA384, 0}, {HS__SIG_ECDSA, HS__SHA256, 0}},
};

typedef struct {
    const hs_provider *p;
    hs__private_key *key[KEYS];
    hs__public_key *pub[KEYS];
    unsigned number;
} job;

static const char *use_keys(const job *j, unsigned round) {
    for (int i = 0; i < KEYS; i++) {
        hs__sig_alg alg = algs[i][(round + j->number) % 2];
        uint8_t sig[HS__SIGNATURE_MAX];
        size_t n;
        if (j->p->key_sign(j->p, j->key[i], alg, text("shared"), sig, &n))
            return "sign";
        if (j->p->public_verify(j->p, j->pub[i], alg, text("shared"), span_of(sig, n)))
            return "verify";
    }
    return NULL;
}

static const char *open_premaster(const job *j) {
    uint8_t secret[HS__PREMASTER] = {3, 3, (uint8_t)j->number};
    uint8_t out[HS__PREMASTER] = {0};
    uint8_t ct[HS__RSA_CIPHERTEXT_MAX];
    size_t n;
    if (j->p->rsa_encrypt_premaster(j->p, j->pub[0], secret, ct, &n))
        return "encrypt";
    if (j->p->rsa_premaster(j->p, j->key[0], span_of(ct, n), 0x0303, out, out))
        return "premaster";
    return memcmp(out, secret, sizeof out) ? "premaster differs" : NULL;
}

static const char *exchange(const job *j, unsigned round) {
    /* P-521 first: no key of that curve was loaded, so all threads meet its group unused. */
    static const uint16_t groups[] = {HS__GROUP_SECP521R1, HS__GROUP_X25519, HS__GROUP_SECP256R1,
                                      HS__GROUP_SECP384R1};
    uint8_t share[HS__SHARE_MAX];
    uint8_t answer[HS__SHARE_MAX];
    uint8_t a[HS__KEX_SECRET_MAX];
    uint8_t b[HS__KEX_SECRET_MAX];
    size_t n;
    size_t secret_n;
    hs__kex *k;
    if (j->p->kex_generate(j->p, groups[round % 4], &k, share, &n))
        return "generate";
    bool ok = !j->p->kex_respond(j->p, groups[round % 4], span_of(share, n), answer, &n, a,
                                 &secret_n, NULL) &&
              !j->p->kex_agree(j->p, k, span_of(answer, n), b, &secret_n) &&
              !memcmp(a, b, secret_n);
    j->p->kex_free(j->p, k);
    return ok ? NULL : "agree";
}

static const char *hash_a_lot(const job *j) {
    uint8_t first[32];
    uint8_t mac[32];
    const uint8_t key[1] = {(uint8_t)j->number};
    const hs_span data = text("some data");
    for (int i = 0; i < 100; i++) {
        if (hs__hmac(j->p, HS__SHA256, span_of(key, 1), &data, 1, i ? mac : first))
            return "hmac";
        if (i && memcmp(first, mac, 32) != 0)
            return "hmac differs";
    }
    return NULL;
}

static void *work(void *arg) {
    const job *j = arg;
    const char *fault = NULL;
    for (unsigned round = 0; round < ROUNDS && !fault; round++) {
        fault = exchange(j, round);
        if (!fault)
            fault = use_keys(j, round);
        if (!fault)
            fault = open_premaster(j);
        if (!fault)
            fault = hash_a_lot(j);
    }
    return (void *)(uintptr_t)fault;
}

static void threads_share_a_provider_and_its_keys(void **state) {
    const hs_provider *p = *state;
    pthread_t threads[THREADS];
    job shared = {.p = p};
    job jobs[THREADS];
    for (int i = 0; i < KEYS; i++) {
        hs__public_numbers v;
        assert_ok(p->key_load(p, text(files[i]), (hs_span){NULL, 0}, &shared.key[i]));
        assert_ok(p->key_public(p, shared.key[i], &v));
        assert_ok(p->public_new(p, &v, &shared.pub[i]));
    }
    for (unsigned i = 0; i < THREADS; i++) {
        jobs[i] = shared;
        jobs[i].number = i;
        assert_int_equal(pthread_create(&threads[i], NULL, work, &jobs[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *fault;
        assert_int_equal(pthread_join(threads[i], &fault), 0);
        assert_null(fault);
    }
    for (int i = 0; i < KEYS; i++) {
        p->key_free(p, shared.key[i]);
        p->public_free(p, shared.pub[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_share_a_provider_and_its_keys),
    };
    return EACH_PROVIDER(tests);
}
