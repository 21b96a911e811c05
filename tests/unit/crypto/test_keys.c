#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/crypto/each_provider.h"
#include "tests/unit/crypto/key_files.h"

enum { PEM_ROOM = 8192 };

static const char p256_point[] = "04083fd0f9d96f071f8eaa96ce80d00616bed78afb1c1e24a825dc223a3039b87"
                                 "06d055aa8a29bbdf79bc14331dc7a3a"
                                 "ea939ef11a9594880fd2e9cbcb063afa30";

typedef struct {
    const char *name, *pem;
    hs__key_type type;
    unsigned bits;
} key_file;

static const key_file plain[] = {
    {"PKCS#8 RSA", file_rsa_pkcs8, HS__KEY_RSA, 2048},
    {"PKCS#1", file_rsa_pkcs1, HS__KEY_RSA, 2048},
    {"PKCS#8 RSA-PSS", file_rsa_pss, HS__KEY_RSA_PSS, 2048},
    {"SEC1 behind EC PARAMETERS", file_p256_sec1, HS__KEY_P256, 256},
    {"PKCS#8 P-256", file_p256_pkcs8, HS__KEY_P256, 256},
    {"SEC1 without public half", file_p256_no_public, HS__KEY_P256, 256},
    {"SEC1 with compressed public half", file_p256_compressed, HS__KEY_P256, 256},
    {"PKCS#8 P-384", file_p384_pkcs8, HS__KEY_P384, 384},
    {"PKCS#8 P-521", file_p521_pkcs8, HS__KEY_P521, 521},
    {"PKCS#8 Ed25519", file_ed25519, HS__KEY_ED25519, 256},
};

enum { PLAIN = sizeof plain / sizeof plain[0] };

static const key_file encrypted[] = {
    {"AES-256, HMAC-SHA-256", file_enc_256_sha256, HS__KEY_P256, 256},
    {"AES-128, HMAC-SHA-1", file_enc_128_sha1, HS__KEY_P256, 256},
    {"AES-192, HMAC-SHA-384", file_enc_192_sha384, HS__KEY_P256, 256},
    {"AES-256, HMAC-SHA-512", file_enc_256_sha512, HS__KEY_P256, 256},
    {"Proc-Type: 4,ENCRYPTED", file_enc_traditional, HS__KEY_P256, 256},
};

enum { ENCRYPTED = sizeof encrypted / sizeof encrypted[0] };

static const hs_span no_password = {NULL, 0};

/* The key of a file works: it signs, and its public numbers verify that. */
static void assert_works(const hs_provider *p, const hs__private_key *k, const key_file *f) {
    static const hs__sig_kind kinds[] = {
        [HS__KEY_RSA] = HS__SIG_RSA_PKCS1, [HS__KEY_RSA_PSS] = HS__SIG_RSA_PSS,
        [HS__KEY_P256] = HS__SIG_ECDSA,    [HS__KEY_P384] = HS__SIG_ECDSA,
        [HS__KEY_P521] = HS__SIG_ECDSA,    [HS__KEY_ED25519] = HS__SIG_ED25519};
    const hs__sig_alg alg = {kinds[f->type], HS__SHA256, HS__PSS_SALT_HASH};
    hs__public_numbers v;
    hs__public_key *pub;
    uint8_t sig[HS__SIGNATURE_MAX];
    size_t n;
    assert_ok(p->key_public(p, k, &v));
    assert_int_equal(v.type, f->type);
    assert_int_equal(hs__public_bits(&v), f->bits);
    if (v.type == HS__KEY_P256) {
        bytes want = unhex(p256_point);
        assert_int_equal(v.point.n, want.n);
        assert_memory_equal(v.point.p, want.p, want.n);
    }
    assert_ok(p->key_sign(p, k, alg, text("message"), sig, &n));
    assert_ok(p->public_new(p, &v, &pub));
    assert_ok(p->public_verify(p, pub, alg, text("message"), span_of(sig, n)));
    p->public_free(p, pub);
}

static void assert_same_public(const hs_provider *p, const hs__private_key *a, const hs_provider *q,
                               const hs__private_key *b) {
    hs__public_numbers x;
    hs__public_numbers y;
    assert_ok(p->key_public(p, a, &x));
    assert_ok(q->key_public(q, b, &y));
    assert_int_equal(x.type, y.type);
    assert_int_equal(x.point.n, y.point.n);
    assert_int_equal(x.n.n, y.n.n);
    assert_true(hs__ct_equal(x.point.p, y.point.p, x.point.n));
    assert_true(hs__ct_equal(x.n.p, y.n.p, x.n.n));
}

