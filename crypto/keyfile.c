#include "crypto/keyfile.h"

#include <string.h>

#include "crypto/der.h"

static const char begin[] = "-----BEGIN ";
static const char end[] = "-----END ";
static const char dashes[] = "-----";
static const char wanted[] = "PRIVATE KEY";

/* Offset of `what` in data from `from` on, or data.n. */
static size_t find(hs_span data, size_t from, const char *what, size_t what_n) {
    for (size_t i = from; i + what_n <= data.n; i++) {
        if (memcmp(data.p + i, what, what_n) == 0)
            return i;
    }
    return data.n;
}

#define FIND(data, from, literal) find(data, from, literal, sizeof literal - 1)

/* The label of the BEGIN or END line at `at` (prefix_n: length of "-----BEGIN "). */
static hs_span label_at(hs_span data, size_t at, size_t prefix_n) {
    size_t from = at + prefix_n;
    size_t to = from < data.n ? FIND(data, from, dashes) : data.n;
    return to == data.n ? (hs_span){NULL, 0} : (hs_span){data.p + from, to - from};
}

static bool ends_in(hs_span label, const char *tail, size_t tail_n) {
    return label.n >= tail_n && memcmp(label.p + label.n - tail_n, tail, tail_n) == 0;
}

static bool find_block(hs_span data, hs_span *key) {
    for (size_t at = FIND(data, 0, begin); at < data.n; at = FIND(data, at + 1, begin)) {
        hs_span label = label_at(data, at, sizeof begin - 1);
        if (!ends_in(label, wanted, sizeof wanted - 1))
            continue;
        size_t stop = FIND(data, at, end);
        hs_span closing = label_at(data, stop, sizeof end - 1);
        if (!hs__der_is(closing, label.p, label.n))
            return false;
        const uint8_t *last = closing.p + closing.n + sizeof dashes - 1;
        *key = (hs_span){data.p + at, (size_t)(last - (data.p + at))};
        return true;
    }
    return false;
}

hs_status hs__keyfile_find(hs_span data, hs_span *key, bool *is_pem) {
    hs_span rest = data;
    hs_span content;
    if (hs__der_take(&rest, HS__DER_SEQUENCE, &content) && rest.n == 0) {
        *key = data;
        *is_pem = false;
        return HS_OK;
    }
    *is_pem = true;
    return find_block(data, key) ? HS_OK : HS_E_KEY_FORMAT;
}

bool hs__keyfile_has_label(hs_span block, const char *label) {
    hs_span found = label_at(block, 0, sizeof begin - 1);
    return hs__der_is(found, label, strlen(label));
}
