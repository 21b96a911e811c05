/* RFC 5246 7.4.7.1: whatever is wrong with the client's ciphertext, the server goes on with random
 * bytes and nobody can tell. */
#include "crypto/premaster.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/premaster_kinds.h"
#include "tests/unit/crypto/each_provider.h"
#include "tests/unit/crypto/key_files.h"

#ifdef HS_HAVE_LIBCRYPTO
#include <openssl/err.h>
#endif

enum { VERSION = 0x0303, BLOCK = 128 };

static const hs_span no_password = {NULL, 0};

static void fill(uint8_t *at, size_t n, uint8_t from) {
    for (size_t i = 0; i < n; i++)
        at[i] = (uint8_t)(from + i);
}

static void make_good_block(uint8_t *block, size_t n) {
    memset(block, 0x77, n);
    block[0] = 0;
    block[1] = 2;
    block[n - 49] = 0;
    fill(block + n - 48, 48, 0x40);
    block[n - 48] = VERSION >> 8;
    block[n - 47] = VERSION & 0xff;
}

/* What RFC 8017 7.2.2 and RFC 5246 7.4.7.1 ask of each byte, said once more. */
static bool may_be(size_t n, size_t at, uint8_t value, const uint8_t *good) {
    bool is_padding = at >= 2 && at < n - 49;
    bool is_free = at >= n - 46;
    return is_padding ? value != 0 : is_free || value == good[at];
}

static void every_value_of_every_byte(size_t n) {
    uint8_t block[BLOCK * 2];
    uint8_t good[BLOCK * 2];
    uint8_t fallback[HS__PREMASTER];
    uint8_t out[HS__PREMASTER];
    fill(fallback, sizeof fallback, 0xc0);
    make_good_block(good, n);
    for (size_t at = 0; at < n; at++) {
        for (unsigned value = 0; value < 256; value++) {
            memcpy(block, good, n);
            block[at] = (uint8_t)value;
            hs__premaster_unpad(block, n, VERSION, true, fallback, out);
            bool is_good = may_be(n, at, (uint8_t)value, good);
            assert_memory_equal(out, is_good ? block + n - 48 : fallback, HS__PREMASTER);
        }
    }
}

static void one_byte_decides_where_the_rfcs_say_so(void **state) {
    (void)state;
    every_value_of_every_byte(BLOCK);
    every_value_of_every_byte(BLOCK * 2);
}

static void faults_do_not_cancel_out(void **state) {
    (void)state;
    uint8_t block[BLOCK];
    uint8_t fallback[HS__PREMASTER];
    uint8_t out[HS__PREMASTER];
    static const size_t must[] = {0, 1, 2, 40, BLOCK - 50, BLOCK - 49, BLOCK - 48, BLOCK - 47};
    fill(fallback, sizeof fallback, 0xc0);
    for (unsigned set = 1; set < 256; set++) {
        make_good_block(block, BLOCK);
        for (unsigned i = 0; i < 8; i++) {
            bool is_padding = must[i] >= 2 && must[i] < BLOCK - 49;
            if (set & 1u << i)
                block[must[i]] = is_padding ? 0 : block[must[i]] ^ 0x80;
        }
        hs__premaster_unpad(block, BLOCK, VERSION, true, fallback, out);
        assert_memory_equal(out, fallback, HS__PREMASTER);
    }
}

static void a_stand_in_is_never_used(void **state) {
    (void)state;
    uint8_t block[BLOCK];
    uint8_t secret[HS__PREMASTER];
    fill(secret, sizeof secret, 0xc0);
    make_good_block(block, BLOCK);
    hs__premaster_unpad(block, BLOCK, VERSION, false, secret, secret);
    assert_int_equal(secret[0], 0xc0);
    hs__premaster_unpad(block, BLOCK, VERSION, true, secret, secret); /* over the fallback */
    assert_memory_equal(secret, block + BLOCK - 48, HS__PREMASTER);
}

