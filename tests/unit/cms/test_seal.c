/* What seal.h writes open.h reads, and nothing that was touched on the way. */
#include "cms/seal.h"

#include <ctype.h>

#include "tests/unit/cms/cms_test.h"

typedef struct {
    person rsa, p256, p384, p521;
} people;
static people all;

static int meet(void **state) {
    (void)state;
    all.rsa = person_new(HS__KEY_RSA, "CN=ralf");
    all.p256 = person_new(HS__KEY_P256, "CN=petra");
    all.p384 = person_new(HS__KEY_P384, "CN=paul");
    all.p521 = person_new(HS__KEY_P521, "CN=pia");
    return 0;
}

static int part(void **state) {
    (void)state;
    person_free(&all.rsa);
    person_free(&all.p256);
    person_free(&all.p384);
    person_free(&all.p521);
    return 0;
}

/* Some content whose every byte is its own. */
static uint8_t page[70000];
static hs_span content_of(size_t n) {
    for (size_t i = 0; i < n; i++) {
        page[i] = (uint8_t)(i * 7 + (i >> 8));
    }
    return (hs_span){page, n};
}

static void must_open(heap *message, const person *who, hs_span content, hs__cms_open **open) {
    heap got = {NULL, 0, 0, 0, 0};
    const hs_status st = unseal(message, who, false, &got, open);
    if (st) {
        fail_msg("%s: %s %s", hs_status_name(st), hs__cms_open_where(*open),
                 hs__cms_open_problem(*open));
    }
    assert_int_equal(got.n, content.n);
    if (content.n > 0) {
        assert_memory_equal(got.p, content.p, content.n);
    }
    heap_free(&got);
}

static void each_kind_of_key_signs_and_receives(void **state) {
    (void)state;
    const person *who[] = {&all.rsa, &all.p256, &all.p384, &all.p521};
    for (size_t i = 0; i < 16; i++) {
        const letter l = {.from = who[i / 4],
                          .to = {who[i % 4]},
                          .n_to = 1,
                          .is_ber = i % 3 == 0,
                          .content = content_of(100)};
        hs__cms_open *o;
        hs__cms_sealed told;
        heap m = seal(&l, &told);
        assert_int_equal(m.n, told.total_n);
        must_open(&m, who[i % 4], l.content, &o);
        const hs__cms_info *info = hs__cms_open_info(o);
        assert_int_equal(info->kind, HS__CMS_AUTH_ENVELOPED);
        assert_int_equal(info->is_ber, l.is_ber);
        assert_true(info->has_serial && info->has_time && info->is_receiver);
        assert_memory_equal(info->serial, told.serial, HS__CMS_SERIAL);
        assert_int_equal(info->time, NOW);
        assert_string_equal(info->cipher, "AES-256-GCM");
        assert_string_equal(info->signature, told.signature);
        assert_memory_equal(info->digest, told.digest, told.digest_n);
        assert_int_equal(info->n_chain, 1);
        assert_int_equal(info->chain[0].n, who[i / 4]->leaf->n);
        hs__cms_open_free(o);
        heap_free(&m);
    }
}

/* Around the blocks of the cipher, the pieces of writer and reader, and the forms of a length. */
static void every_length_comes_back(void **state) {
    (void)state;
    static const size_t lengths[] = {0,   1,     15,    16,    17,    126,   127,   128,   255,
                                     256, 16383, 16384, 16385, 32767, 32768, 65535, 65536, 70000};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        for (unsigned how = 0; how < 8; how++) {
            const letter l = {.from = how & 1 ? &all.p256 : NULL,
                              .to = {&all.p256},
                              .n_to = 1,
                              .is_ber = how & 2,
                              .pem = how & 4,
                              .content = content_of(lengths[i])};
            heap got = {NULL, 0, 0, 0, 0};
            heap m = seal(&l, NULL);
            m.step = i % 2 ? 7 : 0;
            const hs_status st = unseal(&m, &all.p256, false, &got, NULL);
            assert_int_equal(st, l.from != NULL ? HS_OK : HS_E_CMS_UNSIGNED);
            assert_int_equal(got.n, l.content.n);
            assert_true(got.n == 0 || memcmp(got.p, l.content.p, got.n) == 0);
            heap_free(&got);
            heap_free(&m);
        }
    }
}

