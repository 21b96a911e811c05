#include "cms/attributes.h"

#include <string.h>

#include "cms/set.h"
#include "pki/time.h"
#include "proto/span.h"

enum { KINDS = 5, TYPES_MAX = 32 };

/* ---- writing -------------------------------------------------------------------------------- */

static void put_values(hs__der_out *o, hs__oid id, const hs__cms_attributes *a) {
    const uint8_t *end = o->p;
    switch (id) {
    case HS__OID_CONTENT_TYPE:
        hs__der_put_oid(o, HS__OID_CMS_DATA);
        break;
    case HS__OID_MESSAGE_DIGEST:
        hs__der_put_value(o, HS__DER_OCTET_STRING, a->digest);
        break;
    case HS__OID_SIGNING_TIME:
        hs__der_put_time(o, a->time);
        break;
    case HS__OID_SEALED_SERIAL:
        hs__der_put_value(o, HS__DER_OCTET_STRING, (hs_span){a->serial, HS__CMS_SERIAL});
        break;
    default: /* HS__OID_SEALED_RECEIVERS */
        for (size_t i = a->n_receivers; i-- > 0;) {
            hs__der_put_value(o, HS__DER_OCTET_STRING,
                              (hs_span){a->receivers[i].cert_hash, HS__CMS_CERT_HASH});
        }
        hs__der_wrap(o, HS__DER_SEQUENCE, end);
        break;
    }
}

static hs_span put_attribute(hs__der_out *o, hs__oid id, const hs__cms_attributes *a) {
    const uint8_t *end = o->p;
    put_values(o, id, a);
    hs__der_wrap(o, HS__DER_SET, end);
    hs__der_put_oid(o, id);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
    return (hs_span){o->p, (size_t)(end - o->p)};
}

void hs__cms_attributes_write(hs__der_out *o, const hs__cms_attributes *a) {
    static const hs__oid kinds[KINDS] = {HS__OID_CONTENT_TYPE, HS__OID_MESSAGE_DIGEST,
                                         HS__OID_SIGNING_TIME, HS__OID_SEALED_SERIAL,
                                         HS__OID_SEALED_RECEIVERS};
    uint8_t room[HS__CMS_ATTRIBUTES_ROOM];
    hs_span items[KINDS];
    hs__der_out each = {.start = room, .p = room + sizeof(room)};
    for (size_t i = 0; i < KINDS; i++) {
        items[i] = put_attribute(&each, kinds[i], a);
    }
    o->full = o->full || each.full;
    if (!o->full) {
        hs__cms_set_write(o, HS__DER_SET, items, KINDS);
    }
}

/* ---- reading -------------------------------------------------------------------------------- */

static void read_receivers(hs__rd *r, hs__cms_attributes_found *out) {
    hs__rd list;
    hs__der_open(r, "receivers", HS__DER_SEQUENCE, &list);
    out->receivers = hs__rd_tail(&list);
    for (size_t i = 0; hs__rd_more(&list); i++) {
        hs__rd_item(&list, i);
        const hs_span hash = hs__der_value(&list, NULL, HS__DER_OCTET_STRING);
        if (hs__rd_status(r) == HS_OK &&
            (hash.n != HS__CMS_CERT_HASH || ++out->n_receivers > HS__CMS_RECEIVERS_MAX)) {
            hs__rd_fail(&list, NULL, HS_E_CMS_ATTRIBUTES, "is no list of up to %d hashes",
                        HS__CMS_RECEIVERS_MAX);
        }
    }
    out->has_receivers = true;
    hs__der_close(&list);
}

static void read_value(hs__rd *r, hs__oid id, hs__cms_attributes_found *out) {
    uint8_t tag;
    switch (id) {
    case HS__OID_CONTENT_TYPE:
        out->content_type = hs__der_oid(r, "contentType", HS__DER_OID);
        break;
    case HS__OID_MESSAGE_DIGEST:
        out->digest = hs__der_value(r, "messageDigest", HS__DER_OCTET_STRING);
        break;
    case HS__OID_SIGNING_TIME:
        out->time = hs__der_time(r, "signingTime");
        out->has_time = true;
        break;
    case HS__OID_SEALED_SERIAL:
        out->serial = hs__der_value(r, "sealedSerial", HS__DER_OCTET_STRING);
        if (hs__rd_status(r) == HS_OK && out->serial.n != HS__CMS_SERIAL) {
            hs__rd_fail(r, "sealedSerial", HS_E_CMS_ATTRIBUTES, "is not 16 bytes long");
        }
        break;
    case HS__OID_SEALED_RECEIVERS:
        read_receivers(r, out);
        break;
    default:
        while (hs__rd_more(r)) {
            (void)hs__der_any(r, "value", &tag);
        }
        break;
    }
}

void hs__cms_attributes_read(hs__rd *r, hs__cms_attributes_found *out) {
    hs_span types[TYPES_MAX];
    memset(out, 0, sizeof(*out));
    for (size_t n = 0; hs__rd_more(r); n++) {
        hs__rd attribute;
        hs__rd values;
        hs__rd_item(r, n);
        hs__der_open(r, NULL, HS__DER_SEQUENCE, &attribute);
        const hs_span type = hs__der_oid(&attribute, "type", HS__DER_OID);
        hs__der_open(&attribute, "values", HS__DER_SET, &values);
        if (!hs__rd_more(&values)) {
            hs__rd_fail(&values, NULL, HS_E_CMS_ATTRIBUTES, "has no value");
        }
        read_value(&values, hs__oid_find(type), out);
        hs__der_close(&values);
        hs__der_close(&attribute);
        for (size_t i = 0; i < n && hs__rd_status(r) == HS_OK; i++) {
            if (hs__span_equal(types[i], type)) {
                hs__rd_fail(r, NULL, HS_E_CMS_ATTRIBUTES, "is of a type that was there before");
            }
        }
        if (n == TYPES_MAX) {
            hs__rd_fail(r, NULL, HS_E_CMS_ATTRIBUTES, "is one too many");
        } else {
            types[n] = type;
        }
    }
}
