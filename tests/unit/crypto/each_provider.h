/* each_provider.h - runs one group of tests once for every provider that is built in. */
#ifndef HS_TESTS_EACH_PROVIDER_H
#define HS_TESTS_EACH_PROVIDER_H

/* cmocka.h wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/provider.h"
#include "tests/lib/hex.h"

/* In every test *state is the `const hs_provider *`; the provider stands in the test's name.
 * Returns the number of failures. */
int hs__each_provider(const struct CMUnitTest *tests, size_t n);

#define EACH_PROVIDER(tests) hs__each_provider(tests, sizeof(tests) / sizeof(tests)[0])

/* HS_OK, or the test fails and names the status. */
#define assert_ok(call)                                                                            \
    do {                                                                                           \
        const char *assert_ok_name = hs_status_name(call);                                         \
        assert_string_equal(assert_ok_name, "HS_OK");                                              \
    } while (0)

#define assert_status(call, expected) assert_string_equal(hs_status_name(call), #expected)

static inline hs_span span_of(const void *p, size_t n) {
    return (hs_span){p, n};
}

static inline hs_span text(const char *s) {
    return (hs_span){(const uint8_t *)s, strlen(s)};
}

/* A vector typed as hex, up to 256 bytes. */
typedef struct {
    size_t n;
    uint8_t p[256];
} bytes;

static inline bytes unhex(const char *hex) {
    bytes b = {0};
    b.n = hs__test_hex(hex, b.p, sizeof b.p);
    return b;
}

static inline hs_span of(const bytes *b) {
    return (hs_span){b->p, b->n};
}

#endif
