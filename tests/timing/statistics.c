#include "tests/timing/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int ascending(const void *x, const void *y) {
    double a = *(const double *)x;
    double b = *(const double *)y;
    return (a > b) - (a < b);
}

typedef struct {
    double mean, variance; /* variance of the mean */
} trimmed;

/* Yuen 1974, with one tail: the variance is that of all values, those left out moved to the
 * bound. */
static trimmed trim(const double *sorted, size_t n) {
    size_t kept = n - n / 3;
    double bound = sorted[kept - 1];
    double mean = 0;
    double moved_mean = 0;
    double squares = 0;
    for (size_t i = 0; i < n; i++) {
        double value = i < kept ? sorted[i] : bound;
        double delta = value - moved_mean;
        moved_mean += delta / (double)(i + 1);
        squares += delta * (value - moved_mean);
        if (i < kept)
            mean += value / (double)kept;
    }
    return (trimmed){mean, squares / ((double)kept * (double)(kept - 1))};
}

/* Equal values share the mean of their ranks; the variance is corrected for them. */
static double rank_deviate(const double *a, const double *b, size_t n) {
    double ranks_b = 0;
    double ties = 0;
    double size = (double)n;
    double all = 2 * size;
    for (size_t i = 0, j = 0; i < n || j < n;) {
        double value = j == n || (i < n && a[i] < b[j]) ? a[i] : b[j];
        size_t before = i + j;
        size_t b_before = j;
        while (i < n && a[i] <= value)
            i++;
        while (j < n && b[j] <= value)
            j++;
        double same = (double)(i + j - before);
        ranks_b += (double)(j - b_before) * ((double)(before + i + j + 1) / 2);
        ties += same * same * same - same;
    }
    double u = ranks_b - size * (size + 1) / 2;
    double variance = size * size / 12 * (all + 1 - ties / (all * (all - 1)));
    return variance > 0 ? (u - size * size / 2) / sqrt(variance) : 0;
}

bool hs__compare(const double *a, const double *b, size_t n, hs__comparison *out) {
    double *sorted_a = malloc(n * sizeof *sorted_a);
    double *sorted_b = malloc(n * sizeof *sorted_b);
    bool ok = sorted_a && sorted_b;
    if (ok) {
        memcpy(sorted_a, a, n * sizeof *a);
        memcpy(sorted_b, b, n * sizeof *b);
        qsort(sorted_a, n, sizeof *sorted_a, ascending);
        qsort(sorted_b, n, sizeof *sorted_b, ascending);
        trimmed x = trim(sorted_a, n);
        trimmed y = trim(sorted_b, n);
        out->median = sorted_b[n / 2];
        out->difference = y.mean - x.mean;
        out->error = sqrt(x.variance + y.variance);
        out->yuen = out->error > 0 ? out->difference / out->error : 0;
        out->rank = rank_deviate(sorted_a, sorted_b, n);
    }
    free(sorted_a);
    free(sorted_b);
    return ok;
}

bool hs__differ(const hs__comparison *c) {
    return fabs(c->yuen) > HS__SIGNIFICANT || fabs(c->rank) > HS__SIGNIFICANT;
}