static void plain_keys_load_from_each_format(void **state) {
    const hs_provider *p = *state;
    for (size_t i = 0; i < PLAIN; i++) {
        hs__private_key *k = NULL;
        hs_status st = p->key_load(p, text(plain[i].pem), no_password, &k);
        if (!hs__provider_has_key_type(p, plain[i].type)) {
            assert_status(st, HS_E_KEY_TYPE);
            assert_null(k);
            continue;
        }
        assert_ok(st);
        assert_works(p, k, &plain[i]);
        p->key_free(p, k);
    }
}

static void a_password_for_a_plain_key_does_no_harm(void **state) {
    const hs_provider *p = *state;
    hs__private_key *k;
    assert_ok(p->key_load(p, text(file_p256_pkcs8), text("unneeded"), &k));
    p->key_free(p, k);
}

static void encrypted_keys_open_with_their_password_only(void **state) {
    const hs_provider *p = *state;
    for (size_t i = 0; i < ENCRYPTED; i++) {
        hs__private_key *k;
        hs_span data = text(encrypted[i].pem);
        assert_ok(p->key_load(p, data, text("secret"), &k));
        assert_works(p, k, &encrypted[i]);
        p->key_free(p, k);
        assert_status(p->key_load(p, data, no_password, &k), HS_E_KEY_PASSWORD_NEEDED);
        assert_null(k);
        assert_status(p->key_load(p, data, text("secreT"), &k), HS_E_KEY_PASSWORD);
        assert_status(p->key_load(p, data, text(""), &k), HS_E_KEY_PASSWORD);
        assert_null(k);
    }
}

/* One wrong password in 256 leaves a right padding: that must be no other error. */
static void wrong_passwords_are_never_taken_for_a_broken_file(void **state) {
    const hs_provider *p = *state;
    for (int i = 0; i < 400; i++) {
        char password[16];
        hs__private_key *k;
        snprintf(password, sizeof password, "wrong %d", i);
        assert_status(p->key_load(p, text(file_enc_128_sha1), text(password), &k),
                      HS_E_KEY_PASSWORD);
    }
}

static void other_encryptions_open_or_are_named_unsupported(void **state) {
    const hs_provider *p = *state;
    static const char *const files[] = {file_enc_scrypt, file_enc_pbes1};
    for (size_t i = 0; i < 2; i++) {
        hs__private_key *k = NULL;
        hs_status st = p->key_load(p, text(files[i]), text("secret"), &k);
        assert_true(st == HS_OK || st == HS_E_UNSUPPORTED);
        p->key_free(p, k);
        assert_status(p->key_load(p, text(files[i]), no_password, &k), HS_E_KEY_PASSWORD_NEEDED);
    }
}

static void keys_of_other_kinds_are_refused_by_kind(void **state) {
    const hs_provider *p = *state;
    hs__private_key *k;
    assert_status(p->key_load(p, text(file_x25519), no_password, &k), HS_E_KEY_TYPE);
    assert_status(p->key_load(p, text(file_secp256k1), no_password, &k), HS_E_KEY_TYPE);
    assert_null(k);
}

/* Bound to SHA-256 with salts of 32 bytes, such a key cannot sign what a scheme asks for. */
static void rsa_pss_keys_with_limits_are_refused(void **state) {
    const hs_provider *p = *state;
    hs__private_key *k;
    assert_status(p->key_load(p, text(file_rsa_pss_limited), no_password, &k), HS_E_KEY_TYPE);
    assert_null(k);
}

static void other_pem_blocks_around_it_are_skipped(void **state) {
    const hs_provider *p = *state;
    char file[4096];
    hs__private_key *k;
    snprintf(file, sizeof file,
             "a note\n-----BEGIN CERTIFICATE-----\nMAAA\n-----END CERTIFICATE-----\n\n%s"
             "-----BEGIN CERTIFICATE-----\nMAAA\n-----END CERTIFICATE-----\n",
             file_p256_pkcs8);
    assert_ok(p->key_load(p, text(file), no_password, &k));
    p->key_free(p, k);
}

static void windows_line_ends_are_read(void **state) {
    const hs_provider *p = *state;
    char file[1024];
    size_t n = 0;
    hs__private_key *k;
    for (const char *c = file_p256_pkcs8; *c; c++) {
        if (*c == '\n')
            file[n++] = '\r';
        file[n++] = *c;
    }
    assert_ok(p->key_load(p, span_of(file, n), no_password, &k));
    p->key_free(p, k);
}

