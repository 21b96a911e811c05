#include "pki/extension.h"

#include "proto/span.h"

enum {
    /* Far above what is in use; it bounds the search for duplicates. */
    EXTENSIONS_MAX = 64
};

void hs__require_items(hs__rd *list, size_t n) {
    if (n == 0) {
        hs__rd_fail(list, NULL, HS_E_DECODE, "is an empty list");
    }
}

bool hs__cert_extension_next(hs_span *extensions, hs__cert_extension *out) {
    hs_span extension;
    uint8_t tag;
    if (!hs__der_walk(extensions, &tag, &extension) || !hs__der_walk(&extension, &tag, &out->oid) ||
        !hs__der_walk(&extension, &tag, &out->value)) {
        return false;
    }
    out->id = hs__oid_find(out->oid);
    out->is_critical = tag == HS__DER_BOOLEAN;
    return !out->is_critical || hs__der_walk(&extension, &tag, &out->value);
}

/* RFC 5280 4.2: each extension at most once. */
static bool has_before(hs_span before, hs_span oid) {
    hs__cert_extension e;
    while (hs__cert_extension_next(&before, &e)) {
        if (hs__span_equal(e.oid, oid)) {
            return true;
        }
    }
    return false;
}

static void read_one(hs__rd *list, hs__extension_reader read, void *ctx,
                     hs__cert_extension_list *out) {
    const hs_span before = {out->all.p, (size_t)(list->p - out->all.p)};
    char number[HS__OID_TEXT_MAX];
    hs__rd extension;
    hs__rd value;
    hs__der_open(list, NULL, HS__DER_SEQUENCE, &extension);
    const hs_span oid = hs__der_oid(&extension, "extnID", HS__DER_OID);
    const hs__oid id = hs__oid_find(oid);
    const char *label = hs__oid_name(id);
    if (id == HS__OID_UNKNOWN) {
        hs__oid_dotted(oid, number, sizeof(number));
        label = number;
    }
    const bool is_critical = hs__der_default_false(&extension, "critical");
    hs__der_open(&extension, "extnValue", HS__DER_OCTET_STRING, &value);
    if (hs__rd_status(list) != HS_OK) {
        return;
    }
    hs__rd_label(&value, label);
    if (has_before(before, oid)) {
        hs__rd_fail(&extension, "extnID", HS_E_DECODE, "has %s a second time", label);
    }
    if (!read(ctx, id, is_critical, &value)) {
        (void)hs__rd_rest(&value, NULL);
        out->unknown_critical =
            is_critical && out->n_unknown_critical == 0 ? oid : out->unknown_critical;
        out->n_unknown_critical += is_critical ? 1 : 0;
    }
    hs__der_close(&value);
    hs__der_close(&extension);
}

void hs__cert_extension_list_read(hs__rd *r, const char *field, hs__extension_reader read,
                                  void *ctx, hs__cert_extension_list *out) {
    hs__rd list;
    size_t n = 0;
    hs__der_open(r, field, HS__DER_SEQUENCE, &list);
    *out = (hs__cert_extension_list){.all = {list.p, hs__rd_left(&list)}};
    for (; hs__rd_more(&list); n++) {
        if (n == EXTENSIONS_MAX) {
            hs__rd_fail(&list, NULL, HS_E_DECODE, "has more than %d extensions", EXTENSIONS_MAX);
        }
        hs__rd_item(&list, n);
        read_one(&list, read, ctx, out);
    }
    hs__require_items(&list, n);
}
