#include "pki/der.h"

/* What stands before the content of an element. */
typedef struct {
    uint8_t tag;
    size_t length_n; /* bytes of the length, without the tag */
    size_t n;        /* of the content */
} header;

/* The one routine that knows DER lengths (X.690 8.1.3 and 10.1). NULL: *h is set and all of
 * the element is there; else what is wrong. */
static const char *read_header(const uint8_t *p, size_t left, header *h) {
    if (left < 2) {
        return "is cut off before its length";
    }
    h->tag = p[0];
    if ((p[0] & 0x1f) == 0x1f) {
        return "has a tag number above 30";
    }
    size_t n = p[1];
    size_t more = 0;
    if (n == 0x80) {
        return "has an indefinite length";
    }
    if (n > 0x80) {
        more = n & 0x7f;
        if (more > 4 || left < 2 + more) {
            return "has a length that goes beyond the end";
        }
        n = 0;
        for (size_t i = 0; i < more; i++) {
            n = n << 8 | p[2 + i];
        }
        if (p[2] == 0 || n < 0x80) {
            return "has a length written with more bytes than needed";
        }
    }
    if (n > left - 2 - more) {
        return "is longer than what is left";
    }
    h->length_n = 1 + more;
    h->n = n;
    return NULL;
}

const char *hs__der_tag_name(uint32_t tag) {
    static const struct {
        uint8_t tag;
        const char *name;
    } names[] = {
        {HS__DER_SEQUENCE, "SEQUENCE"},      {HS__DER_SET, "SET"},
        {HS__DER_OID, "OBJECT IDENTIFIER"},  {HS__DER_INTEGER, "INTEGER"},
        {HS__DER_BIT_STRING, "BIT STRING"},  {HS__DER_OCTET_STRING, "OCTET STRING"},
        {HS__DER_BOOLEAN, "BOOLEAN"},        {HS__DER_NULL, "NULL"},
        {HS__DER_UTF8_STRING, "UTF8String"}, {HS__DER_PRINTABLE_STRING, "PrintableString"},
        {HS__DER_IA5_STRING, "IA5String"},   {HS__DER_TELETEX_STRING, "TeletexString"},
        {HS__DER_BMP_STRING, "BMPString"},   {HS__DER_UNIVERSAL_STRING, "UniversalString"},
        {HS__DER_UTC_TIME, "UTCTime"},       {HS__DER_GENERALIZED_TIME, "GeneralizedTime"},
    };
    static const char *const context[] = {"[0]", "[1]", "[2]", "[3]", "[4]",
                                          "[5]", "[6]", "[7]", "[8]", "[9]"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].tag == tag) {
            return names[i].name;
        }
    }
    const uint32_t number = tag & 0x1f;
    return (tag & 0xc0) == 0x80 && number < 10 ? context[number] : NULL;
}

bool hs__der_next_tag(const hs__rd *r, uint8_t *tag) {
    if (!hs__rd_more(r)) {
        return false;
    }
    *tag = r->p[0];
    return true;
}

bool hs__der_next_is(const hs__rd *r, uint8_t tag) {
    uint8_t next;
    return hs__der_next_tag(r, &next) && next == tag;
}

static void tell(const hs__rd *at, const char *name, const uint8_t *p, size_t n,
                 hs__field_kind kind, uint64_t value, hs__name_fn names) {
    const hs__field_sink *sink = at->root->sink;
    if (sink == NULL || n == 0) {
        return;
    }
    const hs__field f = {.at = at,
                         .name = name,
                         .off = (size_t)(p - at->root->base),
                         .bytes = {p, n},
                         .kind = kind,
                         .value = value,
                         .names = names};
    sink->field(sink->ctx, &f);
}

/* Begins the next element: its tag and length are told and skipped, r stands behind it. */
static bool begin(hs__rd *r, const char *name, hs__rd *inside) {
    *inside =
        (hs__rd){.p = r->end, .end = r->end, .root = r->root, .up = r, .name = name, .index = -1};
    if (hs__rd_status(r) != HS_OK) {
        return false;
    }
    header h;
    const char *problem = read_header(r->p, hs__rd_left(r), &h);
    if (problem != NULL) {
        hs__rd_fail(r, name, HS_E_DECODE, "%s", problem);
        return false;
    }
    tell(inside, "tag", r->p, 1, HS__FIELD_CODE, h.tag, hs__der_tag_name);
    tell(inside, "length", r->p + 1, h.length_n, HS__FIELD_LENGTH, h.n, NULL);
    inside->p = r->p + 1 + h.length_n;
    inside->end = inside->p + h.n;
    r->p = inside->end;
    return true;
}

