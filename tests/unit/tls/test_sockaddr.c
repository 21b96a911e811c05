/* Who is on this machine: those may see the connections of others. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/un.h>

#include <cmocka.h>

#include "apps/tls/sockaddr.h"

static bool is_loopback(const char *text) {
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        return hs__sockaddr_is_loopback((const struct sockaddr *)&v4);
    assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
    return hs__sockaddr_is_loopback((const struct sockaddr *)&v6);
}

static void test_loopback_in_all_its_forms(void **state) {
    (void)state;
    static const char *const YES[] = {"127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1",
                                      "::ffff:127.1.2.3"};
    for (size_t i = 0; i < sizeof YES / sizeof *YES; i++)
        assert_true(is_loopback(YES[i]));
}

static void test_nothing_else_is(void **state) {
    (void)state;
    static const char *const NO[] = {"0.0.0.0",
                                     "10.0.0.1",
                                     "126.255.255.255",
                                     "128.0.0.1",
                                     "192.0.2.1",
                                     "::",
                                     "::2",
                                     "::ffff:10.0.0.1",
                                     "fe80::1",
                                     "::127.0.0.1",
                                     "fe80::ffff:127.0.0.1",
                                     "1::ffff:127.0.0.1"};
    for (size_t i = 0; i < sizeof NO / sizeof *NO; i++)
        assert_false(is_loopback(NO[i]));
    const struct sockaddr_un un = {.sun_family = AF_UNIX};
    assert_false(hs__sockaddr_is_loopback((const struct sockaddr *)&un));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loopback_in_all_its_forms),
        cmocka_unit_test(test_nothing_else_is),
    };
    return cmocka_run_group_tests_name("tls/sockaddr", tests, NULL, NULL);
}
