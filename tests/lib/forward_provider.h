/* forward_provider.h - a provider that hands every call on to another one: the base of the
 * providers that change only a few slots for a test. */
#ifndef HS_TESTS_FORWARD_PROVIDER_H
#define HS_TESTS_FORWARD_PROVIDER_H

#include "crypto/provider.h"

typedef struct {
    hs_provider base;
    hs_provider *inner;
} hs__forward_provider;

/* Fills *f; takes a reference to `inner`. The default `destroy` gives it back and frees f. */
void hs__forward_init(hs__forward_provider *f, hs_provider *inner);
void hs__forward_destroy(hs_provider *p);

static inline const hs_provider *hs__forward_inner(const hs_provider *p) {
    return ((const hs__forward_provider *)p)->inner;
}

#endif
