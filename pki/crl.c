#include "pki/crl.h"

#include <string.h>

#include "pki/time.h"
#include "proto/span.h"

const char *hs__revocation_reason(unsigned code) {
    static const char *const names[] = {
#define NAME(id, code, name, meaning) [code] = name,
        HS__REASONS(NAME)
#undef NAME
            /* Those that our lists do not name (see crl_write.h), but others' do. */
            [6] = "certificateHold",
        [8] = "removeFromCRL", [10] = "aACompromise"};
    const bool is_known = code < sizeof(names) / sizeof(names[0]) && names[code] != NULL;
    return is_known ? names[code] : "a reason of its own";
}

/* ---- entries ----------------------------------------------------------------------------- */

/* certificateIssuer has no reader: lists with other issuers' certificates are not used, and it
 * is critical, so that such a list is refused. */
static bool read_entry_extension(void *ctx, hs__oid id, bool is_critical, hs__rd *value) {
    hs__revoked *out = ctx;
    (void)is_critical;
    if (id == HS__OID_REASON_CODE) {
        const hs_span v = hs__der_value(value, NULL, HS__DER_ENUMERATED);
        if (v.n != 1) {
            hs__rd_fail(value, NULL, HS_E_DECODE, "is not a small number");
        }
        out->reason = v.n == 1 ? v.p[0] : 0;
        return true;
    }
    if (id == HS__OID_INVALIDITY_DATE) {
        (void)hs__der_time(value, NULL);
        return true;
    }
    return false;
}

static void read_entry(hs__rd *r, hs__revoked *out, hs__cert_extension_list *view) {
    hs__rd entry;
    *out = (hs__revoked){.reason = 0};
    *view = (hs__cert_extension_list){.n_unknown_critical = 0};
    hs__der_open(r, NULL, HS__DER_SEQUENCE, &entry);
    out->serial = hs__der_integer(&entry, "userCertificate", HS__DER_INTEGER);
    out->when = hs__der_time(&entry, "revocationDate");
    if (hs__rd_more(&entry)) {
        hs__cert_extension_list_read(&entry, "crlEntryExtensions", read_entry_extension, out, view);
    }
    hs__der_close(&entry);
}

bool hs__crl_next(hs_span *entries, hs__revoked *out) {
    hs__cert_extension_list view;
    hs__rd_root root;
    hs__rd r;
    if (entries->n == 0) {
        return false;
    }
    hs__rd_init(&r, &root, *entries, NULL, NULL);
    read_entry(&r, out, &view);
    *entries = hs__rd_tail(&r);
    return root.status == HS_OK;
}

bool hs__crl_find(const hs__crl *crl, hs_span serial, hs__revoked *out) {
    hs_span rest = crl->entries;
    hs_span entry;
    hs_span number;
    uint8_t tag;
    for (hs_span at = rest; hs__der_walk(&rest, &tag, &entry); at = rest) {
        if (hs__der_walk(&entry, &tag, &number) && hs__span_equal(number, serial)) {
            return hs__crl_next(&at, out);
        }
    }
    return false;
}

/* ---- extensions of the list -------------------------------------------------------------- */

static void read_authority_key_id(hs__rd *value, hs__crl *crl) {
    hs__rd inside;
    uint8_t tag;
    hs__der_open(value, NULL, HS__DER_SEQUENCE, &inside);
    if (hs__der_next_is(&inside, HS__DER_CONTEXT | 0)) {
        crl->authority_key_id = hs__der_value(&inside, "keyIdentifier", HS__DER_CONTEXT | 0);
    }
    for (size_t i = 0; hs__rd_more(&inside); i++) {
        hs__rd_item(&inside, i);
        (void)hs__der_any(&inside, NULL, &tag);
    }
    hs__der_close(&inside);
}