static void each_of_several_receivers_opens_it_and_nobody_else(void **state) {
    (void)state;
    const letter l = {.from = &all.p256,
                      .to = {&all.rsa, &all.p384, &all.p521},
                      .n_to = 3,
                      .content = content_of(1000)};
    heap m = seal(&l, NULL);
    for (size_t i = 0; i < 3; i++) {
        hs__cms_open *o;
        must_open(&m, l.to[i], l.content, &o);
        const hs__cms_info *info = hs__cms_open_info(o);
        assert_int_equal(info->n_recipients, 3);
        assert_true(info->has_receivers && info->is_receiver);
        assert_int_equal(info->n_receivers, 3);
        assert_true(info->recipients[info->mine].is_mine);
        hs__cms_open_free(o);
    }
    heap got = {NULL, 0, 0, 0, 0};
    assert_status(unseal(&m, &all.p256, false, &got, NULL), HS_E_CMS_NOT_FOR_ME);
    assert_int_equal(got.n, 0);
    heap_free(&got);
    heap_free(&m);
}

static void size_is_a_promise(void **state) {
    (void)state;
    for (size_t n = 9; n <= 11; n++) {
        heap out = {NULL, 0, 0, 0, 0};
        const hs_span to = made_der(all.p256.leaf);
        hs__cms_seal *s;
        const hs__cms_seal_options o = {.provider = provider(),
                                        .receivers = &to,
                                        .n_receivers = 1,
                                        .size = 10,
                                        .out = {heap_put, &out}};
        assert_ok(hs__cms_seal_new(&o, NULL, &s));
        assert_ok(hs__cms_seal_begin(s));
        const hs_status wrote = hs__cms_seal_write(s, content_of(n));
        const hs_status ended = hs__cms_seal_end(s);
        assert_int_equal(wrote, n > 10 ? HS_E_CONFIG : HS_OK);
        assert_int_equal(ended, n == 10 ? HS_OK : HS_E_CONFIG);
        hs__cms_seal_free(s);
        heap_free(&out);
    }
}

static void who_cannot_receive_is_told(void **state) {
    (void)state;
    const spec only_signs = {.subject = "CN=signer", .key_usage = HS__KU_DIGITAL_SIGNATURE};
    made *m = make(&only_signs);
    const hs_span to[] = {made_der(all.p256.leaf), made_der(m)};
    hs__cms_seal *s;
    size_t bad = 99;
    hs__cms_seal_options o = {.provider = provider(), .receivers = to, .n_receivers = 2};
    assert_status(hs__cms_seal_new(&o, &bad, &s), HS_E_KEY_TYPE);
    assert_int_equal(bad, 1);
    assert_null(s);
    o.n_receivers = 0;
    assert_status(hs__cms_seal_new(&o, &bad, &s), HS_E_MISUSE);
    o.n_receivers = 1;
    o.size = UINT64_C(1) << 36; /* more than AES-GCM takes */
    assert_status(hs__cms_seal_new(&o, &bad, &s), HS_E_CONFIG);
    made_free(m);
}

/* DER says where everything ends, so a part of a message is never a message. */
static void cut_anywhere_it_is_refused(void **state) {
    (void)state;
    for (unsigned how = 0; how < 4; how++) {
        const letter l = {.from = &all.p256,
                          .to = {&all.p256},
                          .n_to = 1,
                          .is_ber = how & 1,
                          .pem = how & 2,
                          .content = content_of(200)};
        heap got = {NULL, 0, 0, 0, 0};
        heap m = seal(&l, NULL);
        const size_t whole = m.n - (l.pem ? 1 : 0); /* a line end is no part of it */
        for (m.n = 0; m.n < whole; m.n++) {
            const hs_status st = unseal(&m, &all.p256, false, &got, NULL);
            if (st == HS_OK || (!l.pem && st != HS_E_CMS_TRUNCATED)) {
                fail_msg("cut at %zu of %zu: %s", m.n, whole, hs_status_name(st));
            }
        }
        heap_free(&got);
        heap_free(&m);
    }
}

