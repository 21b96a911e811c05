/* pki.h - whom we believe (hs_trust), who we are (hs_credential), and how a certificate
 * chain is judged (hs_verify).
 *
 * Trust and credential objects are filled by one thread, then handed to configurations;
 * from then on they are immutable, ref-counted and may be shared by threads. Arguments are
 * copied before a function returns unless its comment says otherwise. */
#ifndef HANDSHAKE_PKI_H
#define HANDSHAKE_PKI_H

#include "handshake/provider.h"
#include "handshake/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- trust: the anchors ------------------------------------------------------------------ */
typedef struct hs_trust hs_trust;

enum {
    /* The anchors speak only for localhost, names under .localhost and .test, and loopback
     * addresses: what the root of the default mini-ca gets. */
    HS_TRUST_LOCAL_ONLY = 1,
    /* Anchors of the public Web: what is below them is judged by the rules of HS_PROFILE_WEB_PKI.
     * The operating system's bundle gets it. */
    HS_TRUST_WEB_PKI = 2
};

/* An empty store: it believes nobody. The provider is kept alive by the store. */
HS_MUST_CHECK hs_status hs_trust_new(hs_provider *provider, hs_trust **out);
hs_trust *hs_trust_ref(hs_trust *trust);
void hs_trust_unref(hs_trust *trust); /* NULL is allowed */

/* Adds each certificate of a PEM bundle (or one DER certificate). `source` is what reports
 * name as their origin ("--cacert root.pem"). What does not parse is skipped and counted
 * (*skipped may be NULL); with none at all: HS_E_NO_CERTIFICATE. */
HS_MUST_CHECK hs_status hs_trust_add(hs_trust *trust, hs_span pem_or_der, const char *source,
                                     unsigned flags, size_t *added, size_t *skipped);

/* The same from a file, or from each *.pem, *.crt and *.cer file of a folder. HS_E_IO with errno
 * set. */
HS_MUST_CHECK hs_status hs_trust_add_path(hs_trust *trust, const char *path, unsigned flags,
                                          size_t *added, size_t *skipped);

/* The bundle of the operating system, where one of the usual files exists, else HS_E_IO. With it
 * comes the system's public suffix list, if there is one. */
HS_MUST_CHECK hs_status hs_trust_add_system(hs_trust *trust, size_t *added);

/* Certificate revocation lists (RFC 5280 section 5): each block of PEM text, or one in DER. Whether
 * a list is genuine and current is decided when a certificate of its issuer is judged. What does
 * not parse is skipped and counted; with none at all: HS_E_NO_CERTIFICATE. A program whose user
 * asked for a list should not go on where one was skipped. */
HS_MUST_CHECK hs_status hs_trust_add_crl(hs_trust *trust, hs_span pem_or_der, size_t *added,
                                         size_t *skipped);

/* The list of publicsuffix.org, as text; its ICANN part is used: a wildcard that covers a whole
 * registry ("*.co.uk") then matches nothing. Without it that is known of "*.com" only. */
HS_MUST_CHECK hs_status hs_trust_set_suffixes(hs_trust *trust, hs_span list);

size_t hs_trust_count(const hs_trust *trust);

/* "system bundle (142), default mini-ca (1)"; borrowed until the store changes or goes. */
const char *hs_trust_sources(const hs_trust *trust);

/* ---- credential: a certificate chain and its private key --------------------------------- */
typedef struct hs_credential hs_credential;

/* chain: PEM, leaf first (the rest in any order is put in order), or one DER certificate.
 * key: PEM or DER, .p NULL where somebody else signs (HS_ASK_SIGN). password: .p NULL for
 * none. HS_E_KEY_MISMATCH if the key is not the leaf's; errors.def for the rest. */
HS_MUST_CHECK hs_status hs_credential_new(hs_provider *provider, hs_span chain, hs_span key,
                                          hs_span password, hs_credential **out);

/* The CA's word that the leaf is not revoked (an OCSP response in DER, RFC 6960): servers show it
 * to clients that ask. Copied; an empty one takes it away. Before the credential is shared. */
HS_MUST_CHECK hs_status hs_credential_staple(hs_credential *credential, hs_span response);
hs_credential *hs_credential_ref(hs_credential *credential);
void hs_credential_unref(hs_credential *credential); /* NULL is allowed */

/* DER certificates, leaf first; borrowed from the credential. */
const hs_span *hs_credential_chain(const hs_credential *credential, size_t *n);

/* ---- judging a chain --------------------------------------------------------------------- */
typedef enum {
    HS_PURPOSE_SERVER,
    HS_PURPOSE_CLIENT,
    HS_PURPOSE_SIGNER,       /* signs messages (S/MIME): its name is an e-mail address */
    HS_PURPOSE_RECEIVER,     /* messages are sealed for it */
    HS_PURPOSE_KEY_TRANSPORT /* a server that opens what is encrypted to its key: TLS 1.2's suites
                                with RSA key transport */
} hs_purpose;

/* By which rules. RFC 5280 section 6, RFC 9525 and the strength of keys and hashes hold always;
 * rules.def has what a profile adds. Nothing makes an anchor of a certificate, or a signature
 * good: profiles only refuse. */
