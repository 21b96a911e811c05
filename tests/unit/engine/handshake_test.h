/* handshake_test.h - what the tests of whole handshakes share: both ends connected, data both
 * ways, and every test on each pair of providers. */
#ifndef HS_TESTS_HANDSHAKE_TEST_H
#define HS_TESTS_HANDSHAKE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/lib/pair.h"

/* Fills in size and clock; fails the test when the configuration is refused. */
hs_config *hs__test_config(hs_options o);
hs_info hs__test_info(const hs__test_end *end);
void hs__test_assert_connected(const hs__test_pair *pair);
void hs__test_write_all(hs__test_end *end, const uint8_t *p, size_t n);

/* n bytes to the server, half as many back, each compared. n: at most 200,000. */
void hs__test_exchange(hs__test_pair *pair, size_t n);

/* The providers of the pair that is being tested; each may be used by setup. */
hs_provider *hs__test_client_provider(void);
hs_provider *hs__test_server_provider(void);

/* Runs the tests on each pair of providers that are built in; returns the failures. */
int hs__test_each_pair(const char *what, const struct CMUnitTest *tests, size_t n,
                       CMFixtureFunction setup, CMFixtureFunction teardown);

#endif
