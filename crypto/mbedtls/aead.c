#include "crypto/mbedtls/compat.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/chachapoly.h>
#include <mbedtls/gcm.h>

#include "crypto/mbedtls/internal.h"

struct hs__aead {
    hs__aead_id id;
    union {
        mbedtls_gcm_context gcm;
        mbedtls_chachapoly_context chacha;
    } u;
};

static bool is_gcm(const hs__aead *a) {
    return a->id != HS__CHACHA20_POLY1305;
}

static int set_key(hs__aead *a, const uint8_t *key) {
    if (is_gcm(a)) {
        mbedtls_gcm_init(&a->u.gcm);
        return mbedtls_gcm_setkey(&a->u.gcm, MBEDTLS_CIPHER_ID_AES, key,
                                  (unsigned)hs__aead_key_len(a->id) * 8);
    }
    mbedtls_chachapoly_init(&a->u.chacha);
    return mbedtls_chachapoly_setkey(&a->u.chacha, key);
}

hs_status hs__mb_aead_new(const hs_provider *p, hs__aead_id id, const uint8_t *key, bool seals,
                          hs__aead **out) {
    (void)seals;
    *out = NULL;
    hs__aead *a = calloc(1, sizeof *a);
    if (!a)
        return HS_E_NOMEM;
    a->id = id;
    hs_status st = hs__mb_status(set_key(a, key), HS_E_CRYPTO);
    if (st)
        hs__mb_aead_free(p, a);
    else
        *out = a;
    return st;
}

hs_status hs__mb_aead_seal(const hs_provider *p, hs__aead *a, const uint8_t nonce[HS__AEAD_NONCE],
                           hs_span aad, const uint8_t *in, size_t n, const uint8_t *tail,
                           size_t tail_n, uint8_t *out) {
    (void)p;
    size_t total = n + tail_n;
    /* 2.28's incremental GCM takes whole blocks only, so the plaintext is put together first. */
    if (in != out && n)
        memcpy(out, in, n);
    if (tail_n)
        memcpy(out + n, tail, tail_n);
    int ret = is_gcm(a) ? mbedtls_gcm_crypt_and_tag(&a->u.gcm, MBEDTLS_GCM_ENCRYPT, total, nonce,
                                                    HS__AEAD_NONCE, aad.p, aad.n, out, out,
                                                    HS__AEAD_TAG, out + total)
                        : mbedtls_chachapoly_encrypt_and_tag(&a->u.chacha, total, nonce, aad.p,
                                                             aad.n, out, out, out + total);
    if (ret)
        hs__wipe(out, total + HS__AEAD_TAG);
    return hs__mb_status(ret, HS_E_CRYPTO);
}

hs_status hs__mb_aead_open(const hs_provider *p, hs__aead *a, const uint8_t nonce[HS__AEAD_NONCE],
                           hs_span aad, uint8_t *buf, size_t n, size_t *len) {
    (void)p;
    int ret = MBEDTLS_ERR_GCM_AUTH_FAILED;
    size_t text = n < HS__AEAD_TAG ? 0 : n - HS__AEAD_TAG;
    *len = 0;
    if (n >= HS__AEAD_TAG && is_gcm(a))
        ret = mbedtls_gcm_auth_decrypt(&a->u.gcm, text, nonce, HS__AEAD_NONCE, aad.p, aad.n,
                                       buf + text, HS__AEAD_TAG, buf, buf);
    else if (n >= HS__AEAD_TAG)
        ret = mbedtls_chachapoly_auth_decrypt(&a->u.chacha, text, nonce, aad.p, aad.n, buf + text,
                                              buf, buf);
    if (!ret) {
        *len = text;
        return HS_OK;
    }
    hs__wipe(buf, n);
    bool is_forged =
        ret == MBEDTLS_ERR_GCM_AUTH_FAILED || ret == MBEDTLS_ERR_CHACHAPOLY_AUTH_FAILED;
    return is_forged ? HS_E_BAD_RECORD_MAC : hs__mb_status(ret, HS_E_CRYPTO);
}

void hs__mb_aead_free(const hs_provider *p, hs__aead *a) {
    (void)p;
    if (!a)
        return;
    if (is_gcm(a))
        mbedtls_gcm_free(&a->u.gcm);
    else
        mbedtls_chachapoly_free(&a->u.chacha);
    hs__wipe(a, sizeof *a);
    free(a);
}
