/* pkcs12.h - PKCS#12 (RFC 7292): a certificate, its chain and its key in one file under a password,
 * as browsers and mail programs take them. Done by libcrypto: a build without it has
 * HS_E_UNSUPPORTED. */
#ifndef HS_CRYPTO_PKCS12_H
#define HS_CRYPTO_PKCS12_H

#include "handshake/status.h"

/* Whether this build can. */
bool hs__pkcs12_is_there(void);

typedef struct {
    hs_span key;          /* PKCS#8 PEM, not encrypted */
    hs_span leaf;         /* DER */
    const hs_span *chain; /* DER: the issuing CA and so on */
    size_t n_chain;
    const char *name; /* what programs show; NULL: nothing */
    bool legacy;      /* 3DES and SHA-1, for programs that know no better; else AES-256, SHA-256 */
} hs__pkcs12_contents;

/* *out is malloc'd. HS_E_KEY_MISMATCH if the key is not the leaf's. */
HS_MUST_CHECK hs_status hs__pkcs12_write(const hs__pkcs12_contents *contents, const char *password,
                                         uint8_t **out, size_t *n);

/* What is in one: PEM texts one after the other, malloc'd and NUL-terminated: certificates, leaf
 * first, and the key (NULL if there is none). HS_E_KEY_PASSWORD; HS_E_DECODE for what is none. */
typedef struct {
    char *certificates, *key;
} hs__pkcs12;
HS_MUST_CHECK hs_status hs__pkcs12_read(hs_span der, const char *password, hs__pkcs12 *out);
void hs__pkcs12_free(hs__pkcs12 *p); /* wipes */

/* DER that begins as a PKCS#12 file does: a version of 3, then a content type. */
bool hs__pkcs12_looks_like(hs_span der);

#endif
