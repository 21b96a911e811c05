/* McGrew and Viega's GCM test cases 1, 2, 4 (AES-128), 13, 16 (AES-256); RFC 8439 2.8.2. */
#include <stdlib.h>

#include "tests/unit/crypto/each_provider.h"

#define GCM_TEXT                                                                                   \
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6" \
    "b525b16aedf5aa0de657ba637b39"
#define GCM_AAD "feedfacedeadbeeffeedfacedeadbeefabaddad2"

static const struct {
    hs__aead_id id;
    const char *key, *nonce, *aad, *plain, *sealed;
} vectors[] = {
    {HS__AES_128_GCM, "00000000000000000000000000000000", "000000000000000000000000", "", "",
     "58e2fccefa7e3061367f1d57a4e7455a"},
    {HS__AES_128_GCM, "00000000000000000000000000000000", "000000000000000000000000", "",
     "00000000000000000000000000000000",
     "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf"},
    {HS__AES_128_GCM, "feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888", GCM_AAD,
     GCM_TEXT,
     "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84a"
     "a05"
     "1ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47"},
    {HS__AES_256_GCM, "0000000000000000000000000000000000000000000000000000000000000000",
     "000000000000000000000000", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {HS__AES_256_GCM, "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
     "cafebabefacedbaddecaf888", GCM_AAD, GCM_TEXT,
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828"
     "838"
     "c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"},
    {HS__CHACHA20_POLY1305, "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
     "070000004041424344454647", "50515253c0c1c2c3c4c5c6c7",
     "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a20496620492"
     "063"
     "6f756c64206f6666657220796f75206f6e6c79206f6e652074697020666f7220746865206675747572652c2073756"
     "e73"
     "637265656e20776f756c642062652069742e",
     "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da927"
     "28b"
     "1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d"
     "7bc"
     "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691"},
};

enum { VECTORS = sizeof vectors / sizeof vectors[0] };

static hs__aead *aead(const hs_provider *p, hs__aead_id id, const char *key_hex, bool seals) {
    bytes key = unhex(key_hex);
    hs__aead *a;
    assert_int_equal(key.n, hs__aead_key_len(id));
    assert_ok(p->aead_new(p, id, key.p, seals, &a));
    return a;
}

static void sealing_gives_the_published_bytes(void **state) {
    const hs_provider *p = *state;
    for (size_t i = 0; i < VECTORS; i++) {
        hs__aead *a = aead(p, vectors[i].id, vectors[i].key, true);
        bytes nonce = unhex(vectors[i].nonce);
        bytes aad = unhex(vectors[i].aad);
        bytes plain = unhex(vectors[i].plain);
        bytes want = unhex(vectors[i].sealed);
        /* However the plaintext is cut into front and tail, in place or not. */
        for (size_t cut = 0; cut <= plain.n; cut++) {
            uint8_t out[256] = {0};
            assert_ok(p->aead_seal(p, a, nonce.p, of(&aad), plain.p, cut, plain.p + cut,
                                   plain.n - cut, out));
            assert_memory_equal(out, want.p, want.n);
            memset(out, 0, sizeof out);
            memcpy(out, plain.p, cut);
            assert_ok(
                p->aead_seal(p, a, nonce.p, of(&aad), out, cut, plain.p + cut, plain.n - cut, out));
            assert_memory_equal(out, want.p, want.n);
        }
        p->aead_free(p, a);
    }
}

static void opening_gives_the_plaintext_in_place(void **state) {
    const hs_provider *p = *state;
    for (size_t i = 0; i < VECTORS; i++) {
        hs__aead *a = aead(p, vectors[i].id, vectors[i].key, false);
        bytes nonce = unhex(vectors[i].nonce);
        bytes aad = unhex(vectors[i].aad);
        bytes plain = unhex(vectors[i].plain);
        bytes buf = unhex(vectors[i].sealed);
        size_t n = 99;
        assert_ok(p->aead_open(p, a, nonce.p, of(&aad), buf.p, buf.n, &n));
        assert_int_equal(n, plain.n);
        assert_memory_equal(buf.p, plain.p, plain.n);
        p->aead_free(p, a);
    }
}

static bool is_wiped(const uint8_t *p, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (p[i])
            return false;
    }
    return true;
}

/* One flipped bit anywhere in ciphertext, tag, AAD or nonce: refused, nothing left in the
 * buffer, and the context still opens the next record. */
