#include <string.h>

#include "apps/common/options.h"

enum { WORD_MAX = 40 };

/* Edits that turn one word into the other: letters changed, left out or put in, neighbours
 * swapped (optimal string alignment). */
static size_t distance(const char *a, size_t n, const char *b, size_t m) {
    size_t row[WORD_MAX + 1][WORD_MAX + 1];
    for (size_t i = 0; i <= n; i++)
        row[i][0] = i;
    for (size_t j = 0; j <= m; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        for (size_t j = 1; j <= m; j++) {
            size_t best = row[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            best = row[i - 1][j] + 1 < best ? row[i - 1][j] + 1 : best;
            best = row[i][j - 1] + 1 < best ? row[i][j - 1] + 1 : best;
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped && row[i - 2][j - 2] + 1 < best)
                best = row[i - 2][j - 2] + 1;
            row[i][j] = best;
        }
    }
    return row[n][m];
}

bool hs__is_nearer(const char *word, const char *candidate, size_t *best) {
    size_t n = strlen(word), m = strlen(candidate);
    if (n > WORD_MAX || m > WORD_MAX)
        return false;
    size_t limit = n > 8 ? 3 : n > 3 ? 2 : 1;
    size_t d = distance(word, n, candidate, m);
    bool is_nearer = d <= limit && d < *best;
    if (is_nearer)
        *best = d;
    return is_nearer;
}

const char *hs__nearest(const char *word, const char *const *candidates) {
    const char *found = NULL;
    size_t best = SIZE_MAX;
    for (; *candidates; candidates++)
        if (hs__is_nearer(word, *candidates, &best))
            found = *candidates;
    return found;
}
