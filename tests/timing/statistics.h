/* statistics.h - do two sets of times differ, or is it noise? */
#ifndef HS_TESTS_TIMING_STATISTICS_H
#define HS_TESTS_TIMING_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>

/* Beyond this (in standard errors) chance is ruled out even in a table of many rows: 7 in a million
 * for one row. The bound of dudect ("Dude, is my code constant time?", Reparaz et al., 2017). */
#define HS__SIGNIFICANT 4.5

typedef struct {
    double median;     /* of b */
    double difference; /* mean of b less mean of a, the slowest third of each left out: noise only
                          ever adds */
    double error;      /* standard error of that difference */
    double yuen;       /* Yuen's t: the difference in standard errors */
    double rank;       /* Mann-Whitney: the same question asked of the ranks, as a normal deviate;
                          the shape of the noise does not matter to it */
} hs__comparison;

/* n values each, n >= 20. Does not change them. False: out of memory. */
bool hs__compare(const double *a, const double *b, size_t n, hs__comparison *out);

bool hs__differ(const hs__comparison *c);

#endif
