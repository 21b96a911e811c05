/* JA3 and JA4 of hellos whose fingerprints their authors publish: the README of JA3, the
 * description of JA4. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "apps/hs-server/ja.h"
#include "handshake/provider.h"

static hs_provider *provider;

static int open_provider(void **state) {
    (void)state;
    return hs_provider_new(NULL, &provider) ? -1 : 0;
}

static int close_provider(void **state) {
    (void)state;
    hs_provider_unref(provider);
    return 0;
}

/* ---- a hello out of hex lists ------------------------------------------------------------ */
typedef struct {
    const char *suites, *types, *groups, *schemes, *versions; /* "1301,c02b"; "": none */
    const char *alpn;                                         /* the first name; NULL: none */
    size_t alpn_n;                                            /* 0: as long as its text */
    uint16_t version;
    bool has_formats; /* uncompressed only */
} offer;

typedef struct {
    uint8_t suites[300], types[300], groups[60], schemes[60], versions[60], alpn[60];
    hs__client_hello hello;
} built;

/* `gap` zero bytes behind each: of an extension its length. */
static hs_span numbers(const char *list, size_t gap, uint8_t *out) {
    size_t n = 0;
    unsigned number;
    int used;
    for (; sscanf(list, "%4x%n", &number, &used) == 1; list += used + (list[used] == ',')) {
        out[n++] = (uint8_t)(number >> 8);
        out[n++] = (uint8_t)number;
        for (size_t i = 0; i < gap; i++)
            out[n++] = 0;
    }
    return (hs_span){out, n};
}

static void build(const offer *o, built *b) {
    static const uint8_t UNCOMPRESSED[] = {0};
    hs__extensions *e = &b->hello.extensions;
    memset(b, 0, sizeof *b);
    b->hello.legacy_version = o->version ? o->version : 0x0303;
    b->hello.cipher_suites = numbers(o->suites, 0, b->suites);
    e->block = numbers(o->types, 2, b->types);
    e->supported_groups = numbers(o->groups, 0, b->groups);
    e->signature_algorithms = numbers(o->schemes, 0, b->schemes);
    e->supported_versions = numbers(o->versions, 0, b->versions);
    if (o->has_formats)
        e->ec_point_formats = (hs_span){UNCOMPRESSED, sizeof UNCOMPRESSED};
    if (strstr(o->types, "0000"))
        hs__ext_set(e, HS__EXT_server_name);
    if (o->alpn) {
        size_t n = o->alpn_n ? o->alpn_n : strlen(o->alpn);
        b->alpn[0] = (uint8_t)n;
        memcpy(b->alpn + 1, o->alpn, n);
        e->protocol_name_list = (hs_span){b->alpn, n + 1};
    }
}

static fingerprints of(const offer *o) {
    built b;
    fingerprints f;
    build(o, &b);
    assert_int_equal(fingerprints_make(provider, &b.hello, &f), HS_OK);
    return f;
}

static void assert_ja3(const offer *o, const char *full, const char *hash) {
    fingerprints f = of(o);
    assert_string_equal(hs__buf_str(&f.ja3_full), full);
    assert_string_equal(f.ja3, hash);
    fingerprints_free(&f);
}

static void assert_ja4(const offer *o, const char *expected) {
    fingerprints f = of(o);
    assert_string_equal(f.ja4, expected);
    fingerprints_free(&f);
}

/* ---- JA3 --------------------------------------------------------------------------------- */
static void test_ja3_of_its_readme(void **state) {
    (void)state;
    const offer with = {.version = 0x0301,
                        .suites = "002f,0035,0005,000a,c009,c00a,c013,c014,0032,0038,0013,0004",
                        .types = "0000,000a,000b",
                        .groups = "0017,0018,0019",
                        .schemes = "",
                        .versions = "",
                        .has_formats = true};
    const offer without = {.version = 0x0301,
                           .suites = "0004,0005,000a,0009,0064,0062,0003,0006,0013,0012,0063",
                           .types = "",
                           .groups = "",
                           .schemes = "",
                           .versions = ""};
    assert_ja3(&with, "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0",
               "ada70206e40642a3e4461f35503241d5");
    assert_ja3(&without, "769,4-5-10-9-100-98-3-6-19-18-99,,,", "de350869b8c85de67a350c8d186f11e6");
}

static void test_ja3_leaves_grease_out_everywhere(void **state) {
    (void)state;
    const offer with = {.version = 0x0301,
                        .suites = "fafa,002f,0035,0005,000a,c009,c00a,c013,c014,0032,0038,0013,"
                                  "0004",
                        .types = "0a0a,0000,000a,000b,5a5a",
                        .groups = "caca,0017,0018,0019",
                        .schemes = "",
                        .versions = "",
                        .has_formats = true};
    assert_ja3(&with, "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0",
               "ada70206e40642a3e4461f35503241d5");
}

/* RFC 1321 A.5, and what needs a second block for its length. */
static void test_md5_of_its_rfc(void **state) {
    (void)state;
    static const struct {
        const char *text, *hash;
    } CASES[] = {
        {"", "d41d8cd98f00b204e9800998ecf8427e"},
        {"abc", "900150983cd24fb0d6963f7d28e17f72"},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
         "d174ab98d277d9f5a5611c2c9f419d9f"},
        {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
         "57edf4a22be3c955ac49da2e2107b67a"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        uint8_t hash[MD5_BYTES];
        char hex[2 * MD5_BYTES + 1];
        md5_of((hs_span){(const uint8_t *)CASES[i].text, strlen(CASES[i].text)}, hash);
        for (size_t k = 0; k < MD5_BYTES; k++)
            snprintf(hex + 2 * k, 3, "%02x", hash[k]);
        assert_string_equal(hex, CASES[i].hash);
    }
}

