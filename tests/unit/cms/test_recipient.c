/* RecipientInfo of every kind (RFC 5652 6.2): ours are in test_seal.c and test_open.c. */
#include "cms/recipient.h"

#include "tests/unit/cms/cms_test.h"

#define NAME    "30 0c 31 0a 30 08 06 03 55 04 03 0c 01 61" /* CN=a */
#define ISSUER  "30 11 " NAME " 02 01 07"
#define RSA_ALG "30 0d 06 09 2a864886f70d010101 05 00"
#define EC_KEY  "a0 12 a1 10 30 09 06 07 2a8648ce3d0201 03 03 00 0455"

typedef struct {
    size_t n;
    hs__cms_rinfo last;
} seen;

static void on_one(void *ctx, const hs__cms_rinfo *info) {
    seen *s = ctx;
    s->n++;
    s->last = *info;
}

/* The bytes must live as long as *s. */
static hs_status read(const bytes *b, seen *s) {
    hs__rd_root root;
    hs__rd r;
    *s = (seen){.n = 0};
    hs__rd_init(&r, &root, of(b), NULL, NULL);
    hs__cms_recipient_read(&r, on_one, s);
    return hs__rd_end(&r);
}

static void transport_is_read(void **state) {
    (void)state;
    seen s;
    char who[HS__CMS_WHO_TEXT];
    const bytes b = unhex("30 28 02 01 00 " ISSUER RSA_ALG " 04 01 77");
    assert_ok(read(&b, &s));
    assert_int_equal(s.n, 1);
    assert_int_equal(s.last.by, HS__CMS_BY_PKCS1);
    assert_int_equal(s.last.wrapped.p[0], 0x77);
    hs__cms_id_text(&s.last.id, who);
    assert_string_equal(who, "CN=a, serial 07");
    const bytes k = unhex("30 18 02 01 02 80 02 aabb " RSA_ALG " 04 00");
    assert_ok(read(&k, &s));
    hs__cms_id_text(&s.last.id, who);
    assert_string_equal(who, "key id aabb");
}

static void several_may_share_an_agreement(void **state) {
    (void)state;
    seen s;
    const bytes b = unhex("a1 58 02 01 03 " EC_KEY " 30 15 06 06 2b8104010b01 30 0b 06 09 "
                          "608648016503040105 30 28 30 17 " ISSUER " 04 02 1122"
                          "30 0d a0 08 04 06 010203040506 04 01 33");
    assert_ok(read(&b, &s));
    assert_int_equal(s.n, 2);
    assert_int_equal(s.last.by, HS__CMS_BY_ECDH);
    assert_int_equal(s.last.kdf, HS__SHA256);
    assert_int_equal(s.last.kek_n, 16);
    assert_int_equal(s.last.id.key_id.n, 6);
    assert_int_equal(s.last.wrapped.p[0], 0x33);
    assert_string_equal(s.last.how, "ECDH, KDF with SHA-256, aes128-wrap");
}

/* They are skipped, not refused: the message may be for us all the same. */
static void what_we_lack_is_gone_over(void **state) {
    (void)state;
    static const struct {
        const char *hex, *how;
    } cases[] = {
        {"a2 03 02 01 04", "a shared key"},
        {"a3 03 02 01 00", "a password"},
        {"a4 03 06 01 2a", "something else"},
        {"30 20 02 01 00 " ISSUER " 30 05 06 01 2a 05 00 04 01 77", "1.2"},
        /* OAEP with a hash that nobody has */
        {"30 34 02 01 00 " ISSUER " 30 19 06 09 2a864886f70d010107 30 0c a0 0a 30 08 06 06 "
         "2a0304050607 04 01 77",
         "RSAES-OAEP"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        seen s;
        const bytes b = unhex(cases[i].hex);
        assert_ok(read(&b, &s));
        assert_int_equal(s.n, 1);
        assert_int_equal(s.last.by, HS__CMS_BY_NOTHING);
        assert_string_equal(s.last.how, cases[i].how);
    }
}

static void what_is_malformed_is_refused(void **state) {
    (void)state;
    static const char *const cases[] = {
        "",
        "31 00",
        "a5 03 02 01 00",
        "30 28 02 01 02 " ISSUER RSA_ALG " 04 01 77",       /* 2 is for key ids */
        "30 18 02 01 00 80 02 aabb " RSA_ALG " 04 00",      /* and 0 is not */
        "30 28 02 01 00 " ISSUER RSA_ALG " 05 00 00",       /* no key */
        "30 2a 02 01 00 " ISSUER RSA_ALG " 04 01 77 05 00", /* and something more */
        "a1 08 02 01 02 30 03 02 01 01",                    /* version */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        seen s;
        const bytes b = unhex(cases[i]);
        assert_int_not_equal(read(&b, &s), HS_OK);
        assert_int_equal(s.n, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transport_is_read),
        cmocka_unit_test(several_may_share_an_agreement),
        cmocka_unit_test(what_we_lack_is_gone_over),
        cmocka_unit_test(what_is_malformed_is_refused),
    };
    return RUN(tests);
}
