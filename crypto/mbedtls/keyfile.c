#include "crypto/keyfile.h"

#include "crypto/mbedtls/compat.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/pem.h>

#include "crypto/der.h"
#include "crypto/mbedtls/internal.h"
#include "crypto/public_numbers.h"

#define LABEL(name)                                                                                \
    { name, "-----BEGIN " name "-----", "-----END " name "-----" }

static const struct label {
    const char *name, *begin, *end;
} labels[] = {
    LABEL("PRIVATE KEY"),
    LABEL("ENCRYPTED PRIVATE KEY"),
    LABEL("RSA PRIVATE KEY"),
    LABEL("EC PRIVATE KEY"),
};

static void free_secret(void *bytes, size_t n) {
    if (bytes)
        hs__wipe(bytes, n);
    free(bytes);
}

static hs_status load_plain(const hs_provider *p, hs_span der, hs__private_key **out) {
    hs__private_numbers v;
    hs_status st = hs__private_read(der, &v);
    return st ? st : hs__mb_key_from_numbers(p, &v, out);
}

static hs_status load_encrypted(const hs_provider *p, hs_span der, hs_span password,
                                hs__private_key **out) {
    size_t n = 0;
    if (!password.p)
        return HS_E_KEY_PASSWORD_NEEDED;
    uint8_t *plain = malloc(der.n);
    if (!plain)
        return HS_E_NOMEM;
    hs_status st = hs__mb_pbes2_open(p, der, password, plain, &n);
    if (!st)
        st = load_plain(p, (hs_span){plain, n}, out);
    /* One wrong password in 256 leaves a padding that looks right, and no key behind it. */
    if (st == HS_E_KEY_FORMAT && n > 0)
        st = HS_E_KEY_PASSWORD;
    free_secret(plain, der.n);
    return st;
}

static hs_status load_der(const hs_provider *p, hs_span der, hs_span password,
                          hs__private_key **out) {
    return hs__private_is_encrypted(der) ? load_encrypted(p, der, password, out)
                                         : load_plain(p, der, out);
}

static hs_status pem_status(int ret) {
    switch (ret) {
    case MBEDTLS_ERR_PEM_PASSWORD_REQUIRED:
        return HS_E_KEY_PASSWORD_NEEDED;
    case MBEDTLS_ERR_PEM_PASSWORD_MISMATCH:
        return HS_E_KEY_PASSWORD;
    case MBEDTLS_ERR_PEM_ALLOC_FAILED:
        return HS_E_NOMEM;
    default:
        return hs__mb_status(ret, HS_E_KEY_FORMAT);
    }
}

/* 2.28 leaves the cipher's padding behind what it decrypted. */
static hs_span without_padding(hs_span der) {
    hs_span rest = der;
    hs_span content;
    if (!hs__der_take(&rest, HS__DER_SEQUENCE, &content) || rest.n == 0 || rest.n > 16)
        return der;
    for (size_t i = 0; i < rest.n; i++) {
        if (rest.p[i] != rest.n)
            return der;
    }
    return (hs_span){der.p, der.n - rest.n};
}

/* Also opens what carries "Proc-Type: 4,ENCRYPTED", the form of old OpenSSL. */
static hs_status load_pem(const hs_provider *p, const struct label *label, const char *text,
                          hs_span password, hs__private_key **out) {
    mbedtls_pem_context pem;
    size_t used;
    bool is_sealed = strstr(text, "Proc-Type: 4,ENCRYPTED") != NULL;
    mbedtls_pem_init(&pem);
    int ret =
        mbedtls_pem_read_buffer(&pem, label->begin, label->end, (const unsigned char *)text,
                                is_sealed ? password.p : NULL, is_sealed ? password.n : 0, &used);
    hs_status st = pem_status(ret);
    if (!st) {
        hs_span der = {pem.MBEDTLS_PRIVATE(buf), pem.MBEDTLS_PRIVATE(buflen)};
        st = load_der(p, is_sealed ? without_padding(der) : der, password, out);
        if (st == HS_E_KEY_FORMAT && is_sealed)
            st = HS_E_KEY_PASSWORD;
    }
    mbedtls_pem_free(&pem);
    return st;
}

static const struct label *find_label(hs_span block) {
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        if (hs__keyfile_has_label(block, labels[i].name))
            return &labels[i];
    }
    return NULL;
}

