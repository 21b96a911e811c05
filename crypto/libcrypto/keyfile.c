#include "crypto/keyfile.h"

#include <limits.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/decoder.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "crypto/libcrypto/internal.h"

typedef struct {
    hs_span password;
    bool was_asked;
} passphrase;

static int give_passphrase(char *buf, int size, int writes, void *arg) {
    passphrase *pass = arg;
    (void)writes;
    pass->was_asked = true;
    if (!pass->password.p || pass->password.n > (size_t)size)
        return -1;
    memcpy(buf, pass->password.p, pass->password.n);
    return (int)pass->password.n;
}

static EVP_PKEY *decode(hs_span key, bool is_pem, passphrase *pass) {
    EVP_PKEY *pkey = NULL;
    const unsigned char *at = key.p;
    size_t left = key.n;
    OSSL_DECODER_CTX *ctx = OSSL_DECODER_CTX_new_for_pkey(&pkey, is_pem ? "PEM" : "DER", NULL, NULL,
                                                          EVP_PKEY_KEYPAIR, NULL, NULL);
    if (ctx && OSSL_DECODER_CTX_set_pem_password_cb(ctx, give_passphrase, pass) == 1)
        (void)OSSL_DECODER_from_data(ctx, &at, &left);
    OSSL_DECODER_CTX_free(ctx);
    return pkey;
}

hs_status hs__lc_key_load(const hs_provider *p, hs_span data, hs_span password,
                          hs__private_key **out) {
    (void)p;
    passphrase pass = {password, false};
    hs_span key;
    bool is_pem;
    *out = NULL;
    hs_status st = hs__keyfile_find(data, &key, &is_pem);
    if (st)
        return st;
    bool was_quiet = hs__lc_begin();
    EVP_PKEY *pkey = decode(key, is_pem, &pass);
    if (pkey)
        st = hs__lc_key_adopt(pkey, out);
    else if (pass.was_asked)
        st = password.p ? HS_E_KEY_PASSWORD : HS_E_KEY_PASSWORD_NEEDED;
    else
        st = HS_E_KEY_FORMAT;
    return hs__lc_end(was_quiet, st);
}

static hs_status write_encrypted(const hs_provider *p, PKCS8_PRIV_KEY_INFO *info, hs_span password,
                                 BIO *bio) {
    uint8_t salt[16];
    if (password.n > INT_MAX)
        return HS_E_MISUSE;
    hs_status st = p->random(p, salt, sizeof salt);
    if (st)
        return st;
    /* The PRF is HMAC-SHA-256 unless it is told otherwise. */
    X509_SIG *sealed =
        PKCS8_encrypt(-1, EVP_aes_256_cbc(), (const char *)password.p, (int)password.n, salt,
                      sizeof salt, HS__KEYFILE_ITERATIONS, info);
    st = sealed && PEM_write_bio_PKCS8(bio, sealed) == 1 ? HS_OK : HS_E_CRYPTO;
    X509_SIG_free(sealed);
    return st;
}

static hs_status take_text(BIO *bio, char *out, size_t *out_n) {
    char *text;
    long n = BIO_get_mem_data(bio, &text);
    if (n < 0 || (size_t)n > *out_n)
        return HS_E_NO_SPACE;
    memcpy(out, text, (size_t)n);
    *out_n = (size_t)n;
    return HS_OK;
}

hs_status hs__lc_key_write(const hs_provider *p, const hs__private_key *k, hs_span password,
                           char *out, size_t *out_n) {
    bool was_quiet = hs__lc_begin();
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(k->pkey);
    BIO *bio = BIO_new(BIO_s_secmem()); /* wiped when freed */
    hs_status st = HS_E_CRYPTO;
    if (info && bio && password.p)
        st = write_encrypted(p, info, password, bio);
    else if (info && bio && PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio, info) == 1)
        st = HS_OK;
    if (!st)
        st = take_text(bio, out, out_n);
    BIO_free(bio);
    PKCS8_PRIV_KEY_INFO_free(info);
    return hs__lc_end(was_quiet, st);
}
