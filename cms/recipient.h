/* recipient.h - RecipientInfo (RFC 5652 6.2): the content key, wrapped for one receiver. */
#ifndef HS_CMS_RECIPIENT_H
#define HS_CMS_RECIPIENT_H

#include "cms/algorithm.h"
#include "cms/identifier.h"
#include "cms/open.h"

enum { HS__CMS_RECIPIENT_ROOM = 4096 }; /* of one as we write it, RSA-8192 and a long name */

typedef enum {
    HS__CMS_BY_NOTHING, /* a kind or algorithm that we lack */
    HS__CMS_BY_OAEP,    /* RFC 3560 */
    HS__CMS_BY_PKCS1,   /* RFC 3370 4.2.1 */
    HS__CMS_BY_ECDH     /* RFC 5753 3.1, ephemeral-static, and key wrap */
} hs__cms_by;

/* All spans are borrowed from what was read. */
typedef struct {
    hs__cms_id id;
    hs__cms_by by;
    hs__oaep oaep;
    hs__hash_id kdf;  /* ECDH... */
    size_t kek_n;     /* key of the key wrap */
    hs_span wrap_alg; /* its AlgorithmIdentifier, whole */
    hs_span point;    /* the sender's ephemeral key */
    hs_span curve;    /* content of its OID; empty where it is not told */
    hs_span ukm;      /* empty: none */
    hs_span wrapped;  /* encryptedKey */
    char how[HS__CMS_HOW_TEXT];
} hs__cms_rinfo;

/* Reads one RecipientInfo of any kind. One of key agreement may be for several: `each` is called
 * for every receiver in it. */
void hs__cms_recipient_read(hs__rd *r, void (*each)(void *ctx, const hs__cms_rinfo *info),
                            void *ctx);

/* The content key, key_n bytes. `cert` is the one of `key`. HS_E_CMS_KEY; for PKCS#1 see
 * hs__pkcs1_decrypt. */
HS_MUST_CHECK hs_status hs__cms_recipient_unwrap(const hs_provider *p, const hs__private_key *key,
                                                 const hs__cert *cert, const hs__cms_rinfo *info,
                                                 size_t key_n, uint8_t *out);

/* The key of this certificate can receive: RSA with keyEncipherment, or EC with keyAgreement, where
 * keyUsage is there at all (RFC 5652 6.2). */
bool hs__cms_can_receive(const hs__cert *cert);

/* Wraps `key` for the owner of `cert` and writes the RecipientInfo; *how gets what was done. */
HS_MUST_CHECK hs_status hs__cms_recipient_write(const hs_provider *p, const hs__cert *cert,
                                                hs_span key, hs__der_out *o,
                                                hs__cms_sealed_for *told);

#endif
