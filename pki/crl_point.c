#include "pki/crl_point.h"

#include "pki/extension.h"

static hs_span read_names(hs__rd *r, const char *field, uint8_t tag) {
    hs__rd list;
    size_t n = 0;
    hs__der_open(r, field, tag, &list);
    const hs_span all = {list.p, hs__rd_left(&list)};
    for (; hs__rd_more(&list); n++) {
        hs__rd_item(&list, n);
        (void)hs__general_name_read(&list, NULL, false);
    }
    hs__require_items(&list, n);
    return all;
}

/* DistributionPointName, a CHOICE, so that its [0] is explicit. */
static hs_span read_name(hs__rd *r) {
    hs_span full = {NULL, 0};
    hs__rd name;
    hs__der_open(r, "distributionPoint", HS__DER_CONTEXT_OPENED | 0, &name);
    if (hs__der_next_is(&name, HS__DER_CONTEXT_OPENED | 0)) {
        full = read_names(&name, "fullName", HS__DER_CONTEXT_OPENED | 0);
    } else {
        (void)hs__der_value(&name, "nameRelativeToCRLIssuer", HS__DER_CONTEXT_OPENED | 1);
    }
    hs__der_close(&name);
    return full;
}

hs__crl_point hs__crl_point_read(hs__rd *r, const char *field) {
    hs__crl_point out = {.has_name = false};
    hs__rd point;
    hs__der_open(r, field, HS__DER_SEQUENCE, &point);
    out.has_name = hs__der_next_is(&point, HS__DER_CONTEXT_OPENED | 0);
    if (out.has_name) {
        out.full_name = read_name(&point);
    }
    out.has_reasons = hs__der_next_is(&point, HS__DER_CONTEXT | 1);
    if (out.has_reasons) {
        (void)hs__der_named_bits(&point, "reasons", HS__DER_CONTEXT | 1);
    }
    out.has_issuer = hs__der_next_is(&point, HS__DER_CONTEXT_OPENED | 2);
    if (out.has_issuer) {
        (void)read_names(&point, "cRLIssuer", HS__DER_CONTEXT_OPENED | 2);
    }
    if (!out.has_name && !out.has_issuer) {
        hs__rd_fail(&point, NULL, HS_E_DECODE, "names neither a place nor an issuer");
    }
    hs__der_close(&point);
    return out;
}

bool hs__crl_point_next(hs_span *points, hs__crl_point *out) {
    hs_span point;
    hs_span field;
    uint8_t tag;
    *out = (hs__crl_point){.has_name = false};
    if (!hs__der_walk(points, &tag, &point)) {
        return false;
    }
    while (hs__der_walk(&point, &tag, &field)) {
        hs_span name;
        uint8_t kind;
        out->has_name = out->has_name || tag == (HS__DER_CONTEXT_OPENED | 0);
        out->has_reasons = out->has_reasons || tag == (HS__DER_CONTEXT | 1);
        out->has_issuer = out->has_issuer || tag == (HS__DER_CONTEXT_OPENED | 2);
        if (tag == (HS__DER_CONTEXT_OPENED | 0) && hs__der_walk(&field, &kind, &name) &&
            kind == (HS__DER_CONTEXT_OPENED | 0)) {
            out->full_name = name;
        }
    }
    return true;
}

static bool read_flag(hs__rd *r, const char *field, unsigned number) {
    const uint8_t tag = (uint8_t)(HS__DER_CONTEXT | number);
    if (!hs__der_next_is(r, tag)) {
        return false;
    }
    if (!hs__der_boolean(r, field, tag)) {
        hs__rd_fail(r, field, HS_E_DECODE, "is FALSE, the default, which DER leaves out");
    }
    return true;
}

void hs__crl_scope_read(hs__rd *r, hs__crl_scope *out) {
    hs__rd scope;
    *out = (hs__crl_scope){.has_name = false};
    hs__der_open(r, NULL, HS__DER_SEQUENCE, &scope);
    out->has_name = hs__der_next_is(&scope, HS__DER_CONTEXT_OPENED | 0);
    if (out->has_name) {
        out->full_name = read_name(&scope);
    }
    out->only_users = read_flag(&scope, "onlyContainsUserCerts", 1);
    out->only_cas = read_flag(&scope, "onlyContainsCACerts", 2);
    out->has_reasons = hs__der_next_is(&scope, HS__DER_CONTEXT | 3);
    if (out->has_reasons) {
        (void)hs__der_named_bits(&scope, "onlySomeReasons", HS__DER_CONTEXT | 3);
    }
    out->is_indirect = read_flag(&scope, "indirectCRL", 4);
    out->only_attributes = read_flag(&scope, "onlyContainsAttributeCerts", 5);
    if (out->only_users + out->only_cas + out->only_attributes > 1) {
        hs__rd_fail(&scope, NULL, HS_E_DECODE, "is limited to two kinds at once");
    }
    hs__der_close(&scope);
}
