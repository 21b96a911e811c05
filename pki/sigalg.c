#include "pki/sigalg.h"

#include <stdio.h>
#include <string.h>

#include "pki/der_write.h"

/* What an algorithm demands of its parameters. */
typedef enum { PARAMS_NULL, PARAMS_ABSENT, PARAMS_PSS } params_rule;

static const struct {
    hs__oid id;
    params_rule params;
    bool is_weak;
    hs__sig_alg alg;
} algorithms[] = {
    {HS__OID_ECDSA_SHA256, PARAMS_ABSENT, false, {HS__SIG_ECDSA, HS__SHA256, 0}},
    {HS__OID_RSA_SHA256, PARAMS_NULL, false, {HS__SIG_RSA_PKCS1, HS__SHA256, 0}},
    {HS__OID_ECDSA_SHA384, PARAMS_ABSENT, false, {HS__SIG_ECDSA, HS__SHA384, 0}},
    {HS__OID_ECDSA_SHA512, PARAMS_ABSENT, false, {HS__SIG_ECDSA, HS__SHA512, 0}},
    {HS__OID_RSA_SHA384, PARAMS_NULL, false, {HS__SIG_RSA_PKCS1, HS__SHA384, 0}},
    {HS__OID_RSA_SHA512, PARAMS_NULL, false, {HS__SIG_RSA_PKCS1, HS__SHA512, 0}},
    {HS__OID_RSA_PSS, PARAMS_PSS, false, {HS__SIG_RSA_PSS, HS__SHA256, 0}},
    {HS__OID_ED25519, PARAMS_ABSENT, false, {HS__SIG_ED25519, HS__SHA512, 0}},
    {HS__OID_RSA_SHA1, PARAMS_NULL, true, {HS__SIG_RSA_PKCS1, HS__SHA1, 0}},
    {HS__OID_ECDSA_SHA1, PARAMS_ABSENT, true, {HS__SIG_ECDSA, HS__SHA1, 0}},
    {HS__OID_RSA_MD5, PARAMS_NULL, true, {HS__SIG_RSA_PKCS1, HS__SHA1, 0}},
    {HS__OID_RSA_MD2, PARAMS_NULL, true, {HS__SIG_RSA_PKCS1, HS__SHA1, 0}},
};
enum { ALGORITHMS = sizeof(algorithms) / sizeof(algorithms[0]) };

static const struct {
    hs__oid id;
    hs__hash_id hash;
} hashes[] = {{HS__OID_SHA256, HS__SHA256},
              {HS__OID_SHA384, HS__SHA384},
              {HS__OID_SHA512, HS__SHA512},
              {HS__OID_SHA1, HS__SHA1}};
enum { HASHES = sizeof(hashes) / sizeof(hashes[0]) };

bool hs__hashalg_read(hs__rd *r, const char *field, hs__hash_id *hash) {
    hs__rd inside;
    hs__der_open(r, field, HS__DER_SEQUENCE, &inside);
    const hs__oid id = hs__oid_find(hs__der_oid(&inside, "algorithm", HS__DER_OID));
    if (hs__rd_more(&inside)) {
        hs__der_null(&inside, "parameters");
    }
    hs__der_close(&inside);
    for (size_t i = 0; i < HASHES; i++) {
        if (hashes[i].id == id) {
            *hash = hashes[i].hash;
            return true;
        }
    }
    return false;
}

bool hs__mgf1_read(hs__rd *r, const char *field, hs__hash_id *hash) {
    hs__rd inside;
    hs__der_open(r, field, HS__DER_SEQUENCE, &inside);
    const hs__oid id = hs__oid_find(hs__der_oid(&inside, "algorithm", HS__DER_OID));
    if (id != HS__OID_MGF1) {
        if (hs__rd_more(&inside)) {
            uint8_t tag;
            (void)hs__der_any(&inside, "parameters", &tag);
        }
        hs__der_close(&inside);
        return false;
    }
    const bool is_known = hs__hashalg_read(&inside, "parameters", hash);
    hs__der_close(&inside);
    return is_known;
}

void hs__pss_params_read(hs__rd *r, const char *field, hs__sig_alg *alg, bool *is_known,
                         bool *is_weak) {
    hs__rd params;
    hs__rd inside;
    hs__hash_id hash = HS__SHA1;
    hs__hash_id mask_hash = HS__SHA1;
    uint32_t salt = 20;
    bool knows = true;
    hs__der_open(r, field, HS__DER_SEQUENCE, &params);
    if (hs__der_next_is(&params, HS__DER_CONTEXT_OPENED | 0)) {
        hs__der_open(&params, "hashAlgorithm", HS__DER_CONTEXT_OPENED | 0, &inside);
        knows = hs__hashalg_read(&inside, NULL, &hash) && knows;
        hs__der_close(&inside);
    }
    if (hs__der_next_is(&params, HS__DER_CONTEXT_OPENED | 1)) {
        hs__der_open(&params, "maskGenAlgorithm", HS__DER_CONTEXT_OPENED | 1, &inside);
        knows = hs__mgf1_read(&inside, NULL, &mask_hash) && knows;
        hs__der_close(&inside);
    }
    if (hs__der_next_is(&params, HS__DER_CONTEXT_OPENED | 2)) {
        hs__der_open(&params, "saltLength", HS__DER_CONTEXT_OPENED | 2, &inside);
        salt = hs__der_number(&inside, NULL, HS__DER_INTEGER, 1024);
        hs__der_close(&inside);
        if (salt == 20) {
            hs__rd_fail(&params, "saltLength", HS_E_DECODE, "is 20, the default, left out in DER");
        }
    }
    /* RFC 4055 3.1: trailerField is 1, the default, and so absent; anything else is left over. */
    hs__der_close(&params);
    *alg = (hs__sig_alg){HS__SIG_RSA_PSS, hash, (int)salt};
    *is_weak = knows && (hash == HS__SHA1 || mask_hash == HS__SHA1);
    *is_known = knows && !*is_weak && hash == mask_hash;
}

