#include "tests/timing/statistics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N = 400, RUNS = 500 };

/* Whole nanoseconds, noise that only adds, and now and then a lot of it. */
static void measure(unsigned short seed[3], double shift, double *times) {
    for (size_t i = 0; i < N; i++) {
        times[i] = floor(1000 + shift - 30 * log(1 - erand48(seed)));
        if (erand48(seed) < 0.1)
            times[i] += 500;
    }
}

static void what_is_the_same_does_not_differ(void **state) {
    (void)state;
    unsigned short seed[3] = {1, 2, 3};
    double yuen = 0;
    double rank = 0;
    for (int run = 0; run < RUNS; run++) {
        double a[N];
        double b[N];
        hs__comparison c;
        measure(seed, 0, a);
        measure(seed, 0, b);
        assert_true(hs__compare(a, b, N, &c));
        assert_false(hs__differ(&c));
        yuen += c.yuen * c.yuen / (double)RUNS;
        rank += c.rank * c.rank / (double)RUNS;
    }
    /* Both are counted in standard errors, so that is what they spread by. */
    assert_true(fabs(yuen - 1) < 0.2);
    assert_true(fabs(rank - 1) < 0.2);
}

static void what_is_longer_differs_in_its_direction(void **state) {
    (void)state;
    unsigned short seed[3] = {1, 2, 3};
    double a[N];
    double b[N];
    hs__comparison c;
    measure(seed, 0, a);
    measure(seed, 20, b);
    assert_true(hs__compare(a, b, N, &c));
    assert_true(hs__differ(&c) && c.yuen > 0 && c.rank > 0);
    assert_true(fabs(c.difference - 20) < 4 * c.error);
    assert_true(hs__compare(b, a, N, &c));
    assert_true(hs__differ(&c) && c.yuen < 0 && c.rank < 0);
}

/* For 0, 1, ..., 19 and the same plus a half: 210 of 400 pairs are larger, where 200 are expected
 * with a standard deviation of sqrt(400 * 41 / 12). */
static void ranks_are_those_of_mann_and_whitney(void **state) {
    (void)state;
    double a[20];
    double b[20];
    hs__comparison c;
    for (int i = 0; i < 20; i++) {
        a[i] = 19 - i;
        b[i] = i + 0.5;
    }
    assert_true(hs__compare(a, b, 20, &c));
    assert_true(fabs(c.rank - 10 / sqrt(400 * 41 / 12.0)) < 1e-9);
    assert_true(c.median > 10.4 && c.median < 10.6);
    assert_true(a[0] == 19); /* not sorted in place */
    assert_true(hs__compare(a, a, 20, &c));
    assert_true(fabs(c.rank) < 1e-9 && fabs(c.yuen) < 1e-9);
    for (int i = 0; i < 20; i++)
        a[i] = 7;
    assert_true(hs__compare(a, a, 20, &c));
    assert_false(hs__differ(&c));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_the_same_does_not_differ),
        cmocka_unit_test(what_is_longer_differs_in_its_direction),
        cmocka_unit_test(ranks_are_those_of_mann_and_whitney),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
