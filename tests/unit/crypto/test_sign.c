/* RFC 6979 A.2.5 to A.2.7 (ECDSA, "sample"), RFC 8032 7.1 (Ed25519), RFC 8448 section 2 (RSA). */
#include "crypto/ecdsa_sig.h"
#include "crypto/public_numbers.h"
#include "tests/unit/crypto/each_provider.h"
#include "tests/unit/crypto/key_files.h"

static const hs_span no_password = {NULL, 0};

static const struct {
    hs__key_type type;
    hs__hash_id hash;
    const char *point, *r, *s;
} ecdsa[] = {
    {HS__KEY_P256, HS__SHA256,
     "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e9562"
     "8bc"
     "64f2f1b20c2d7e9f5177a3c294d4462299",
     "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
     "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"},
    {HS__KEY_P384, HS__SHA384,
     "04ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a25451548"
     "0bc"
     "138015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd25332"
     "647"
     "20",
     "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fab"
     "e46",
     "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628"
     "ac8"},
    {HS__KEY_P521, HS__SHA512,
     "0401894550d0785932e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5bcd371123d46e45db6b5d5370a7f20"
     "fb6"
     "33155d38ffa16d2bd761dcac474b9a2f5023a400493101c962cd4d2fddf782285e64584139c2f91b47f87ff82354d"
     "663"
     "0f746a28a0db25741b5b34a828008b22acc23f924faafbd4d33f81ea66956dfeaa2bfdfcf5",
     "00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d450606add152"
     "b53"
     "4931d7d4e8455cc91f9b15bf05ec36e377fa",
     "00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af282623eaa63e5b5c0723d8b8c37ff"
     "077"
     "7b1a20f8ccb1dccc43997f1ee0e44da4a67a"},
};

enum { ECDSA = sizeof ecdsa / sizeof ecdsa[0] };

static hs__public_key *ec_public(const hs_provider *p, size_t i) {
    bytes point = unhex(ecdsa[i].point);
    const hs__public_numbers v = {.type = ecdsa[i].type, .point = of(&point)};
    hs__public_key *k;
    assert_ok(p->public_new(p, &v, &k));
    return k;
}

static bytes ec_signature(size_t i) {
    bytes r = unhex(ecdsa[i].r);
    bytes s = unhex(ecdsa[i].s);
    bytes sig = {0};
    assert_ok(hs__ecdsa_sig_write(of(&r), of(&s), sig.p, sizeof sig.p, &sig.n));
    return sig;
}

static void ecdsa_signatures_of_rfc_6979_verify(void **state) {
    const hs_provider *p = *state;
    for (size_t i = 0; i < ECDSA; i++) {
        const hs__sig_alg alg = {HS__SIG_ECDSA, ecdsa[i].hash, 0};
        const hs__sig_alg other = {HS__SIG_ECDSA, HS__SHA1, 0};
        hs__public_key *k = ec_public(p, i);
        bytes sig = ec_signature(i);
        assert_ok(p->public_verify(p, k, alg, text("sample"), of(&sig)));
        assert_status(p->public_verify(p, k, alg, text("simple"), of(&sig)), HS_E_BAD_SIGNATURE);
        assert_status(p->public_verify(p, k, other, text("sample"), of(&sig)), HS_E_BAD_SIGNATURE);
        for (size_t at = 0; at < sig.n; at++) {
            sig.p[at] ^= 1;
            assert_status(p->public_verify(p, k, alg, text("sample"), of(&sig)),
                          HS_E_BAD_SIGNATURE);
            sig.p[at] ^= 1;
        }
        p->public_free(p, k);
    }
}

/* The right r and s in encodings that BER allows or sloppy readers take. */
static void ecdsa_signatures_must_be_strict_der(void **state) {
    const hs_provider *p = *state;
    const hs__sig_alg alg = {HS__SIG_ECDSA, HS__SHA256, 0};
#define R "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
#define S "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
    static const char *const bad[] = {
        "3045 0220 " R " 022100" S,      /* negative r */
        "3045 022100" R " 0220" S,       /* negative s */
        "308146 022100" R " 022100" S,   /* long form length */
        "30820046 022100" R " 022100" S, /* longer still */
        "3047 02812100" R " 022100" S,   /* long form inside */
        "3047 02220000" R " 022100" S,   /* superfluous zero */
        "3080 022100" R " 022100" S "0000",
        "3046 022100" R " 022100" S "00", /* trailing byte outside */
        "3047 022100" R " 022100" S "00", /* and inside */
        "3049 022100" R " 022100" S "020100",
        (R S), /* as P1363 */
        "",
        "30",
    };
    hs__public_key *k = ec_public(p, 0);
    bytes good = unhex("3046 022100" R " 022100" S);
    assert_ok(p->public_verify(p, k, alg, text("sample"), of(&good)));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        bytes sig = unhex(bad[i]);
        assert_status(p->public_verify(p, k, alg, text("sample"), of(&sig)), HS_E_BAD_SIGNATURE);
    }
    p->public_free(p, k);
}

