#include "pki/certificate.h"

#include <limits.h>
#include <string.h>

#include "pki/crl_point.h"
#include "pki/text.h"
#include "pki/time.h"
#include "proto/span.h"

enum { STATUS_REQUEST = 5 /* the TLS extension (RFC 6066 8) */ };

/* ---- extensions: one reader each, for the inside of the OCTET STRING --------------------- */

static void read_subject_key_id(hs__rd *r, hs__cert *c) {
    c->subject_key_id = hs__der_value(r, NULL, HS__DER_OCTET_STRING);
}

static void read_key_usage(hs__rd *r, hs__cert *c) {
    c->key_usage = hs__der_named_bits(r, NULL, HS__DER_BIT_STRING);
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
    hs__require_items(&list, n);
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
    hs__require_items(&list, n);
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
        c->has_authority_issuer = true;
    }
    if (hs__der_next_is(&inside, HS__DER_CONTEXT | 2)) {
        c->has_authority_serial = true;
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
    hs__require_items(&list, n);
}

static void read_policies(hs__rd *r, hs__cert *c) {
    hs__rd list;
    size_t n = 0;
    hs__der_open(r, "policies", HS__DER_SEQUENCE, &list);
    c->policies = (hs_span){list.p, hs__rd_left(&list)};
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
    hs__require_items(&list, n);
}

static void read_policy_mappings(hs__rd *r, hs__cert *c) {
    hs__rd list;
    size_t n = 0;
    hs__der_open(r, "mappings", HS__DER_SEQUENCE, &list);
    c->policy_mappings = (hs_span){list.p, hs__rd_left(&list)};
    for (; hs__rd_more(&list); n++) {
        hs__rd mapping;
        hs__rd_item(&list, n);
        hs__der_open(&list, NULL, HS__DER_SEQUENCE, &mapping);
        (void)hs__der_oid(&mapping, "issuerDomainPolicy", HS__DER_OID);
        (void)hs__der_oid(&mapping, "subjectDomainPolicy", HS__DER_OID);
        hs__der_close(&mapping);
    }
    hs__require_items(&list, n);
}

static void read_policy_constraints(hs__rd *r, hs__cert *c) {
    hs__rd inside;
    hs__der_open(r, NULL, HS__DER_SEQUENCE, &inside);
    if (hs__der_next_is(&inside, HS__DER_CONTEXT | 0)) {
        c->require_policy =
            (int)hs__der_number(&inside, "requireExplicitPolicy", HS__DER_CONTEXT | 0, INT_MAX);
    }
    if (hs__der_next_is(&inside, HS__DER_CONTEXT | 1)) {
        c->inhibit_mapping =
            (int)hs__der_number(&inside, "inhibitPolicyMapping", HS__DER_CONTEXT | 1, INT_MAX);
    }
    if (c->require_policy < 0 && c->inhibit_mapping < 0) {
        hs__rd_fail(&inside, NULL, HS_E_DECODE, "constrains nothing");
    }
    hs__der_close(&inside);
}

static void read_inhibit_any_policy(hs__rd *r, hs__cert *c) {
    c->inhibit_any_policy = (int)hs__der_number(r, "skipCerts", HS__DER_INTEGER, INT_MAX);
}

static void read_crl_distribution(hs__rd *r, hs__cert *c) {
    hs__rd list;
    size_t n = 0;
    hs__der_open(r, "points", HS__DER_SEQUENCE, &list);
    c->crl_points = (hs_span){list.p, hs__rd_left(&list)};
    for (; hs__rd_more(&list); n++) {
        hs__rd_item(&list, n);
        (void)hs__crl_point_read(&list, NULL);
    }
    hs__require_items(&list, n);
}

static void read_authority_info(hs__rd *r, hs__cert *c) {
    hs__rd list;
    size_t n = 0;
    (void)c;
    hs__der_open(r, "descriptions", HS__DER_SEQUENCE, &list);
    for (; hs__rd_more(&list); n++) {
        hs__rd description;
        hs__rd_item(&list, n);
        hs__der_open(&list, NULL, HS__DER_SEQUENCE, &description);
        (void)hs__der_oid(&description, "accessMethod", HS__DER_OID);
        (void)hs__general_name_read(&description, "accessLocation", false);
        hs__der_close(&description);
    }
    hs__require_items(&list, n);
}

/* RFC 7633 4.1: numbers of TLS extensions. */
static void read_tls_feature(hs__rd *r, hs__cert *c) {
    hs__rd list;
    hs__der_open(r, "features", HS__DER_SEQUENCE, &list);
    for (size_t n = 0; hs__rd_more(&list); n++) {
        hs__rd_item(&list, n);
        const uint32_t feature = hs__der_number(&list, NULL, HS__DER_INTEGER, UINT16_MAX);
        c->promises_staple = c->promises_staple || feature == STATUS_REQUEST;
    }
    hs__der_close(&list);
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
    {HS__OID_POLICY_MAPPINGS, HS__EXT_POLICY_MAPPINGS, read_policy_mappings},
    {HS__OID_POLICY_CONSTRAINTS, HS__EXT_POLICY_CONSTRAINTS, read_policy_constraints},
    {HS__OID_INHIBIT_ANY_POLICY, HS__EXT_INHIBIT_ANY_POLICY, read_inhibit_any_policy},
    {HS__OID_CRL_DISTRIBUTION, HS__EXT_CRL_DISTRIBUTION, read_crl_distribution},
    {HS__OID_AUTHORITY_INFO, HS__EXT_AUTHORITY_INFO, read_authority_info},
    {HS__OID_TLS_FEATURE, HS__EXT_TLS_FEATURE, read_tls_feature},
};
enum { READERS = sizeof(readers) / sizeof(readers[0]) };

static bool read_extension(void *ctx, hs__oid id, bool is_critical, hs__rd *value) {
    hs__cert *c = ctx;
    for (size_t i = 0; i < READERS; i++) {
        if (readers[i].id == id) {
            c->has |= (uint32_t)readers[i].bit;
            c->critical |= is_critical ? (uint32_t)readers[i].bit : 0;
            readers[i].read(value, c);
            return true;
        }
    }
    return false;
}

void hs__cert_extensions_read(hs__rd *r, hs__cert *c) {
    hs__cert_extension_list view;
    hs__cert_extension_list_read(r, NULL, read_extension, c, &view);
    c->extensions = view.all;
    c->unknown_critical = view.unknown_critical;
    c->n_unknown_critical = view.n_unknown_critical;
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
    out->require_policy = -1;
    out->inhibit_mapping = -1;
    out->inhibit_any_policy = -1;
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

bool hs__cert_policy_next(hs_span *policies, hs_span *policy) {
    hs_span information;
    uint8_t tag;
    return hs__der_walk(policies, &tag, &information) && hs__der_walk(&information, &tag, policy);
}

bool hs__cert_mapping_next(hs_span *mappings, hs_span *issuer_policy, hs_span *subject_policy) {
    hs_span mapping;
    uint8_t tag;
    return hs__der_walk(mappings, &tag, &mapping) && hs__der_walk(&mapping, &tag, issuer_policy) &&
           hs__der_walk(&mapping, &tag, subject_policy);
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