static bool expect(hs__rd *r, const char *name, uint8_t tag) {
    if (hs__rd_status(r) != HS_OK || hs__der_next_is(r, tag)) {
        return true; /* a failure before this one sticks by itself */
    }
    const char *want = hs__der_tag_name(tag);
    if (hs__rd_left(r) == 0) {
        hs__rd_fail(r, name, HS_E_DECODE, "is missing (%s)", want != NULL ? want : "element");
    } else {
        hs__rd_fail(r, name, HS_E_DECODE, "has tag %02x, not %02x (%s)", r->p[0], tag,
                    want != NULL ? want : "?");
    }
    return false;
}

void hs__der_open(hs__rd *r, const char *name, uint8_t tag, hs__rd *inside) {
    (void)expect(r, name, tag);
    (void)begin(r, name, inside);
}

void hs__der_close(hs__rd *inside) {
    const hs_status st = hs__rd_end(inside);
    (void)st; /* sticks to the tree, whose end tells */
}

/* The content as one leaf. */
static hs_span content(hs__rd *r, const char *name) {
    hs__rd inside;
    if (!begin(r, name, &inside)) {
        return (hs_span){NULL, 0};
    }
    const hs_span value = {inside.p, hs__rd_left(&inside)};
    tell(&inside, NULL, value.p, value.n, HS__FIELD_BYTES, 0, NULL);
    return value;
}

hs_span hs__der_value(hs__rd *r, const char *name, uint8_t tag) {
    (void)expect(r, name, tag);
    return content(r, name);
}

hs_span hs__der_any(hs__rd *r, const char *name, uint8_t *tag) {
    if (!hs__der_next_tag(r, tag)) {
        *tag = 0;
        hs__rd_fail(r, name, HS_E_DECODE, "is missing");
    }
    return content(r, name);
}

hs_span hs__der_since(const hs__rd *r, const uint8_t *from) {
    return (hs_span){from, (size_t)(r->p - from)};
}

/* Fails with what X.690 says about a value; the span is then empty. */
static hs_span refuse(hs__rd *r, const char *name, const char *problem) {
    hs__rd_fail(r, name, HS_E_DECODE, "%s", problem);
    return (hs_span){NULL, 0};
}

bool hs__der_boolean(hs__rd *r, const char *name, uint8_t tag) {
    const hs_span v = hs__der_value(r, name, tag);
    if (hs__rd_status(r) != HS_OK) {
        return false;
    }
    if (v.n != 1 || (v.p[0] != 0x00 && v.p[0] != 0xff)) {
        (void)refuse(r, name, "is a BOOLEAN that is neither 00 nor ff");
        return false;
    }
    return v.p[0] == 0xff;
}

bool hs__der_default_false(hs__rd *r, const char *name) {
    if (!hs__der_next_is(r, HS__DER_BOOLEAN)) {
        return false;
    }
    const bool value = hs__der_boolean(r, name, HS__DER_BOOLEAN);
    if (!value) {
        (void)refuse(r, name, "is FALSE, the default, which DER leaves out");
    }
    return value;
}

hs_span hs__der_integer(hs__rd *r, const char *name, uint8_t tag) {
    const hs_span v = hs__der_value(r, name, tag);
    if (hs__rd_status(r) != HS_OK) {
        return v;
    }
    if (v.n == 0) {
        return refuse(r, name, "is an INTEGER without a byte");
    }
    if (v.n > 1 && ((v.p[0] == 0x00 && v.p[1] < 0x80) || (v.p[0] == 0xff && v.p[1] >= 0x80))) {
        return refuse(r, name, "is an INTEGER with more bytes than needed");
    }
    return v;
}

