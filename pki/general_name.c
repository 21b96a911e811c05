#include "pki/general_name.h"

#include <arpa/inet.h>
#include <string.h>

#include "pki/der_write.h"
#include "pki/name.h"
#include "pki/text.h"

/* The CHOICE of RFC 5280 4.2.1.6, by tag number. */
static const struct {
    uint8_t tag;
    const char *field, *label;
} kinds[] = {
    [HS__NAME_OTHER] = {HS__DER_CONTEXT_OPENED | 0, "otherName", "other"},
    [HS__NAME_EMAIL] = {HS__DER_CONTEXT | 1, "rfc822Name", "email"},
    [HS__NAME_DNS] = {HS__DER_CONTEXT | 2, "dNSName", "DNS"},
    [HS__NAME_X400] = {HS__DER_CONTEXT_OPENED | 3, "x400Address", "X400"},
    [HS__NAME_DIRECTORY] = {HS__DER_CONTEXT_OPENED | 4, "directoryName", "dirName"},
    [HS__NAME_EDI] = {HS__DER_CONTEXT_OPENED | 5, "ediPartyName", "EDI"},
    [HS__NAME_URI] = {HS__DER_CONTEXT | 6, "uniformResourceIdentifier", "URI"},
    [HS__NAME_IP] = {HS__DER_CONTEXT | 7, "iPAddress", "IP"},
    [HS__NAME_REGISTERED_ID] = {HS__DER_CONTEXT | 8, "registeredID", "RID"},
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static bool kind_of(uint8_t tag, hs__general_kind *kind) {
    const unsigned number = tag & 0x1fu;
    *kind = (hs__general_kind)number;
    return number < KINDS && kinds[number].tag == tag;
}

static bool is_ascii(hs_span v) {
    for (size_t i = 0; i < v.n; i++) {
        if (v.p[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

/* Number of leading one bits; -1 if a one follows a zero. */
static int prefix_of(const uint8_t *mask, size_t n) {
    int ones = 0;
    while (ones < (int)(8 * n) && (mask[ones / 8] >> (7 - ones % 8) & 1) != 0) {
        ones++;
    }
    for (int i = ones; i < (int)(8 * n); i++) {
        if ((mask[i / 8] >> (7 - i % 8) & 1) != 0) {
            return -1;
        }
    }
    return ones;
}

/* RFC 5280 4.2.1.6: 4 or 16 bytes; 4.2.1.10: twice that, as address and mask (RFC 4632). */
static bool is_address(hs_span v, bool in_constraint) {
    const size_t n = in_constraint ? v.n / 2 : v.n;
    if ((n != 4 && n != 16) || (in_constraint && v.n != 2 * n)) {
        return false;
    }
    return !in_constraint || prefix_of(v.p + n, n) >= 0;
}

static void check_value(hs__rd *r, const hs__general_name *name, bool in_constraint) {
    const bool is_text = (kinds[name->kind].tag & 0x20) == 0 && name->kind != HS__NAME_IP;
    if (name->kind == HS__NAME_IP && !is_address(name->value, in_constraint)) {
        hs__rd_fail(r, "iPAddress", HS_E_DECODE, "is no address%s (%zu bytes)",
                    in_constraint ? " with a mask" : "", name->value.n);
    }
    if (is_text && !is_ascii(name->value)) {
        hs__rd_fail(r, kinds[name->kind].field, HS_E_DECODE, "is an IA5String with bytes above 7f");
    }
}

hs__general_name hs__general_name_read(hs__rd *r, const char *field, bool in_constraint) {
    hs__general_name out = {HS__NAME_OTHER, {NULL, 0}};
    hs__general_kind kind;
    uint8_t tag;
    if (!hs__der_next_tag(r, &tag) || !kind_of(tag, &kind)) {
        hs__rd_fail(r, field, HS_E_DECODE, "is no GeneralName of a known kind");
        return out;
    }
    out.kind = kind;
    if (kind == HS__NAME_DIRECTORY) {
        hs__rd inside;
        hs__der_open(r, kinds[kind].field, tag, &inside);
        out.value = hs__name_read(&inside, NULL);
        hs__der_close(&inside);
    } else if (kind == HS__NAME_REGISTERED_ID) {
        out.value = hs__der_oid(r, kinds[kind].field, tag);
    } else {
        out.value = hs__der_value(r, kinds[kind].field, tag);
        if (hs__rd_status(r) == HS_OK) {
            check_value(r, &out, in_constraint);
        }
    }
    return out;
}

bool hs__general_name_next(hs_span *list, hs__general_name *out) {
    uint8_t tag;
    return hs__der_walk(list, &tag, &out->value) && kind_of(tag, &out->kind);
}

static void address_text(hs_span v, hs__text *t) {
    const bool has_mask = v.n == 8 || v.n == 32;
    const size_t n = has_mask ? v.n / 2 : v.n;
    char text[INET6_ADDRSTRLEN] = "";
    if (n != 4 && n != 16) {
        hs__text_hex(t, v);
        return;
    }
    (void)inet_ntop(n == 4 ? AF_INET : AF_INET6, v.p, text, sizeof(text));
    hs__text_add(t, text);
    if (has_mask) {
        hs__text_f(t, "/%d", prefix_of(v.p + n, n));
    }
}

static void value_text(const hs__general_name *name, hs__text *t) {
    char text[HS__NAME_TEXT];
    switch (name->kind) {
    case HS__NAME_EMAIL:
    case HS__NAME_DNS:
    case HS__NAME_URI:
        hs__text_foreign(t, name->value);
        break;
    case HS__NAME_IP:
        address_text(name->value, t);
        break;
    case HS__NAME_DIRECTORY:
        hs__name_text(name->value, text, sizeof(text));
        hs__text_add(t, text);
        break;
    case HS__NAME_REGISTERED_ID:
        hs__oid_dotted(name->value, text, sizeof(text));
        hs__text_add(t, text);
        break;
    case HS__NAME_OTHER:
    case HS__NAME_X400:
    case HS__NAME_EDI:
        hs__text_hex(t, name->value);
        break;
    }
}

void hs__general_name_value_text(const hs__general_name *name, char *out, size_t room) {
    hs__text t;
    hs__text_init(&t, out, room);
    value_text(name, &t);
}

void hs__general_name_text(const hs__general_name *name, char *out, size_t room) {
    hs__text t;
    hs__text_init(&t, out, room);
    hs__text_f(&t, "%s:", kinds[name->kind].label);
    value_text(name, &t);
}

void hs__general_name_write(hs__der_out *o, const hs__general_name *name) {
    hs__der_put_value(o, kinds[name->kind].tag, name->value);
}
