#include "pki/name.h"

#include <string.h>

#include "pki/der_write.h"
#include "pki/text.h"
#include "proto/span.h"

enum { RDN_MAX = 64, AVA_MAX = 16, NUMERIC_STRING = 0x12, VISIBLE_STRING = 0x1a };

/* One attribute of a name. */
typedef struct {
    hs_span type; /* content of its OID */
    uint8_t tag;
    hs_span value;
} ava;

hs_span hs__name_read(hs__rd *r, const char *field) {
    const uint8_t *from = r->p;
    hs__rd rdns;
    hs__der_open(r, field, HS__DER_SEQUENCE, &rdns);
    for (size_t i = 0; hs__rd_more(&rdns); i++) {
        hs__rd set;
        hs__rd_item(&rdns, i);
        hs__der_open(&rdns, NULL, HS__DER_SET, &set);
        size_t n = 0;
        for (; hs__rd_more(&set); n++) {
            hs__rd attribute;
            uint8_t tag;
            hs__rd_item(&set, n);
            hs__der_open(&set, NULL, HS__DER_SEQUENCE, &attribute);
            (void)hs__der_oid(&attribute, "type", HS__DER_OID);
            (void)hs__der_any(&attribute, "value", &tag);
            hs__der_close(&attribute);
        }
        if (n == 0) {
            hs__rd_fail(&set, NULL, HS_E_DECODE, "is an empty set of attributes");
        }
    }
    return hs__rd_status(r) == HS_OK ? hs__der_since(r, from) : (hs_span){NULL, 0};
}

/* The content of the SEQUENCE of RDNs. */
static hs_span rdns_of(hs_span name) {
    uint8_t tag;
    hs_span content = {NULL, 0};
    return hs__der_walk(&name, &tag, &content) ? content : (hs_span){NULL, 0};
}

bool hs__name_is_empty(hs_span name) {
    return rdns_of(name).n == 0;
}

static bool next_ava(hs_span *set, ava *out) {
    uint8_t tag;
    hs_span attribute;
    return hs__der_walk(set, &tag, &attribute) && hs__der_walk(&attribute, &tag, &out->type) &&
           hs__der_walk(&attribute, &out->tag, &out->value);
}

hs__name_walk hs__name_walk_begin(hs_span name) {
    return (hs__name_walk){rdns_of(name), {NULL, 0}};
}

bool hs__name_walk_next(hs__name_walk *w, hs__oid type, hs_span *value) {
    uint8_t tag;
    ava one;
    do {
        while (next_ava(&w->set, &one)) {
            if (hs__oid_find(one.type) == type) {
                *value = one.value;
                return true;
            }
        }
    } while (hs__der_walk(&w->rdns, &tag, &w->set));
    return false;
}

bool hs__name_attribute(hs_span name, hs__oid type, hs_span *value) {
    hs__name_walk w = hs__name_walk_begin(name);
    return hs__name_walk_next(&w, type, value);
}

/* ---- comparing --------------------------------------------------------------------------- */

static bool is_text(uint8_t tag) {
    return tag == HS__DER_UTF8_STRING || tag == HS__DER_PRINTABLE_STRING ||
           tag == HS__DER_IA5_STRING;
}

static void skip_spaces(hs_span *text) {
    while (text->n > 0 && text->p[0] == ' ') {
        *text = (hs_span){text->p + 1, text->n - 1};
    }
}

/* The next character of a prepared string: lower case, inner runs of spaces as one, none at
 * the end (the caller has skipped those at the front); -1 at the end. */