/* ---- JA4 --------------------------------------------------------------------------------- */
#define CHROME_SUITES "1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035"
#define CHROME_TYPES                                                                               \
    "001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015"
#define CHROME_SCHEMES "0403,0804,0401,0503,0805,0501,0806,0601"

static void test_ja4_of_its_description(void **state) {
    (void)state;
    const offer chrome = {.suites = "2a2a," CHROME_SUITES,
                          .types = "9a9a," CHROME_TYPES ",dada",
                          .groups = "4a4a,001d,0017,0018",
                          .schemes = CHROME_SCHEMES,
                          .versions = "eaea,0304,0303",
                          .alpn = "h2"};
    fingerprints f = of(&chrome);
    assert_string_equal(f.ja4, "t13d1516h2_8daaf6152771_e5627efa2ab1");
    assert_string_equal(
        hs__buf_str(&f.ja4_raw),
        "t13d1516h2_002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,cca8,cca9_"
        "0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01_" CHROME_SCHEMES);
    fingerprints_free(&f);
}

static void test_ja4_is_the_same_whatever_the_order(void **state) {
    (void)state;
    const offer shuffled = {
        .suites = "0035,1302,1301,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f",
        .types = "0015,000a,000b,ff01,002b,0012,0023,0005,000d,002d,0017,4469,0010,0033,0000,001b",
        .groups = "001d",
        .schemes = CHROME_SCHEMES,
        .versions = "0303,0304",
        .alpn = "h2"};
    assert_ja4(&shuffled, "t13d1516h2_8daaf6152771_e5627efa2ab1");
}

static void test_ja4_without_signature_algorithms(void **state) {
    (void)state;
    const offer none = {.suites = CHROME_SUITES,
                        .types = CHROME_TYPES,
                        .groups = "",
                        .schemes = "",
                        .versions = "0304",
                        .alpn = "h2"};
    assert_ja4(&none, "t13d1516h2_8daaf6152771_6d807ffa2a79");
}

static void test_ja4_of_an_empty_offer_has_zeros(void **state) {
    (void)state;
    const offer empty = {
        .suites = "fafa", .types = "", .groups = "", .schemes = "", .versions = ""};
    assert_ja4(&empty, "t12i000000_000000000000_000000000000");
}

static void test_ja4_versions(void **state) {
    (void)state;
    static const struct {
        uint16_t legacy;
        const char *list, *start;
    } CASES[] = {
        {0x0303, "", "t12i"},     {0x0302, "", "t11i"},          {0x0301, "", "t10i"},
        {0x0300, "", "ts3i"},     {0x7f1c, "", "t00i"},          {0x0303, "0304,0303", "t13i"},
        {0x0303, "0303", "t12i"}, {0x0303, "fafa,0302", "t11i"}, {0x0303, "7f1c", "t00i"}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const offer o = {.suites = "1301",
                         .types = "",
                         .groups = "",
                         .schemes = "",
                         .versions = CASES[i].list,
                         .version = CASES[i].legacy};
        fingerprints f = of(&o);
        assert_memory_equal(f.ja4, CASES[i].start, 4);
        fingerprints_free(&f);
    }
}

static void test_ja4_alpn_that_is_no_text(void **state) {
    (void)state;
    static const struct {
        const char *name;
        size_t n;
        const char *mark;
    } CASES[] = {{"http/1.1", 0, "h1"},   {"x", 0, "xx"},
                 {"\xab", 0, "ab"},       {" ", 0, "20"},
                 {"\xab\xcd", 0, "ad"},   {" a", 0, "21"},
                 {"0\xab", 0, "3b"},      {"a ", 0, "60"},
                 {"01\xab\xcd", 0, "3d"}, {"0\xab\xcd\x31", 0, "01"},
                 {"\0h", 2, "08"}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const offer o = {.suites = "1301",
                         .types = "0010",
                         .groups = "",
                         .schemes = "",
                         .versions = "0304",
                         .alpn = CASES[i].name,
                         .alpn_n = CASES[i].n};
        fingerprints f = of(&o);
        assert_memory_equal(f.ja4 + 8, CASES[i].mark, 2);
        fingerprints_free(&f);
    }
}

static void test_ja4_counts_end_at_99(void **state) {
    (void)state;
    char suites[700] = "";
    for (unsigned i = 0; i < 120; i++)
        snprintf(suites + strlen(suites), 8, "%04x,", 0xc000 + i);
    const offer many = {.suites = suites, .types = "", .groups = "", .schemes = "", .versions = ""};
    fingerprints f = of(&many);
    assert_memory_equal(f.ja4, "t12i9900", 8);
    fingerprints_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ja3_of_its_readme),
        cmocka_unit_test(test_ja3_leaves_grease_out_everywhere),
        cmocka_unit_test(test_md5_of_its_rfc),
        cmocka_unit_test(test_ja4_of_its_description),
        cmocka_unit_test(test_ja4_is_the_same_whatever_the_order),
        cmocka_unit_test(test_ja4_without_signature_algorithms),
        cmocka_unit_test(test_ja4_of_an_empty_offer_has_zeros),
        cmocka_unit_test(test_ja4_versions),
        cmocka_unit_test(test_ja4_alpn_that_is_no_text),
        cmocka_unit_test(test_ja4_counts_end_at_99),
    };
    return cmocka_run_group_tests_name("server/ja", tests, open_provider, close_provider);
}
