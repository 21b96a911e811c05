/* span.h - the same bytes? For what is no secret: it stops at the first difference. */
#ifndef HS_PROTO_SPAN_H
#define HS_PROTO_SPAN_H

#include <string.h>

#include "handshake/types.h"

static inline bool hs__span_equal(hs_span a, hs_span b) {
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

#endif
