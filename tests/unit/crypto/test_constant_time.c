/* What must not branch on a secret or index with one, watched by valgrind: the secret is declared
 * undefined, and memcheck reports whatever depends on an undefined value. */
#include "crypto/hmac.h"
#include "crypto/oaep.h"
#include "crypto/premaster.h"
#include "crypto/prf12.h"
#include "tests/unit/crypto/each_provider.h"

#ifdef HS_HAVE_VALGRIND
#include <valgrind/memcheck.h>
#else
#define RUNNING_ON_VALGRIND                0
#define VALGRIND_COUNT_ERRORS              0
#define VALGRIND_MAKE_MEM_UNDEFINED(at, n) ((void)(at), (void)(n))
#define VALGRIND_MAKE_MEM_DEFINED(at, n)   ((void)(at), (void)(n))
#endif

enum { BLOCK = 256 };

static void need_valgrind(void) {
    if (RUNNING_ON_VALGRIND)
        return;
    print_message("only valgrind can see it, and this build does not run under it\n");
    skip();
}

/* Each use of a secret that memcheck objected to since `before` fails the test. */
static void assert_no_report_since(unsigned long before) {
    assert_int_equal(VALGRIND_COUNT_ERRORS - before, 0);
}

static void a_branch_on_a_secret_is_seen(void **state) {
    (void)state;
    need_valgrind();
    volatile uint8_t secret = 3;
    volatile int seen = 0;
    unsigned long before = VALGRIND_COUNT_ERRORS;
    VALGRIND_MAKE_MEM_UNDEFINED((uint8_t *)&secret, 1);
    if (secret == 2)
        seen = 1;
    assert_true(VALGRIND_COUNT_ERRORS > before);
    (void)seen;
}

/* All of it is secret: what came out of RSA, and which of the two it will be. */
static void unpad(uint8_t *block, bool is_usable) {
    uint8_t fallback[HS__PREMASTER];
    uint8_t out[HS__PREMASTER];
    memset(fallback, 0xfb, sizeof fallback);
    unsigned long before = VALGRIND_COUNT_ERRORS;
    VALGRIND_MAKE_MEM_UNDEFINED(block, BLOCK);
    VALGRIND_MAKE_MEM_UNDEFINED(fallback, sizeof fallback);
    hs__premaster_unpad(block, BLOCK, 0x0303, is_usable, fallback, out);
    assert_no_report_since(before);
    VALGRIND_MAKE_MEM_DEFINED(block, BLOCK);
    VALGRIND_MAKE_MEM_DEFINED(out, sizeof out);
    /* It was the code that decides, on a block that is good if usable. */
    assert_int_equal(out[47], is_usable ? 0x77 : 0xfb);
}

static void taking_the_padding_off_tells_nothing(void **state) {
    (void)state;
    need_valgrind();
    uint8_t block[BLOCK];
    memset(block, 0x77, sizeof block);
    block[0] = 0;
    block[1] = 2;
    block[BLOCK - 49] = 0;
    block[BLOCK - 48] = 3;
    block[BLOCK - 47] = 3;
    unpad(block, true);
    unpad(block, false);
}

/* Where the zeros end, and what is wrong: Manger's attack needs to know one of it. */
static void taking_oaep_off_tells_nothing(void **state) {
    const hs_provider *p = *state;
    const hs__oaep how = {HS__SHA256, HS__SHA256};
    need_valgrind();
    for (unsigned kind = 0; kind < 3; kind++) {
        uint8_t block[BLOCK];
        uint8_t bad = 0;
        size_t at = 0;
        memset(block, (int)(kind * 0x55), sizeof block);
        unsigned long before = VALGRIND_COUNT_ERRORS;
        VALGRIND_MAKE_MEM_UNDEFINED(block, sizeof block);
        hs_status st = hs__oaep_decode(p, how, block, sizeof block, &bad, &at);
        assert_no_report_since(before);
        VALGRIND_MAKE_MEM_DEFINED(&bad, sizeof bad);
        assert_int_equal(st, HS_OK);
        assert_int_not_equal(bad, 0);
    }
}

static void comparing_tells_the_result_only(void **state) {
    (void)state;
    need_valgrind();
    uint8_t a[32] = {1};
    uint8_t b[32] = {1};
    unsigned long before = VALGRIND_COUNT_ERRORS;
    VALGRIND_MAKE_MEM_UNDEFINED(a, sizeof a);
    bool is_equal = hs__ct_equal(a, b, sizeof a);
    VALGRIND_MAKE_MEM_DEFINED(&is_equal, sizeof is_equal);
    assert_no_report_since(before);
    assert_true(is_equal);
}

/* Down to the library's hash function. */
static void deriving_keys_tells_nothing(void **state) {
    const hs_provider *p = *state;
    need_valgrind();
    uint8_t secret[HS__PREMASTER] = {3, 3};
    uint8_t out[104];
    const hs_span seed = text("client random, server random");
    for (int i = 0; i < 2; i++) {
        unsigned long before = VALGRIND_COUNT_ERRORS;
        VALGRIND_MAKE_MEM_UNDEFINED(secret, sizeof secret);
        hs_status st = hs__prf12(p, i ? HS__SHA256 : HS__SHA384, span_of(secret, sizeof secret),
                                 "master secret", &seed, 1, out, sizeof out);
        assert_no_report_since(before);
        assert_ok(st);
    }
}

int main(void) {
    const struct CMUnitTest once[] = {
        cmocka_unit_test(a_branch_on_a_secret_is_seen),
        cmocka_unit_test(taking_the_padding_off_tells_nothing),
        cmocka_unit_test(comparing_tells_the_result_only),
    };
    const struct CMUnitTest each[] = {
        cmocka_unit_test(deriving_keys_tells_nothing),
        cmocka_unit_test(taking_oaep_off_tells_nothing),
    };
    return cmocka_run_group_tests(once, NULL, NULL) + EACH_PROVIDER(each);
}
