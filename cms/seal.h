/* seal.h - writes one sealed message: the content signed by the sender (SignedData, RFC 5652 5),
 * that encrypted under a fresh random key (AuthEnvelopedData, RFC 5083, with AES-256-GCM, RFC
 * 5084), and the key wrapped for each receiver (RFC 5652 6.2).
 *
 *   ContentInfo authEnvelopedData
 *     recipientInfos     RSA: KeyTransRecipientInfo, RSA-OAEP with SHA-256 (RFC 3560)
 *                        EC:  KeyAgreeRecipientInfo, ephemeral-static ECDH, X9.63 KDF with SHA-256,
 *                             AES-256 key wrap (RFC 5753, RFC 3394)
 *     encrypted content  id-data that is a whole ContentInfo signedData, as openssl cms makes and
 *                        reads it; with no sender it is the plain content itself
 *     mac                16 bytes
 *
 * The signed attributes are contentType, messageDigest, signingTime (RFC 5652 11) and two of ours
 * under 2.25 (HS__OID_SEALED_SERIAL, HS__OID_SEALED_RECEIVERS): a serial number of 16 random bytes,
 * and the SHA-256 of each receiver's certificate, SEQUENCE OF OCTET STRING in the order of the
 * options. They are what makes a replay and a re-wrapping visible.
 *
 * If the size is known beforehand all is DER; else what holds the content has indefinite lengths
 * (BER), and the rest is DER. Memory does not depend on the size of the content, of which there may
 * be 64 GiB (2^36 - 32 bytes, what AES-GCM takes under one key, less the signature). */
#ifndef HS_CMS_SEAL_H
#define HS_CMS_SEAL_H

#include "cms/stream.h"
#include "handshake/pki.h"

#define HS__CMS_SIZE_UNKNOWN UINT64_MAX

enum {
    HS__CMS_SERIAL = 16,         /* bytes of a message's serial number */
    HS__CMS_CERT_HASH = 32,      /* SHA-256 of a receiver's certificate */
    HS__CMS_RECEIVERS_MAX = 100, /* of one message, to write and to read */
    HS__CMS_HOW_TEXT = 96,
    HS__CMS_WHO_TEXT = 640
};

typedef struct {
    hs_provider *provider;
    hs_credential *sender;    /* with its private key; NULL: nobody signs */
    const hs_span *receivers; /* certificates in DER; borrowed until hs__cms_seal_begin is done */
    size_t n_receivers;       /* 1 to HS__CMS_RECEIVERS_MAX */
    int64_t now;              /* signingTime, Unix seconds */
    uint64_t size;            /* of the content in bytes, or HS__CMS_SIZE_UNKNOWN */
    bool pem;                 /* text with -----BEGIN CMS----- around it (RFC 7468 section 9) */
    hs__cms_sink out;
} hs__cms_seal_options;

/* One receiver as it was written. */
typedef struct {
    char who[HS__CMS_WHO_TEXT]; /* its subject, "CN=bob.test"; safe on a terminal */
    char how[HS__CMS_HOW_TEXT]; /* "RSA-OAEP with SHA-256", "ECDH P-256, ..." */
    size_t wrapped_n;           /* bytes of the wrapped key */
    uint8_t cert_hash[HS__CMS_CERT_HASH];
} hs__cms_sealed_for;

/* What was done; complete after hs__cms_seal_end, the part about keys after _begin. */
typedef struct {
    const char *cipher; /* "AES-256-GCM" */
    size_t key_n, nonce_n, tag_n;
    const hs__cms_sealed_for *receivers;
    size_t n_receivers;
    bool is_signed;
    uint8_t serial[HS__CMS_SERIAL]; /* final after _end only */
    const char *digest_name;        /* "SHA-256" */
    uint8_t digest[64];             /* of the content */
    size_t digest_n;
    char signature[HS__CMS_HOW_TEXT];      /* "ECDSA with SHA-256" */
    size_t signature_n, attributes_n;      /* bytes of the signature, of the signed attributes */
    uint64_t content_n, signed_n, total_n; /* content; what is encrypted; all, before PEM */
} hs__cms_sealed;

typedef struct hs__cms_seal hs__cms_seal;

/* HS_E_MISUSE: no receiver, too many, no key. HS_E_CONFIG: too large a size. HS_E_KEY_TYPE: the key
 * of the receiver with the number *bad (may be NULL; n_receivers: the sender) cannot be used so:
 * Ed25519, id-RSASSA-PSS, or its keyUsage does not allow it. HS_E_CERT_FORMAT likewise. Writes
 * nothing. */
HS_MUST_CHECK hs_status hs__cms_seal_new(const hs__cms_seal_options *options, size_t *bad,
                                         hs__cms_seal **out);

/* Makes the content key, wraps it and writes all that stands before the content. */
HS_MUST_CHECK hs_status hs__cms_seal_begin(hs__cms_seal *s);

/* The next part of the content, of any length. */
HS_MUST_CHECK hs_status hs__cms_seal_write(hs__cms_seal *s, hs_span content);

/* Signs, and writes the rest. HS_E_CONFIG: the content was not as long as options.size said (what
 * was written is then no message). */
HS_MUST_CHECK hs_status hs__cms_seal_end(hs__cms_seal *s);

const hs__cms_sealed *hs__cms_seal_told(const hs__cms_seal *s); /* borrowed from s */
void hs__cms_seal_free(hs__cms_seal *s);                        /* wipes; NULL is allowed */

#endif