static void what_is_no_key_is_refused(void **state) {
    const hs_provider *p = *state;
    static const char *const files[] = {
        "",
        "hello",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nMAAA\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nMAAA\n-----END EC PRIVATE KEY-----\n",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
        "-----BEGIN CERTIFICATE-----\nMAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN PUBLIC KEY-----\nMAAA\n-----END PUBLIC KEY-----\n",
        "-----BEGIN ",
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        hs__private_key *k;
        assert_status(p->key_load(p, text(files[i]), text("x"), &k), HS_E_KEY_FORMAT);
        assert_null(k);
    }
}

/* Base64 of a PEM block, for the tests of DER. */
static size_t der_of(const char *pem, uint8_t *out) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = strchr(pem, '\n') + 1;
    unsigned bits = 0;
    int have = 0;
    size_t n = 0;
    for (; *at && *at != '-' && *at != '='; at++) {
        if (*at == '\n')
            continue;
        bits = bits << 6 | (unsigned)(strchr(digits, *at) - digits);
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[n++] = (uint8_t)(bits >> have);
        }
    }
    return n;
}

static void der_is_read_whole_and_only_whole(void **state) {
    const hs_provider *p = *state;
    static const size_t files[] = {0, 1, 4, 5};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        const key_file *f = &plain[files[i]];
        uint8_t der[2048] = {0};
        size_t n = der_of(f->pem, der);
        hs__private_key *k;
        assert_ok(p->key_load(p, span_of(der, n), no_password, &k));
        assert_works(p, k, f);
        p->key_free(p, k);
        assert_status(p->key_load(p, span_of(der, n + 1), no_password, &k), HS_E_KEY_FORMAT);
        for (size_t cut = 0; cut < n; cut += 3)
            assert_status(p->key_load(p, span_of(der, cut), no_password, &k), HS_E_KEY_FORMAT);
    }
}

static void encrypted_der_is_read(void **state) {
    const hs_provider *p = *state;
    uint8_t der[1024];
    size_t n = der_of(file_enc_256_sha256, der);
    hs__private_key *k;
    assert_ok(p->key_load(p, span_of(der, n), text("secret"), &k));
    assert_works(p, k, &encrypted[0]);
    p->key_free(p, k);
    assert_status(p->key_load(p, span_of(der, n), no_password, &k), HS_E_KEY_PASSWORD_NEEDED);
}

/* Every byte changed in turn: no crash, and never a key whose halves do not fit. (Some bytes
 * do not matter to some libraries, e.g. a version.) */
static void damaged_keys_do_not_load_as_another_key(void **state) {
    const hs_provider *p = *state;
    uint8_t der[256];
    size_t n = der_of(file_p256_pkcs8, der);
    hs__private_key *whole;
    assert_ok(p->key_load(p, span_of(der, n), no_password, &whole));
    for (size_t i = 0; i < n; i++) {
        hs__private_key *k = NULL;
        der[i] ^= 0x10;
        hs_status st = p->key_load(p, span_of(der, n), no_password, &k);
        if (st == HS_OK)
            assert_same_public(p, whole, p, k);
        else
            assert_true(st == HS_E_KEY_FORMAT || st == HS_E_KEY_TYPE);
        p->key_free(p, k);
        der[i] ^= 0x10;
    }
    p->key_free(p, whole);
}

static void generated_keys_work(void **state) {
    const hs_provider *p = *state;
    for (size_t i = 0; i < p->n_key_types; i++) {
        bool is_rsa = p->key_types[i] == HS__KEY_RSA || p->key_types[i] == HS__KEY_RSA_PSS;
        hs__private_key *k;
        hs__public_numbers v;
        assert_ok(p->key_generate(p, p->key_types[i], 1024, &k));
        assert_ok(p->key_public(p, k, &v));
        assert_int_equal(v.type, p->key_types[i]);
        assert_int_equal(hs__public_bits(&v), is_rsa ? 1024u : hs__public_bits(&v));
        p->key_free(p, k);
    }
    hs__private_key *k;
    assert_status(p->key_generate(p, HS__KEY_RSA, 512, &k), HS_E_MISUSE);
    assert_status(p->key_generate(p, HS__KEY_RSA, 16384, &k), HS_E_MISUSE);
    p->key_free(p, NULL);
}

static void write_and_load(const hs_provider *p, const hs__private_key *k, hs_span password,
                           const hs_provider *reader) {
    char pem[PEM_ROOM];
    size_t n = sizeof pem;
    hs__private_key *back;
    assert_ok(p->key_write(p, k, password, pem, &n));
    assert_true(n > 0 && pem[n - 1] == '\n');
    assert_ok(reader->key_load(reader, span_of(pem, n), password, &back));
    assert_same_public(p, k, reader, back);
    reader->key_free(reader, back);
    if (!password.p)
        return;
    assert_memory_equal(pem, "-----BEGIN ENCRYPTED PRIVATE KEY-----\n", 38);
    assert_status(reader->key_load(reader, span_of(pem, n), no_password, &back),
                  HS_E_KEY_PASSWORD_NEEDED);
}