/* 1 <= r, s < order (FIPS 186-5 6.4.2); each value here has the right length. */
static void ecdsa_numbers_out_of_range_are_refused(void **state) {
    const hs_provider *p = *state;
    const hs__sig_alg alg = {HS__SIG_ECDSA, HS__SHA256, 0};
#define ORDER  "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
#define FIELD  "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
#define BEYOND "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632552"
    static const char *const values[] = {"00", "01", ORDER, FIELD, BEYOND};
    hs__public_key *k = ec_public(p, 0);
    for (size_t i = 0; i < 5; i++) {
        for (size_t j = 0; j < 5; j++) {
            bytes r = unhex(values[i]);
            bytes s = unhex(values[j]);
            bytes sig = {0};
            assert_ok(hs__ecdsa_sig_write(of(&r), of(&s), sig.p, sizeof sig.p, &sig.n));
            assert_status(p->public_verify(p, k, alg, text("sample"), of(&sig)),
                          HS_E_BAD_SIGNATURE);
        }
    }
    p->public_free(p, k);
}

static void ed25519_is_that_of_rfc_8032(void **state) {
    const hs_provider *p = *state;
    static const struct {
        const char *point, *message, *signature;
    } vectors[] = {
        {"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701"
         "cf9"
         "b46bd25bf5f0595bbe24655141438e7a100b"},
        {"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d"
         "0f1"
         "1d8c387b2eaeb4302aeeb00d291612bb0c00"},
        {"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f7609"
         "84d"
         "c6594a7c15e9716ed28dc027beceea1ec40a"},
    };
    const hs__sig_alg alg = {.kind = HS__SIG_ED25519};
    for (size_t i = 0; i < 3; i++) {
        bytes point = unhex(vectors[i].point);
        bytes message = unhex(vectors[i].message);
        bytes sig = unhex(vectors[i].signature);
        const hs__public_numbers v = {.type = HS__KEY_ED25519, .point = of(&point)};
        hs__public_key *k;
        if (!hs__provider_has_key_type(p, HS__KEY_ED25519)) {
            assert_status(p->public_new(p, &v, &k), HS_E_UNSUPPORTED);
            continue;
        }
        assert_ok(p->public_new(p, &v, &k));
        assert_ok(p->public_verify(p, k, alg, of(&message), of(&sig)));
        assert_status(p->public_verify(p, k, alg, of(&message), span_of(sig.p, 63)),
                      HS_E_BAD_SIGNATURE);
        sig.p[40] ^= 1;
        assert_status(p->public_verify(p, k, alg, of(&message), of(&sig)), HS_E_BAD_SIGNATURE);
        p->public_free(p, k);
    }
}

