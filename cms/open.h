/* open.h - reads a sealed message step by step, so that each step can be told before the next.
 *
 *   new       nothing is read
 *   envelope  up to the encrypted content: what it is, for whom, and whether for us
 *   key       our wrapped content key is unwrapped
 *   content   decrypts, gives the content away piece by piece, checks the tag
 *   signature digest, attributes and the signer's signature
 *
 * After these the caller judges the signer's chain (hs_verify with info->chain), the time, the
 * serial and the receivers: HS__CMS_* facts are in the info, opinions are not.
 *
 * WHAT `content` GIVES AWAY IS NOT TO BE TRUSTED BEFORE ALL STEPS ARE DONE: the tag stands behind
 * the content, the signature, too. Write it to a place that nobody reads, and delete it if a later
 * step fails.
 *
 * Reads DER and BER (indefinite lengths, strings in parts), bare or as PEM text. Beside our own
 * messages (seal.h) it takes what openssl cms makes: EnvelopedData with AES-CBC, any of the hashes
 * SHA-1 to SHA-512 in OAEP and in the KDF of ECDH, PKCS#1 v1.5 key transport where it is allowed,
 * and SignedData alone. That is for the caller to refuse: info has it all.
 * Not taken: detached signatures, more than one signer, authenticated attributes in
 * AuthEnvelopedData (they stand behind the content, but AES-GCM wants them before it).
 *
 * The first failure is final; every later call returns it. */
#ifndef HS_CMS_OPEN_H
#define HS_CMS_OPEN_H

#include "cms/seal.h"
#include "proto/cursor.h"

typedef enum {
    HS__CMS_AUTH_ENVELOPED, /* encrypted and authenticated */
    HS__CMS_ENVELOPED,      /* encrypted only: what decrypts may have been altered */
    HS__CMS_SIGNED,         /* signed only: everybody can read it */
    HS__CMS_KINDS
} hs__cms_kind;
const char *hs__cms_kind_name(hs__cms_kind kind); /* "AuthEnvelopedData" */

/* One recipient as it stands in the message. */
typedef struct {
    char who[HS__CMS_WHO_TEXT]; /* "CN=ca.test, serial 0a1b", or "key id 0a1b..."; printable */
    char how[HS__CMS_HOW_TEXT]; /* "RSA-OAEP with SHA-256"; names or numbers for what we lack */
    size_t wrapped_n;           /* bytes of the wrapped key */
    bool is_known;              /* we could unwrap it */
    bool is_pkcs1;              /* RSA PKCS#1 v1.5: needs options.allow_pkcs1 */
    bool is_mine;               /* names the certificate of options.receiver */
} hs__cms_recipient;

typedef struct {
    hs__cms_kind kind;
    bool is_pem;
    bool is_ber; /* some length was indefinite, or a string came in parts */

    /* from `envelope` on */
    const hs__cms_recipient *recipients;
    size_t n_recipients;
    int mine;                      /* index of ours, -1: none */
    char cipher[HS__CMS_HOW_TEXT]; /* "AES-256-GCM" */
    size_t key_n, tag_n;           /* of the content key; of the tag, 0 without one */

    /* from `content` on */
    uint64_t encrypted_n, content_n;
    bool is_signed;
    size_t n_certificates;

    /* from `signature` on; nothing of it is true before */
    char signer[HS__CMS_WHO_TEXT]; /* as recipients[].who; set from `content` on, a claim till then
                                    */
    const char *digest_name;       /* "SHA-256" */
    uint8_t digest[64];            /* of the content, as signed */
    size_t digest_n;
    char signature[HS__CMS_HOW_TEXT]; /* "ECDSA with SHA-256" */
    size_t signature_n, attributes_n;
    bool has_time; /* signingTime */
    int64_t time;
    bool has_serial; /* ours, HS__OID_SEALED_SERIAL */
    uint8_t serial[HS__CMS_SERIAL];
    bool has_receivers;       /* ours, HS__OID_SEALED_RECEIVERS */
    const uint8_t *receivers; /* n_receivers * HS__CMS_CERT_HASH bytes, in the sender's order */
    size_t n_receivers;
    bool is_receiver;     /* options.receiver's certificate is among them */
    const hs_span *chain; /* DER: the signer's certificate, then the others of the message */
    size_t n_chain;       /* ready for hs_verify_options */
} hs__cms_info;

typedef struct {
    hs_provider *provider;
    hs_credential *receiver; /* certificate and key; NULL: for looking only (show.h), or for
                                messages that are signed only */
    hs__cms_source in;
    bool allow_pkcs1;
    const hs_span *certificates; /* DER: where else the signer's certificate may be; borrowed */
    size_t n_certificates;
} hs__cms_open_options;

typedef struct hs__cms_open hs__cms_open;

HS_MUST_CHECK hs_status hs__cms_open_new(const hs__cms_open_options *options, hs__cms_open **out);

/* HS_E_CMS_FORMAT and HS_E_CMS_TRUNCATED here and in all steps; HS_E_UNSUPPORTED for a kind or
 * cipher that we lack. That no recipient is ours is no failure yet. */
HS_MUST_CHECK hs_status hs__cms_open_envelope(hs__cms_open *o);

/* HS_E_CMS_NOT_FOR_ME: none is ours. HS_E_CMS_PKCS1: it is PKCS#1 v1.5 and that is not allowed.
 * HS_E_CMS_KEY: does not unwrap with our key. With PKCS#1 a wrapped key that is no good gives a
 * random key (RFC 3218), and `content` fails as it does for a bad tag. No-op for SIGNED. */
HS_MUST_CHECK hs_status hs__cms_open_key(hs__cms_open *o);

/* HS_E_CMS_DECRYPT: the tag is wrong (or without a tag: the padding); told before whatever is
 * wrong inside, so that an altered message always fails like this. */
HS_MUST_CHECK hs_status hs__cms_open_content(hs__cms_open *o, hs__cms_sink out);

/* HS_E_CMS_UNSIGNED: nobody signed. HS_E_CMS_NO_SIGNER: the signer's certificate is not there.
 * HS_E_CMS_ATTRIBUTES: signed attributes that must be there are not, occur twice or are malformed.
 * HS_E_CMS_DIGEST, HS_E_BAD_SIGNATURE, HS_E_UNSUPPORTED_KEY, HS_E_WEAK_SIGNATURE. */
HS_MUST_CHECK hs_status hs__cms_open_signature(hs__cms_open *o);

const hs__cms_info *hs__cms_open_info(const hs__cms_open *o); /* borrowed from o */

/* Where a failed step failed and what is wrong there: "recipientInfos[0].version", "is above 4".
 * "" where there is nothing to say beyond the status. */
const char *hs__cms_open_where(const hs__cms_open *o);
const char *hs__cms_open_problem(const hs__cms_open *o);

void hs__cms_open_free(hs__cms_open *o); /* wipes; NULL is allowed */

#endif
