#include "crypto/mbedtls/compat.h"

#include <string.h>

#include <mbedtls/aes.h>

#include "crypto/der.h"
#include "crypto/keyfile.h"
#include "crypto/mbedtls/internal.h"
#include "crypto/pbkdf2.h"

#define OID(name, ...) static const uint8_t name[] = {__VA_ARGS__}
OID(pbes2, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d);
OID(pbkdf2, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c);

static const struct {
    uint8_t oid[8];
    hs__hash_id hash;
} prfs[] = {
    {{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x07}, HS__SHA1},
    {{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x09}, HS__SHA256},
    {{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x0a}, HS__SHA384},
    {{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x0b}, HS__SHA512},
};

static const struct {
    uint8_t oid[9];
    unsigned key_len;
} ciphers[] = {
    {{0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x02}, 16}, /* aes128-CBC */
    {{0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x16}, 24}, /* aes192-CBC */
    {{0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a}, 32}, /* aes256-CBC */
};

enum {
    PRF_WRITTEN = 1,    /* HMAC-SHA-256 */
    CIPHER_WRITTEN = 2, /* AES-256 */
    BLOCK = 16,
    SALT = 16,
    ITERATIONS_MAX = 10000000 /* ten seconds: no key file should stop a program for longer */
};

typedef struct {
    hs_span salt, iv, text;
    unsigned iterations, key_len;
    hs__hash_id prf;
} envelope;

static hs_status read_prf(hs_span rest, envelope *e) {
    hs_span alg;
    hs_span oid;
    e->prf = HS__SHA1; /* the DEFAULT */
    if (rest.n == 0)
        return HS_OK;
    if (!hs__der_take(&rest, HS__DER_SEQUENCE, &alg) || rest.n != 0 ||
        !hs__der_take(&alg, HS__DER_OID, &oid))
        return HS_E_KEY_FORMAT;
    for (size_t i = 0; i < sizeof prfs / sizeof prfs[0]; i++) {
        if (hs__der_is(oid, prfs[i].oid, sizeof prfs[i].oid)) {
            e->prf = prfs[i].hash;
            return HS_OK;
        }
    }
    return HS_E_UNSUPPORTED;
}

/* SEQUENCE { pbkdf2, SEQUENCE { salt, iterations, keyLength OPTIONAL, prf DEFAULT } } */
static hs_status read_kdf(hs_span kdf, envelope *e) {
    hs_span oid;
    hs_span params;
    unsigned key_len = e->key_len;
    if (!hs__der_take(&kdf, HS__DER_OID, &oid))
        return HS_E_KEY_FORMAT;
    if (!hs__der_is(oid, pbkdf2, sizeof pbkdf2))
        return HS_E_UNSUPPORTED;
    if (!hs__der_take(&kdf, HS__DER_SEQUENCE, &params) ||
        !hs__der_take(&params, HS__DER_OCTET_STRING, &e->salt) ||
        !hs__der_take_small(&params, &e->iterations))
        return HS_E_KEY_FORMAT;
    if (params.n && params.p[0] == HS__DER_INTEGER && !hs__der_take_small(&params, &key_len))
        return HS_E_KEY_FORMAT;
    if (e->iterations < 1 || e->iterations > ITERATIONS_MAX || key_len != e->key_len)
        return HS_E_KEY_FORMAT;
    return read_prf(params, e);
}

static hs_status read_cipher(hs_span cipher, envelope *e) {
    hs_span oid;
    if (!hs__der_take(&cipher, HS__DER_OID, &oid))
        return HS_E_KEY_FORMAT;
    for (size_t i = 0; i < sizeof ciphers / sizeof ciphers[0]; i++) {
        if (hs__der_is(oid, ciphers[i].oid, sizeof ciphers[i].oid))
            e->key_len = ciphers[i].key_len;
    }
    if (!e->key_len)
        return HS_E_UNSUPPORTED;
    bool ok = hs__der_take(&cipher, HS__DER_OCTET_STRING, &e->iv) && e->iv.n == BLOCK;
    return ok ? HS_OK : HS_E_KEY_FORMAT;
}

static hs_status read_envelope(hs_span der, envelope *e) {
    hs_span seq;
    hs_span alg;
    hs_span oid;
    hs_span params;
    hs_span kdf;
    hs_span cipher;
    *e = (envelope){0};
    if (!hs__der_take(&der, HS__DER_SEQUENCE, &seq) || der.n != 0 ||
        !hs__der_take(&seq, HS__DER_SEQUENCE, &alg) ||
        !hs__der_take(&seq, HS__DER_OCTET_STRING, &e->text) || seq.n != 0 ||
        !hs__der_take(&alg, HS__DER_OID, &oid))
        return HS_E_KEY_FORMAT;
    if (!hs__der_is(oid, pbes2, sizeof pbes2))
        return HS_E_UNSUPPORTED;
    if (!hs__der_take(&alg, HS__DER_SEQUENCE, &params) ||
        !hs__der_take(&params, HS__DER_SEQUENCE, &kdf) ||
        !hs__der_take(&params, HS__DER_SEQUENCE, &cipher))
        return HS_E_KEY_FORMAT;
    if (e->text.n == 0 || e->text.n % BLOCK != 0)
        return HS_E_KEY_FORMAT;
    hs_status st = read_cipher(cipher, e);
    return st ? st : read_kdf(kdf, e);
}

