#include "crypto/libcrypto/pkcs12.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/provider.h"

/* Rounds of the key derivation: what guessing a password costs. Old programs count slowly. */
enum { ITERATIONS = 100000, LEGACY_ITERATIONS = 2048 };

/* ---- writing ----------------------------------------------------------------------------- */

static X509 *read_cert(hs_span der) {
    const unsigned char *p = der.p;
    return der.n <= LONG_MAX ? d2i_X509(NULL, &p, (long)der.n) : NULL;
}

static EVP_PKEY *read_key(hs_span pem) {
    BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
    return key;
}

static STACK_OF(X509) * read_chain(const hs__pkcs12_contents *contents) {
    STACK_OF(X509) *chain = sk_X509_new_null();
    for (size_t i = 0; chain && i < contents->n_chain; i++) {
        X509 *cert = read_cert(contents->chain[i]);
        if (!cert || sk_X509_push(chain, cert) <= 0) {
            X509_free(cert);
            sk_X509_pop_free(chain, X509_free);
            return NULL;
        }
    }
    return chain;
}

/* The MAC by itself: PKCS12_create would take SHA-256 also for old programs. */
static bool seal(PKCS12 *p12, const char *password, bool legacy) {
    return PKCS12_set_mac(p12, password, -1, NULL, 0, legacy ? LEGACY_ITERATIONS : ITERATIONS,
                          legacy ? EVP_sha1() : EVP_sha256()) == 1;
}

static PKCS12 *create(const hs__pkcs12_contents *contents, const char *password, EVP_PKEY *key,
                      X509 *leaf, STACK_OF(X509) * chain) {
    const int cipher = contents->legacy ? NID_pbe_WithSHA1And3_Key_TripleDES_CBC : NID_aes_256_cbc;
    PKCS12 *p12 = PKCS12_create(password, contents->name, key, leaf, chain, cipher, cipher,
                                contents->legacy ? LEGACY_ITERATIONS : ITERATIONS, -1, 0);
    if (p12 && !seal(p12, password, contents->legacy)) {
        PKCS12_free(p12);
        p12 = NULL;
    }
    return p12;
}

static hs_status encode(PKCS12 *p12, uint8_t **out, size_t *n) {
    const int len = i2d_PKCS12(p12, NULL);
    unsigned char *p = len > 0 ? malloc((size_t)len) : NULL;
    *out = p;
    if (!p)
        return HS_E_NOMEM;
    *n = (size_t)i2d_PKCS12(p12, &p);
    return HS_OK;
}

hs_status hs__lc_pkcs12_write(const hs__pkcs12_contents *contents, const char *password,
                              uint8_t **out, size_t *n) {
    hs_status st = HS_E_CRYPTO;
    PKCS12 *p12 = NULL;
    *out = NULL;
    *n = 0;
    X509 *leaf = read_cert(contents->leaf);
    EVP_PKEY *key = read_key(contents->key);
    STACK_OF(X509) *chain = read_chain(contents);
    if (leaf && key && X509_check_private_key(leaf, key) != 1)
        st = HS_E_KEY_MISMATCH;
    else if (leaf && key && chain)
        p12 = create(contents, password, key, leaf, chain);
    if (p12)
        st = encode(p12, out, n);
    PKCS12_free(p12);
    sk_X509_pop_free(chain, X509_free);
    EVP_PKEY_free(key);
    X509_free(leaf);
    ERR_clear_error();
    return st;
}

/* ---- reading ----------------------------------------------------------------------------- */

/* Takes the text out of the BIO, and frees it. */
static char *text_of(BIO *bio) {
    char *p, *text = NULL;
    const long n = BIO_get_mem_data(bio, &p);
    if (n > 0)
        text = malloc((size_t)n + 1);
    if (text) {
        memcpy(text, p, (size_t)n);
        text[n] = 0;
        hs__wipe(p, (size_t)n);
    }
    BIO_free(bio);
    return text;
}

static void put_certs(BIO *bio, X509 *leaf, STACK_OF(X509) * others) {
    if (leaf)
        (void)PEM_write_bio_X509(bio, leaf);
    for (int i = 0; i < sk_X509_num(others); i++)
        (void)PEM_write_bio_X509(bio, sk_X509_value(others, i));
}

static hs_status to_pem(EVP_PKEY *key, X509 *leaf, STACK_OF(X509) * others, hs__pkcs12 *out) {
    BIO *certificates = BIO_new(BIO_s_mem()), *key_bio = BIO_new(BIO_s_mem());
    if (!certificates || !key_bio) {
        BIO_free(certificates);
        BIO_free(key_bio);
        return HS_E_NOMEM;
    }
    put_certs(certificates, leaf, others);
    if (key)
        (void)PEM_write_bio_PKCS8PrivateKey(key_bio, key, NULL, NULL, 0, NULL, NULL);
    out->certificates = text_of(certificates);
    out->key = text_of(key_bio);
    return HS_OK;
}

hs_status hs__lc_pkcs12_read(hs_span der, const char *password, hs__pkcs12 *out) {
    const unsigned char *p = der.p;
    EVP_PKEY *key = NULL;
    X509 *leaf = NULL;
    STACK_OF(X509) *others = NULL;
    hs_status st = HS_OK;
    *out = (hs__pkcs12){0};
    PKCS12 *p12 = der.n <= LONG_MAX ? d2i_PKCS12(NULL, &p, (long)der.n) : NULL;
    if (!p12)
        st = HS_E_DECODE;
    else if (PKCS12_verify_mac(p12, password, -1) != 1)
        st = HS_E_KEY_PASSWORD;
    else if (PKCS12_parse(p12, password, &key, &leaf, &others) != 1)
        st = HS_E_UNSUPPORTED; /* e.g. RC2, which libcrypto has in its legacy provider only */
    else
        st = to_pem(key, leaf, others, out);
    EVP_PKEY_free(key);
    X509_free(leaf);
    sk_X509_pop_free(others, X509_free);
    PKCS12_free(p12);
    ERR_clear_error();
    return st;
}
