#include "apps/hs-mitm/split.h"

#include <string.h>

#include "proto/codepoints.h"

/* Content types are few, and the first byte of a record's version has been 3 since SSL 3.0. */
static bool looks_like_tls(const uint8_t *header) {
    size_t n = (size_t)header[3] << 8 | header[4];
    return hs__content_type_name(header[0]) && header[1] == 3 && n <= HS__RECORD_CIPHER_MAX_12;
}

static bool fill(splitter *s, hs_span *in, size_t until) {
    size_t take = until - s->n < in->n ? until - s->n : in->n;
    if (take > 0)
        memcpy(s->buffer + s->n, in->p, take);
    s->n += take;
    *in = (hs_span){in->p + take, in->n - take};
    return s->n == until;
}

bool split_next(splitter *s, hs_span *in, hs_span *record) {
    if (s->is_opaque)
        return false;
    if (s->n < HS__RECORD_HEADER && !fill(s, in, HS__RECORD_HEADER))
        return false;
    if (!looks_like_tls(s->buffer)) {
        s->is_opaque = true;
        return false;
    }
    size_t whole = HS__RECORD_HEADER + ((size_t)s->buffer[3] << 8 | s->buffer[4]);
    if (!fill(s, in, whole))
        return false;
    *record = (hs_span){s->buffer, whole};
    s->n = 0;
    return true;
}
