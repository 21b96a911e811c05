/* certificate.h - an X.509 certificate (RFC 5280 section 4) as a view on its bytes.
 *
 * hs__certificate_read parses and does not judge: what is well formed is a view, whether it is
 * to be believed is decided in path_check.c. All spans point into the DER that was read. */
#ifndef HS_PKI_CERTIFICATE_H
#define HS_PKI_CERTIFICATE_H

#include "pki/extension.h"
#include "pki/general_name.h"
#include "pki/name.h"
#include "pki/sigalg.h"
#include "pki/spki.h"

/* Bits of keyUsage (RFC 5280 4.2.1.3). */
enum {
    HS__KU_DIGITAL_SIGNATURE = 1 << 0,
    HS__KU_NON_REPUDIATION = 1 << 1,
    HS__KU_KEY_ENCIPHERMENT = 1 << 2,
    HS__KU_DATA_ENCIPHERMENT = 1 << 3,
    HS__KU_KEY_AGREEMENT = 1 << 4,
    HS__KU_CERT_SIGN = 1 << 5,
    HS__KU_CRL_SIGN = 1 << 6,
    HS__KU_ENCIPHER_ONLY = 1 << 7,
    HS__KU_DECIPHER_ONLY = 1 << 8
};

/* Extensions that have a reader; bits of hs__cert.has and .critical. */
typedef enum {
    HS__EXT_SUBJECT_KEY_ID = 1 << 0,
    HS__EXT_KEY_USAGE = 1 << 1,
    HS__EXT_SUBJECT_ALT_NAME = 1 << 2,
    HS__EXT_BASIC_CONSTRAINTS = 1 << 3,
    HS__EXT_NAME_CONSTRAINTS = 1 << 4,
    HS__EXT_AUTHORITY_KEY_ID = 1 << 5,
    HS__EXT_EXT_KEY_USAGE = 1 << 6,
    HS__EXT_POLICIES = 1 << 7,
    HS__EXT_POLICY_MAPPINGS = 1 << 8,
    HS__EXT_POLICY_CONSTRAINTS = 1 << 9,
    HS__EXT_INHIBIT_ANY_POLICY = 1 << 10,
    HS__EXT_CRL_DISTRIBUTION = 1 << 11,
    HS__EXT_AUTHORITY_INFO = 1 << 12,
    HS__EXT_TLS_FEATURE = 1 << 13
} hs__ext;

typedef struct {
    hs_span der;                   /* the whole certificate */
    hs_span tbs;                   /* what is signed */
    int version;                   /* 1, 2 or 3 */
    hs_span serial;                /* content of the INTEGER, as it stands */
    hs__sigalg signature;          /* outside */
    bool algorithms_match;         /* the one inside is the same, byte for byte */
    hs_span issuer, subject;       /* whole Names */
    int64_t not_before, not_after; /* Unix seconds, both inclusive */
    hs__spki key;
    hs_span extensions; /* content of the list; hs__cert_extension_next walks over it */
    hs_span signature_value;

    uint32_t has, critical;   /* hs__ext */
    hs_span unknown_critical; /* OID content of the first critical one without a reader */
    size_t n_unknown_critical;
    bool is_ca;
    int path_len;          /* -1: no limit */
    uint32_t key_usage;    /* HS__KU_*, if has KEY_USAGE */
    hs_span ext_key_usage; /* content: OBJECT IDENTIFIERs */
    hs_span names;         /* subjectAltName: content, GeneralNames */
    hs_span subject_key_id;
    hs_span authority_key_id;    /* keyIdentifier; empty if it has none */
    bool has_authority_issuer;   /* authorityCertIssuer is there */
    bool has_authority_serial;   /* authorityCertSerialNumber is */
    hs_span permitted, excluded; /* name constraints: content, GeneralSubtrees */
    hs_span policies;            /* content: PolicyInformation; hs__cert_policy_next */
    hs_span policy_mappings;     /* content: pairs of OBJECT IDENTIFIERs */
    int require_policy;          /* skip counts of policyConstraints; -1: absent */
    int inhibit_mapping;
    int inhibit_any_policy; /* -1: absent */
    hs_span crl_points;     /* content: DistributionPoints */
    bool promises_staple;   /* tlsFeature lists status_request (RFC 7633) */
} hs__cert;

/* Reads one certificate and nothing behind it. Any fault is HS_E_CERT_FORMAT; root->where and
 * root->problem say which. `sink` may be NULL. */
HS_MUST_CHECK hs_status hs__certificate_read(hs_span der, const hs__field_sink *sink, hs__cert *out,
                                             hs__rd_root *root);

/* Reads a list of extensions, as requests for certificates have it too, into what *out has of
 * them (which must be zeroed, with path_len -1). */
void hs__cert_extensions_read(hs__rd *r, hs__cert *out);

/* Walks over `policies`: the content of one policyIdentifier; false at the end. */
bool hs__cert_policy_next(hs_span *policies, hs_span *policy);

/* Walks over `policy_mappings`; false at the end. */
bool hs__cert_mapping_next(hs_span *mappings, hs_span *issuer_policy, hs_span *subject_policy);

/* extKeyUsage lists it. */
bool hs__cert_has_purpose(const hs__cert *cert, hs__oid purpose);

/* Subject and issuer are the same name (RFC 5280 6.1: self-issued). */
bool hs__cert_is_self_issued(const hs__cert *cert);

/* "DNS:a.test, IP:127.0.0.1"; "" for none. Cut with "..." to fit. */
void hs__cert_names_text(const hs__cert *cert, char *out, size_t room);

#endif
