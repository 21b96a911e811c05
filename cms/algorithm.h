/* algorithm.h - the algorithms of sealed messages by their object identifiers, and by what is in
 * the parameters of each (RFC 3370, 3560, 3565, 5084, 5753). */
#ifndef HS_CMS_ALGORITHM_H
#define HS_CMS_ALGORITHM_H

#include "crypto/oaep.h"
#include "pki/der_write.h"

/* How content is encrypted. */
typedef struct {
    hs__oid id;
    hs__aes_mode mode; /* GCM or CBC */
    size_t key_n;
    const char *name; /* "AES-256-GCM" */
} hs__cms_cipher;

/* NULL: not one of ours. */
const hs__cms_cipher *hs__cms_cipher_of(hs__oid id);

/* contentEncryptionAlgorithm, opened: *cipher NULL where we lack it (its parameters are then gone
 * over). iv has room for HS__AES_BLOCK bytes; *tag_n is 0 without a tag. A nonce of GCM that is not
 * 12 bytes long counts as unknown. */
typedef struct {
    const hs__cms_cipher *cipher;
    hs_span algorithm; /* content of the OID, borrowed */
    uint8_t iv[HS__AES_BLOCK];
    size_t iv_n, tag_n;
} hs__cms_content_alg;
void hs__cms_content_alg_read(hs__rd *r, const char *name, hs__cms_content_alg *out);

/* AES-256-GCM with this nonce and a tag of 16 bytes. */
void hs__cms_gcm_write(hs__der_out *o, const uint8_t nonce[HS__AEAD_NONCE]);

/* Bytes of the key of an AES key wrap; 0: not one. */
size_t hs__cms_wrap_key_n(hs__oid id);

/* The hash of an ECDH scheme; false: not one of ours. */
bool hs__cms_kdf_hash(hs__oid id, hs__hash_id *hash);

/* The group of an EC key; 0: not an EC key. */
uint16_t hs__cms_group_of(hs__key_type type);

/* RSAES-OAEP-params (RFC 4055 4.1); false: a hash that we lack, or a label. */
bool hs__cms_oaep_read(hs__rd *r, const char *name, hs__oaep *out);
void hs__cms_oaep_write(hs__der_out *o, hs__oaep how);

#endif
