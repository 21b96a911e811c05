#include <string.h>

#include "pki/der.h"
#include "trace/redact.h"

enum {
    MOST_DEPTH = 24,
    SMALL_NUMBER = 4, /* bytes of a version, a path length, an exponent */
    SMALL_BITS = 3,   /* keyUsage */
    FILL = 0x55,
    UNCOMPRESSED = 0x04 /* first byte of an elliptic curve's point (RFC 5480 2.2) */
};

typedef struct {
    hs__redact_names *names;
    uint8_t *base; /* the bytes that the spans are of */
} scrub;

static void scrub_list(const scrub *s, hs_span list, unsigned depth);

static uint8_t *at(const scrub *s, hs_span v) {
    return s->base + (v.p - s->base);
}

static void zero(const scrub *s, hs_span v) {
    if (v.n > 0) {
        memset(at(s, v), 0, v.n);
    }
}

static void scrub_text(const scrub *s, hs_span v) {
    char *p = (char *)at(s, v);
    for (size_t done = 0; done < v.n;) { /* by pieces: it is replaced where it stands */
        char name[256];
        const size_t n = v.n - done < sizeof name ? v.n - done : sizeof name;
        hs__redact_name(s->names, p + done, n, name);
        memcpy(p + done, name, n);
        done += n;
    }
}

/* Its sign and length stay: "RSA 2048" is still that. */
static void scrub_integer(const scrub *s, hs_span v) {
    if (v.n <= SMALL_NUMBER) {
        return;
    }
    uint8_t *p = at(s, v);
    const bool is_padded = p[0] == 0;
    memset(p, FILL, v.n);
    if (is_padded) {
        p[0] = 0;
        p[1] |= 0x80;
    }
}

/* An address, or one with its mask as in name constraints (RFC 5280 4.2.1.10). */
static void scrub_address(const scrub *s, hs_span v) {
    if (v.n == 4 || v.n == 16) {
        hs__redact_address(s->names, at(s, v), v.n);
    } else if (v.n == 8 || v.n == 32) {
        hs__redact_address(s->names, at(s, v), v.n / 2);
    } else {
        zero(s, v);
    }
}

/* The whole of it is elements, one at least. */
static bool is_der(hs_span v) {
    uint8_t tag;
    hs_span content;
    bool any = false;
    while (v.n > 0) {
        if (!hs__der_walk(&v, &tag, &content)) {
            return false;
        }
        any = true;
    }
    return any;
}

/* Bytes that may hold DER: extensions, RSA keys, ECDSA signatures. `keep`: how many of them lead
 * to it and stay. */
static void scrub_opaque(const scrub *s, hs_span v, size_t keep, unsigned depth) {
    const hs_span inside = {v.p + keep, v.n - keep};
    if (is_der(inside)) {
        scrub_list(s, inside, depth);
        return;
    }
    uint8_t *p = at(s, v);
    const bool is_point = keep == 1 && v.n > 2 && p[1] == UNCOMPRESSED;
    keep += is_point ? 1 : 0;
    memset(p + keep, is_point ? FILL : 0, v.n - keep);
}

/* GeneralName (RFC 5280 4.2.1.6) where it is implicit: [1] rfc822Name, [2] dNSName, [6] URI,
 * [7] iPAddress, [8] registeredID. */
static void scrub_context(const scrub *s, uint8_t tag, hs_span v) {
    switch (tag & 0x1f) {
    case 1:
    case 2:
    case 6:
        if (v.n > 1) { /* [1] and [2] are flags and small numbers elsewhere */
            scrub_text(s, v);
        }
        return;
    case 7:
        scrub_address(s, v);
        return;
    case 8:
        return;
    default:
        if (v.n > SMALL_BITS) {
            zero(s, v);
        }
        return;
    }
}

static void scrub_element(const scrub *s, uint8_t tag, hs_span v, unsigned depth) {
    if (v.n == 0) {
        return;
    }
    if ((tag & 0x20) != 0) { /* constructed */
        scrub_list(s, v, depth);
        return;
    }
    if ((tag & 0xc0) == HS__DER_CONTEXT) {
        scrub_context(s, tag, v);
        return;
    }
    switch (tag) {
    case HS__DER_BOOLEAN:
    case HS__DER_NULL:
    case HS__DER_OID:
    case HS__DER_ENUMERATED:
    case HS__DER_UTC_TIME:
    case HS__DER_GENERALIZED_TIME:
        return;
    case HS__DER_INTEGER:
        scrub_integer(s, v);
        return;
    case HS__DER_BIT_STRING:
        if (v.n > SMALL_BITS) {
            scrub_opaque(s, v, 1, depth);
        }
        return;
    case HS__DER_OCTET_STRING:
        scrub_opaque(s, v, 0, depth);
        return;
    default: /* texts of all kinds, and what we do not know */
        scrub_text(s, v);
        return;
    }
}

static void scrub_list(const scrub *s, hs_span list, unsigned depth) {
    uint8_t tag;
    hs_span content;
    if (depth >= MOST_DEPTH) {
        zero(s, list);
        return;
    }
    for (hs_span rest = list; rest.n > 0; list = rest) {
        if (!hs__der_walk(&rest, &tag, &content)) {
            zero(s, list);
            return;
        }
        scrub_element(s, tag, content, depth + 1);
    }
}

void hs__redact_der(hs__redact_names *names, uint8_t *der, size_t n) {
    const scrub s = {names, der};
    const hs_span all = {der, n};
    if (n > 0) {
        scrub_list(&s, all, 0);
    }
}
