#include "pki/certificate.h"

#include <limits.h>
#include <string.h>

#include "pki/text.h"
#include "pki/time.h"
#include "proto/span.h"

enum {
    /* Far above what is in use; it bounds the search for duplicates. */
    EXTENSIONS_MAX = 64
};

/* ---- extensions: one reader each, for the inside of the OCTET STRING --------------------- */

static void read_subject_key_id(hs__rd *r, hs__cert *c) {
    c->subject_key_id = hs__der_value(r, NULL, HS__DER_OCTET_STRING);
}

static void read_key_usage(hs__rd *r, hs__cert *c) {
    c->key_usage = hs__der_named_bits(r, NULL, HS__DER_BIT_STRING);
}

/* A list without items breaks SIZE (1..MAX), which all lists here have. */
static void require_items(hs__rd *list, size_t n) {
    if (n == 0) {
        hs__rd_fail(list, NULL, HS_E_DECODE, "is an empty list");
    }
}

static void read_subject_alt_name(hs__rd *r, hs__cert *c) {
    hs__rd list;
    size_t n = 0;
    hs__der_open(r, "names", HS__DER_SEQUENCE, &list);
    c->names = (hs_span){list.p, hs__rd_left(&list)};
    for (; hs__rd_more(&list); n++) {
        hs__rd_item(&list, n);
        (void)hs__general_name_read(&list, NULL, false);
    }
    require_items(&list, n);
}

static void read_basic_constraints(hs__rd *r, hs__cert *c) {
    hs__rd inside;
    hs__der_open(r, NULL, HS__DER_SEQUENCE, &inside);
    c->is_ca = hs__der_default_false(&inside, "cA");
    if (hs__rd_more(&inside)) {
        c->path_len = (int)hs__der_number(&inside, "pathLenConstraint", HS__DER_INTEGER, INT_MAX);
    }
    hs__der_close(&inside);
}

/* GeneralSubtrees: RFC 5280 4.2.1.10 fixes minimum at 0 (in DER: absent) and maximum at absent,
 * so a subtree is a base and nothing else. */
static hs_span read_subtrees(hs__rd *r, const char *field, uint8_t tag) {
    hs__rd list;
    size_t n = 0;
    hs__der_open(r, field, tag, &list);
    const hs_span all = {list.p, hs__rd_left(&list)};
    for (; hs__rd_more(&list); n++) {
        hs__rd subtree;
        hs__rd_item(&list, n);
        hs__der_open(&list, NULL, HS__DER_SEQUENCE, &subtree);
        (void)hs__general_name_read(&subtree, "base", true);
        hs__der_close(&subtree);
    }
    require_items(&list, n);
    return all;
}

static void read_name_constraints(hs__rd *r, hs__cert *c) {
    hs__rd inside;
    hs__der_open(r, NULL, HS__DER_SEQUENCE, &inside);
    if (hs__der_next_is(&inside, HS__DER_CONTEXT_OPENED | 0)) {
        c->permitted = read_subtrees(&inside, "permittedSubtrees", HS__DER_CONTEXT_OPENED | 0);
    }
    if (hs__der_next_is(&inside, HS__DER_CONTEXT_OPENED | 1)) {
        c->excluded = read_subtrees(&inside, "excludedSubtrees", HS__DER_CONTEXT_OPENED | 1);
    }
    if (c->permitted.n == 0 && c->excluded.n == 0) {
        hs__rd_fail(&inside, NULL, HS_E_DECODE, "constrains nothing");
    }
    hs__der_close(&inside);
}

static void read_authority_key_id(hs__rd *r, hs__cert *c) {
    hs__rd inside;
    hs__rd names;
    hs__der_open(r, NULL, HS__DER_SEQUENCE, &inside);
    if (hs__der_next_is(&inside, HS__DER_CONTEXT | 0)) {
        c->authority_key_id = hs__der_value(&inside, "keyIdentifier", HS__DER_CONTEXT | 0);
    }
    if (hs__der_next_is(&inside, HS__DER_CONTEXT_OPENED | 1)) {
        hs__der_open(&inside, "authorityCertIssuer", HS__DER_CONTEXT_OPENED | 1, &names);
        for (size_t i = 0; hs__rd_more(&names); i++) {
            hs__rd_item(&names, i);
            (void)hs__general_name_read(&names, NULL, false);
        }
    }
    if (hs__der_next_is(&inside, HS__DER_CONTEXT | 2)) {
        (void)hs__der_integer(&inside, "authorityCertSerialNumber", HS__DER_CONTEXT | 2);
    }
    hs__der_close(&inside);
}