static void what_was_changed_is_refused_and_wiped(void **state) {
    const hs_provider *p = *state;
    for (size_t i = 0; i < VECTORS; i++) {
        hs__aead *a = aead(p, vectors[i].id, vectors[i].key, false);
        bytes nonce = unhex(vectors[i].nonce);
        bytes aad = unhex(vectors[i].aad);
        bytes sealed = unhex(vectors[i].sealed);
        size_t n;
        for (size_t at = 0; at < sealed.n + aad.n + nonce.n; at++) {
            bytes buf = sealed;
            bytes bad_aad = aad;
            bytes bad_nonce = nonce;
            uint8_t *flip = at < sealed.n           ? &buf.p[at]
                            : at < sealed.n + aad.n ? &bad_aad.p[at - sealed.n]
                                                    : &bad_nonce.p[at - sealed.n - aad.n];
            *flip ^= (uint8_t)(1 << at % 8);
            n = 99;
            assert_status(p->aead_open(p, a, bad_nonce.p, of(&bad_aad), buf.p, buf.n, &n),
                          HS_E_BAD_RECORD_MAC);
            assert_int_equal(n, 0);
            assert_true(is_wiped(buf.p, buf.n));
        }
        assert_ok(p->aead_open(p, a, nonce.p, of(&aad), sealed.p, sealed.n, &n));
        p->aead_free(p, a);
    }
}

static void what_is_shorter_than_a_tag_is_refused(void **state) {
    const hs_provider *p = *state;
    uint8_t nonce[HS__AEAD_NONCE] = {0};
    for (int id = HS__AES_128_GCM; id <= HS__CHACHA20_POLY1305; id++) {
        const uint8_t key[HS__AEAD_KEY_MAX] = {1};
        hs__aead *a;
        assert_ok(p->aead_new(p, (hs__aead_id)id, key, false, &a));
        for (size_t len = 0; len < HS__AEAD_TAG; len++) {
            uint8_t buf[HS__AEAD_TAG];
            size_t n = 99;
            memset(buf, 0xee, sizeof buf);
            assert_status(p->aead_open(p, a, nonce, (hs_span){NULL, 0}, buf, len, &n),
                          HS_E_BAD_RECORD_MAC);
            assert_int_equal(n, 0);
        }
        p->aead_free(p, a);
    }
}

/* A record of the largest size, sealed by one object and opened by another, nonces counting:
 * the contexts are kept. */
static void contexts_serve_record_after_record(void **state) {
    const hs_provider *p = *state;
    enum { LARGEST = 16384 };
    uint8_t *plain = malloc(LARGEST);
    uint8_t *sealed = malloc(LARGEST + 1 + HS__AEAD_TAG);
    const uint8_t key[HS__AEAD_KEY_MAX] = {7};
    const uint8_t type = 23;
    assert_non_null(plain);
    assert_non_null(sealed);
    for (size_t i = 0; i < LARGEST; i++)
        plain[i] = (uint8_t)(i * 7);
    for (int id = HS__AES_128_GCM; id <= HS__CHACHA20_POLY1305; id++) {
        hs__aead *out;
        hs__aead *in;
        assert_ok(p->aead_new(p, (hs__aead_id)id, key, true, &out));
        assert_ok(p->aead_new(p, (hs__aead_id)id, key, false, &in));
        for (uint8_t record = 0; record < 5; record++) {
            uint8_t nonce[HS__AEAD_NONCE] = {record};
            const uint8_t header[5] = {23, 3, 3, 0x40, 0x11};
            size_t n;
            assert_ok(
                p->aead_seal(p, out, nonce, span_of(header, 5), plain, LARGEST, &type, 1, sealed));
            assert_ok(p->aead_open(p, in, nonce, span_of(header, 5), sealed,
                                   LARGEST + 1 + HS__AEAD_TAG, &n));
            assert_int_equal(n, LARGEST + 1);
            assert_memory_equal(sealed, plain, LARGEST);
            assert_int_equal(sealed[LARGEST], type);
        }
        p->aead_free(p, out);
        p->aead_free(p, in);
    }
    free(plain);
    free(sealed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sealing_gives_the_published_bytes),
        cmocka_unit_test(opening_gives_the_plaintext_in_place),
        cmocka_unit_test(what_was_changed_is_refused_and_wiped),
        cmocka_unit_test(what_is_shorter_than_a_tag_is_refused),
        cmocka_unit_test(contexts_serve_record_after_record),
    };
    return EACH_PROVIDER(tests);
}
