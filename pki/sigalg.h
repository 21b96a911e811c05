/* sigalg.h - AlgorithmIdentifier of a signature (RFC 5280 4.1.1.2; RFC 4055, 5758, 8410). */
#ifndef HS_PKI_SIGALG_H
#define HS_PKI_SIGALG_H

#include "crypto/provider.h"
#include "pki/der.h"
#include "pki/oid.h"

typedef struct {
    hs_span der;       /* the whole AlgorithmIdentifier */
    hs_span algorithm; /* content of its OID */
    hs__oid id;
    bool is_known; /* `alg` is set and can be checked */
    bool is_weak;  /* MD2, MD5 or SHA-1: never checked, never trusted */
    hs__sig_alg alg;
} hs__sigalg;

/* Parameters must be as the algorithm's RFC has them: NULL (or absent, RFC 4055 5) for RSA
 * PKCS#1, absent for ECDSA and Ed25519, explicit for PSS with one hash for all and
 * trailerField 1. An algorithm that we do not know is no failure. */
void hs__sigalg_read(hs__rd *r, const char *field, hs__sigalg *out);

void hs__sigalg_write(hs__der_out *o, hs__sig_alg alg);

/* The RSASSA-PSS-params alone, as keys have them, too. An absent hash means SHA-1. */
void hs__pss_params_read(hs__rd *r, const char *field, hs__sig_alg *alg, bool *is_known,
                         bool *is_weak);

/* AlgorithmIdentifier of a hash (RFC 4055 2.1): NULL and absent parameters are taken, NULL is
 * written. False: not one of ours. */
bool hs__hashalg_read(hs__rd *r, const char *field, hs__hash_id *hash);
void hs__hashalg_write(hs__der_out *o, hs__hash_id hash);
hs__oid hs__hash_oid(hs__hash_id hash);

/* MaskGenAlgorithm: MGF1 with a hash. */
bool hs__mgf1_read(hs__rd *r, const char *field, hs__hash_id *hash);
void hs__mgf1_write(hs__der_out *o, hs__hash_id hash);

/* What a key of this type signs certificates with: RSA PKCS#1 SHA-256, ECDSA with the hash
 * of the curve's size, Ed25519. */
hs__sig_alg hs__sig_alg_for(hs__key_type type);

/* "ECDSA with SHA-256", or the number where it is not known. */
enum { HS__SIGALG_TEXT = 64 };
void hs__sigalg_text(const hs__sigalg *alg, char *out, size_t room);

#endif
