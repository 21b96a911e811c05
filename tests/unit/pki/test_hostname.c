#include "pki/hostname.h"

#include "tests/unit/pki/openssl_certs.h"
#include "tests/unit/pki/pki_test.h"

static hs__host host_of(const char *name) {
    hs__host h;
    assert_ok(hs__host_read(name, &h));
    return h;
}

/* RFC 9525 6.3. */
static void dns_names_match_by_the_book(void **state) {
    (void)state;
    static const struct {
        const char *host, *pattern;
        bool matches;
    } cases[] = {
        {"a.test", "a.test", true},
        {"A.Test", "a.TEST", true},
        {"a.test.", "a.test", true},
        {"a.test", "a.test.", false}, /* not a form that certificates have */
        {"a.test", "b.test", false},
        {"x.a.test", "a.test", false},
        {"a.test.example", "a.test", false},
        {"x.a.test.example", "*.a.test", false},
        {"a.test", "x.a.test", false},
        {"x.a.test", "*.a.test", true},
        {"X.A.TEST", "*.a.test", true},
        {"a.test", "*.a.test", false},     /* not none */
        {"x.y.a.test", "*.a.test", false}, /* not two */
        {"a.test", "*.test", false},       /* not a whole registry */
        {"a.test", "*", false},
        {"x.a.test", "*x.a.test", false},
        {"x.a.test", "x*.a.test", false},
        {"x.a.test", "x.*.test", false},
        {"x.a.test", "*.*.test", false},
        {"x.a.test", "**.a.test", false},
        {"xn--bcher-kva.a.test", "*.a.test", true},
        {"xn--bcher-kva.a.test", "xn--*.a.test", false},
        {"xn--bcher-kva.test", "XN--BCHER-KVA.test", true},
        {"a.test", "", false},
        {"a.test", ".test", false},
        {"a.test", "a..test", false},
        {"localhost", "localhost", true},
        {"a_b.test", "a_b.test", true},
        {"127.0.0.1", "127.0.0.1", false}, /* an address is no dNSName */
        {"127.0.0.1", "*.0.0.1", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const hs__host h = host_of(cases[i].host);
        if (hs__host_matches_dns(&h, text(cases[i].pattern)) != cases[i].matches) {
            fail_msg("%s against %s", cases[i].host, cases[i].pattern);
        }
    }
    const hs__host h = host_of("a.test");
    assert_false(hs__host_matches_dns(&h, (hs_span){(const uint8_t *)"a.test\0.evil.test", 17}));
    assert_false(hs__host_matches_dns(&h, (hs_span){(const uint8_t *)"a.test\0", 7}));
}

static void names_and_addresses_are_told_apart(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t ip_n; /* 0: a DNS name */
    } good[] = {
        {"127.0.0.1", 4},    {"::1", 16},
        {"[::1]", 16},       {"fe80::1%eth0", 16},
        {"2001:DB8::1", 16}, {"::ffff:1.2.3.4", 16},
        {"a1", 0},           {"1.2.3.a", 0},
        {"3com.test", 0},
    };
    static const char *const bad[] = {
        "",
        ".",
        "a..b",
        ".a",
        "a b",
        "a/b",
        "*.a.test",
        "-a.test",
        "a-.test",
        "1.2.3",
        "1.2.3.4.5",
        "01.2.3.4",
        "256.1.1.1",
        "b\xc3\xbc.test",
        "[127.0.0.1]",
        "[::1",
        "::g",
        "a:443",
        "12345",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test",
    };
    hs__host h;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        h = host_of(good[i].text);
        assert_int_equal(h.is_ip ? h.ip_n : 0, good[i].ip_n);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (hs__host_read(bad[i], &h) != HS_E_ILLEGAL_VALUE) {
            fail_msg("taken: %s", bad[i]);
        }
    }
    char longest[256];
    memset(longest, 'a', sizeof(longest));
    for (size_t i = 50; i < 253; i += 50) {
        longest[i] = '.';
    }
    longest[253] = '\0';
    assert_ok(hs__host_read(longest, &h));
    longest[253] = 'a';
    longest[254] = '\0';
    assert_status(hs__host_read(longest, &h), HS_E_ILLEGAL_VALUE);
}

static void a_certificate_is_for_its_alternative_names_only(void **state) {
    (void)state;
    const hs__cert rich = cert_of(der_of(openssl_rich));
    static const struct {
        const char *host;
        bool matches;
    } cases[] = {
        {"a.test", true},          {"x.a.test", true},          {"b.test", false},
        {"127.0.0.1", true},       {"127.0.0.2", false},        {"2001:db8::1", true},
        {"2001:db8:0:0::1", true}, {"::ffff:127.0.0.1", false}, {"::1", false},
        {"directory", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const hs__host h = host_of(cases[i].host);
        assert_int_equal(hs__host_matches(&h, &rich), cases[i].matches);
    }
    /* The subject of this one is CN=a.test, and it has no alternative names. */
    const hs__cert v1 = cert_of(der_of(openssl_v1));
    const hs__host h = host_of("a.test");
    assert_false(hs__host_matches(&h, &v1));
}

static void local_names_are_known(void **state) {
    (void)state;
    static const struct {
        const char *host;
        bool is_local;
    } cases[] = {
        {"localhost", true},    {"LocalHost.", true},
        {"a.localhost", true},  {"test", true},
        {"a.b.test", true},     {"127.0.0.1", true},
        {"127.255.3.4", true},  {"::1", true},
        {"attest", false},      {"test.example", false},
        {"mylocalhost", false}, {"128.0.0.1", false},
        {"::2", false},         {"::ffff:127.0.0.1", false},
        {"10.0.0.1", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const hs__host h = host_of(cases[i].host);
        if (hs__host_is_local(&h) != cases[i].is_local) {
            fail_msg("%s", cases[i].host);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dns_names_match_by_the_book),
        cmocka_unit_test(names_and_addresses_are_told_apart),
        cmocka_unit_test(a_certificate_is_for_its_alternative_names_only),
        cmocka_unit_test(local_names_are_known),
    };
    return RUN(tests);
}