static void read_ext_key_usage(hs__rd *r, hs__cert *c) {
    hs__rd list;
    size_t n = 0;
    hs__der_open(r, "purposes", HS__DER_SEQUENCE, &list);
    c->ext_key_usage = (hs_span){list.p, hs__rd_left(&list)};
    for (; hs__rd_more(&list); n++) {
        hs__rd_item(&list, n);
        (void)hs__der_oid(&list, NULL, HS__DER_OID);
    }
    require_items(&list, n);
}

/* Policies matter only where a policy is asked for, which nobody does here: RFC 5280 6.1.1 (d)
 * with initial-explicit-policy false. So a critical list of them is understood; the extensions
 * that demand a policy further down have no reader, and are refused where critical. */
static void read_policies(hs__rd *r, hs__cert *c) {
    hs__rd list;
    size_t n = 0;
    (void)c;
    hs__der_open(r, "policies", HS__DER_SEQUENCE, &list);
    for (; hs__rd_more(&list); n++) {
        hs__rd policy;
        uint8_t tag;
        hs__rd_item(&list, n);
        hs__der_open(&list, NULL, HS__DER_SEQUENCE, &policy);
        (void)hs__der_oid(&policy, "policyIdentifier", HS__DER_OID);
        if (hs__rd_more(&policy)) {
            (void)hs__der_any(&policy, "policyQualifiers", &tag);
        }
        hs__der_close(&policy);
    }
    require_items(&list, n);
}

static const struct {
    hs__oid id;
    hs__ext bit;
    void (*read)(hs__rd *r, hs__cert *c);
} readers[] = {
    {HS__OID_SUBJECT_KEY_ID, HS__EXT_SUBJECT_KEY_ID, read_subject_key_id},
    {HS__OID_KEY_USAGE, HS__EXT_KEY_USAGE, read_key_usage},
    {HS__OID_SUBJECT_ALT_NAME, HS__EXT_SUBJECT_ALT_NAME, read_subject_alt_name},
    {HS__OID_BASIC_CONSTRAINTS, HS__EXT_BASIC_CONSTRAINTS, read_basic_constraints},
    {HS__OID_NAME_CONSTRAINTS, HS__EXT_NAME_CONSTRAINTS, read_name_constraints},
    {HS__OID_AUTHORITY_KEY_ID, HS__EXT_AUTHORITY_KEY_ID, read_authority_key_id},
    {HS__OID_EXT_KEY_USAGE, HS__EXT_EXT_KEY_USAGE, read_ext_key_usage},
    {HS__OID_POLICIES, HS__EXT_POLICIES, read_policies},
};
enum { READERS = sizeof(readers) / sizeof(readers[0]) };

/* RFC 5280 4.2: a certificate has each extension at most once. */
static bool has_before(hs_span before, hs_span oid) {
    hs__cert_extension e;
    while (hs__cert_extension_next(&before, &e)) {
        if (hs__span_equal(e.oid, oid)) {
            return true;
        }
    }
    return false;
}

static void read_value(hs__rd *r, hs__oid id, hs_span oid, bool is_critical, hs__cert *c) {
    for (size_t i = 0; i < READERS; i++) {
        if (readers[i].id == id) {
            c->has |= (uint32_t)readers[i].bit;
            c->critical |= is_critical ? (uint32_t)readers[i].bit : 0;
            readers[i].read(r, c);
            return;
        }
    }
    (void)hs__rd_rest(r, NULL);
    if (is_critical) {
        c->unknown_critical = c->n_unknown_critical == 0 ? oid : c->unknown_critical;
        c->n_unknown_critical++;
    }
}

static void read_extension(hs__rd *list, hs__cert *c) {
    const hs_span before = {c->extensions.p, (size_t)(list->p - c->extensions.p)};
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
    read_value(&value, id, oid, is_critical, c);
    hs__der_close(&value);
    hs__der_close(&extension);
}

void hs__cert_extensions_read(hs__rd *r, hs__cert *c) {
    hs__rd list;
    size_t n = 0;
    hs__der_open(r, NULL, HS__DER_SEQUENCE, &list);
    c->extensions = (hs_span){list.p, hs__rd_left(&list)};
    for (; hs__rd_more(&list); n++) {
        if (n == EXTENSIONS_MAX) {
            hs__rd_fail(&list, NULL, HS_E_DECODE, "has more than %d extensions", EXTENSIONS_MAX);
        }
        hs__rd_item(&list, n);
        read_extension(&list, c);
    }
    require_items(&list, n);
}

static void read_extensions(hs__rd *r, hs__cert *c) {
    hs__rd outer;
    hs__der_open(r, "extensions", HS__DER_CONTEXT_OPENED | 3, &outer);
    hs__cert_extensions_read(&outer, c);
    hs__der_close(&outer);
}

