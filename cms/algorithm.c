#include "cms/algorithm.h"

#include <string.h>

#include "pki/sigalg.h"

static const hs__cms_cipher ciphers[] = {
    {HS__OID_AES256_GCM, HS__AES_GCM, 32, "AES-256-GCM"},
    {HS__OID_AES192_GCM, HS__AES_GCM, 24, "AES-192-GCM"},
    {HS__OID_AES128_GCM, HS__AES_GCM, 16, "AES-128-GCM"},
    {HS__OID_AES256_CBC, HS__AES_CBC, 32, "AES-256-CBC"},
    {HS__OID_AES192_CBC, HS__AES_CBC, 24, "AES-192-CBC"},
    {HS__OID_AES128_CBC, HS__AES_CBC, 16, "AES-128-CBC"},
};

static const struct {
    hs__oid id;
    size_t key_n;
} wraps[] = {{HS__OID_AES128_WRAP, 16}, {HS__OID_AES192_WRAP, 24}, {HS__OID_AES256_WRAP, 32}};

static const struct {
    hs__oid id;
    hs__hash_id hash;
} kdfs[] = {{HS__OID_ECDH_SHA1, HS__SHA1},
            {HS__OID_ECDH_SHA256, HS__SHA256},
            {HS__OID_ECDH_SHA384, HS__SHA384},
            {HS__OID_ECDH_SHA512, HS__SHA512}};

static const struct {
    hs__key_type type;
    uint16_t group;
} groups[] = {{HS__KEY_P256, HS__GROUP_SECP256R1},
              {HS__KEY_P384, HS__GROUP_SECP384R1},
              {HS__KEY_P521, HS__GROUP_SECP521R1}};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

const hs__cms_cipher *hs__cms_cipher_of(hs__oid id) {
    for (size_t i = 0; i < COUNT(ciphers); i++) {
        if (ciphers[i].id == id) {
            return &ciphers[i];
        }
    }
    return NULL;
}

size_t hs__cms_wrap_key_n(hs__oid id) {
    for (size_t i = 0; i < COUNT(wraps); i++) {
        if (wraps[i].id == id) {
            return wraps[i].key_n;
        }
    }
    return 0;
}

bool hs__cms_kdf_hash(hs__oid id, hs__hash_id *hash) {
    for (size_t i = 0; i < COUNT(kdfs); i++) {
        if (kdfs[i].id == id) {
            *hash = kdfs[i].hash;
            return true;
        }
    }
    return false;
}

uint16_t hs__cms_group_of(hs__key_type type) {
    for (size_t i = 0; i < COUNT(groups); i++) {
        if (groups[i].type == type) {
            return groups[i].group;
        }
    }
    return 0;
}

/* GCMParameters (RFC 5084 3.2): aes-nonce, aes-ICVlen DEFAULT 12. */
static hs_span read_gcm(hs__rd *r, size_t *tag_n) {
    hs__rd params;
    *tag_n = HS__AES_TAG_MIN;
    hs__der_open(r, "parameters", HS__DER_SEQUENCE, &params);
    const hs_span nonce = hs__der_value(&params, "aes-nonce", HS__DER_OCTET_STRING);
    if (hs__rd_more(&params)) {
        *tag_n = hs__der_number(&params, "aes-ICVlen", HS__DER_INTEGER, HS__AEAD_TAG);
    }
    hs__der_close(&params);
    if (hs__rd_status(r) == HS_OK && *tag_n < HS__AES_TAG_MIN) {
        hs__rd_fail(r, "parameters.aes-ICVlen", HS_E_DECODE, "is below 12");
    }
    return nonce;
}

