/* RFC 5652 11: each attribute once, with one value; and the two that are ours. */
#include "cms/attributes.h"

#include "tests/unit/cms/cms_test.h"

#define TYPE_DIGEST  "06 09 2a864886f70d010904"
#define TYPE_CONTENT "06 09 2a864886f70d010903"
#define TYPE_SERIAL  "06 14 6983b3e4c2d9debafab9e3acc7b0bafcba958718"
#define TYPE_LIST    "06 14 6981e893e9b4f7d6a2bbb3b987ed83cbc192cc46"
#define HASH         "04 20 0101010101010101010101010101010101010101010101010101010101010101"

static hs_status read_hex(const char *hex, hs__cms_attributes_found *out) {
    hs__rd_root root;
    hs__rd r;
    const bytes b = unhex(hex);
    hs__rd_init(&r, &root, of(&b), "signedAttrs", NULL);
    hs__cms_attributes_read(&r, out);
    return hs__rd_end(&r);
}

static void what_is_written_is_read(void **state) {
    (void)state;
    static uint8_t room[HS__CMS_ATTRIBUTES_ROOM];
    static hs__cms_sealed_for receivers[HS__CMS_RECEIVERS_MAX];
    uint8_t serial[HS__CMS_SERIAL];
    uint8_t digest[32];
    memset(serial, 0x51, sizeof(serial));
    memset(digest, 0xd1, sizeof(digest));
    for (size_t n = 1; n <= HS__CMS_RECEIVERS_MAX; n += 99) {
        hs__der_out o = {.start = room, .p = room + sizeof(room)};
        const hs__cms_attributes a = {.digest = {digest, sizeof(digest)},
                                      .time = NOW,
                                      .serial = serial,
                                      .receivers = receivers,
                                      .n_receivers = n};
        hs__cms_attributes_found found;
        hs__rd_root root;
        hs__rd r;
        hs__rd set;
        receivers[n - 1].cert_hash[0] = 0x99;
        hs__cms_attributes_write(&o, &a);
        assert_false(o.full);
        hs__rd_init(&r, &root, (hs_span){o.p, (size_t)(room + sizeof(room) - o.p)}, NULL, NULL);
        hs__der_open(&r, NULL, HS__DER_SET, &set);
        hs__cms_attributes_read(&set, &found);
        hs__der_close(&set);
        assert_ok(hs__rd_end(&r));
        assert_int_equal(hs__oid_find(found.content_type), HS__OID_CMS_DATA);
        assert_memory_equal(found.digest.p, digest, sizeof(digest));
        assert_true(found.has_time && found.time == NOW);
        assert_memory_equal(found.serial.p, serial, sizeof(serial));
        assert_int_equal(found.n_receivers, n);
        assert_int_equal(found.receivers.p[(n - 1) * 34 + 2], 0x99);
    }
}

/* X.690 11.6, and that the signature of others covers the same bytes. */
static void the_set_is_in_order(void **state) {
    (void)state;
    static uint8_t room[HS__CMS_ATTRIBUTES_ROOM];
    hs__cms_sealed_for to = {.wrapped_n = 0};
    const uint8_t zeros[32] = {0};
    hs__der_out o = {.start = room, .p = room + sizeof(room)};
    const hs__cms_attributes a = {
        .digest = {zeros, 32}, .time = NOW, .serial = zeros, .receivers = &to, .n_receivers = 1};
    hs__cms_attributes_write(&o, &a);
    hs_span all = {o.p, (size_t)(room + sizeof(room) - o.p)};
    hs_span set;
    hs_span item;
    uint8_t tag;
    const uint8_t *last = NULL;
    assert_true(hs__der_walk(&all, &tag, &set));
    assert_int_equal(tag, HS__DER_SET);
    for (size_t n = 0; n < 5; n++) {
        const uint8_t *at = set.p;
        assert_true(hs__der_walk(&set, &tag, &item));
        assert_true(last == NULL || memcmp(last, at, 12) < 0);
        last = at;
    }
    assert_int_equal(set.n, 0);
}

static void what_is_not_once_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *hex;
        hs_status status;
    } cases[] = {
        {"", HS_OK},
        {"30 12 " TYPE_DIGEST " 31 05 04 03 010203", HS_OK},
        {"30 0d " TYPE_DIGEST " 31 00", HS_E_CMS_ATTRIBUTES},
        {"30 11 " TYPE_DIGEST " 31 04 04 00 04 00", HS_E_TRAILING},
        {"30 0f " TYPE_DIGEST " 31 02 05 00", HS_E_DECODE},
        {"30 0f " TYPE_DIGEST " 31 02 04 00 30 0f " TYPE_DIGEST " 31 02 04 00",
         HS_E_CMS_ATTRIBUTES},
        {"30 10 " TYPE_CONTENT " 31 03 06 01 2a", HS_OK},
        {"30 10 " TYPE_CONTENT " 31 03 04 01 2a", HS_E_DECODE},
        {"30 1a " TYPE_SERIAL " 31 02 04 00", HS_E_CMS_ATTRIBUTES},
        {"30 1b " TYPE_SERIAL " 31 03 04 01 01", HS_E_CMS_ATTRIBUTES},
        {"30 1a " TYPE_LIST " 31 02 30 00", HS_OK},
        {"30 3c " TYPE_LIST " 31 24 30 22 " HASH, HS_OK},
        {"30 1d " TYPE_LIST " 31 05 30 03 04 01 01", HS_E_CMS_ATTRIBUTES},
        {"30 07 06 01 2a 31 02 05 00 30 07 06 01 2a 31 02 05 00", HS_E_CMS_ATTRIBUTES},
        {"30 09 06 01 2a 31 04 05 00 05 00", HS_OK}, /* not ours: as many as it likes */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        hs__cms_attributes_found found;
        const hs_status st = read_hex(cases[i].hex, &found);
        if (st != cases[i].status) {
            fail_msg("%s: %s", cases[i].hex, hs_status_name(st));
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(the_set_is_in_order),
        cmocka_unit_test(what_is_not_once_is_refused),
    };
    return RUN(tests);
}