/* ---- the certificate (RFC 5280 4.1) ------------------------------------------------------ */

/* [0] EXPLICIT INTEGER DEFAULT v1: absent for 1, and what is there is 2 or 3. */
static int read_version(hs__rd *r) {
    hs__rd inside;
    if (!hs__der_next_is(r, HS__DER_CONTEXT_OPENED | 0)) {
        return 1;
    }
    hs__der_open(r, "version", HS__DER_CONTEXT_OPENED | 0, &inside);
    const uint32_t v = hs__der_number(&inside, NULL, HS__DER_INTEGER, 2);
    hs__der_close(&inside);
    if (v == 0) {
        hs__rd_fail(r, "version", HS_E_DECODE, "is v1, the default, which DER leaves out");
    }
    return (int)v + 1;
}

/* What versions 2 and 3 have behind the key. */
static void read_later_fields(hs__rd *r, hs__cert *c) {
    if (c->version >= 2 && hs__der_next_is(r, HS__DER_CONTEXT | 1)) {
        (void)hs__der_value(r, "issuerUniqueID", HS__DER_CONTEXT | 1);
    }
    if (c->version >= 2 && hs__der_next_is(r, HS__DER_CONTEXT | 2)) {
        (void)hs__der_value(r, "subjectUniqueID", HS__DER_CONTEXT | 2);
    }
    if (c->version == 3 && hs__der_next_is(r, HS__DER_CONTEXT_OPENED | 3)) {
        read_extensions(r, c);
    }
}

static void read_tbs(hs__rd *r, hs__cert *c, hs__sigalg *inside) {
    const uint8_t *from = r->p;
    hs__rd tbs;
    hs__rd validity;
    hs__der_open(r, "tbsCertificate", HS__DER_SEQUENCE, &tbs);
    c->version = read_version(&tbs);
    c->serial = hs__der_integer(&tbs, "serialNumber", HS__DER_INTEGER);
    hs__sigalg_read(&tbs, "signature", inside);
    c->issuer = hs__name_read(&tbs, "issuer");
    hs__der_open(&tbs, "validity", HS__DER_SEQUENCE, &validity);
    c->not_before = hs__der_time(&validity, "notBefore");
    c->not_after = hs__der_time(&validity, "notAfter");
    hs__der_close(&validity);
    c->subject = hs__name_read(&tbs, "subject");
    hs__spki_read(&tbs, "subjectPublicKeyInfo", &c->key);
    read_later_fields(&tbs, c);
    hs__der_close(&tbs);
    c->tbs = hs__der_since(r, from);
}

hs_status hs__certificate_read(hs_span der, const hs__field_sink *sink, hs__cert *out,
                               hs__rd_root *root) {
    hs__rd all;
    hs__rd certificate;
    hs__sigalg inside;
    memset(out, 0, sizeof(*out));
    out->path_len = -1;
    hs__rd_init(&all, root, der, NULL, sink);
    out->der = der;
    hs__der_open(&all, "Certificate", HS__DER_SEQUENCE, &certificate);
    read_tbs(&certificate, out, &inside);
    hs__sigalg_read(&certificate, "signatureAlgorithm", &out->signature);
    out->signature_value =
        hs__der_octet_aligned_bits(&certificate, "signatureValue", HS__DER_BIT_STRING);
    hs__der_close(&certificate);
    hs__der_close(&all);
    if (root->status != HS_OK) {
        return HS_E_CERT_FORMAT;
    }
    out->algorithms_match = hs__span_equal(inside.der, out->signature.der);
    return HS_OK;
}

/* ---- looking at it ----------------------------------------------------------------------- */

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

bool hs__cert_has_purpose(const hs__cert *cert, hs__oid purpose) {
    hs_span rest = cert->ext_key_usage;
    hs_span oid;
    uint8_t tag;
    while (hs__der_walk(&rest, &tag, &oid)) {
        if (hs__oid_find(oid) == purpose) {
            return true;
        }
    }
    return false;
}

bool hs__cert_is_self_issued(const hs__cert *cert) {
    return hs__name_equal(cert->subject, cert->issuer);
}

void hs__cert_names_text(const hs__cert *cert, char *out, size_t room) {
    hs_span rest = cert->names;
    hs__general_name name;
    hs__text t;
    hs__text_init(&t, out, room);
    for (bool is_first = true; !t.is_cut && hs__general_name_next(&rest, &name); is_first = false) {
        char text[HS__NAME_TEXT];
        hs__general_name_text(&name, text, sizeof(text));
        hs__text_f(&t, "%s%s", is_first ? "" : ", ", text);
    }
}