/* Files that hold one key for each type, and how it signs. */
static const struct {
    const char *pem;
    hs__key_type type;
    hs__sig_alg alg;
} signers[] = {
    {file_rsa_pkcs8, HS__KEY_RSA, {HS__SIG_RSA_PKCS1, HS__SHA256, 0}},
    {file_rsa_pkcs8, HS__KEY_RSA, {HS__SIG_RSA_PKCS1, HS__SHA384, 0}},
    {file_rsa_pkcs8, HS__KEY_RSA, {HS__SIG_RSA_PKCS1, HS__SHA512, 0}},
    {file_rsa_pkcs8, HS__KEY_RSA, {HS__SIG_RSA_PSS, HS__SHA256, HS__PSS_SALT_HASH}},
    {file_rsa_pkcs8, HS__KEY_RSA, {HS__SIG_RSA_PSS, HS__SHA384, HS__PSS_SALT_HASH}},
    {file_rsa_pkcs8, HS__KEY_RSA, {HS__SIG_RSA_PSS, HS__SHA512, 64}},
    {file_rsa_pss, HS__KEY_RSA_PSS, {HS__SIG_RSA_PSS, HS__SHA256, HS__PSS_SALT_HASH}},
    {file_rsa_pss, HS__KEY_RSA_PSS, {HS__SIG_RSA_PSS, HS__SHA512, HS__PSS_SALT_HASH}},
    {file_p256_pkcs8, HS__KEY_P256, {HS__SIG_ECDSA, HS__SHA256, 0}},
    {file_p256_pkcs8, HS__KEY_P256, {HS__SIG_ECDSA, HS__SHA512, 0}},
    {file_p384_pkcs8, HS__KEY_P384, {HS__SIG_ECDSA, HS__SHA384, 0}},
    {file_p384_pkcs8, HS__KEY_P384, {HS__SIG_ECDSA, HS__SHA256, 0}},
    {file_p521_pkcs8, HS__KEY_P521, {HS__SIG_ECDSA, HS__SHA512, 0}},
    {file_ed25519, HS__KEY_ED25519, {HS__SIG_ED25519, HS__SHA256, 0}},
};

enum { SIGNERS = sizeof signers / sizeof signers[0] };

static hs__private_key *load(const hs_provider *p, const char *pem) {
    hs__private_key *k;
    assert_ok(p->key_load(p, text(pem), no_password, &k));
    return k;
}

static hs__public_key *public_half(const hs_provider *p, const hs__private_key *k,
                                   const hs_provider *of_provider) {
    hs__public_numbers v;
    hs__public_key *pub;
    assert_ok(p->key_public(p, k, &v));
    assert_ok(of_provider->public_new(of_provider, &v, &pub));
    return pub;
}

static void sign_and_verify(const hs_provider *signer, const hs_provider *verifier, size_t i) {
    hs__private_key *k = load(signer, signers[i].pem);
    hs__public_key *pub = public_half(signer, k, verifier);
    uint8_t sig[HS__SIGNATURE_MAX];
    size_t n = 0;
    /* Twice: what the first leaves behind in a context must not change the second. */
    for (int round = 0; round < 2; round++) {
        assert_ok(signer->key_sign(signer, k, signers[i].alg, text("message"), sig, &n));
        assert_ok(verifier->public_verify(verifier, pub, signers[i].alg, text("message"),
                                          span_of(sig, n)));
        assert_status(verifier->public_verify(verifier, pub, signers[i].alg, text("massage"),
                                              span_of(sig, n)),
                      HS_E_BAD_SIGNATURE);
    }
    assert_status(verifier->public_verify(verifier, pub, signers[i].alg, text("message"),
                                          span_of(sig, n - 1)),
                  HS_E_BAD_SIGNATURE);
    sig[n] = 0;
    assert_status(verifier->public_verify(verifier, pub, signers[i].alg, text("message"),
                                          span_of(sig, n + 1)),
                  HS_E_BAD_SIGNATURE);
    verifier->public_free(verifier, pub);
    signer->key_free(signer, k);
}

static void every_provider_verifies_what_this_one_signs(void **state) {
    const hs_provider *p = *state;
    for (const char *const *name = hs_provider_names(); *name; name++) {
        hs_provider *other;
        assert_ok(hs_provider_new(*name, &other));
        for (size_t i = 0; i < SIGNERS; i++) {
            if (hs__provider_has_key_type(p, signers[i].type) &&
                hs__provider_has_key_type(other, signers[i].type))
                sign_and_verify(p, other, i);
        }
        hs_provider_unref(other);
    }
}

/* TLS 1.2 (RFC 5246 7.4.1.4.1): a scheme names the hash and leaves the curve open. */
static void an_ec_key_signs_with_every_hash(void **state) {
    const hs_provider *p = *state;
    static const char *const files[] = {file_p256_pkcs8, file_p384_pkcs8, file_p521_pkcs8};
    static const hs__hash_id hashes[] = {HS__SHA256, HS__SHA384, HS__SHA512};
    for (size_t i = 0; i < 9; i++) {
        const hs__sig_alg alg = {HS__SIG_ECDSA, hashes[i % 3], 0};
        const hs__sig_alg next = {HS__SIG_ECDSA, hashes[(i + 1) % 3], 0};
        uint8_t sig[HS__SIGNATURE_MAX];
        size_t n;
        hs__private_key *k = load(p, files[i / 3]);
        assert_ok(p->key_sign(p, k, alg, text("message"), sig, &n));
        for (const char *const *name = hs_provider_names(); *name; name++) {
            hs_provider *other;
            assert_ok(hs_provider_new(*name, &other));
            hs__public_key *pub = public_half(p, k, other);
            assert_ok(other->public_verify(other, pub, alg, text("message"), span_of(sig, n)));
            assert_status(other->public_verify(other, pub, next, text("message"), span_of(sig, n)),
                          HS_E_BAD_SIGNATURE);
            other->public_free(other, pub);
            hs_provider_unref(other);
        }
        p->key_free(p, k);
    }
}

