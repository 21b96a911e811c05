/* Parameters of algorithms: RFC 4055 4.1, RFC 5084 3.2, RFC 3565 4.1. */
#include "cms/algorithm.h"

#include "tests/unit/cms/cms_test.h"

static void oaep_is_read_as_it_is_written(void **state) {
    (void)state;
    for (hs__hash_id hash = HS__SHA256; hash <= HS__SHA512; hash++) {
        uint8_t room[128];
        const hs__oaep how = {hash, HS__SHA256};
        hs__oaep got;
        hs__rd_root root;
        hs__rd r;
        hs__der_out o = {.start = room, .p = room + sizeof(room)};
        hs__cms_oaep_write(&o, how);
        hs__rd_init(&r, &root, (hs_span){o.p, (size_t)(room + sizeof(room) - o.p)}, NULL, NULL);
        assert_true(hs__cms_oaep_read(&r, "parameters", &got));
        assert_ok(hs__rd_end(&r));
        assert_int_equal(got.hash, how.hash);
        assert_int_equal(got.mgf1, how.mgf1);
    }
}

static void oaep_of_others(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        bool is_known;
    } cases[] = {
        {"30 00", true},                                                /* all default */
        {"30 11 a2 0f 30 0d 06 09 2a864886f70d010109 04 00", true},     /* said anyway */
        {"30 12 a2 10 30 0e 06 09 2a864886f70d010109 04 01 4c", false}, /* a label */
        {"30 0a a0 08 30 06 06 02 2a03 05 00", false},                  /* a hash of nobody */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        hs__oaep got;
        hs__rd_root root;
        hs__rd r;
        const bytes b = unhex(cases[i].hex);
        hs__rd_init(&r, &root, of(&b), NULL, NULL);
        assert_int_equal(hs__cms_oaep_read(&r, "parameters", &got), cases[i].is_known);
        assert_ok(hs__rd_end(&r));
        assert_int_equal(got.mgf1, HS__SHA1);
    }
}

#define NONCE "04 0c 000102030405060708090a0b"

static void ciphers_and_their_parameters(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        hs_status status;
        const char *name; /* NULL: unknown */
        size_t tag_n;
    } cases[] = {
        {"30 1e 06 09 60864801650304012e 30 11 " NONCE " 02 01 10", HS_OK, "AES-256-GCM", 16},
        {"30 1b 06 09 608648016503040106 30 0e " NONCE, HS_OK, "AES-128-GCM", 12},
        {"30 1e 06 09 60864801650304011a 30 11 " NONCE " 02 01 0b", HS_E_DECODE, NULL, 0},
        {"30 1e 06 09 60864801650304011a 30 11 " NONCE " 02 01 11", HS_E_DECODE, NULL, 0},
        {"30 17 06 09 60864801650304012e 30 0a 04 08 0001020304050607", HS_OK, NULL, 12},
        {"30 1d 06 09 60864801650304012a 04 10 000102030405060708090a0b0c0d0e0f", HS_OK,
         "AES-256-CBC", 0},
        {"30 15 06 09 60864801650304012a 04 08 0001020304050607", HS_E_DECODE, NULL, 0},
        {"30 0b 06 09 60864801650304012e", HS_E_DECODE, NULL, 0},
        {"30 14 06 08 2a864886f70d0307 04 08 0001020304050607", HS_OK, NULL, 0}, /* 3DES */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        hs__cms_content_alg got;
        hs__rd_root root;
        hs__rd r;
        const bytes b = unhex(cases[i].hex);
        hs__rd_init(&r, &root, of(&b), NULL, NULL);
        hs__cms_content_alg_read(&r, "algorithm", &got);
        assert_int_equal(hs__rd_end(&r), cases[i].status);
        if (cases[i].status == HS_OK && cases[i].name != NULL) {
            assert_string_equal(got.cipher->name, cases[i].name);
            assert_int_equal(got.tag_n, cases[i].tag_n);
            assert_int_equal(got.iv[got.iv_n - 1], got.iv_n - 1);
        } else if (cases[i].status == HS_OK) {
            assert_null(got.cipher);
        }
    }
}

static void our_gcm_is_the_published_form(void **state) {
    (void)state;
    uint8_t nonce[HS__AEAD_NONCE];
    uint8_t room[64];
    const bytes want = unhex("30 1e 06 09 60864801650304012e 30 11 " NONCE " 02 01 10");
    hs__der_out o = {.start = room, .p = room + sizeof(room)};
    for (size_t i = 0; i < sizeof(nonce); i++) {
        nonce[i] = (uint8_t)i;
    }
    hs__cms_gcm_write(&o, nonce);
    assert_int_equal(room + sizeof(room) - o.p, want.n);
    assert_memory_equal(o.p, want.p, want.n);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(oaep_is_read_as_it_is_written),
        cmocka_unit_test(oaep_of_others),
        cmocka_unit_test(ciphers_and_their_parameters),
        cmocka_unit_test(our_gcm_is_the_published_form),
    };
    return RUN(tests);
}
