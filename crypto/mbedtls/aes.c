#include "crypto/mbedtls/compat.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/aes.h>
#include <mbedtls/gcm.h>

#include "crypto/mbedtls/internal.h"

struct hs__aes {
    hs__aes_mode mode;
    bool encrypts;
    uint8_t iv[HS__AES_BLOCK]; /* CBC's, as it goes on */
    union {
        mbedtls_gcm_context gcm;
        mbedtls_aes_context aes;
    } u;
};

/* 2.28 wants whole blocks but for the last part, as the slot does; 3.6 takes all. */
#if MBEDTLS_VERSION_NUMBER < 0x03000000

static int gcm_start(mbedtls_gcm_context *gcm, int mode, hs_span iv) {
    return mbedtls_gcm_starts(gcm, mode, iv.p, iv.n, NULL, 0);
}

static int gcm_update(mbedtls_gcm_context *gcm, const uint8_t *in, size_t n, uint8_t *out) {
    return mbedtls_gcm_update(gcm, n, in, out);
}

static int gcm_finish(mbedtls_gcm_context *gcm, uint8_t *tag) {
    return mbedtls_gcm_finish(gcm, tag, HS__AEAD_TAG);
}

#else

static int gcm_start(mbedtls_gcm_context *gcm, int mode, hs_span iv) {
    return mbedtls_gcm_starts(gcm, mode, iv.p, iv.n);
}

static int gcm_update(mbedtls_gcm_context *gcm, const uint8_t *in, size_t n, uint8_t *out) {
    size_t len;
    return mbedtls_gcm_update(gcm, in, n, out, n, &len);
}

static int gcm_finish(mbedtls_gcm_context *gcm, uint8_t *tag) {
    size_t len;
    return mbedtls_gcm_finish(gcm, NULL, 0, &len, tag, HS__AEAD_TAG);
}

#endif

static int start(hs__aes *a, hs_span key, hs_span iv) {
    unsigned bits = (unsigned)key.n * 8;
    if (a->mode != HS__AES_GCM) {
        mbedtls_aes_init(&a->u.aes);
        if (iv.n)
            memcpy(a->iv, iv.p, iv.n);
        return a->encrypts ? mbedtls_aes_setkey_enc(&a->u.aes, key.p, bits)
                           : mbedtls_aes_setkey_dec(&a->u.aes, key.p, bits);
    }
    mbedtls_gcm_init(&a->u.gcm);
    int ret = mbedtls_gcm_setkey(&a->u.gcm, MBEDTLS_CIPHER_ID_AES, key.p, bits);
    if (ret)
        return ret;
    return gcm_start(&a->u.gcm, a->encrypts ? MBEDTLS_GCM_ENCRYPT : MBEDTLS_GCM_DECRYPT, iv);
}

hs_status hs__mb_aes_new(const hs_provider *p, hs__aes_mode mode, hs_span key, hs_span iv,
                         bool encrypts, hs__aes **out) {
    static const size_t iv_len[] = {
        [HS__AES_GCM] = HS__AEAD_NONCE, [HS__AES_CBC] = HS__AES_BLOCK, [HS__AES_ECB] = 0};
    *out = NULL;
    if (key.n % 8 || key.n < 16 || key.n > HS__AES_KEY_MAX || iv.n != iv_len[mode])
        return HS_E_MISUSE;
    hs__aes *a = calloc(1, sizeof *a);
    if (!a)
        return HS_E_NOMEM;
    a->mode = mode;
    a->encrypts = encrypts;
    hs_status st = hs__mb_status(start(a, key, iv), HS_E_CRYPTO);
    if (st)
        hs__mb_aes_free(p, a);
    else
        *out = a;
    return st;
}

static int run_ecb(hs__aes *a, int mode, const uint8_t *in, size_t n, uint8_t *out) {
    int ret = 0;
    for (size_t i = 0; i < n && !ret; i += HS__AES_BLOCK)
        ret = mbedtls_aes_crypt_ecb(&a->u.aes, mode, in + i, out + i);
    return ret;
}

hs_status hs__mb_aes_update(const hs_provider *p, hs__aes *a, const uint8_t *in, size_t n,
                            uint8_t *out) {
    (void)p;
    int mode = a->encrypts ? MBEDTLS_AES_ENCRYPT : MBEDTLS_AES_DECRYPT;
    int ret = MBEDTLS_ERR_GCM_BAD_INPUT;
    if (n == 0)
        return HS_OK;
    if (a->mode != HS__AES_GCM && n % HS__AES_BLOCK)
        return HS_E_MISUSE;
    switch (a->mode) {
    case HS__AES_GCM:
        ret = gcm_update(&a->u.gcm, in, n, out);
        break;
    case HS__AES_CBC:
        ret = mbedtls_aes_crypt_cbc(&a->u.aes, mode, n, a->iv, in, out);
        break;
    case HS__AES_ECB:
        ret = run_ecb(a, mode, in, n, out);
        break;
    }
    return hs__mb_status(ret, HS_E_CRYPTO);
}

hs_status hs__mb_aes_end(const hs_provider *p, hs__aes *a, uint8_t *tag, size_t tag_n) {
    (void)p;
    uint8_t whole[HS__AEAD_TAG];
    if (a->mode != HS__AES_GCM || tag_n < HS__AES_TAG_MIN || tag_n > HS__AEAD_TAG)
        return HS_E_MISUSE;
    hs_status st = hs__mb_status(gcm_finish(&a->u.gcm, whole), HS_E_CRYPTO);
    if (!st && a->encrypts)
        memcpy(tag, whole, tag_n);
    else if (!st && !hs__ct_equal(tag, whole, tag_n))
        st = HS_E_BAD_RECORD_MAC;
    hs__wipe(whole, sizeof whole);
    return st;
}

void hs__mb_aes_free(const hs_provider *p, hs__aes *a) {
    (void)p;
    if (!a)
        return;
    if (a->mode == HS__AES_GCM)
        mbedtls_gcm_free(&a->u.gcm);
    else
        mbedtls_aes_free(&a->u.aes);
    hs__wipe(a, sizeof *a);
    free(a);
}