static void what_a_provider_writes_every_provider_reads(void **state) {
    const hs_provider *p = *state;
    for (const char *const *name = hs_provider_names(); *name; name++) {
        hs_provider *reader;
        assert_ok(hs_provider_new(*name, &reader));
        for (size_t i = 0; i < PLAIN; i++) {
            hs__private_key *k;
            if (!hs__provider_has_key_type(p, plain[i].type) ||
                !hs__provider_has_key_type(reader, plain[i].type))
                continue;
            assert_ok(p->key_load(p, text(plain[i].pem), no_password, &k));
            write_and_load(p, k, no_password, reader);
            if (plain[i].pem == file_rsa_pkcs1) /* encrypting is slow on purpose */
                write_and_load(p, k, text("päss wörd"), reader);
            if (plain[i].pem == file_p256_pkcs8)
                write_and_load(p, k, text(""), reader);
            p->key_free(p, k);
        }
        hs_provider_unref(reader);
    }
}

static void writing_needs_room(void **state) {
    const hs_provider *p = *state;
    char pem[PEM_ROOM];
    size_t full = sizeof pem;
    hs__private_key *k;
    assert_ok(p->key_load(p, text(file_p256_pkcs8), no_password, &k));
    assert_ok(p->key_write(p, k, no_password, pem, &full));
    for (size_t room = 0; room < full; room++) {
        size_t n = room;
        assert_status(p->key_write(p, k, no_password, pem, &n), HS_E_NO_SPACE);
    }
    p->key_free(p, k);
}

static int openssl_reads(const char *pem, size_t n, const char *options) {
    char path[] = "/tmp/hs-test-key-XXXXXX";
    char command[256];
    int fd = mkstemp(path);
    if (fd < 0 || write(fd, pem, n) != (ssize_t)n)
        return -1;
    close(fd);
    snprintf(command, sizeof command, "openssl pkey -in %s -noout %s >/dev/null 2>&1", path,
             options);
    int ret = system(command);
    unlink(path);
    return ret;
}

static void the_openssl_command_reads_what_is_written(void **state) {
    const hs_provider *p = *state;
    if (system("command -v openssl >/dev/null") != 0) {
        print_message("skipped: no openssl command\n");
        skip();
    }
    for (size_t i = 0; i < PLAIN; i++) {
        char pem[PEM_ROOM];
        size_t n = sizeof pem;
        hs__private_key *k;
        if (!hs__provider_has_key_type(p, plain[i].type))
            continue;
        assert_ok(p->key_load(p, text(plain[i].pem), no_password, &k));
        assert_ok(p->key_write(p, k, no_password, pem, &n));
        assert_int_equal(openssl_reads(pem, n, "-check"), 0);
        p->key_free(p, k);
    }
    char pem[PEM_ROOM];
    size_t n = sizeof pem;
    hs__private_key *k;
    assert_ok(p->key_load(p, text(file_rsa_pkcs8), no_password, &k));
    assert_ok(p->key_write(p, k, text("secret"), pem, &n));
    assert_int_equal(openssl_reads(pem, n, "-check -passin pass:secret"), 0);
    assert_int_not_equal(openssl_reads(pem, n, "-passin pass:other"), 0);
    p->key_free(p, k);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_keys_load_from_each_format),
        cmocka_unit_test(a_password_for_a_plain_key_does_no_harm),
        cmocka_unit_test(encrypted_keys_open_with_their_password_only),
        cmocka_unit_test(wrong_passwords_are_never_taken_for_a_broken_file),
        cmocka_unit_test(other_encryptions_open_or_are_named_unsupported),
        cmocka_unit_test(keys_of_other_kinds_are_refused_by_kind),
        cmocka_unit_test(rsa_pss_keys_with_limits_are_refused),
        cmocka_unit_test(other_pem_blocks_around_it_are_skipped),
        cmocka_unit_test(windows_line_ends_are_read),
        cmocka_unit_test(what_is_no_key_is_refused),
        cmocka_unit_test(der_is_read_whole_and_only_whole),
        cmocka_unit_test(encrypted_der_is_read),
        cmocka_unit_test(damaged_keys_do_not_load_as_another_key),
        cmocka_unit_test(generated_keys_work),
        cmocka_unit_test(what_a_provider_writes_every_provider_reads),
        cmocka_unit_test(writing_needs_room),
        cmocka_unit_test(the_openssl_command_reads_what_is_written),
    };
    return EACH_PROVIDER(tests);
}
