#include "cms/set.h"

#include <stdlib.h>
#include <string.h>

/* No element is the beginning of another one, so that a shorter one needs no zeros behind it. */
static int compare(const void *pa, const void *pb) {
    const hs_span *a = pa;
    const hs_span *b = pb;
    const int order = memcmp(a->p, b->p, a->n < b->n ? a->n : b->n);
    return order != 0 ? order : (a->n > b->n) - (a->n < b->n);
}

void hs__cms_set_write(hs__der_out *o, uint8_t tag, hs_span *items, size_t n) {
    const uint8_t *end = o->p;
    qsort(items, n, sizeof(*items), compare);
    while (n-- > 0) {
        hs__der_put(o, items[n].p, items[n].n);
    }
    hs__der_wrap(o, tag, end);
}
