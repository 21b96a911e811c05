/* pki_test.h - what the tests of pki/ share: spans, one provider, certificates made to order. */
#ifndef HS_TESTS_PKI_TEST_H
#define HS_TESTS_PKI_TEST_H

/* cmocka.h wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pki/issue.h"
#include "tests/lib/hex.h"

/* HS_OK, or the test fails and names the status. */
#define assert_ok(call)               assert_string_equal(hs_status_name(call), "HS_OK")
#define assert_status(call, expected) assert_string_equal(hs_status_name(call), #expected)

#define RUN(tests) cmocka_run_group_tests(tests, NULL, NULL)

/* Bytes typed as hex, up to 512. */
typedef struct {
    size_t n;
    uint8_t p[512];
} bytes;

bytes unhex(const char *hex);
hs_span of(const bytes *b);
hs_span text(const char *s);

/* The certificate in PEM text; lives until the program ends. */
hs_span der_of(const char *pem);

/* A certificate that must be readable. */
hs__cert cert_of(hs_span der);

/* The provider under test: HS_TEST_PROVIDER in the environment, or the first one. */
hs_provider *provider(void);

/* ---- certificates made here -------------------------------------------------------------- */

enum {
    FROM = 1700000000, /* 2023-11-14 */
    NOW = 1800000000,  /* 2027-01-15 */
    TO = 1900000000    /* 2030-03-17 */
};

typedef struct made made;
struct made {
    uint8_t der[4096];
    size_t n;
    uint8_t name[512];
    size_t name_n;
    hs__private_key *key;
    hs__public_numbers numbers;
    uint8_t key_id[HS__KEY_ID];
};

/* What to make; all zero is a P-256 server leaf for a.test, valid at NOW. */
typedef struct {
    const char *subject;     /* NULL: "CN=leaf", or "CN=CA" */
    const made *issuer;      /* NULL: signs itself */
    const char *issuer_name; /* NULL: the issuer's */
    const made *same_key_as; /* no key of its own */
    hs__key_type key_type;   /* 0 stands for P-256 */
    unsigned rsa_bits;
    bool is_ca;
    int path_len; /* for CAs: 1 + the limit; 0: none */
    bool no_basic_constraints;
    uint32_t key_usage; /* 0: what fits; NO_KEY_USAGE: none */
    const hs__oid *purposes;
    size_t n_purposes;
    const hs__general_name *names; /* NULL and no_names false: DNS a.test */
    size_t n_names;
    bool no_names;
    const hs__general_name *permitted, *excluded;
    size_t n_permitted, n_excluded;
    int64_t from, to; /* 0: FROM, TO */
    hs_span serial;   /* .p NULL: 01 */
    bool no_authority_key_id;
} spec;

enum { NO_KEY_USAGE = 1 << 15 };

/* Free with made_free; fails the test where it cannot be made. */
made *make(const spec *s);
void made_free(made *m);
hs_span made_der(const made *m);

/* Signs the certificate anew with the issuer's key after `old` in what is signed became `new`
 * (the same length, must occur): for what our writer would never write. */
void made_patch(made *m, const made *issuer, hs_span old, hs_span new);

hs__general_name dns(const char *name);
hs__general_name email(const char *name);
hs__general_name uri(const char *name);
hs__general_name ip(const bytes *b);

#endif