/* The parameters of algorithms[i], and nothing behind them. */
static void read_params(hs__rd *r, size_t i, hs__sigalg *out) {
    switch (algorithms[i].params) {
    case PARAMS_NULL:
        if (hs__rd_more(r)) {
            hs__der_null(r, "parameters");
        }
        break;
    case PARAMS_ABSENT:
        break;
    case PARAMS_PSS:
        hs__pss_params_read(r, "parameters", &out->alg, &out->is_known, &out->is_weak);
        break;
    }
}

void hs__sigalg_read(hs__rd *r, const char *field, hs__sigalg *out) {
    const uint8_t *from = r->p;
    hs__rd inside;
    *out = (hs__sigalg){.id = HS__OID_UNKNOWN};
    hs__der_open(r, field, HS__DER_SEQUENCE, &inside);
    out->algorithm = hs__der_oid(&inside, "algorithm", HS__DER_OID);
    out->id = hs__oid_find(out->algorithm);
    size_t i = 0;
    while (i < ALGORITHMS && algorithms[i].id != out->id) {
        i++;
    }
    if (i < ALGORITHMS) {
        out->alg = algorithms[i].alg;
        out->is_weak = algorithms[i].is_weak;
        out->is_known = !out->is_weak;
        read_params(&inside, i, out);
    } else if (hs__rd_more(&inside)) {
        uint8_t tag;
        (void)hs__der_any(&inside, "parameters", &tag);
    }
    hs__der_close(&inside);
    out->der = hs__der_since(r, from);
}

hs__oid hs__hash_oid(hs__hash_id hash) {
    size_t i = 0;
    while (hashes[i].hash != hash) {
        i++; /* all of hs__hash_id are there */
    }
    return hashes[i].id;
}

void hs__hashalg_write(hs__der_out *o, hs__hash_id hash) {
    const uint8_t *end = o->p;
    hs__der_put_null(o);
    hs__der_put_oid(o, hs__hash_oid(hash));
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
}

void hs__mgf1_write(hs__der_out *o, hs__hash_id hash) {
    const uint8_t *end = o->p;
    hs__hashalg_write(o, hash);
    hs__der_put_oid(o, HS__OID_MGF1);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
}

static void write_pss_params(hs__der_out *o, hs__sig_alg alg) {
    const uint8_t *end = o->p;
    const size_t salt = alg.pss_salt >= 0 ? (size_t)alg.pss_salt : hs__hash_len(alg.hash);
    hs__der_put_small(o, (unsigned)salt);
    hs__der_wrap(o, HS__DER_CONTEXT_OPENED | 2, end);
    const uint8_t *mask_end = o->p;
    hs__mgf1_write(o, alg.hash);
    hs__der_wrap(o, HS__DER_CONTEXT_OPENED | 1, mask_end);
    const uint8_t *hash_end = o->p;
    hs__hashalg_write(o, alg.hash);
    hs__der_wrap(o, HS__DER_CONTEXT_OPENED | 0, hash_end);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
}

void hs__sigalg_write(hs__der_out *o, hs__sig_alg alg) {
    const uint8_t *end = o->p;
    size_t i = 0;
    /* For PSS the parameters name the hash, for Ed25519 nothing does. */
    const bool has_own_id = alg.kind == HS__SIG_ECDSA || alg.kind == HS__SIG_RSA_PKCS1;
    while (i < ALGORITHMS && (algorithms[i].alg.kind != alg.kind ||
                              (has_own_id && algorithms[i].alg.hash != alg.hash))) {
        i++;
    }
    if (i == ALGORITHMS || algorithms[i].is_weak) {
        o->full = true; /* nothing that may be written */
        return;
    }
    if (algorithms[i].params == PARAMS_NULL) {
        hs__der_put_null(o);
    } else if (algorithms[i].params == PARAMS_PSS) {
        write_pss_params(o, alg);
    }
    hs__der_put_oid(o, algorithms[i].id);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
}

hs__sig_alg hs__sig_alg_for(hs__key_type type) {
    static const hs__sig_alg table[] = {
        [HS__KEY_RSA] = {HS__SIG_RSA_PKCS1, HS__SHA256, 0},
        [HS__KEY_RSA_PSS] = {HS__SIG_RSA_PSS, HS__SHA256, 32},
        [HS__KEY_P256] = {HS__SIG_ECDSA, HS__SHA256, 0},
        [HS__KEY_P384] = {HS__SIG_ECDSA, HS__SHA384, 0},
        [HS__KEY_P521] = {HS__SIG_ECDSA, HS__SHA512, 0},
        [HS__KEY_ED25519] = {HS__SIG_ED25519, HS__SHA512, 0},
    };
    return table[type];
}

void hs__sigalg_text(const hs__sigalg *alg, char *out, size_t room) {
    if (alg->id == HS__OID_RSA_PSS) {
        (void)snprintf(out, room, "RSA-PSS with %s", hs__hash_name(alg->alg.hash));
    } else if (alg->id == HS__OID_ED25519) {
        (void)snprintf(out, room, "Ed25519");
    } else if (alg->id != HS__OID_UNKNOWN) {
        (void)snprintf(out, room, "%s", hs__oid_meaning(alg->id));
    } else {
        hs__oid_dotted(alg->algorithm, out, room);
    }
}
