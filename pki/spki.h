/* spki.h - SubjectPublicKeyInfo (RFC 5280 4.1.2.7; RFC 3279, 4055, 5480, 8410). */
#ifndef HS_PKI_SPKI_H
#define HS_PKI_SPKI_H

#include "crypto/provider.h"
#include "pki/der.h"
#include "pki/oid.h"

typedef struct {
    hs_span der;                /* all of it */
    hs_span bits;               /* subjectPublicKey without the count of unused bits */
    hs_span algorithm;          /* content of the algorithm's OID */
    hs_span curve;              /* content of the curve's OID; EC keys only */
    bool is_known;              /* false: numbers are empty, the algorithm or curve is not ours */
    hs__public_numbers numbers; /* borrowed */
    bool has_pss_rule;          /* id-RSASSA-PSS with parameters: only such signatures */
    hs__sig_alg pss_rule;       /* pss_salt: at least that many bytes (RFC 4055 3.3) */
} hs__spki;

/* A key of an algorithm that we do not know is no failure; a key of one we know that is not
 * well formed (parameters, point, numbers) is. */
void hs__spki_read(hs__rd *r, const char *field, hs__spki *out);

/* "ECDSA P-256", "RSA 2048", "Ed25519", or the algorithm's name or number. */
enum { HS__KEY_TEXT = 64 };
void hs__spki_text(const hs__spki *key, char *out, size_t room);

/* Writes the SubjectPublicKeyInfo of a key. */
void hs__spki_write(hs__der_out *o, const hs__public_numbers *key);

/* The 20-byte key identifier: the left part of SHA-256 over subjectPublicKey (RFC 7093 2). */
enum { HS__KEY_ID = 20 };
HS_MUST_CHECK hs_status hs__spki_key_id(const hs_provider *p, const hs__public_numbers *key,
                                        uint8_t out[HS__KEY_ID]);

#endif