static int next_folded(hs_span *text) {
    if (text->n == 0) {
        return -1;
    }
    const uint8_t c = text->p[0];
    if (c == ' ') {
        skip_spaces(text);
        return text->n > 0 ? ' ' : -1;
    }
    *text = (hs_span){text->p + 1, text->n - 1};
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static bool ava_equal(const ava *a, const ava *b) {
    if (!hs__span_equal(a->type, b->type)) {
        return false;
    }
    if (!is_text(a->tag) || !is_text(b->tag)) {
        return a->tag == b->tag && hs__span_equal(a->value, b->value);
    }
    hs_span x = a->value;
    hs_span y = b->value;
    skip_spaces(&x);
    skip_spaces(&y);
    int c;
    do {
        c = next_folded(&x);
        if (c != next_folded(&y)) {
            return false;
        }
    } while (c >= 0);
    return true;
}

static size_t count(hs_span list) {
    size_t n = 0;
    uint8_t tag;
    hs_span item;
    while (hs__der_walk(&list, &tag, &item)) {
        n++;
    }
    return n;
}

/* How many attributes of `set` are equal to `one`. */
static size_t occurrences(const ava *one, hs_span set) {
    size_t n = 0;
    ava other;
    while (next_ava(&set, &other)) {
        n += ava_equal(one, &other) ? 1 : 0;
    }
    return n;
}

/* Sets of attributes: the same ones, in any order. */
static bool rdn_equal(hs_span a, hs_span b) {
    if (hs__span_equal(a, b)) {
        return true;
    }
    const size_t n = count(a);
    if (n != count(b) || n > AVA_MAX) {
        return false;
    }
    hs_span rest = a;
    ava one;
    while (next_ava(&rest, &one)) {
        if (occurrences(&one, a) != occurrences(&one, b)) {
            return false;
        }
    }
    return true;
}

bool hs__name_is_within(hs_span name, hs_span base) {
    hs_span inner = rdns_of(name);
    hs_span outer = rdns_of(base);
    uint8_t tag;
    hs_span a;
    hs_span b;
    while (hs__der_walk(&outer, &tag, &b)) {
        if (!hs__der_walk(&inner, &tag, &a) || !rdn_equal(a, b)) {
            return false;
        }
    }
    return true;
}

bool hs__name_equal(hs_span a, hs_span b) {
    if (hs__span_equal(a, b)) {
        return true;
    }
    return count(rdns_of(a)) == count(rdns_of(b)) && hs__name_is_within(a, b);
}

/* FNV-1a. */
static uint32_t hash_byte(uint32_t hash, uint8_t byte) {
    return (hash ^ byte) * 16777619u;
}

static uint32_t hash_bytes(uint32_t hash, hs_span bytes) {
    for (size_t i = 0; i < bytes.n; i++) {
        hash = hash_byte(hash, bytes.p[i]);
    }
    return hash;
}

static uint32_t ava_hash(const ava *one) {
    uint32_t hash = hash_bytes(2166136261u, one->type);
    if (!is_text(one->tag)) {
        return hash_bytes(hash_byte(hash, one->tag), one->value);
    }
    hs_span text = one->value;
    skip_spaces(&text);
    for (int c = next_folded(&text); c >= 0; c = next_folded(&text)) {
        hash = hash_byte(hash, (uint8_t)c);
    }
    return hash;
}

uint32_t hs__name_hash(hs_span name) {
    hs_span rdns = rdns_of(name);
    uint32_t hash = 0;
    uint8_t tag;
    hs_span set;
    while (hs__der_walk(&rdns, &tag, &set)) {
        uint32_t sum = 0; /* the order of attributes in a set does not matter */
        ava one;
        while (next_ava(&set, &one)) {
            sum += ava_hash(&one);
        }
        hash = hash * 31 + sum;
    }
    return hash;
}

/* ---- printing ---------------------------------------------------------------------------- */

/* UTF-16 code units (no pairs: BMPString has none) as UTF-8; false where that cannot be. */
static bool bmp_to_utf8(hs_span in, uint8_t *out, size_t room, size_t *n) {
    *n = 0;
    if (in.n % 2 != 0 || in.n / 2 * 3 > room) {
        return false;
    }
    for (size_t i = 0; i < in.n; i += 2) {
        const unsigned c = (unsigned)in.p[i] << 8 | in.p[i + 1];
        if (c < 0x80) {
            out[(*n)++] = (uint8_t)c;
        } else if (c < 0x800) {
            out[(*n)++] = (uint8_t)(0xc0 | c >> 6);
            out[(*n)++] = (uint8_t)(0x80 | (c & 0x3f));
        } else {
            out[(*n)++] = (uint8_t)(0xe0 | c >> 12);
            out[(*n)++] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
            out[(*n)++] = (uint8_t)(0x80 | (c & 0x3f));
        }
    }
    return true;
}

/* RFC 4514 2.4: what needs a backslash where it stands. */
static bool needs_escape(hs_span value, size_t at) {
    const uint8_t c = value.p[at];
    if (strchr(",+\"<>;", c) != NULL && c != '\0') {
        return true;
    }
    return (c == ' ' && (at == 0 || at + 1 == value.n)) || (c == '#' && at == 0);
}

static void print_text(hs__text *t, hs_span value) {
    size_t from = 0;
    for (size_t i = 0; i < value.n && !t->is_cut; i++) {
        if (!needs_escape(value, i)) {
            continue;
        }
        hs__text_foreign(t, (hs_span){value.p + from, i - from});
        hs__text_add(t, "\\");
        from = i;
        if (value.p[i] == ' ' || value.p[i] == '#') { /* once is enough for these */
            hs__text_f(t, "%c", value.p[i]);
            from = i + 1;
        }
    }
    hs__text_foreign(t, (hs_span){value.p + from, value.n - from});
}

static void print_value(hs__text *t, const ava *one) {
    uint8_t utf8[HS__NAME_TEXT];
    size_t n;
    if (is_text(one->tag) || one->tag == HS__DER_TELETEX_STRING || one->tag == NUMERIC_STRING ||
        one->tag == VISIBLE_STRING) {
        print_text(t, one->value);
    } else if (one->tag == HS__DER_BMP_STRING && bmp_to_utf8(one->value, utf8, sizeof(utf8), &n)) {
        print_text(t, (hs_span){utf8, n});
    } else {
        hs__text_add(t, "#");
        hs__text_hex(t, one->value);
    }
}

static void print_rdn(hs__text *t, hs_span set) {
    ava one;
    for (bool is_first = true; next_ava(&set, &one) && !t->is_cut; is_first = false) {
        char type[HS__OID_TEXT_MAX];
        hs__oid_text(one.type, type, sizeof(type));
        hs__text_f(t, "%s%s=", is_first ? "" : "+", type);
        print_value(t, &one);
    }
}

void hs__name_text(hs_span name, char *out, size_t room) {
    hs_span sets[RDN_MAX];
    size_t n = 0;
    uint8_t tag;
    hs_span rest = rdns_of(name);
    hs__text t;
    hs__text_init(&t, out, room);
    while (n < RDN_MAX && hs__der_walk(&rest, &tag, &sets[n])) {
        n++;
    }
    if (rest.n > 0) {
        hs__text_add(&t, "...,");
    }
    while (n > 0 && !t.is_cut) {
        print_rdn(&t, sets[--n]);
        hs__text_add(&t, n > 0 ? "," : "");
    }
}

/* ---- from text --------------------------------------------------------------------------- */

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads a value up to an unescaped ',' or '+' or the end, with its escapes resolved and
 * without the spaces around it. */
static bool parse_value(const char **at, uint8_t *out, size_t room, size_t *n) {
    const char *p = *at;
    size_t kept = 0; /* length up to the last character that is no bare space */
    *n = 0;
    while (*p == ' ') {
        p++;
    }
    while (*p != '\0' && *p != ',' && *p != '+') {
        uint8_t c = (uint8_t)*p++;
        bool is_bare_space = c == ' ';
        if (c == '\\') {
            const int high = hex_digit(*p);
            const int low = high >= 0 ? hex_digit(p[1]) : -1;
            if (*p == '\0') {
                return false;
            }
            c = (uint8_t)(low >= 0 ? high << 4 | low : *p);
            p += low >= 0 ? 2 : 1;
            is_bare_space = false;
        } else if (strchr("\"<>;", c) != NULL) {
            return false;
        }
        if (*n == room) {
            return false;
        }
        out[(*n)++] = c;
        kept = is_bare_space ? kept : *n;
    }
    *n = kept;
    *at = p;
    return true;
}

/* RFC 5280 4.1.2.4: UTF8String, but for the attributes that are defined with another type. */
static uint8_t string_tag(hs__oid type) {
    switch (type) {
    case HS__OID_COUNTRY:
    case HS__OID_SERIAL_NUMBER:
        return HS__DER_PRINTABLE_STRING;
    case HS__OID_EMAIL_ADDRESS:
    case HS__OID_DOMAIN_COMPONENT:
        return HS__DER_IA5_STRING;
    default:
        return HS__DER_UTF8_STRING;
    }
}

/* "type=value" at *at becomes an RDN in front of what was written. */
static bool put_rdn(hs__der_out *o, const char **at) {
    uint8_t value[256];
    size_t n;
    while (**at == ' ') {
        (*at)++;
    }
    const char *equals = strchr(*at, '=');
    const hs__oid type =
        equals != NULL ? hs__oid_by_name(*at, (size_t)(equals - *at)) : HS__OID_UNKNOWN;
    if (type == HS__OID_UNKNOWN) {
        return false;
    }
    *at = equals + 1;
    if (!parse_value(at, value, sizeof(value), &n) || n == 0) {
        return false;
    }
    const uint8_t *end = o->p;
    hs__der_put_value(o, string_tag(type), (hs_span){value, n});
    hs__der_put_oid(o, type);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
    hs__der_wrap(o, HS__DER_SET, end);
    return true;
}

hs_status hs__name_from_text(const char *text, uint8_t *out, size_t *n) {
    /* The most specific RDN is first in text and last in DER, and the writer goes backwards:
     * both run the same way. */
    hs__der_out o = {.start = out, .p = out + *n};
    const uint8_t *end = o.p;
    while (*text == ' ') {
        text++;
    }
    while (*text != '\0') {
        if (!put_rdn(&o, &text) || *text == '+') {
            return HS_E_ILLEGAL_VALUE;
        }
        if (*text == ',' && *++text == '\0') {
            return HS_E_ILLEGAL_VALUE;
        }
    }
    hs__der_wrap(&o, HS__DER_SEQUENCE, end);
    if (o.full) {
        return HS_E_NO_SPACE;
    }
    *n = (size_t)(end - o.p);
    memmove(out, o.p, *n);
    return HS_OK;
}