static bool read_extension(void *ctx, hs__oid id, bool is_critical, hs__rd *value) {
    hs__crl *crl = ctx;
    if (id == HS__OID_AUTHORITY_KEY_ID) {
        read_authority_key_id(value, crl);
        return true;
    }
    if (id == HS__OID_CRL_NUMBER) {
        (void)hs__der_unsigned(value, NULL, HS__DER_INTEGER);
        crl->has_number = true;
        crl->is_number_critical = is_critical;
        return true;
    }
    if (id == HS__OID_DELTA_CRL) {
        (void)hs__der_unsigned(value, NULL, HS__DER_INTEGER);
        crl->is_delta = true;
        return true;
    }
    if (id == HS__OID_ISSUING_DISTRIBUTION) {
        hs__crl_scope_read(value, &crl->scope);
        crl->has_scope = true;
        return true;
    }
    return false;
}

static void read_extensions(hs__rd *tbs, hs__crl *crl) {
    hs__cert_extension_list view;
    hs__rd outer;
    hs__der_open(tbs, "crlExtensions", HS__DER_CONTEXT_OPENED | 0, &outer);
    hs__cert_extension_list_read(&outer, NULL, read_extension, crl, &view);
    crl->n_unknown_critical += view.n_unknown_critical;
    hs__der_close(&outer);
    if (crl->version != 2) {
        hs__rd_fail(tbs, "version", HS_E_DECODE, "is v1, but there are extensions");
    }
}

/* ---- the list ---------------------------------------------------------------------------- */

static void read_entries(hs__rd *tbs, hs__crl *crl) {
    hs__rd list;
    hs__der_open(tbs, "revokedCertificates", HS__DER_SEQUENCE, &list);
    crl->entries = (hs_span){list.p, hs__rd_left(&list)};
    for (; hs__rd_more(&list); crl->n_entries++) {
        hs__cert_extension_list view;
        hs__revoked entry;
        hs__rd_item(&list, crl->n_entries);
        read_entry(&list, &entry, &view);
        crl->n_unknown_critical += view.n_unknown_critical;
    }
    hs__der_close(&list);
}

static bool next_is_time(const hs__rd *r) {
    return hs__der_next_is(r, HS__DER_UTC_TIME) || hs__der_next_is(r, HS__DER_GENERALIZED_TIME);
}

static void read_tbs(hs__rd *r, hs__crl *crl, hs__sigalg *inside) {
    const uint8_t *from = r->p;
    hs__rd tbs;
    hs__der_open(r, "tbsCertList", HS__DER_SEQUENCE, &tbs);
    crl->version = 1;
    if (hs__der_next_is(&tbs, HS__DER_INTEGER)) {
        const uint32_t v = hs__der_number(&tbs, "version", HS__DER_INTEGER, 1);
        if (v != 1) {
            hs__rd_fail(&tbs, "version", HS_E_DECODE, "is given, but is not v2");
        }
        crl->version = 2;
    }
    hs__sigalg_read(&tbs, "signature", inside);
    crl->issuer = hs__name_read(&tbs, "issuer");
    crl->this_update = hs__der_time(&tbs, "thisUpdate");
    crl->has_next_update = next_is_time(&tbs);
    if (crl->has_next_update) {
        crl->next_update = hs__der_time(&tbs, "nextUpdate");
    }
    if (hs__der_next_is(&tbs, HS__DER_SEQUENCE)) {
        read_entries(&tbs, crl);
    }
    if (hs__rd_more(&tbs)) {
        read_extensions(&tbs, crl);
    }
    hs__der_close(&tbs);
    crl->tbs = hs__der_since(r, from);
}

hs_status hs__crl_read(hs_span der, const hs__field_sink *sink, hs__crl *out, hs__rd_root *root) {
    hs__rd all;
    hs__rd list;
    hs__sigalg inside = {.is_known = false};
    memset(out, 0, sizeof(*out));
    hs__rd_init(&all, root, der, NULL, sink);
    hs__der_open(&all, "CertificateList", HS__DER_SEQUENCE, &list);
    read_tbs(&list, out, &inside);
    hs__sigalg_read(&list, "signatureAlgorithm", &out->signature);
    out->signature_value = hs__der_octet_aligned_bits(&list, "signatureValue", HS__DER_BIT_STRING);
    hs__der_close(&list);
    hs__der_close(&all);
    out->algorithms_match = hs__span_equal(inside.der, out->signature.der);
    return root->status ? HS_E_CRL : HS_OK;
}
