/* Memory that runs out while a message is sealed or opened: every allocation of ours fails once,
 * and from every point on all fail. It is told as what it is, never as a bad message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cms/open.h"
#include "pki/pem.h"
#include "tests/unit/cms/openssl_messages.h"

static bool armed;
static unsigned countdown; /* so many succeed before one fails */
static bool all_fail;      /* and then all that follow */
static unsigned failures;

static bool fails(void) {
    if (!armed || countdown-- > 0) {
        return false;
    }
    countdown = all_fail ? 0 : UINT32_MAX;
    failures++;
    return true;
}

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);
void *__wrap_realloc(void *p, size_t n);

void *__wrap_malloc(size_t n) {
    return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t count, size_t n) {
    return fails() ? NULL : __real_calloc(count, n);
}

void *__wrap_realloc(void *p, size_t n) {
    return fails() ? NULL : __real_realloc(p, n);
}

/* Bytes without memory of the test's own. */
typedef struct {
    uint8_t p[8192];
    size_t n, at;
} page;

static hs_status put(void *ctx, hs_span bytes) {
    page *b = ctx;
    if (bytes.n > sizeof(b->p) - b->n) {
        return HS_E_NO_SPACE;
    }
    memcpy(b->p + b->n, bytes.p, bytes.n);
    b->n += bytes.n;
    return HS_OK;
}

static hs_status get(void *ctx, uint8_t *buf, size_t room, size_t *n) {
    page *b = ctx;
    *n = b->n - b->at < room ? b->n - b->at : room;
    memcpy(buf, b->p + b->at, *n);
    b->at += *n;
    return HS_OK;
}

static hs_provider *provider;
static hs_credential *people[2];
static uint8_t ders[2][4096];
static hs_span certs[2];
static page sealed;

static hs_span text(const char *s) {
    return (hs_span){(const uint8_t *)s, strlen(s)};
}

static void meet_one(int i, const char *cert, const char *key) {
    const hs_span none = {NULL, 0};
    hs_span rest = text(cert);
    hs__pem_block block;
    assert_int_equal(hs_credential_new(provider, text(cert), text(key), none, &people[i]), HS_OK);
    assert_int_equal(hs__pem_next(&rest, &block), HS_OK);
    certs[i].p = ders[i];
    assert_int_equal(hs__pem_decode(&block, ders[i], &certs[i].n), HS_OK);
}

static int meet(void **state) {
    (void)state;
    /* Of mbedTLS, where it is linked statically, the own allocations would fail as well. */
    if (hs_provider_new("libcrypto", &provider) != HS_OK) {
        assert_int_equal(hs_provider_new("mbedtls", &provider), HS_OK);
    }
    meet_one(0, openssl_ec_cert, openssl_ec_key);
    meet_one(1, openssl_rsa_cert, openssl_rsa_key);
    return 0;
}

static int part(void **state) {
    (void)state;
    hs_credential_unref(people[0]);
    hs_credential_unref(people[1]);
    hs_provider_unref(provider);
    return 0;
}

static hs_status seal(void) {
    static const uint8_t content[600];
    hs__cms_seal *s;
    const hs__cms_seal_options o = {.provider = provider,
                                    .sender = people[0],
                                    .receivers = certs,
                                    .n_receivers = 2,
                                    .now = 1800000000,
                                    .size = sizeof(content),
                                    .pem = true,
                                    .out = {put, &sealed}};
    sealed.n = 0;
    hs_status st = hs__cms_seal_new(&o, NULL, &s);
    if (st) {
        return st;
    }
    st = hs__cms_seal_begin(s);
    if (st == HS_OK) {
        st = hs__cms_seal_write(s, (hs_span){content, sizeof(content)});
    }
    if (st == HS_OK) {
        st = hs__cms_seal_end(s);
    }
    hs__cms_seal_free(s);
    return st;
}

static hs_status open_as(int i) {
    static page out;
    hs__cms_open *o;
    const hs__cms_open_options options = {
        .provider = provider, .receiver = people[i], .in = {get, &sealed}};
    sealed.at = 0;
    out.n = 0;
    hs_status st = hs__cms_open_new(&options, &o);
    if (st) {
        return st;
    }
    st = hs__cms_open_envelope(o);
    if (st == HS_OK) {
        st = hs__cms_open_key(o);
    }
    if (st == HS_OK) {
        st = hs__cms_open_content(o, (hs__cms_sink){put, &out});
    }
    if (st == HS_OK) {
        st = hs__cms_open_signature(o);
    }
    hs__cms_open_free(o);
    return st;
}

static hs_status open_ec(void) {
    return open_as(0);
}

static hs_status open_rsa(void) {
    return open_as(1);
}

static void each_allocation_fails(hs_status (*work)(void)) {
    for (int all = 0; all < 2; all++) {
        all_fail = all;
        unsigned n = 0;
        do {
            countdown = n++;
            failures = 0;
            armed = true;
            const hs_status st = work();
            armed = false;
            assert_int_equal(st, failures > 0 ? HS_E_NOMEM : HS_OK);
        } while (failures > 0);
        assert_true(n > 5);
    }
}

static void sealing_tells_that_memory_ran_out(void **state) {
    (void)state;
    each_allocation_fails(seal);
}

static void opening_tells_that_memory_ran_out(void **state) {
    (void)state;
    assert_int_equal(seal(), HS_OK);
    each_allocation_fails(open_ec);
    each_allocation_fails(open_rsa);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sealing_tells_that_memory_ran_out),
        cmocka_unit_test(opening_tells_that_memory_ran_out),
    };
    return cmocka_run_group_tests(tests, meet, part);
}