/* AES-CBC with the key that the password gives. in and out may be the same. */
static hs_status crypt(const hs_provider *p, const envelope *e, hs_span password, int mode,
                       const uint8_t *in, uint8_t *out, size_t n) {
    uint8_t key[32];
    uint8_t iv[BLOCK];
    mbedtls_aes_context aes;
    hs_status st = hs__pbkdf2(p, e->prf, password, e->salt, e->iterations, key, e->key_len);
    if (st)
        return st;
    mbedtls_aes_init(&aes);
    memcpy(iv, e->iv.p, BLOCK);
    int ret = mode == MBEDTLS_AES_ENCRYPT ? mbedtls_aes_setkey_enc(&aes, key, e->key_len * 8)
                                          : mbedtls_aes_setkey_dec(&aes, key, e->key_len * 8);
    if (!ret)
        ret = mbedtls_aes_crypt_cbc(&aes, mode, n, iv, in, out);
    mbedtls_aes_free(&aes);
    hs__wipe(key, sizeof key);
    return hs__mb_status(ret, HS_E_CRYPTO);
}

/* RFC 8018 6.1.1 step 4: the last byte says how many bytes of its own value were added. */
static bool unpad(const uint8_t *text, size_t *n) {
    size_t pad = text[*n - 1];
    if (pad < 1 || pad > BLOCK)
        return false;
    for (size_t i = 0; i < pad; i++) {
        if (text[*n - 1 - i] != pad)
            return false;
    }
    *n -= pad;
    return true;
}

hs_status hs__mb_pbes2_open(const hs_provider *p, hs_span der, hs_span password, uint8_t *plain,
                            size_t *plain_n) {
    envelope e;
    hs_status st = read_envelope(der, &e);
    if (!st)
        st = crypt(p, &e, password, MBEDTLS_AES_DECRYPT, e.text.p, plain, e.text.n);
    *plain_n = e.text.n;
    if (!st && !unpad(plain, plain_n))
        st = HS_E_KEY_PASSWORD;
    return st;
}

static void put_value(hs__der_out *o, uint8_t tag, const void *bytes, size_t n) {
    const uint8_t *end = o->p;
    hs__der_put(o, bytes, n);
    hs__der_wrap(o, tag, end);
}

/* The AlgorithmIdentifier of PBES2, back to front. */
static void put_algorithm(hs__der_out *o, const envelope *e) {
    const uint8_t *end = o->p;
    put_value(o, HS__DER_OCTET_STRING, e->iv.p, e->iv.n);
    put_value(o, HS__DER_OID, ciphers[CIPHER_WRITTEN].oid, sizeof ciphers[0].oid);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
    const uint8_t *kdf_end = o->p;
    hs__der_wrap(o, HS__DER_NULL, o->p);
    put_value(o, HS__DER_OID, prfs[PRF_WRITTEN].oid, sizeof prfs[0].oid);
    hs__der_wrap(o, HS__DER_SEQUENCE, kdf_end);
    hs__der_put_small(o, e->iterations);
    put_value(o, HS__DER_OCTET_STRING, e->salt.p, e->salt.n);
    hs__der_wrap(o, HS__DER_SEQUENCE, kdf_end);
    put_value(o, HS__DER_OID, pbkdf2, sizeof pbkdf2);
    hs__der_wrap(o, HS__DER_SEQUENCE, kdf_end);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
    put_value(o, HS__DER_OID, pbes2, sizeof pbes2);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
}

hs_status hs__mb_pbes2_seal(const hs_provider *p, hs_span plain, hs_span password, uint8_t *room,
                            size_t room_n, hs_span *out) {
    uint8_t salt_iv[SALT + BLOCK];
    uint8_t *end = room + room_n;
    hs__der_out o = {room, end, false};
    size_t pad = BLOCK - plain.n % BLOCK;
    const envelope e = {.salt = {salt_iv, SALT},
                        .iv = {salt_iv + SALT, BLOCK},
                        .iterations = HS__KEYFILE_ITERATIONS,
                        .key_len = ciphers[CIPHER_WRITTEN].key_len,
                        .prf = prfs[PRF_WRITTEN].hash};
    hs_status st = p->random(p, salt_iv, sizeof salt_iv);
    uint8_t *text = hs__der_put_room(&o, plain.n + pad);
    if (!text)
        return HS_E_NO_SPACE;
    memcpy(text, plain.p, plain.n);
    memset(text + plain.n, (int)pad, pad);
    if (!st)
        st = crypt(p, &e, password, MBEDTLS_AES_ENCRYPT, text, text, plain.n + pad);
    hs__der_wrap(&o, HS__DER_OCTET_STRING, end);
    put_algorithm(&o, &e);
    hs__der_wrap(&o, HS__DER_SEQUENCE, end);
    if (!st && o.full)
        st = HS_E_NO_SPACE;
    if (st)
        hs__wipe(room, room_n);
    else
        *out = (hs_span){o.p, (size_t)(end - o.p)};
    return st;
}
