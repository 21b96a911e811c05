#include <limits.h>
#include <stdlib.h>

#include "crypto/libcrypto/internal.h"

struct hs__aes {
    EVP_CIPHER_CTX *ctx;
    hs__aes_mode mode;
    bool encrypts;
};

hs_status hs__lc_aes_new(const hs_provider *p, hs__aes_mode mode, hs_span key, hs_span iv,
                         bool encrypts, hs__aes **out) {
    *out = NULL;
    if (key.n % 8 || key.n < 16 || key.n > HS__AES_KEY_MAX)
        return HS_E_MISUSE;
    const EVP_CIPHER *cipher = hs__lc_of(p)->aes[mode][key.n / 8 - 2];
    if (iv.n != (size_t)EVP_CIPHER_get_iv_length(cipher))
        return HS_E_MISUSE;
    hs__aes *a = calloc(1, sizeof *a);
    if (!a)
        return HS_E_NOMEM;
    a->mode = mode;
    a->encrypts = encrypts;
    a->ctx = EVP_CIPHER_CTX_new();
    bool was_quiet = hs__lc_begin();
    bool ok = a->ctx && EVP_CipherInit_ex2(a->ctx, cipher, key.p, iv.p, encrypts, NULL) == 1 &&
              EVP_CIPHER_CTX_set_padding(a->ctx, 0) == 1;
    hs_status st = hs__lc_end(was_quiet, ok ? HS_OK : HS_E_CRYPTO);
    if (st)
        hs__lc_aes_free(p, a);
    else
        *out = a;
    return st;
}

hs_status hs__lc_aes_update(const hs_provider *p, hs__aes *a, const uint8_t *in, size_t n,
                            uint8_t *out) {
    (void)p;
    int len = 0;
    if (n == 0)
        return HS_OK;
    if (n > INT_MAX || (a->mode != HS__AES_GCM && n % HS__AES_BLOCK))
        return HS_E_MISUSE;
    bool was_quiet = hs__lc_begin();
    bool ok = EVP_CipherUpdate(a->ctx, out, &len, in, (int)n) == 1 && (size_t)len == n;
    return hs__lc_end(was_quiet, ok ? HS_OK : HS_E_CRYPTO);
}

hs_status hs__lc_aes_end(const hs_provider *p, hs__aes *a, uint8_t *tag, size_t tag_n) {
    (void)p;
    int len;
    uint8_t none[HS__AES_BLOCK];
    if (a->mode != HS__AES_GCM || tag_n < HS__AES_TAG_MIN || tag_n > HS__AEAD_TAG)
        return HS_E_MISUSE;
    bool was_quiet = hs__lc_begin();
    bool ok =
        a->encrypts || EVP_CIPHER_CTX_ctrl(a->ctx, EVP_CTRL_AEAD_SET_TAG, (int)tag_n, tag) == 1;
    hs_status st = ok ? HS_OK : HS_E_CRYPTO;
    if (!st && EVP_CipherFinal_ex(a->ctx, none, &len) != 1)
        st = a->encrypts ? HS_E_CRYPTO : HS_E_BAD_RECORD_MAC;
    if (!st && a->encrypts &&
        EVP_CIPHER_CTX_ctrl(a->ctx, EVP_CTRL_AEAD_GET_TAG, (int)tag_n, tag) != 1)
        st = HS_E_CRYPTO;
    return hs__lc_end(was_quiet, st);
}

void hs__lc_aes_free(const hs_provider *p, hs__aes *a) {
    (void)p;
    if (!a)
        return;
    EVP_CIPHER_CTX_free(a->ctx);
    free(a);
}