static void a_key_signs_only_in_its_own_kind(void **state) {
    const hs_provider *p = *state;
    hs__private_key *rsa = load(p, file_rsa_pkcs8);
    hs__private_key *pss = load(p, file_rsa_pss);
    hs__private_key *ec = load(p, file_p256_pkcs8);
    hs__public_key *pss_public = public_half(p, pss, p);
    const hs__sig_alg pkcs1 = {HS__SIG_RSA_PKCS1, HS__SHA256, 0};
    const hs__sig_alg any_salt = {HS__SIG_RSA_PSS, HS__SHA256, HS__PSS_SALT_ANY};
    const hs__sig_alg ecdsa_alg = {HS__SIG_ECDSA, HS__SHA256, 0};
    const hs__sig_alg long_salt = {HS__SIG_RSA_PSS, HS__SHA256, 223};
    uint8_t sig[HS__SIGNATURE_MAX] = {0};
    size_t n;
    assert_status(p->key_sign(p, rsa, ecdsa_alg, text("m"), sig, &n), HS_E_KEY_TYPE);
    assert_status(p->key_sign(p, ec, pkcs1, text("m"), sig, &n), HS_E_KEY_TYPE);
    /* RFC 4055 1.2: id-RSASSA-PSS keys are for PSS only. */
    assert_status(p->key_sign(p, pss, pkcs1, text("m"), sig, &n), HS_E_KEY_TYPE);
    assert_status(p->public_verify(p, pss_public, pkcs1, text("m"), span_of(sig, 256)),
                  HS_E_KEY_TYPE);
    assert_status(p->key_sign(p, rsa, any_salt, text("m"), sig, &n), HS_E_MISUSE);
    assert_status(p->key_sign(p, rsa, long_salt, text("m"), sig, &n), HS_E_KEY_TYPE);
    p->public_free(p, pss_public);
    p->key_free(p, rsa);
    p->key_free(p, pss);
    p->key_free(p, ec);
}

static void a_pss_salt_must_have_the_length_asked_for(void **state) {
    const hs_provider *p = *state;
    static const int salts[] = {0, 20, 32, 64, 222};
    hs__private_key *k = load(p, file_rsa_pkcs8);
    hs__public_key *pub = public_half(p, k, p);
    for (size_t i = 0; i < 5; i++) {
        hs__sig_alg alg = {HS__SIG_RSA_PSS, HS__SHA256, salts[i]};
        uint8_t sig[HS__SIGNATURE_MAX];
        size_t n;
        assert_ok(p->key_sign(p, k, alg, text("m"), sig, &n));
        for (size_t j = 0; j < 5; j++) {
            alg.pss_salt = salts[j];
            hs_status st = p->public_verify(p, pub, alg, text("m"), span_of(sig, n));
            assert_int_equal(st, i == j ? HS_OK : HS_E_BAD_SIGNATURE);
        }
        alg.pss_salt = HS__PSS_SALT_HASH;
        hs_status st = p->public_verify(p, pub, alg, text("m"), span_of(sig, n));
        assert_int_equal(st, salts[i] == 32 ? HS_OK : HS_E_BAD_SIGNATURE);
        alg.pss_salt = HS__PSS_SALT_ANY;
        assert_ok(p->public_verify(p, pub, alg, text("m"), span_of(sig, n)));
        alg.hash = HS__SHA384;
        assert_status(p->public_verify(p, pub, alg, text("m"), span_of(sig, n)),
                      HS_E_BAD_SIGNATURE);
    }
    p->public_free(p, pub);
    p->key_free(p, k);
}

