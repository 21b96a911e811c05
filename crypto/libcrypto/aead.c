#include <limits.h>
#include <string.h>

#include "crypto/libcrypto/internal.h"

/* An hs__aead is an EVP_CIPHER_CTX, keyed once: only the nonce changes from record to
 * record. */
static EVP_CIPHER_CTX *ctx_of(hs__aead *a) {
    return (EVP_CIPHER_CTX *)(void *)a;
}

hs_status hs__lc_aead_new(const hs_provider *p, hs__aead_id id, const uint8_t *key, bool seals,
                          hs__aead **out) {
    EVP_CIPHER *cipher = hs__lc_of(p)->cipher[id];
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    *out = NULL;
    if (!ctx)
        return HS_E_NOMEM;
    int ok = seals ? EVP_EncryptInit_ex2(ctx, cipher, key, NULL, NULL)
                   : EVP_DecryptInit_ex2(ctx, cipher, key, NULL, NULL);
    if (ok != 1) {
        EVP_CIPHER_CTX_free(ctx);
        return HS_E_CRYPTO;
    }
    *out = (hs__aead *)(void *)ctx;
    return HS_OK;
}

/* A zero-length update is left out: with a NULL buffer libcrypto takes it for AAD. */
static bool encrypt(EVP_CIPHER_CTX *ctx, uint8_t *out, const uint8_t *in, size_t n) {
    int len;
    return n == 0 || EVP_EncryptUpdate(ctx, out, &len, in, (int)n) == 1;
}

hs_status hs__lc_aead_seal(const hs_provider *p, hs__aead *a, const uint8_t nonce[HS__AEAD_NONCE],
                           hs_span aad, const uint8_t *in, size_t n, const uint8_t *tail,
                           size_t tail_n, uint8_t *out) {
    (void)p;
    EVP_CIPHER_CTX *ctx = ctx_of(a);
    int len;
    if (n > INT_MAX || tail_n > INT_MAX || aad.n > INT_MAX)
        return HS_E_MISUSE;
    bool ok = EVP_EncryptInit_ex2(ctx, NULL, NULL, nonce, NULL) == 1 &&
              (aad.n == 0 || EVP_EncryptUpdate(ctx, NULL, &len, aad.p, (int)aad.n) == 1) &&
              encrypt(ctx, out, in, n) && encrypt(ctx, out + n, tail, tail_n) &&
              EVP_EncryptFinal_ex(ctx, out + n + tail_n, &len) == 1 &&
              EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, HS__AEAD_TAG, out + n + tail_n) == 1;
    if (ok)
        return HS_OK;
    /* In place, the plaintext may still stand there. */
    hs__wipe(out, n + tail_n + HS__AEAD_TAG);
    return HS_E_CRYPTO;
}

hs_status hs__lc_aead_open(const hs_provider *p, hs__aead *a, const uint8_t nonce[HS__AEAD_NONCE],
                           hs_span aad, uint8_t *buf, size_t n, size_t *len) {
    (void)p;
    EVP_CIPHER_CTX *ctx = ctx_of(a);
    int unused;
    *len = 0;
    if (n > INT_MAX || aad.n > INT_MAX)
        return HS_E_MISUSE;
    if (n < HS__AEAD_TAG) {
        hs__wipe(buf, n);
        return HS_E_BAD_RECORD_MAC;
    }
    size_t text = n - HS__AEAD_TAG;
    bool ready = EVP_DecryptInit_ex2(ctx, NULL, NULL, nonce, NULL) == 1 &&
                 EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, HS__AEAD_TAG, buf + text) == 1 &&
                 (aad.n == 0 || EVP_DecryptUpdate(ctx, NULL, &unused, aad.p, (int)aad.n) == 1);
    bool opened = ready &&
                  (text == 0 || EVP_DecryptUpdate(ctx, buf, &unused, buf, (int)text) == 1) &&
                  EVP_DecryptFinal_ex(ctx, buf + text, &unused) == 1;
    if (!opened) {
        /* libcrypto leaves the unauthenticated plaintext there. */
        hs__wipe(buf, n);
        return ready ? HS_E_BAD_RECORD_MAC : HS_E_CRYPTO;
    }
    *len = text;
    return HS_OK;
}

void hs__lc_aead_free(const hs_provider *p, hs__aead *a) {
    (void)p;
    EVP_CIPHER_CTX_free(ctx_of(a));
}
