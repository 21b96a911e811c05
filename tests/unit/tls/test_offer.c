/* Names and numbers of suites, groups and schemes on the command line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apps/tls/offer.h"

static hs__list list_of(const char **words, size_t n) {
    return (hs__list){.v = words, .n = n};
}

static void test_names_aliases_and_numbers(void **state) {
    (void)state;
    const char *words[] = {"x25519", "p-384", "0x17", "secp521r1:X25519", NULL};
    hs__list list = list_of(words, 4);
    hs__fault fault;
    uint16_t *out;
    assert_int_equal(hs__codes_read(&list, &hs__groups, "--groups", &out, &fault), HS__EXIT_OK);
    const uint16_t expected[] = {29, 24, 23, 25, 29, 0};
    assert_memory_equal(out, expected, sizeof expected);
    free(out);
}

static void test_an_empty_list_is_not_a_missing_one(void **state) {
    (void)state;
    const char *none[] = {NULL};
    hs__list empty = list_of(none, 0), missing = {0};
    hs__fault fault;
    uint16_t *out;
    assert_int_equal(hs__codes_read(&empty, &hs__groups, "--shares", &out, &fault), HS__EXIT_OK);
    assert_non_null(out);
    assert_int_equal(out[0], 0);
    free(out);
    assert_int_equal(hs__codes_read(&missing, &hs__groups, "--shares", &out, &fault), HS__EXIT_OK);
    assert_null(out);
}

static void test_unknown_names_are_usage_errors_that_tell_the_known(void **state) {
    (void)state;
    static const char *const BAD[] = {"foo", "0", "65536", "0x", "12x", "-1"};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        const char *words[] = {BAD[i], NULL};
        hs__offer_options o = {.suites = list_of(words, 1)};
        hs__offer offer;
        hs__fault fault = {0};
        assert_int_equal(hs__offer_read(&o, &offer, &fault), HS__EXIT_USAGE);
        assert_non_null(strstr(fault.text, "--suites"));
        assert_non_null(strstr(fault.hint, "TLS_AES_128_GCM_SHA256"));
        assert_non_null(strstr(fault.hint, "TLS_RSA_WITH_AES_256_GCM_SHA384"));
        assert_null(offer.suites);
    }
}

static void test_versions_are_read_as_others_write_them(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint16_t min, max;
    } ROWS[] = {{"1.2", 0x0303, 0x0303},     {"1.3", 0x0304, 0x0304},
                {"1.2-1.3", 0x0303, 0x0304}, {"TLSv1.2", 0x0303, 0x0303},
                {"tls1.3", 0x0304, 0x0304},  {NULL, 0, 0}};
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        hs__offer_options o = {.tls = ROWS[i].text};
        hs__offer offer;
        hs__fault fault = {0};
        hs_options out = {0};
        assert_int_equal(hs__offer_read(&o, &offer, &fault), HS__EXIT_OK);
        hs__offer_fill(&o, &offer, &out);
        assert_int_equal(out.min_version, ROWS[i].min);
        assert_int_equal(out.max_version, ROWS[i].max);
        hs__offer_free(&offer);
    }
    static const char *const BAD[] = {"1.1", "1.4", "", "1.3-1.2", "TLSvTLS1.2", "1.2 "};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        hs__offer_options o = {.tls = BAD[i]};
        hs__offer offer;
        hs__fault fault = {0};
        assert_int_equal(hs__offer_read(&o, &offer, &fault), HS__EXIT_USAGE);
    }
}

static void test_key_transport_needs_the_classic_profile(void **state) {
    (void)state;
    const char *words[] = {"AES128-GCM-SHA256", NULL};
    hs__offer_options o = {.suites = list_of(words, 1)};
    hs__offer offer;
    hs__fault fault = {0};
    assert_int_equal(hs__offer_read(&o, &offer, &fault), HS__EXIT_USAGE);
    assert_non_null(strstr(fault.text, "--profile=classic"));
    o.profile = HS__OFFER_CLASSIC;
    assert_int_equal(hs__offer_read(&o, &offer, &fault), HS__EXIT_OK);
    assert_int_equal(hs__offer_only_classic(&o, &offer, &fault), HS__EXIT_OK);
    const uint16_t named[] = {0x009c, 0};
    assert_memory_equal(offer.suites, named, sizeof named);
    hs__offer_free(&offer);
    o.tls = "1.3";
    assert_int_equal(hs__offer_read(&o, &offer, &fault), HS__EXIT_USAGE);
}

static void test_a_classic_client_offers_key_transport_only(void **state) {
    (void)state;
    static const uint16_t CLASSIC[] = {0x009c, 0x009d, 0};
    hs__offer_options o = {.profile = HS__OFFER_CLASSIC};
    hs__offer offer;
    hs__fault fault = {0};
    assert_int_equal(hs__offer_read(&o, &offer, &fault), HS__EXIT_OK);
    assert_null(offer.suites);
    assert_int_equal(hs__offer_only_classic(&o, &offer, &fault), HS__EXIT_OK);
    assert_memory_equal(offer.suites, CLASSIC, sizeof CLASSIC);
    hs__offer_free(&offer);
    o.profile = HS__OFFER_DEFAULT;
    assert_int_equal(hs__offer_read(&o, &offer, &fault), HS__EXIT_OK);
    assert_int_equal(hs__offer_only_classic(&o, &offer, &fault), HS__EXIT_OK);
    assert_null(offer.suites);
}

static void test_a_protocol_name_fits_one_byte(void **state) {
    (void)state;
    char name[257];
    const char *words[] = {name, NULL};
    hs__offer_options o = {.alpn = list_of(words, 1)};
    hs__offer offer;
    hs__fault fault = {0};
    memset(name, 'a', sizeof name - 1);
    name[256] = 0;
    assert_int_equal(hs__offer_read(&o, &offer, &fault), HS__EXIT_USAGE);
    name[255] = 0;
    assert_int_equal(hs__offer_read(&o, &offer, &fault), HS__EXIT_OK);
    hs__offer_free(&offer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_aliases_and_numbers),
        cmocka_unit_test(test_an_empty_list_is_not_a_missing_one),
        cmocka_unit_test(test_unknown_names_are_usage_errors_that_tell_the_known),
        cmocka_unit_test(test_versions_are_read_as_others_write_them),
        cmocka_unit_test(test_key_transport_needs_the_classic_profile),
        cmocka_unit_test(test_a_classic_client_offers_key_transport_only),
        cmocka_unit_test(test_a_protocol_name_fits_one_byte),
    };
    return cmocka_run_group_tests_name("tls/offer", tests, NULL, NULL);
}
