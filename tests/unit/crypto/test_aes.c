/* AES in parts: FIPS 197 appendix C (ECB), SP 800-38A F.2 (CBC), McGrew and Viega's GCM test cases
 * 3, 9 and 15. */
#include "tests/unit/crypto/each_provider.h"

#define KEY_24 "000102030405060708090a0b0c0d0e0f1011121314151617"
#define CBC_TEXT                                                                                   \
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a" \
    "52eff69f2445df4f9b17ad2b417be66c3710"
#define CBC_IV "000102030405060708090a0b0c0d0e0f"
#define GCM_TEXT                                                                                   \
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6" \
    "b525b16aedf5aa0de657ba637b391aafd255"
#define GCM_KEY   "feffe9928665731c6d6a8f9467308308"
#define GCM_NONCE "cafebabefacedbaddecaf888"

static const struct {
    hs__aes_mode mode;
    const char *key, *iv, *plain, *sealed, *tag;
} vectors[] = {
    {HS__AES_ECB, "000102030405060708090a0b0c0d0e0f", "", "00112233445566778899aabbccddeeff",
     "69c4e0d86a7b0430d8cdb78070b4c55a", ""},
    {HS__AES_ECB, KEY_24, "", "00112233445566778899aabbccddeeff",
     "dda97ca4864cdfe06eaf70a0ec0d7191", ""},
    {HS__AES_ECB, KEY_24 "18191a1b1c1d1e1f", "", "00112233445566778899aabbccddeeff",
     "8ea2b7ca516745bfeafc49904b496089", ""},
    {HS__AES_CBC, "2b7e151628aed2a6abf7158809cf4f3c", CBC_IV, CBC_TEXT,
     "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b273bed6b8e3c1743b7116e69e2222"
     "95163ff1caa1681fac09120eca307586e1a7",
     ""},
    {HS__AES_CBC, "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", CBC_IV, CBC_TEXT,
     "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a571b242012fb7ae07fa9baac3df1"
     "02e008b0e27988598881d920a9e64f5615cd",
     ""},
    {HS__AES_CBC, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", CBC_IV,
     CBC_TEXT,
     "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d39f23369a9d9bacfa530e2630423"
     "1461b2eb05e2c39be9fcda6c19078c6a9d1b",
     ""},
    {HS__AES_GCM, GCM_KEY, GCM_NONCE, GCM_TEXT,
     "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84"
     "aa051ba30b396a0aac973d58e091473f5985",
     "4d5c2af327cd64a62cf35abd2ba6fab4"},
    {HS__AES_GCM, GCM_KEY "feffe9928665731c", GCM_NONCE, GCM_TEXT,
     "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c7d773d00c144c525ac619d18c84a"
     "3f4718e2448b2fe324d9ccda2710acade256",
     "9924a7c8587336bfb118024db8674a14"},
    {HS__AES_GCM, GCM_KEY GCM_KEY, GCM_NONCE, GCM_TEXT,
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b105682"
     "8838c5f61e6393ba7a0abcc9f662898015ad",
     "b094dac5d93471bdec1a502270e3cc6c"},
};
enum { VECTORS = sizeof vectors / sizeof vectors[0] };

static hs__aes *start(const hs_provider *p, size_t i, bool encrypts) {
    bytes key = unhex(vectors[i].key);
    bytes iv = unhex(vectors[i].iv);
    hs__aes *a;
    assert_ok(p->aes_new(p, vectors[i].mode, of(&key), of(&iv), encrypts, &a));
    return a;
}

/* In two parts cut at a block, in place or not. */
static void run(const hs_provider *p, hs__aes *a, const bytes *in, size_t cut, bool in_place,
                const bytes *want) {
    uint8_t out[256];
    const uint8_t *from = in->p;
    if (in_place) {
        memcpy(out, in->p, in->n);
        from = out;
    }
    assert_ok(p->aes_update(p, a, from, cut, out));
    assert_ok(p->aes_update(p, a, from + cut, in->n - cut, out + cut));
    assert_memory_equal(out, want->p, want->n);
}

static void parts_give_the_published_bytes(void **state) {
    const hs_provider *p = *state;
    for (size_t i = 0; i < VECTORS; i++) {
        bytes plain = unhex(vectors[i].plain);
        bytes sealed = unhex(vectors[i].sealed);
        bytes tag = unhex(vectors[i].tag);
        for (size_t cut = 0; cut <= plain.n; cut += HS__AES_BLOCK) {
            hs__aes *a = start(p, i, true);
            uint8_t made[HS__AEAD_TAG];
            run(p, a, &plain, cut, cut % 32 == 0, &sealed);
            if (tag.n) {
                assert_ok(p->aes_end(p, a, made, tag.n));
                assert_memory_equal(made, tag.p, tag.n);
            }
            p->aes_free(p, a);
            a = start(p, i, false);
            run(p, a, &sealed, cut, cut % 32 == 0, &plain);
            if (tag.n)
                assert_ok(p->aes_end(p, a, tag.p, tag.n));
            p->aes_free(p, a);
        }
    }
}

