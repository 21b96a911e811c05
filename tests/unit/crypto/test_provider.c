#include "crypto/ids.h"
#include "tests/unit/crypto/each_provider.h"

static void the_default_is_mbedtls(void **state) {
    (void)state;
    hs_provider *p;
    assert_ok(hs_provider_new(NULL, &p));
    assert_string_equal(hs_provider_name(p), "mbedtls");
    assert_string_equal(hs_provider_names()[0], "mbedtls");
    hs_provider_unref(p);
}

static void an_unknown_name_gives_no_provider(void **state) {
    (void)state;
    hs_provider *p = (hs_provider *)1;
    assert_status(hs_provider_new("nss", &p), HS_E_UNSUPPORTED);
    assert_null(p);
    hs_provider_unref(NULL);
}

static void a_provider_lives_until_its_last_reference(void **state) {
    (void)state;
    hs_provider *p;
    uint8_t byte;
    assert_ok(hs_provider_new(NULL, &p));
    assert_ptr_equal(hs_provider_ref(p), p);
    hs_provider_unref(p);
    assert_ok(p->random(p, &byte, 1)); /* ASan watches */
    hs_provider_unref(p);
}

static void it_names_its_library_and_version(void **state) {
    const hs_provider *p = *state;
    assert_true(strchr(hs_provider_version(p), '.') != NULL);
    assert_true(strlen(hs_provider_name(p)) > 0);
}

static void its_lists_hold_what_tls13_needs(void **state) {
    const hs_provider *p = *state;
    assert_true(hs__provider_has_group(p, HS__GROUP_X25519));
    assert_true(hs__provider_has_group(p, HS__GROUP_SECP256R1));
    assert_true(hs__provider_has_group(p, HS__GROUP_SECP384R1));
    assert_true(hs__provider_has_group(p, HS__GROUP_SECP521R1));
    assert_false(hs__provider_has_group(p, 0));
    assert_false(hs__provider_has_group(p, 0x0100));
    assert_true(hs__provider_has_key_type(p, HS__KEY_P256));
    assert_true(hs__provider_has_key_type(p, HS__KEY_P384));
    assert_true(hs__provider_has_key_type(p, HS__KEY_P521));
    assert_true(hs__provider_has_key_type(p, HS__KEY_RSA));
    assert_true(hs__provider_has_key_type(p, HS__KEY_RSA_PSS));
    for (const uint16_t *g = p->groups; *g; g++)
        assert_non_null(hs__group_form_of(*g));
}

static void random_bytes_differ_each_time(void **state) {
    const hs_provider *p = *state;
    uint8_t a[70000] = {0};
    uint8_t b[32] = {0};
    assert_ok(p->random(p, a, sizeof a));
    assert_ok(p->random(p, b, sizeof b));
    assert_memory_not_equal(a, b, sizeof b);
    assert_memory_not_equal(a, a + sizeof a - 32, 32); /* filled to the end */
    assert_ok(p->random(p, b, 0));
}

static void algorithms_have_names_and_sizes(void **state) {
    (void)state;
    assert_string_equal(hs__hash_name(HS__SHA384), "SHA-384");
    assert_int_equal(hs__hash_len(HS__SHA384), 48);
    assert_int_equal(hs__hash_block_len(HS__SHA384), 128);
    assert_string_equal(hs__aead_name(HS__AES_128_GCM), "AES-128-GCM");
    assert_int_equal(hs__aead_key_len(HS__AES_128_GCM), 16);
    assert_int_equal(hs__aead_key_len(HS__CHACHA20_POLY1305), 32);
    assert_string_equal(hs__key_type_name(HS__KEY_P256), "P-256");
}

static void comparison_sees_every_byte(void **state) {
    (void)state;
    uint8_t a[33];
    uint8_t b[33];
    memset(a, 7, sizeof a);
    memset(b, 7, sizeof b);
    assert_true(hs__ct_equal(a, b, sizeof a));
    assert_true(hs__ct_equal(a, b, 0));
    for (size_t i = 0; i < sizeof a; i++) {
        b[i] ^= 0x80;
        assert_false(hs__ct_equal(a, b, sizeof a));
        b[i] ^= 0x80;
    }
}

static void wiping_leaves_zeros_and_its_neighbours(void **state) {
    (void)state;
    uint8_t a[3] = {1, 2, 3};
    hs__wipe(a + 1, 1);
    hs__wipe(NULL, 0);
    assert_int_equal(a[0], 1);
    assert_int_equal(a[1], 0);
    assert_int_equal(a[2], 3);
}

int main(void) {
    const struct CMUnitTest once[] = {
        cmocka_unit_test(the_default_is_mbedtls),
        cmocka_unit_test(an_unknown_name_gives_no_provider),
        cmocka_unit_test(a_provider_lives_until_its_last_reference),
        cmocka_unit_test(algorithms_have_names_and_sizes),
        cmocka_unit_test(comparison_sees_every_byte),
        cmocka_unit_test(wiping_leaves_zeros_and_its_neighbours),
    };
    const struct CMUnitTest each[] = {
        cmocka_unit_test(it_names_its_library_and_version),
        cmocka_unit_test(its_lists_hold_what_tls13_needs),
        cmocka_unit_test(random_bytes_differ_each_time),
    };
    return cmocka_run_group_tests(once, NULL, NULL) + EACH_PROVIDER(each);
}
