/* compat.h - what differs between mbedTLS 2.28 and 3.6, in one place. */
#ifndef HS_CRYPTO_MBEDTLS_COMPAT_H
#define HS_CRYPTO_MBEDTLS_COMPAT_H

#include <mbedtls/version.h>

#include <mbedtls/rsa.h>
#include <mbedtls/sha1.h>
#include <mbedtls/sha256.h>
#include <mbedtls/sha512.h>

/* The random source of every call below (mbedtls/provider.c). */
int hs__mb_rng(void *unused, unsigned char *out, size_t n);

#if MBEDTLS_VERSION_NUMBER < 0x03000000

#define MBEDTLS_PRIVATE(member) member
#define MB_HASH(call)           call##_ret
#define MB_RSA_SIGN_MODE        MBEDTLS_RSA_PRIVATE,
#define MB_RSA_VERIFY_MODE      NULL, NULL, MBEDTLS_RSA_PUBLIC,
#define MB_RSA_ENCRYPT_MODE     MBEDTLS_RSA_PUBLIC,

static inline void mb_rsa_init(mbedtls_rsa_context *ctx) {
    mbedtls_rsa_init(ctx, MBEDTLS_RSA_PKCS_V15, MBEDTLS_MD_NONE);
}

static inline int mb_rsa_set_padding(mbedtls_rsa_context *ctx, int padding, mbedtls_md_type_t md) {
    mbedtls_rsa_set_padding(ctx, padding, (int)md);
    return 0;
}

#else

#define MB_HASH(call) call
#define MB_RSA_SIGN_MODE
#define MB_RSA_VERIFY_MODE
#define MB_RSA_ENCRYPT_MODE

static inline void mb_rsa_init(mbedtls_rsa_context *ctx) {
    mbedtls_rsa_init(ctx);
}

static inline int mb_rsa_set_padding(mbedtls_rsa_context *ctx, int padding, mbedtls_md_type_t md) {
    return mbedtls_rsa_set_padding(ctx, padding, md);
}

#endif

static inline int mb_rsa_sign_pkcs1(mbedtls_rsa_context *ctx, mbedtls_md_type_t md, unsigned hash_n,
                                    const unsigned char *hash, unsigned char *sig) {
    return mbedtls_rsa_rsassa_pkcs1_v15_sign(ctx, hs__mb_rng, NULL, MB_RSA_SIGN_MODE md, hash_n,
                                             hash, sig);
}

static inline int mb_rsa_verify_pkcs1(mbedtls_rsa_context *ctx, mbedtls_md_type_t md,
                                      unsigned hash_n, const unsigned char *hash,
                                      const unsigned char *sig) {
    return mbedtls_rsa_rsassa_pkcs1_v15_verify(ctx, MB_RSA_VERIFY_MODE md, hash_n, hash, sig);
}

static inline int mb_rsa_verify_pss(mbedtls_rsa_context *ctx, mbedtls_md_type_t md, unsigned hash_n,
                                    const unsigned char *hash, int salt, const unsigned char *sig) {
    return mbedtls_rsa_rsassa_pss_verify_ext(ctx, MB_RSA_VERIFY_MODE md, hash_n, hash, md, salt,
                                             sig);
}

static inline int mb_rsa_encrypt_pkcs1(mbedtls_rsa_context *ctx, size_t n, const unsigned char *msg,
                                       unsigned char *ct) {
    return mbedtls_rsa_rsaes_pkcs1_v15_encrypt(ctx, hs__mb_rng, NULL, MB_RSA_ENCRYPT_MODE n, msg,
                                               ct);
}

#endif
