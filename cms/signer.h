/* signer.h - SignerInfo (RFC 5652 5.3): who signed, what, and how. */
#ifndef HS_CMS_SIGNER_H
#define HS_CMS_SIGNER_H

#include "cms/attributes.h"
#include "cms/identifier.h"
#include "pki/sigalg.h"

enum { HS__CMS_SIGNER_ROOM = HS__CMS_ATTRIBUTES_ROOM + HS__SIGNATURE_MAX + 4096 };

/* ---- writing ---- */

/* How a key of this type signs messages: RSA with PSS, the others as certificates. */
hs__sig_alg hs__cms_sig_alg_for(hs__key_type type);

/* Bytes of a signature; for ECDSA, which varies, the length that turns up most often. */
size_t hs__cms_signature_n(const hs__public_numbers *key);

/* AlgorithmIdentifier of the digest, without parameters (RFC 5754 section 2). */
void hs__cms_digest_alg_write(hs__der_out *o, hs__hash_id hash);

/* attributes: the SET OF. */
void hs__cms_signer_write(hs__der_out *o, const hs__cert *cert, hs__sig_alg alg, hs_span attributes,
                          hs_span signature);

/* ---- reading ---- */

typedef struct {
    hs__cms_id id;
    bool has_hash; /* the digest is one of ours */
    hs__hash_id hash;
    hs_span attributes; /* the whole [0], empty: none */
    hs__cms_attributes_found found;
    hs__sigalg alg; /* rsaEncryption is completed by the digest (RFC 3370 3.2) */
    hs_span signature;
} hs__cms_signer;

/* One SignerInfo. HS_E_CMS_ATTRIBUTES as hs__cms_attributes_read. */
void hs__cms_signer_read(hs__rd *r, hs__cms_signer *out);

/* Checks the signature over the attributes with the key of `cert`. HS_E_WEAK_SIGNATURE,
 * HS_E_UNSUPPORTED_KEY: for what we do not check; HS_E_BAD_SIGNATURE. */
HS_MUST_CHECK hs_status hs__cms_signer_verify(const hs_provider *p, const hs__cms_signer *s,
                                              const hs__cert *cert);

#endif