/* SP 800-38D test case 4 without its AAD has no published tag; that both directions agree, and
 * that the ciphertext is that of the whole text, is what counts here. */
static void the_last_part_of_gcm_is_of_any_length(void **state) {
    const hs_provider *p = *state;
    bytes plain = unhex(GCM_TEXT);
    bytes sealed = unhex(vectors[VECTORS - 1].sealed);
    for (size_t n = 0; n <= plain.n; n++) {
        uint8_t out[256];
        uint8_t tag[HS__AEAD_TAG];
        size_t whole = n / HS__AES_BLOCK * HS__AES_BLOCK;
        hs__aes *a = start(p, VECTORS - 1, true);
        assert_ok(p->aes_update(p, a, plain.p, whole, out));
        assert_ok(p->aes_update(p, a, plain.p + whole, n - whole, out + whole));
        assert_ok(p->aes_end(p, a, tag, sizeof tag));
        assert_memory_equal(out, sealed.p, n);
        p->aes_free(p, a);
        a = start(p, VECTORS - 1, false);
        assert_ok(p->aes_update(p, a, sealed.p, n, out));
        assert_ok(p->aes_end(p, a, tag, sizeof tag));
        assert_memory_equal(out, plain.p, n);
        p->aes_free(p, a);
    }
}

static void tags_of_each_length_are_checked(void **state) {
    const hs_provider *p = *state;
    bytes sealed = unhex(vectors[VECTORS - 1].sealed);
    for (size_t n = HS__AES_TAG_MIN; n <= HS__AEAD_TAG; n++) {
        for (size_t bad = 0; bad <= n; bad++) {
            uint8_t out[256];
            bytes tag = unhex(vectors[VECTORS - 1].tag);
            hs__aes *a = start(p, VECTORS - 1, false);
            assert_ok(p->aes_update(p, a, sealed.p, sealed.n, out));
            if (bad < n)
                tag.p[bad] ^= 0x80;
            const hs_status st = p->aes_end(p, a, tag.p, n);
            assert_int_equal(st, bad < n ? HS_E_BAD_RECORD_MAC : HS_OK);
            p->aes_free(p, a);
        }
    }
}

static void nonsense_is_refused(void **state) {
    const hs_provider *p = *state;
    uint8_t zeros[64] = {0};
    uint8_t out[64];
    hs__aes *a;
    static const struct {
        hs__aes_mode mode;
        size_t key_n, iv_n;
    } cases[] = {{HS__AES_GCM, 15, 12}, {HS__AES_GCM, 40, 12}, {HS__AES_GCM, 0, 12},
                 {HS__AES_GCM, 32, 16}, {HS__AES_CBC, 32, 12}, {HS__AES_ECB, 32, 16}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_status(p->aes_new(p, cases[i].mode, span_of(zeros, cases[i].key_n),
                                 span_of(zeros, cases[i].iv_n), true, &a),
                      HS_E_MISUSE);
        assert_null(a);
    }
    assert_ok(p->aes_new(p, HS__AES_GCM, span_of(zeros, 16), span_of(zeros, 12), true, &a));
    assert_status(p->aes_end(p, a, out, 11), HS_E_MISUSE);
    assert_status(p->aes_end(p, a, out, 17), HS_E_MISUSE);
    p->aes_free(p, a);
    static const hs__aes_mode blocks[] = {HS__AES_CBC, HS__AES_ECB};
    for (size_t i = 0; i < 2; i++) {
        size_t iv_n = blocks[i] == HS__AES_CBC ? HS__AES_BLOCK : 0;
        assert_ok(p->aes_new(p, blocks[i], span_of(zeros, 16), span_of(zeros, iv_n), true, &a));
        assert_status(p->aes_update(p, a, zeros, 17, out), HS_E_MISUSE);
        assert_status(p->aes_end(p, a, out, 16), HS_E_MISUSE);
        p->aes_free(p, a);
    }
    p->aes_free(p, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_give_the_published_bytes),
        cmocka_unit_test(the_last_part_of_gcm_is_of_any_length),
        cmocka_unit_test(tags_of_each_length_are_checked),
        cmocka_unit_test(nonsense_is_refused),
    };
    return EACH_PROVIDER(tests);
}