/* Made by the openssl command with the RSA key of key_files.h over "sample". */
static void rsa_signatures_with_the_wrong_inside_are_refused(void **state) {
    const hs_provider *p = *state;
    /* PKCS#1 v1.5, SHA-256, its DigestInfo without the NULL (RFC 8017 A.2.4). */
    bytes no_null = unhex("0b76104ff0db18a60bc632a4d0f47e4f84427ccc8e7e314cfe20fbf38203cb0350a9c969"
                          "1be4002bcdaf751d3d80"
                          "a6fb195a209a619dd9e2430cb3860187eb768c326e59d761739ad959660a48d535643314"
                          "4795800e071a5b4da492"
                          "c0ab997e85454818d1c13fb77249ee7b87ce4c6413156bdc78afc8145007ff7270a2631f"
                          "6bbdf793deb1b5900b50"
                          "a7700daeea82315092e4e67d43d2f1b354bd1b4569282ef5a8181fd13452bc686d2c6a21"
                          "9f212bc991973a37e67d"
                          "9c7701c6ab88b3b7a1d7061625d82f2b86c120de0d43d33177454ee4917f7496385b5249"
                          "49741daa58f35fa73e83"
                          "7ed05c9b872701d7a1d6e44fcec337c894a19e481925e63229ac");
    /* PSS, SHA-384, salt of 48 bytes, but MGF1 with SHA-256. */
    bytes other_mgf = unhex("1e20b53873a691c4736b073ef0b05f9e140935a09ed9733e01e4323d6cfee1b4b218ab"
                            "0aea91d064ce5df94c5948"
                            "364fa617fb18441044f8d70dc022f667d88263c055fbaa014b27fb82965abb126a476e"
                            "98a3a175c1f61c06cd3675"
                            "9875bef1caa7197c99e55f12fba0b4a7dfffd24ce9f35507fd4378be3526ec2282f486"
                            "6be95f0cf9d6b82c50cf48"
                            "36957605c24d09652d8b291466757a503cd8d14fc477700d8b5b40f730f0bd50216190"
                            "b159e1f98aba617cfdbedb"
                            "fbb472a2c1cff24036fa22e039d85c63c6b39d208ced873432c1933b82d8c27ed1ed11"
                            "f62ff3c46ffa0530404a28"
                            "1b6e49a765f72873691c211098a61930fe82b13e27f68200758f");
    hs__private_key *k = load(p, file_rsa_pkcs8);
    hs__public_key *pub = public_half(p, k, p);
    const hs__sig_alg pkcs1 = {HS__SIG_RSA_PKCS1, HS__SHA256, 0};
    const hs__sig_alg pss = {HS__SIG_RSA_PSS, HS__SHA384, HS__PSS_SALT_ANY};
    bytes zero = {.n = 256};
    bytes ones = {.n = 256};
    memset(ones.p, 0xff, ones.n);
    assert_status(p->public_verify(p, pub, pkcs1, text("sample"), of(&no_null)),
                  HS_E_BAD_SIGNATURE);
    assert_status(p->public_verify(p, pub, pss, text("sample"), of(&other_mgf)),
                  HS_E_BAD_SIGNATURE);
    assert_status(p->public_verify(p, pub, pkcs1, text("sample"), of(&zero)), HS_E_BAD_SIGNATURE);
    assert_status(p->public_verify(p, pub, pss, text("sample"), of(&ones)), HS_E_BAD_SIGNATURE);
    p->public_free(p, pub);
    p->key_free(p, k);
}

static void assert_no_point(const hs_provider *p, hs__key_type type, hs_span point) {
    const hs__public_numbers v = {.type = type, .point = point};
    hs__public_key *k = (hs__public_key *)1;
    assert_status(p->public_new(p, &v, &k), HS_E_BAD_PUBLIC_KEY);
    assert_null(k);
}