static void only_numbers_between_1_and_n_less_1_are_worked_on(void **state) {
    (void)state;
    uint8_t n[BLOCK];
    uint8_t ct[BLOCK + 1] = {0};
    uint8_t input[BLOCK];
    const hs_span modulus = {n, BLOCK};
    fill(n, BLOCK, 0x81);
    n[BLOCK - 1] = 1;
    static const struct {
        int last; /* ct = n with this last byte, or this small number */
        bool is_small, is_usable;
    } cases[] = {{0, true, false},  {1, true, false},  {2, true, true},  {3, true, true},
                 {0, false, false}, {1, false, false}, {2, false, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        memset(ct, 0, sizeof ct);
        if (!cases[i].is_small)
            memcpy(ct, n, BLOCK);
        ct[BLOCK - 1] = (uint8_t)cases[i].last;
        assert_int_equal(hs__premaster_input(modulus, span_of(ct, BLOCK), input),
                         cases[i].is_usable);
        assert_int_equal(memcmp(ct, input, BLOCK) == 0, cases[i].is_usable);
        assert_true(memcmp(input, n, BLOCK) < 0);
    }
    ct[0] = n[0] - 1; /* fine but for its length */
    assert_true(hs__premaster_input(modulus, span_of(ct, BLOCK), input));
    static const size_t lengths[] = {0, 1, BLOCK - 1, BLOCK + 1};
    for (size_t i = 0; i < 4; i++) {
        assert_false(hs__premaster_input(modulus, span_of(ct, lengths[i]), input));
        assert_true(memcmp(input, n, BLOCK) < 0 && input[0] > 0);
    }
}

/* A modulus of 1030 bits has more bytes than it fills. */
static hs__private_key *key_of(const hs_provider *p, unsigned bits) {
    hs__private_key *k;
    assert_ok(bits == 2048 ? p->key_load(p, text(file_rsa_pkcs8), no_password, &k)
                           : p->key_generate(p, HS__KEY_RSA, bits, &k));
    return k;
}

static void try_kind(const hs_provider *p, const hs__private_key *k, const hs__public_numbers *v,
                     uint16_t version, size_t kind) {
    uint8_t ct[HS__PREMASTER_CT_ROOM];
    uint8_t secret[HS__PREMASTER];
    uint8_t fallback[HS__PREMASTER];
    uint8_t out[HS__PREMASTER];
    size_t n;
    assert_ok(p->random(p, fallback, sizeof fallback));
    assert_ok(hs__premaster_kind_make(p, v, version, kind, ct, &n, secret));
    assert_ok(p->rsa_premaster(p, k, span_of(ct, n), version, fallback, out));
    const uint8_t *expected = kind == HS__PREMASTER_GOOD ? secret : fallback;
    if (memcmp(out, expected, sizeof out) != 0)
        fail_msg("%s: not what it should give", hs__premaster_kind_name(kind));
}

static void a_bad_ciphertext_gives_the_fallback_and_no_error(void **state) {
    const hs_provider *p = *state;
    static const unsigned sizes[] = {1024, 1030, 2048};
    for (size_t size = 0; size < 3; size++) {
        hs__private_key *k = key_of(p, sizes[size]);
        hs__public_numbers v;
        assert_ok(p->key_public(p, k, &v));
        assert_int_equal(hs__public_bits(&v), sizes[size]);
        for (size_t kind = 0; kind < hs__premaster_kinds(); kind++) {
            try_kind(p, k, &v, VERSION, kind);
            try_kind(p, k, &v, 0x0304, kind);
        }
        p->key_free(p, k);
    }
}

static void what_one_provider_encrypts_every_other_opens(void **state) {
    const hs_provider *p = *state;
    uint8_t premaster[HS__PREMASTER];
    uint8_t ct[HS__RSA_CIPHERTEXT_MAX];
    uint8_t again[HS__RSA_CIPHERTEXT_MAX];
    hs__private_key *k = key_of(p, 2048);
    hs__public_numbers v;
    assert_ok(p->key_public(p, k, &v));
    for (const char *const *name = hs_provider_names(); *name; name++) {
        hs_provider *client;
        hs__public_key *pub;
        size_t n = 0;
        assert_ok(hs_provider_new(*name, &client));
        assert_ok(client->public_new(client, &v, &pub));
        assert_ok(p->random(p, premaster, sizeof premaster));
        premaster[0] = VERSION >> 8;
        premaster[1] = VERSION & 0xff;
        assert_ok(client->rsa_encrypt_premaster(client, pub, premaster, ct, &n));
        assert_int_equal(n, 256);
        assert_ok(client->rsa_encrypt_premaster(client, pub, premaster, again, &n));
        assert_memory_not_equal(ct, again, n); /* its padding is random */
        uint8_t secret[HS__PREMASTER] = {0};
        assert_ok(p->rsa_premaster(p, k, span_of(ct, n), VERSION, secret, secret));
        assert_memory_equal(secret, premaster, HS__PREMASTER);
        client->public_free(client, pub);
        hs_provider_unref(client);
    }
    p->key_free(p, k);
}

/* RFC 4055 1.2: id-RSASSA-PSS keys sign and do nothing else. */
static void other_keys_transport_nothing(void **state) {
    const hs_provider *p = *state;
    static const char *const files[] = {file_rsa_pss, file_p256_pkcs8};
    for (size_t i = 0; i < 2; i++) {
        uint8_t ct[HS__RSA_CIPHERTEXT_MAX] = {0};
        uint8_t secret[HS__PREMASTER] = {0};
        size_t n;
        hs__private_key *k;
        hs__public_key *pub;
        hs__public_numbers v;
        assert_ok(p->key_load(p, text(files[i]), no_password, &k));
        assert_ok(p->key_public(p, k, &v));
        assert_ok(p->public_new(p, &v, &pub));
        assert_status(p->rsa_encrypt_premaster(p, pub, secret, ct, &n), HS_E_KEY_TYPE);
        assert_status(p->rsa_premaster(p, k, span_of(ct, 256), VERSION, secret, secret),
                      HS_E_KEY_TYPE);
        p->public_free(p, pub);
        p->key_free(p, k);
    }
}

/* A key in use for both, as the contexts that do the work are kept. */
static void signing_between_does_not_disturb(void **state) {
    const hs_provider *p = *state;
    const hs__sig_alg pss = {HS__SIG_RSA_PSS, HS__SHA256, HS__PSS_SALT_HASH};
    hs__private_key *k = key_of(p, 2048);
    hs__public_numbers v;
    hs__public_key *pub;
    uint8_t sig[HS__SIGNATURE_MAX];
    uint8_t ct[HS__RSA_CIPHERTEXT_MAX];
    size_t n;
    assert_ok(p->key_public(p, k, &v));
    assert_ok(p->public_new(p, &v, &pub));
    for (int round = 0; round < 2; round++) {
        uint8_t secret[HS__PREMASTER] = {VERSION >> 8, VERSION & 0xff, 1};
        uint8_t out[HS__PREMASTER] = {0};
        assert_ok(p->key_sign(p, k, pss, text("m"), sig, &n));
        assert_ok(p->public_verify(p, pub, pss, text("m"), span_of(sig, n)));
        assert_ok(p->rsa_encrypt_premaster(p, pub, secret, ct, &n));
        assert_ok(p->rsa_premaster(p, k, span_of(ct, n), VERSION, out, out));
        assert_memory_equal(out, secret, sizeof out);
    }
    p->public_free(p, pub);
    p->key_free(p, k);
}

#ifdef HS_HAVE_LIBCRYPTO
static void the_programs_error_queue_stays_empty(void **state) {
    const hs_provider *p = *state;
    hs__private_key *k = key_of(p, 2048);
    hs__public_numbers v;
    assert_ok(p->key_public(p, k, &v));
    ERR_clear_error();
    for (size_t kind = 0; kind < hs__premaster_kinds(); kind++) {
        try_kind(p, k, &v, VERSION, kind);
        assert_int_equal(ERR_peek_error(), 0);
    }
    p->key_free(p, k);
}
#endif

/* As number: 2.28.3 is 22803. */
static int version_number(const char *text_form) {
    int major = 0;
    int minor = 0;
    int patch = 0;
    assert_int_equal(sscanf(text_form, "%d.%d.%d", &major, &minor, &patch), 3);
    return major * 10000 + minor * 100 + patch;
}

static void a_library_that_is_known_to_leak_says_so(void **state) {
    const hs_provider *p = *state;
    int version = version_number(hs_provider_version(p));
    bool is_mbedtls = strcmp(hs_provider_name(p), "mbedtls") == 0;
    bool leaks =
        is_mbedtls ? version < 22807 || (version >= 30000 && version < 30502) : version < 30008;
    assert_int_equal(hs_provider_rsa_leak(p) != NULL, leaks);
}

int main(void) {
    const struct CMUnitTest once[] = {
        cmocka_unit_test(one_byte_decides_where_the_rfcs_say_so),
        cmocka_unit_test(faults_do_not_cancel_out),
        cmocka_unit_test(a_stand_in_is_never_used),
        cmocka_unit_test(only_numbers_between_1_and_n_less_1_are_worked_on),
    };
    const struct CMUnitTest each[] = {
        cmocka_unit_test(a_bad_ciphertext_gives_the_fallback_and_no_error),
        cmocka_unit_test(what_one_provider_encrypts_every_other_opens),
        cmocka_unit_test(other_keys_transport_nothing),
        cmocka_unit_test(signing_between_does_not_disturb),
#ifdef HS_HAVE_LIBCRYPTO
        cmocka_unit_test(the_programs_error_queue_stays_empty),
#endif
        cmocka_unit_test(a_library_that_is_known_to_leak_says_so),
    };
    return cmocka_run_group_tests(once, NULL, NULL) + EACH_PROVIDER(each);
}
