/* oaep.h - RSAES-OAEP (RFC 8017 7.1) over the provider's bare RSA and hashes, with an empty label.
 * Written once, so that no library's habits decide what is taken. */
#ifndef HS_CRYPTO_OAEP_H
#define HS_CRYPTO_OAEP_H

#include "crypto/provider.h"

/* The hash of the label, and the one of MGF1; mostly the same. */
typedef struct {
    hs__hash_id hash, mgf1;
} hs__oaep;

/* ct has room for HS__RSA_CIPHERTEXT_MAX and gets as many bytes as the modulus has. HS_E_KEY_TYPE:
 * not HS__KEY_RSA. HS_E_NO_SPACE: msg is too long for the key. */
HS_MUST_CHECK hs_status hs__oaep_encrypt(const hs_provider *p, const hs__public_numbers *to,
                                         hs__oaep how, hs_span msg, uint8_t *ct, size_t *ct_n);

/* Takes the masks off what came out of the private operation, n bytes. *bad: 0 if all is well; *at:
 * where the message begins (if it is). Constant time; fails for local reasons only. */
HS_MUST_CHECK hs_status hs__oaep_decode(const hs_provider *p, hs__oaep how, uint8_t *block,
                                        size_t n, uint8_t *bad, size_t *at);

/* out has room for max bytes; *out_n: of the message. HS_E_CMS_KEY for whatever is wrong with ct,
 * in a time that does not tell what (Manger's attack needs just that), apart from its length. */
HS_MUST_CHECK hs_status hs__oaep_decrypt(const hs_provider *p, const hs__private_key *k,
                                         hs__oaep how, hs_span ct, size_t max, uint8_t *out,
                                         size_t *out_n);

#endif