static void public_points_must_be_uncompressed_and_on_the_curve(void **state) {
    const hs_provider *p = *state;
    for (size_t i = 0; i < ECDSA; i++) {
        bytes good = unhex(ecdsa[i].point);
        bytes b = good;
        size_t half = 1 + (good.n - 1) / 2;
        b.p[b.n - 1] ^= 1;
        assert_no_point(p, ecdsa[i].type, of(&b));
        b = good;
        for (uint8_t form = 0; form < 10; form++) {
            b.p[0] = form;
            if (form != 4)
                assert_no_point(p, ecdsa[i].type, of(&b));
            assert_no_point(p, ecdsa[i].type, span_of(b.p, half));
        }
        b = good;
        b.n++;
        assert_no_point(p, ecdsa[i].type, of(&b));
        assert_no_point(p, ecdsa[i].type, span_of(good.p, good.n - 1));
        assert_no_point(p, ecdsa[i].type, span_of(good.p + 1, good.n - 1));
        memset(b.p + 1, 0, sizeof b.p - 1);
        b.n = good.n;
        assert_no_point(p, ecdsa[i].type, of(&b));
        assert_no_point(p, ecdsa[i].type, span_of(b.p + 1, 1)); /* infinity */
        assert_no_point(p, ecdsa[i].type, span_of(NULL, 0));
    }
}

#define MODULUS                                                                                    \
    "b4bb498f8279303d980836399b36c6988c0c68de55e1bdb826d3901a2461eafd2de49a91d015abbc9a95137ace6c" \
    "1af19eaa6af98c7ced43120998e187a80ee0ccb0524b1b018c3e0b63264d449a6d38e22a5fda430846748030530e" \
    "f0461c8ca9d9efbfae8ea6d1d03e2bd193eff0ab9a8002c47428a6d35a8d88d79f7f1e3f"

static hs_status rsa_new(const hs_provider *p, hs_span n, const char *e_hex) {
    bytes e = unhex(e_hex);
    const hs__public_numbers v = {.type = HS__KEY_RSA, .n = n, .e = of(&e)};
    hs__public_key *k;
    hs_status st = p->public_new(p, &v, &k);
    p->public_free(p, k);
    return st;
}

static void rsa_numbers_must_be_sane(void **state) {
    const hs_provider *p = *state;
    bytes n = unhex(MODULUS);
    uint8_t large[1 + 1024 + 1];
    memset(large, 0xff, sizeof large);
    assert_int_equal(n.n, 128);
    assert_ok(rsa_new(p, of(&n), "010001"));
    assert_ok(rsa_new(p, of(&n), "03"));
    assert_status(rsa_new(p, of(&n), "01"), HS_E_BAD_PUBLIC_KEY);
    assert_status(rsa_new(p, of(&n), "02"), HS_E_BAD_PUBLIC_KEY);
    assert_status(rsa_new(p, of(&n), "00"), HS_E_BAD_PUBLIC_KEY);
    assert_status(rsa_new(p, of(&n), ""), HS_E_BAD_PUBLIC_KEY);
    assert_status(rsa_new(p, of(&n), "00010001"), HS_E_BAD_PUBLIC_KEY);
    assert_status(rsa_new(p, of(&n), "010000000000000001"), HS_E_BAD_PUBLIC_KEY);
    assert_status(rsa_new(p, span_of(n.p, 127), "010001"), HS_E_BAD_PUBLIC_KEY);
    assert_status(rsa_new(p, span_of(NULL, 0), "010001"), HS_E_BAD_PUBLIC_KEY);
    assert_ok(rsa_new(p, span_of(large, 1024), "010001"));
    assert_status(rsa_new(p, span_of(large, 1025), "010001"), HS_E_BAD_PUBLIC_KEY);
    n.p[n.n - 1] ^= 1;
    assert_status(rsa_new(p, of(&n), "010001"), HS_E_BAD_PUBLIC_KEY);
    large[0] = 0;
    assert_status(rsa_new(p, span_of(large, 1024), "010001"), HS_E_BAD_PUBLIC_KEY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ecdsa_signatures_of_rfc_6979_verify),
        cmocka_unit_test(ecdsa_signatures_must_be_strict_der),
        cmocka_unit_test(ecdsa_numbers_out_of_range_are_refused),
        cmocka_unit_test(ed25519_is_that_of_rfc_8032),
        cmocka_unit_test(every_provider_verifies_what_this_one_signs),
        cmocka_unit_test(an_ec_key_signs_with_every_hash),
        cmocka_unit_test(a_key_signs_only_in_its_own_kind),
        cmocka_unit_test(a_pss_salt_must_have_the_length_asked_for),
        cmocka_unit_test(rsa_signatures_with_the_wrong_inside_are_refused),
        cmocka_unit_test(public_points_must_be_uncompressed_and_on_the_curve),
        cmocka_unit_test(rsa_numbers_must_be_sane),
    };
    return EACH_PROVIDER(tests);
}
