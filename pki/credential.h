/* credential.h - what the engine asks of a credential: chain, key, and whether it fits. */
#ifndef HS_PKI_CREDENTIAL_H
#define HS_PKI_CREDENTIAL_H

#include "handshake/pki.h"
#include "pki/hostname.h"

/* Borrowed from the credential. The key is NULL where somebody else signs. */
const hs__private_key *hs__credential_key(const hs_credential *credential);
const hs_provider *hs__credential_provider(const hs_credential *credential);

/* The OCSP response to show with it; empty: none. */
hs_span hs__credential_staple(const hs_credential *credential);

/* Of the leaf's public key; HS__KEY_RSA_PSS where the certificate says id-RSASSA-PSS. */
hs__key_type hs__credential_key_type(const hs_credential *credential);

/* The leaf is for this name by its subjectAltName. An SNI name that is no host name fits
 * nothing. */
bool hs__credential_fits_name(const hs_credential *credential, const char *server_name);

/* A signature of this kind with a key of this type (both from the TLS scheme) can be made
 * with it: the key is of the type, keyUsage allows digitalSignature, PSS parameters in the
 * certificate agree, and the modulus has room for the hash. */
bool hs__credential_can_sign(const hs_credential *credential, hs__key_type type, hs__sig_alg alg);

/* Its key may open what is encrypted to it: RSA, and keyUsage, if there, allows keyEncipherment
 * (RFC 5246 7.4.2). */
bool hs__credential_can_decrypt(const hs_credential *credential);
bool hs__cert_can_decrypt(const hs__cert *leaf);

/* Two certificates for one key. */
bool hs__credential_same_key(const hs_credential *a, const hs_credential *b);

/* The same question about a peer's leaf. */
bool hs__cert_can_sign(const hs__cert *leaf, hs__key_type type, hs__sig_alg alg);

#endif
