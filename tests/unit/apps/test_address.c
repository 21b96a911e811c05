/* address.h: where to connect to and where to listen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "apps/common/address.h"

typedef struct {
    const char *text, *host;
    uint16_t port;
    bool is_ip;
    const char *path;
} row;

static void check(const row *r, const char *why, const hs__address *got) {
    if (why)
        fail_msg("'%s': %s", r->text, why);
    assert_string_equal(got->host, r->host);
    assert_int_equal(got->port, r->port);
    assert_int_equal(got->is_ip, r->is_ip);
    assert_string_equal(got->path, r->path ? r->path : "");
}

static void connecting_takes_names_and_literals(void **state) {
    static const row ROWS[] = {{"example.com", "example.com", 443, false, NULL},
                               {"localhost:4433", "localhost", 4433, false, NULL},
                               {"127.0.0.1:1", "127.0.0.1", 1, true, NULL},
                               {"127.0.0.1", "127.0.0.1", 443, true, NULL},
                               {"[::1]:65535", "::1", 65535, true, NULL},
                               {"[::1]", "::1", 443, true, NULL},
                               {"::1", "::1", 443, true, NULL},
                               {"fe80::1%eth0", "fe80::1%eth0", 443, true, NULL},
                               {"_srv.a-b.test:80", "_srv.a-b.test", 80, false, NULL},
                               {"unix:/run/a.sock", "", 443, false, "/run/a.sock"}};
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        hs__address got;
        const char *why = hs__address_connect(ROWS[i].text, 443, &got);
        check(&ROWS[i], why, &got);
    }
}

static void listening_defaults_to_loopback(void **state) {
    static const row ROWS[] = {{"4433", "127.0.0.1", 4433, true, NULL},
                               {"0", "127.0.0.1", 0, true, NULL},
                               {"0.0.0.0:443", "0.0.0.0", 443, true, NULL},
                               {"[::]:443", "::", 443, true, NULL},
                               {"localhost:0", "localhost", 0, false, NULL}};
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        hs__address got;
        const char *why = hs__address_listen(ROWS[i].text, &got);
        check(&ROWS[i], why, &got);
    }
}

static void nonsense_is_refused_with_a_reason(void **state) {
    static const char *const BAD[] = {"",
                                      ":443",
                                      "a.test:",
                                      "a.test:0",
                                      "a.test:65536",
                                      "a.test:-1",
                                      "a.test:443x",
                                      "https://a.test/",
                                      "a.test/path",
                                      "a b",
                                      "a.test\n",
                                      "b\303\274cher.test",
                                      "[::1",
                                      "[::1]443",
                                      "[a.test]:443",
                                      "[]:443",
                                      "1:2:3",
                                      "a:b:c",
                                      "unix:"};
    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        hs__address got;
        const char *why = hs__address_connect(BAD[i], 443, &got);
        if (!why || !*why)
            fail_msg("'%s' was taken for an address", BAD[i]);
    }
}

static void a_port_without_default_is_required(void **state) {
    hs__address got;
    (void)state;
    assert_non_null(hs__address_connect("a.test", 0, &got));
    assert_non_null(hs__address_listen("a.test", &got));
    assert_non_null(hs__address_listen("65536", &got));
}

static void what_is_too_long_is_refused(void **state) {
    char text[400];
    hs__address got;
    (void)state;
    memset(text, 'a', sizeof text);
    text[256] = 0;
    assert_non_null(hs__address_connect(text, 443, &got));
    text[255] = 0;
    assert_null(hs__address_connect(text, 443, &got));
    memcpy(text, "unix:/", 6);
    text[5 + 108] = 0;
    assert_non_null(hs__address_connect(text, 443, &got));
    text[5 + 107] = 0;
    assert_null(hs__address_connect(text, 443, &got));
}

static void text_can_be_read_again(void **state) {
    static const char *const ROWS[] = {"a.test:443", "127.0.0.1:1", "[::1]:4433", "unix:/x"};
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        hs__address address;
        char text[HS__ADDRESS_TEXT];
        assert_null(hs__address_connect(ROWS[i], 443, &address));
        assert_string_equal(hs__address_text(&address, text), ROWS[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connecting_takes_names_and_literals),
        cmocka_unit_test(listening_defaults_to_loopback),
        cmocka_unit_test(nonsense_is_refused_with_a_reason),
        cmocka_unit_test(a_port_without_default_is_required),
        cmocka_unit_test(what_is_too_long_is_refused),
        cmocka_unit_test(text_can_be_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