void hs__cms_content_alg_read(hs__rd *r, const char *name, hs__cms_content_alg *out) {
    hs__rd inside;
    hs_span iv = {NULL, 0};
    memset(out, 0, sizeof(*out));
    hs__der_open(r, name, HS__DER_SEQUENCE, &inside);
    out->algorithm = hs__der_oid(&inside, "algorithm", HS__DER_OID);
    out->cipher = hs__cms_cipher_of(hs__oid_find(out->algorithm));
    if (out->cipher == NULL) {
        uint8_t tag;
        if (hs__rd_more(&inside)) {
            (void)hs__der_any(&inside, "parameters", &tag);
        }
    } else if (out->cipher->mode == HS__AES_GCM) {
        iv = read_gcm(&inside, &out->tag_n);
        out->cipher = iv.n == HS__AEAD_NONCE ? out->cipher : NULL;
    } else {
        iv = hs__der_value(&inside, "parameters", HS__DER_OCTET_STRING);
        if (hs__rd_status(r) == HS_OK && iv.n != HS__AES_BLOCK) {
            hs__rd_fail(&inside, "parameters", HS_E_DECODE, "is not an IV of 16 bytes");
        }
    }
    hs__der_close(&inside);
    if (hs__rd_status(r) == HS_OK && out->cipher != NULL) {
        out->iv_n = iv.n;
        memcpy(out->iv, iv.p, iv.n);
    }
}

void hs__cms_gcm_write(hs__der_out *o, const uint8_t nonce[HS__AEAD_NONCE]) {
    const uint8_t *end = o->p;
    hs__der_put_small(o, HS__AEAD_TAG);
    hs__der_put_value(o, HS__DER_OCTET_STRING, (hs_span){nonce, HS__AEAD_NONCE});
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
    hs__der_put_oid(o, HS__OID_AES256_GCM);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
}

/* PSourceAlgorithm: pSpecified with an empty label is the default, and may stand there. */
static bool read_label(hs__rd *r) {
    hs__rd inside;
    hs__der_open(r, NULL, HS__DER_SEQUENCE, &inside);
    const hs__oid id = hs__oid_find(hs__der_oid(&inside, "algorithm", HS__DER_OID));
    const hs_span label = hs__der_value(&inside, "parameters", HS__DER_OCTET_STRING);
    hs__der_close(&inside);
    return id == HS__OID_P_SPECIFIED && label.n == 0;
}

bool hs__cms_oaep_read(hs__rd *r, const char *name, hs__oaep *out) {
    hs__rd params;
    hs__rd inside;
    bool knows = true;
    *out = (hs__oaep){HS__SHA1, HS__SHA1};
    hs__der_open(r, name, HS__DER_SEQUENCE, &params);
    if (hs__der_next_is(&params, HS__DER_CONTEXT_OPENED | 0)) {
        hs__der_open(&params, "hashFunc", HS__DER_CONTEXT_OPENED | 0, &inside);
        knows = hs__hashalg_read(&inside, NULL, &out->hash) && knows;
        hs__der_close(&inside);
    }
    if (hs__der_next_is(&params, HS__DER_CONTEXT_OPENED | 1)) {
        hs__der_open(&params, "maskGenFunc", HS__DER_CONTEXT_OPENED | 1, &inside);
        knows = hs__mgf1_read(&inside, NULL, &out->mgf1) && knows;
        hs__der_close(&inside);
    }
    if (hs__der_next_is(&params, HS__DER_CONTEXT_OPENED | 2)) {
        hs__der_open(&params, "pSourceFunc", HS__DER_CONTEXT_OPENED | 2, &inside);
        knows = read_label(&inside) && knows;
        hs__der_close(&inside);
    }
    hs__der_close(&params);
    return knows;
}

void hs__cms_oaep_write(hs__der_out *o, hs__oaep how) {
    const uint8_t *end = o->p;
    hs__mgf1_write(o, how.mgf1);
    hs__der_wrap(o, HS__DER_CONTEXT_OPENED | 1, end);
    const uint8_t *hash_end = o->p;
    hs__hashalg_write(o, how.hash);
    hs__der_wrap(o, HS__DER_CONTEXT_OPENED | 0, hash_end);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
}
