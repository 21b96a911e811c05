/* RSA without padding, and our own way to take the padding off. libcrypto's padding for TLS
 * (RSA_PKCS1_WITH_TLS_PADDING) does the same operation and then puts random bytes of its own in the
 * place of a bad secret; ours are the caller's, and looked at by one code for all libraries. */
#include <openssl/rsa.h>

#include "crypto/libcrypto/internal.h"
#include "crypto/premaster.h"
#include "crypto/public_numbers.h"

typedef int operation(EVP_PKEY_CTX *ctx, uint8_t *out, size_t *out_n, const uint8_t *in,
                      size_t in_n);

static hs_status run(EVP_PKEY *pkey, int (*start)(EVP_PKEY_CTX *ctx), operation *op, int padding,
                     hs_span in, uint8_t *out, size_t out_n) {
    size_t n = out_n;
    bool was_quiet = hs__lc_begin();
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    bool ok = ctx && start(ctx) == 1 && EVP_PKEY_CTX_set_rsa_padding(ctx, padding) == 1 &&
              op(ctx, out, &n, in.p, in.n) == 1 && n == out_n;
    EVP_PKEY_CTX_free(ctx);
    return hs__lc_end(was_quiet, ok ? HS_OK : HS_E_CRYPTO);
}

hs_status hs__lc_rsa_encrypt_premaster(const hs_provider *p, const hs__public_key *k,
                                       const uint8_t premaster[HS__PREMASTER], uint8_t *ct,
                                       size_t *ct_n) {
    (void)p;
    if (k->numbers.type != HS__KEY_RSA)
        return HS_E_KEY_TYPE;
    hs_status st = run(k->pkey, EVP_PKEY_encrypt_init, EVP_PKEY_encrypt, RSA_PKCS1_PADDING,
                       (hs_span){premaster, HS__PREMASTER}, ct, k->numbers.n.n);
    if (!st)
        *ct_n = k->numbers.n.n;
    return st;
}

hs_status hs__lc_rsa_public(const hs_provider *p, const hs__public_key *k, uint8_t *block) {
    size_t n = k->numbers.n.n;
    (void)p;
    if (k->numbers.type != HS__KEY_RSA)
        return HS_E_KEY_TYPE;
    return run(k->pkey, EVP_PKEY_encrypt_init, EVP_PKEY_encrypt, RSA_NO_PADDING,
               (hs_span){block, n}, block, n);
}

hs_status hs__lc_rsa_private(const hs_provider *p, const hs__private_key *k, uint8_t *block) {
    size_t n = k->numbers.n.n;
    (void)p;
    if (k->numbers.type != HS__KEY_RSA)
        return HS_E_KEY_TYPE;
    return run(k->pkey, EVP_PKEY_decrypt_init, EVP_PKEY_decrypt, RSA_NO_PADDING,
               (hs_span){block, n}, block, n);
}

hs_status hs__lc_rsa_premaster(const hs_provider *p, const hs__private_key *k, hs_span ct,
                               uint16_t version, const uint8_t fallback[HS__PREMASTER],
                               uint8_t out[HS__PREMASTER]) {
    uint8_t block[HS__RSA_BITS_MAX / 8];
    if (k->numbers.type != HS__KEY_RSA)
        return HS_E_KEY_TYPE;
    bool is_usable = hs__premaster_input(k->numbers.n, ct, block);
    hs_status st = hs__lc_rsa_private(p, k, block);
    if (!st)
        hs__premaster_unpad(block, k->numbers.n.n, version, is_usable, fallback, out);
    hs__wipe(block, sizeof block);
    return st;
}