hs_span hs__der_unsigned(hs__rd *r, const char *name, uint8_t tag) {
    hs_span v = hs__der_integer(r, name, tag);
    if (v.n > 0 && v.p[0] >= 0x80) {
        return refuse(r, name, "is negative");
    }
    if (v.n > 0 && v.p[0] == 0) {
        v = (hs_span){v.p + 1, v.n - 1};
    }
    return v;
}

uint32_t hs__der_number(hs__rd *r, const char *name, uint8_t tag, uint32_t max) {
    const hs_span v = hs__der_unsigned(r, name, tag);
    uint32_t value = 0;
    for (size_t i = 0; i < v.n && v.n <= 4; i++) {
        value = value << 8 | v.p[i];
    }
    if (v.n > 4 || value > max) {
        hs__rd_fail(r, name, HS_E_DECODE, "is above %u", (unsigned)max);
        return 0;
    }
    return value;
}

/* X.690 8.19.2: no arc begins with a byte 80, the last arc is complete. */
static bool is_oid(hs_span v) {
    bool begins = true;
    for (size_t i = 0; i < v.n; i++) {
        if (begins && v.p[i] == 0x80) {
            return false;
        }
        begins = v.p[i] < 0x80;
    }
    return v.n > 0 && begins;
}

hs_span hs__der_oid(hs__rd *r, const char *name, uint8_t tag) {
    const hs_span v = hs__der_value(r, name, tag);
    if (hs__rd_status(r) == HS_OK && !is_oid(v)) {
        return refuse(r, name, "is not a well-formed OBJECT IDENTIFIER");
    }
    return v;
}

void hs__der_null(hs__rd *r, const char *name) {
    const hs_span v = hs__der_value(r, name, HS__DER_NULL);
    if (v.n > 0) {
        (void)refuse(r, name, "is a NULL with content");
    }
}

/* X.690 8.6.2 and 11.2.1: 0 to 7 unused bits, all zero; an empty string has none. */
static hs_span bit_string(hs__rd *r, const char *name, uint8_t tag, unsigned *unused) {
    const hs_span v = hs__der_value(r, name, tag);
    *unused = 0;
    if (hs__rd_status(r) != HS_OK) {
        return v;
    }
    if (v.n == 0 || v.p[0] > 7 || (v.n == 1 && v.p[0] != 0)) {
        return refuse(r, name, "is a BIT STRING with a bad count of unused bits");
    }
    *unused = v.p[0];
    if (v.n > 1 && (v.p[v.n - 1] & ((1u << *unused) - 1)) != 0) {
        return refuse(r, name, "is a BIT STRING with unused bits that are not zero");
    }
    return (hs_span){v.p + 1, v.n - 1};
}

hs_span hs__der_octet_aligned_bits(hs__rd *r, const char *name, uint8_t tag) {
    unsigned unused;
    const hs_span v = bit_string(r, name, tag, &unused);
    if (unused != 0) {
        return refuse(r, name, "is a BIT STRING that is not whole bytes");
    }
    return v;
}

void hs__der_open_bits(hs__rd *r, const char *name, hs__rd *inside) {
    hs__der_open(r, name, HS__DER_BIT_STRING, inside);
    if (hs__rd_u8(inside, "unused_bits") != 0) {
        (void)refuse(r, name, "is a BIT STRING that is not whole bytes");
    }
}

uint32_t hs__der_named_bits(hs__rd *r, const char *name, uint8_t tag) {
    unsigned unused;
    const hs_span v = bit_string(r, name, tag, &unused);
    if (v.n > 2) {
        (void)refuse(r, name, "is longer than 16 bits");
        return 0;
    }
    uint32_t bits = 0;
    for (size_t k = 0; k < 8 * v.n; k++) {
        bits |= ((uint32_t)v.p[k / 8] >> (7 - k % 8) & 1) << k;
    }
    return bits;
}

bool hs__der_walk(hs_span *list, uint8_t *tag, hs_span *value) {
    header h;
    if (list->n == 0 || read_header(list->p, list->n, &h) != NULL) {
        *list = (hs_span){list->p, 0};
        return false;
    }
    const size_t before = 1 + h.length_n;
    *tag = h.tag;
    *value = (hs_span){list->p + before, h.n};
    *list = (hs_span){list->p + before + h.n, list->n - before - h.n};
    return true;
}