/* Every bit matters. What names the receiver and the algorithms is protected by nothing (RFC 5652
 * section 12), but whoever changes it loses the key. */
static void no_bit_can_be_flipped(void **state) {
    (void)state;
    for (unsigned how = 0; how < 2; how++) {
        const letter l = {.from = &all.p256,
                          .to = {how ? &all.rsa : &all.p256},
                          .n_to = 1,
                          .is_ber = how,
                          .content = content_of(40)};
        heap got = {NULL, 0, 0, 0, 0};
        heap m = seal(&l, NULL);
        for (size_t i = 0; i < m.n; i++) {
            const uint8_t bit = (uint8_t)(1u << (i * 5 + i / 8) % 8);
            m.p[i] ^= bit;
            const hs_status st = unseal(&m, l.to[0], false, &got, NULL);
            const bool is_letter = isalpha(m.p[i]) && bit == 0x20; /* names have no case */
            if (st == HS_OK && (!is_letter || got.n != l.content.n)) {
                fail_msg("bit %02x of byte %zu does not matter", bit, i);
            }
            m.p[i] ^= bit;
        }
        heap_free(&got);
        heap_free(&m);
    }
}

/* Whatever an altered message decrypts to, and however that breaks off: it is the tag that is told,
 * so that nobody learns from errors what he has made of it. */
static void altered_content_always_fails_alike(void **state) {
    (void)state;
    const letter l = {
        .from = &all.p256, .to = {&all.p256}, .n_to = 1, .content = content_of(40000)};
    hs__cms_sealed told;
    heap got = {NULL, 0, 0, 0, 0};
    heap m = seal(&l, &told);
    const size_t end = m.n - 2 - HS__AEAD_TAG;
    const size_t begin = end - (size_t)told.signed_n;
    /* Each byte of the structure before and behind the content, and some of that. */
    for (size_t i = begin; i < m.n; i += i < begin + 90 || i + 1200 > m.n ? 1 : 997) {
        if (i != end && i != end + 1) { /* tag and length of the mac */
            m.p[i] ^= 0x80;
            assert_status(unseal(&m, &all.p256, false, &got, NULL), HS_E_CMS_DECRYPT);
            m.p[i] ^= 0x80;
        }
    }
    heap_free(&got);
    heap_free(&m);
}

static void nothing_may_follow(void **state) {
    (void)state;
    const letter l = {.from = &all.p256, .to = {&all.p256}, .n_to = 1, .content = content_of(10)};
    heap got = {NULL, 0, 0, 0, 0};
    heap m = seal(&l, NULL);
    assert_ok(heap_put(&m, content_of(1)));
    assert_status(unseal(&m, &all.p256, false, &got, NULL), HS_E_CMS_FORMAT);
    heap_free(&got);
    heap_free(&m);
}

static void steps_are_taken_in_their_order(void **state) {
    (void)state;
    const letter l = {.from = &all.p256, .to = {&all.p256}, .n_to = 1, .content = content_of(10)};
    heap m = seal(&l, NULL);
    const hs__cms_open_options options = {
        .provider = provider(), .receiver = all.p256.credential, .in = {heap_get, &m}};
    hs__cms_open *o;
    assert_ok(hs__cms_open_new(&options, &o));
    assert_ok(hs__cms_open_envelope(o));
    assert_status(hs__cms_open_signature(o), HS_E_MISUSE);
    assert_status(hs__cms_open_key(o), HS_E_MISUSE);
    hs__cms_open_free(o);
    heap_free(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_key_signs_and_receives),
        cmocka_unit_test(every_length_comes_back),
        cmocka_unit_test(each_of_several_receivers_opens_it_and_nobody_else),
        cmocka_unit_test(size_is_a_promise),
        cmocka_unit_test(who_cannot_receive_is_told),
        cmocka_unit_test(cut_anywhere_it_is_refused),
        cmocka_unit_test(no_bit_can_be_flipped),
        cmocka_unit_test(altered_content_always_fails_alike),
        cmocka_unit_test(nothing_may_follow),
        cmocka_unit_test(steps_are_taken_in_their_order),
    };
    return cmocka_run_group_tests(tests, meet, part);
}