hs_status hs__mb_key_load(const hs_provider *p, hs_span data, hs_span password,
                          hs__private_key **out) {
    hs_span block;
    bool is_pem;
    *out = NULL;
    hs_status st = hs__keyfile_find(data, &block, &is_pem);
    if (st)
        return st;
    if (!is_pem)
        return load_der(p, block, password, out);
    const struct label *label = find_label(block);
    if (!label)
        return HS_E_KEY_TYPE;
    char *text = malloc(block.n + 1); /* mbedTLS wants the NUL */
    if (!text)
        return HS_E_NOMEM;
    memcpy(text, block.p, block.n);
    text[block.n] = 0;
    st = load_pem(p, label, text, password, out);
    free_secret(text, block.n);
    return st;
}

/* -- writing ------------------------------------------------------------------------ */

/* An RSA-8192 key has 2 numbers of 1024 bytes and 5 of 512; PBES2 adds less than 200. */
enum { DER_MAX = HS__RSA_BITS_MAX / 8 * 2 + HS__RSA_BITS_MAX / 16 * 5 + 512 };

/* Reads one number into *room and moves *room on. */
static int take_number(const mbedtls_mpi *from, uint8_t **room, hs_span *out) {
    size_t n = mbedtls_mpi_size(from);
    *out = (hs_span){*room, n};
    *room += n;
    return mbedtls_mpi_write_binary(from, *room - n, n);
}

static int export_rsa(const mbedtls_rsa_context *rsa, uint8_t *room, hs__private_numbers *v) {
    enum { FIELDS = 8 };
    mbedtls_mpi m[FIELDS];
    hs_span *const to[FIELDS] = {&v->n, &v->e, &v->d, &v->p, &v->q, &v->dp, &v->dq, &v->qp};
    for (int i = 0; i < FIELDS; i++)
        mbedtls_mpi_init(&m[i]);
    int ret = mbedtls_rsa_export(rsa, &m[0], &m[3], &m[4], &m[2], &m[1]);
    if (!ret)
        ret = mbedtls_rsa_export_crt(rsa, &m[5], &m[6], &m[7]);
    for (int i = 0; i < FIELDS && !ret; i++)
        ret = take_number(&m[i], &room, to[i]);
    for (int i = 0; i < FIELDS; i++)
        mbedtls_mpi_free(&m[i]);
    return ret;
}

/* The numbers of the key, in `room` of DER_MAX bytes. */
static hs_status export_numbers(const hs__private_key *k, uint8_t *room, hs__private_numbers *v) {
    size_t coordinate = hs__key_coordinate_len(k->numbers.type);
    *v = (hs__private_numbers){.type = k->numbers.type, .point = k->numbers.point};
    v->scalar = (hs_span){room, coordinate};
    int ret = coordinate ? mbedtls_mpi_write_binary(&k->scalar, room, coordinate)
                         : export_rsa(&k->rsa, room, v);
    return hs__mb_status(ret, HS_E_CRYPTO);
}

static hs_status write_pem(bool is_encrypted, hs_span der, char *out, size_t *out_n) {
    static const char *const begin[] = {"-----BEGIN PRIVATE KEY-----\n",
                                        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"};
    static const char *const end[] = {"-----END PRIVATE KEY-----\n",
                                      "-----END ENCRYPTED PRIVATE KEY-----\n"};
    size_t used = 0;
    int ret = mbedtls_pem_write_buffer(begin[is_encrypted], end[is_encrypted], der.p, der.n,
                                       (unsigned char *)out, *out_n, &used);
    if (ret)
        return HS_E_NO_SPACE;
    *out_n = used - 1; /* its NUL */
    return HS_OK;
}

hs_status hs__mb_key_write(const hs_provider *p, const hs__private_key *k, hs_span password,
                           char *out, size_t *out_n) {
    hs__private_numbers v;
    hs_span der;
    uint8_t *room = malloc(3 * DER_MAX);
    if (!room)
        return HS_E_NOMEM;
    hs_status st = export_numbers(k, room, &v);
    if (!st)
        st = hs__private_write(&v, room + DER_MAX, DER_MAX, &der);
    if (!st && password.p)
        st = hs__mb_pbes2_seal(p, der, password, room + 2 * DER_MAX, DER_MAX, &der);
    if (!st)
        st = write_pem(password.p != NULL, der, out, out_n);
    free_secret(room, 3 * DER_MAX);
    return st;
}