typedef enum {
    HS_PROFILE_OF_ANCHOR, /* WEB_PKI below anchors with HS_TRUST_WEB_PKI (but for HS_RULE_ANCHOR:
                             who put the bundle together has judged them), else PRIVATE */
    HS_PROFILE_WEB_PKI,   /* what the CA/Browser Forum asks of the public Web's certificates */
    HS_PROFILE_PRIVATE    /* a CA of one's own, made with any tool */
} hs_profile;

/* HS_RULE_LEAF_NOT_CA, ...: bits. */
enum {
#define HS_RULE(name, bit, web_pki, private_, meaning) HS_RULE_##name = 1 << bit,
#include "handshake/rules.def"
#undef HS_RULE
};

/* Revocation. What is known counts in every mode but OFF: a list of the certificate's issuer (from
 * hs_trust_add_crl) or a staple, where there is one, has to be genuine and current and must not
 * say "revoked". The modes differ in what is not known. */
typedef enum {
    HS_REVOCATION_SOFT,  /* nothing known about a certificate is fine */
    HS_REVOCATION_LEAF,  /* the leaf must be known to be good */
    HS_REVOCATION_CHAIN, /* ...and each certificate above it but the anchor */
    HS_REVOCATION_OFF
} hs_revocation;

/* All zero but the first four is a good default. */
typedef struct {
    size_t size;          /* sizeof(hs_verify_options) */
    const hs_span *chain; /* DER, the leaf first, the others in any order; borrowed */
    size_t n_chain;
    hs_purpose purpose;
    const char *name; /* DNS name, IP literal or, for clients and messages, e-mail address that the
                         leaf must be for; NULL: not checked */
    int64_t now;      /* Unix time in seconds */
    bool details;     /* texts for checks that pass, too, and for the certificates of a path
                         that is fine: what a trace shows; without them a good chain costs less */
    hs_profile profile;
    uint32_t rules_on, rules_off;    /* HS_RULE_* beside those of the profile; off wins */
    const size_t *max_intermediates; /* self-issued ones not counted; NULL: as many as 10 */

    /* RFC 5280 6.1.1 (c) to (g). Policies as dotted numbers; none: any policy will do. */
    const char *const *policies;
    size_t n_policies;
    bool require_policy, inhibit_mapping, inhibit_any_policy;

    hs_revocation revocation;
    hs_span staple;        /* an OCSP response about the leaf (RFC 6960), DER; .p NULL: none */
    bool asked_for_staple; /* then a certificate that promises one must have one (RFC 7633) */
    hs_span ocsp_nonce;    /* the response must repeat it; .p NULL: not looked at */
} hs_verify_options;

/* One named check and how it ended. Texts are for people, without a full stop. */
typedef struct {
    const char *check; /* "validity", "issuer", "name", "key_usage", ... */
    bool ok;
    int depth;            /* certificate in the path, 0 = leaf; -1: the whole path */
    hs_status status;     /* HS_OK, or what this failure alone would be */
    const char *subject;  /* of that certificate, "CN=example.test" */
    const char *expected; /* "a time between 2026-01-01 and 2026-11-18" */
    const char *got;      /* "expired 3 days ago on 2026-11-18" */
    const char *fix;      /* what to do; "" when ok */
    const char *rule;     /* "rfc5280#section-4.1.2.5" */
} hs_report_row;          /* expected, got: "" in a row that is ok, without `details` */

/* A certificate as people want to see it; dates as Unix seconds. Its texts are "" where
 * neither the verdict nor `details` asked for them. */
typedef struct {
    hs_span der; /* borrowed from hs_verify_options.chain, or from the trust store */
    const char *subject, *issuer, *names; /* names: "DNS:a.test, IP:127.0.0.1" */
    const char *key;                      /* "ECDSA P-256", "RSA 2048" */
    const char *serial, *sha256;          /* hex */
    int64_t not_before, not_after;
} hs_report_cert;

/* A way that was tried and led nowhere. */
typedef struct {
    const char *path; /* "CN=a.test < CN=mid < CN=root": the leaf first */
    const char *why;  /* one sentence */
} hs_dead_end;

typedef struct {
    hs_status verdict;         /* HS_OK, or the status of the most telling failed check */
    const hs_report_row *rows; /* every check on the best path, all of them reported */
    size_t n_rows, n_failed;
    const hs_report_cert *path; /* leaf first, up to and with the anchor if one was found */
    size_t n_path;
    size_t paths_tried;
    const char *anchor_source; /* where the anchor came from; "" if none */
    size_t anchors;            /* how many anchors there were to choose from */
    char summary[200];         /* one sentence: "certificate expired 3 days ago on 2026-11-18" */
    /* Why other ways were not taken; with `details`, or where the verdict is bad; the first few. */
    const hs_dead_end *dead_ends;
    size_t n_dead_ends;
    size_t signatures; /* how many were checked */
} hs_report;

/* Builds paths from the leaf to an anchor, checks them and reports each check by name.
 * Returns report->verdict, or HS_E_NOMEM/HS_E_MISUSE (then *report is NULL). The report is
 * the caller's: hs_report_free. `trust` NULL: nobody is trusted. */
HS_MUST_CHECK hs_status hs_verify(hs_provider *provider, const hs_trust *trust,
                                  const hs_verify_options *options, hs_report **report);
void hs_report_free(hs_report *report); /* NULL is allowed */

#ifdef __cplusplus
}
#endif

#endif
