#include "cms/recipient.h"

#include <stdio.h>
#include <string.h>

#include "cms/shared_info.h"
#include "crypto/keywrap.h"
#include "crypto/pkcs1.h"
#include "crypto/x963kdf.h"
#include "pki/sigalg.h"
#include "pki/text.h"
#include "proto/span.h"

enum { KARI = HS__DER_CONTEXT_OPENED | 1, KEK = 32 };

/* ---- reading -------------------------------------------------------------------------------- */

static void tell_how(hs__cms_rinfo *i, const char *format, const char *a, const char *b) {
    (void)snprintf(i->how, sizeof(i->how), format, a, b);
}

static void tell_unknown(hs__cms_rinfo *i, hs_span algorithm) {
    i->by = HS__CMS_BY_NOTHING;
    hs__oid_text(algorithm, i->how, sizeof(i->how));
}

static void skip_parameters(hs__rd *r) {
    uint8_t tag;
    if (hs__rd_more(r)) {
        (void)hs__der_any(r, "parameters", &tag);
    }
}

/* keyEncryptionAlgorithm of RSA. */
static void read_transport_alg(hs__rd *r, hs__cms_rinfo *i) {
    hs__rd inside;
    hs__der_open(r, "keyEncryptionAlgorithm", HS__DER_SEQUENCE, &inside);
    const hs_span algorithm = hs__der_oid(&inside, "algorithm", HS__DER_OID);
    const hs__oid id = hs__oid_find(algorithm);
    if (id == HS__OID_RSA_OAEP) {
        i->by = HS__CMS_BY_OAEP;
        const bool is_known = hs__cms_oaep_read(&inside, "parameters", &i->oaep);
        const bool is_one = i->oaep.hash == i->oaep.mgf1;
        tell_how(i, is_one ? "RSA-OAEP with %s" : "RSA-OAEP with %s, MGF1 with %s",
                 hs__hash_name(i->oaep.hash), hs__hash_name(i->oaep.mgf1));
        if (!is_known) {
            tell_unknown(i, algorithm);
        }
    } else if (id == HS__OID_RSA) {
        i->by = HS__CMS_BY_PKCS1;
        tell_how(i, "%s", "RSA PKCS#1 v1.5", "");
        if (hs__rd_more(&inside)) {
            hs__der_null(&inside, "parameters");
        }
    } else {
        tell_unknown(i, algorithm);
        skip_parameters(&inside);
    }
    hs__der_close(&inside);
}

static void read_transport(hs__rd *r, void (*each)(void *ctx, const hs__cms_rinfo *), void *ctx) {
    hs__rd inside;
    hs__cms_rinfo i = {.by = HS__CMS_BY_NOTHING};
    hs__der_open(r, "ktri", HS__DER_SEQUENCE, &inside);
    const uint32_t version = hs__der_number(&inside, "version", HS__DER_INTEGER, 2);
    hs__cms_id_read(&inside, "rid", &i.id);
    /* RFC 5652 6.2.1: the version tells which of the two. */
    if (hs__rd_status(&inside) == HS_OK && version != (i.id.key_id.n > 0 ? 2u : 0u)) {
        hs__rd_fail(&inside, "version", HS_E_DECODE, "does not go with the kind of rid");
    }
    read_transport_alg(&inside, &i);
    i.wrapped = hs__der_value(&inside, "encryptedKey", HS__DER_OCTET_STRING);
    hs__der_close(&inside);
    if (hs__rd_status(r) == HS_OK) {
        each(ctx, &i);
    }
}

/* OriginatorPublicKey; a static key of the sender is nothing we take (RFC 5753 3.1). */
static bool read_originator(hs__rd *r, hs__cms_rinfo *i) {
    hs__rd outer;
    hs__rd inside;
    hs__rd alg;
    uint8_t tag;
    hs__der_open(r, "originator", HS__DER_CONTEXT_OPENED | 0, &outer);
    if (!hs__der_next_is(&outer, HS__DER_CONTEXT_OPENED | 1)) {
        (void)hs__der_any(&outer, "static", &tag);
        hs__der_close(&outer);
        return false;
    }
    hs__der_open(&outer, "originatorKey", HS__DER_CONTEXT_OPENED | 1, &inside);
    hs__der_open(&inside, "algorithm", HS__DER_SEQUENCE, &alg);
    const hs__oid id = hs__oid_find(hs__der_oid(&alg, "algorithm", HS__DER_OID));
    if (hs__der_next_is(&alg, HS__DER_OID)) {
        i->curve = hs__der_oid(&alg, "parameters", HS__DER_OID);
    } else if (hs__rd_more(&alg)) {
        hs__der_null(&alg, "parameters");
    }
    hs__der_close(&alg);
    i->point = hs__der_octet_aligned_bits(&inside, "publicKey", HS__DER_BIT_STRING);
    hs__der_close(&inside);
    hs__der_close(&outer);
    return id == HS__OID_EC_KEY;
}

/* The ECDH scheme, whose parameters are the AlgorithmIdentifier of the key wrap. */
static bool read_agreement_alg(hs__rd *r, hs__cms_rinfo *i) {
    hs__rd inside;
    hs__rd wrap;
    bool is_known = true;
    hs__der_open(r, "keyEncryptionAlgorithm", HS__DER_SEQUENCE, &inside);
    const hs_span algorithm = hs__der_oid(&inside, "algorithm", HS__DER_OID);
    if (!hs__cms_kdf_hash(hs__oid_find(algorithm), &i->kdf)) {
        tell_unknown(i, algorithm);
        skip_parameters(&inside);
        is_known = false;
    } else {
        const uint8_t *from = inside.p;
        hs__der_open(&inside, "parameters", HS__DER_SEQUENCE, &wrap);
        const hs_span wrap_id = hs__der_oid(&wrap, "algorithm", HS__DER_OID);
        if (hs__rd_more(&wrap)) {
            hs__der_null(&wrap, "parameters");
        }
        hs__der_close(&wrap);
        i->wrap_alg = hs__der_since(&inside, from);
        i->kek_n = hs__cms_wrap_key_n(hs__oid_find(wrap_id));
        is_known = i->kek_n > 0;
        char name[HS__OID_TEXT_MAX];
        hs__oid_text(wrap_id, name, sizeof(name));
        (void)snprintf(i->how, sizeof(i->how), "ECDH, KDF with %s, %.40s", hs__hash_name(i->kdf),
                       name);
    }
    hs__der_close(&inside);
    return is_known;
}

/* KeyAgreeRecipientIdentifier (RFC 5652 6.2.2). */
static void read_key_rid(hs__rd *r, hs__cms_id *id) {
    hs__rd inside;
    uint8_t tag;
    if (!hs__der_next_is(r, HS__DER_CONTEXT_OPENED | 0)) {
        hs__cms_id_read(r, "rid", id);
        return;
    }
    *id = (hs__cms_id){{NULL, 0}, {NULL, 0}, {NULL, 0}};
    hs__der_open(r, "rKeyId", HS__DER_CONTEXT_OPENED | 0, &inside);
    id->key_id = hs__der_value(&inside, "subjectKeyIdentifier", HS__DER_OCTET_STRING);
    if (hs__der_next_is(&inside, HS__DER_GENERALIZED_TIME)) {
        (void)hs__der_any(&inside, "date", &tag);
    }
    if (hs__rd_more(&inside)) {
        (void)hs__der_any(&inside, "other", &tag);
    }
    hs__der_close(&inside);
}

static void read_agreement(hs__rd *r, void (*each)(void *ctx, const hs__cms_rinfo *), void *ctx) {
    hs__rd inside;
    hs__rd ukm;
    hs__rd keys;
    hs__rd key;
    hs__cms_rinfo i = {.by = HS__CMS_BY_NOTHING};
    hs__der_open(r, "kari", KARI, &inside);
    const uint32_t version = hs__der_number(&inside, "version", HS__DER_INTEGER, 3);
    if (hs__rd_status(&inside) == HS_OK && version != 3) {
        hs__rd_fail(&inside, "version", HS_E_DECODE, "is not 3");
    }
    const bool is_ephemeral = read_originator(&inside, &i);
    if (hs__der_next_is(&inside, HS__DER_CONTEXT_OPENED | 1)) {
        hs__der_open(&inside, "ukm", HS__DER_CONTEXT_OPENED | 1, &ukm);
        i.ukm = hs__der_value(&ukm, NULL, HS__DER_OCTET_STRING);
        hs__der_close(&ukm);
    }
    const bool is_known = read_agreement_alg(&inside, &i);
    i.by = is_ephemeral && is_known ? HS__CMS_BY_ECDH : HS__CMS_BY_NOTHING;
    hs__der_open(&inside, "recipientEncryptedKeys", HS__DER_SEQUENCE, &keys);
    for (size_t n = 0; hs__rd_more(&keys); n++) {
        hs__rd_item(&keys, n);
        hs__der_open(&keys, NULL, HS__DER_SEQUENCE, &key);
        read_key_rid(&key, &i.id);
        i.wrapped = hs__der_value(&key, "encryptedKey", HS__DER_OCTET_STRING);
        hs__der_close(&key);
        if (hs__rd_status(r) == HS_OK) {
            each(ctx, &i);
        }
    }
    hs__der_close(&keys);
    hs__der_close(&inside);
}

void hs__cms_recipient_read(hs__rd *r, void (*each)(void *ctx, const hs__cms_rinfo *), void *ctx) {
    static const char *const others[] = {"a shared key", "a password", "something else"};
    uint8_t tag = 0;
    hs__cms_rinfo i = {.by = HS__CMS_BY_NOTHING};
    (void)hs__der_next_tag(r, &tag);
    if (tag == HS__DER_SEQUENCE) {
        read_transport(r, each, ctx);
    } else if (tag == KARI) {
        read_agreement(r, each, ctx);
    } else if (tag > KARI && tag <= KARI + 3) {
        (void)hs__der_any(r, "other", &tag);
        tell_how(&i, "%s", others[tag - KARI - 1], "");
        if (hs__rd_status(r) == HS_OK) {
            each(ctx, &i);
        }
    } else {
        hs__rd_fail(r, NULL, HS_E_DECODE, "is no kind of RecipientInfo (tag %02x)", tag);
    }
}

/* ---- unwrapping ----------------------------------------------------------------------------- */

static hs_status unwrap_agreement(const hs_provider *p, const hs__private_key *key,
                                  const hs__cert *cert, const hs__cms_rinfo *i, size_t key_n,
                                  uint8_t *out) {
    uint8_t secret[HS__KEX_SECRET_MAX];
    uint8_t kek[KEK];
    uint8_t unwrapped[HS__KEYWRAP_MAX];
    size_t secret_n;
    size_t n;
    if (i->curve.n > 0 && !hs__span_equal(i->curve, cert->key.curve)) {
        return HS_E_CMS_KEY;
    }
    hs_status st = p->key_agree(p, key, i->point, secret, &secret_n);
    if (st == HS_OK) {
        st = hs__cms_derive_kek(p, i->kdf, (hs_span){secret, secret_n}, i->wrap_alg, i->ukm, kek,
                                i->kek_n);
    }
    if (st == HS_OK) {
        st = hs__key_unwrap(p, (hs_span){kek, i->kek_n}, i->wrapped, unwrapped, &n);
    }
    if (st == HS_OK && n != key_n) {
        st = HS_E_CMS_KEY;
    }
    if (st == HS_OK) {
        memcpy(out, unwrapped, n);
    }
    hs__wipe(secret, sizeof(secret));
    hs__wipe(kek, sizeof(kek));
    hs__wipe(unwrapped, sizeof(unwrapped));
    /* Whatever the sender's point is worth, it is he who did not wrap a key for us. */
    return st == HS_E_BAD_POINT || st == HS_E_KEY_TYPE ? HS_E_CMS_KEY : st;
}

hs_status hs__cms_recipient_unwrap(const hs_provider *p, const hs__private_key *key,
                                   const hs__cert *cert, const hs__cms_rinfo *i, size_t key_n,
                                   uint8_t *out) {
    size_t n = 0;
    hs_status st = HS_E_UNSUPPORTED;
    switch (i->by) {
    case HS__CMS_BY_OAEP:
        st = hs__oaep_decrypt(p, key, i->oaep, i->wrapped, key_n, out, &n);
        st = st == HS_E_KEY_TYPE || (st == HS_OK && n != key_n) ? HS_E_CMS_KEY : st;
        break;
    case HS__CMS_BY_PKCS1:
        st = hs__pkcs1_decrypt(p, key, i->wrapped, key_n, out);
        st = st == HS_E_KEY_TYPE ? HS_E_CMS_KEY : st;
        break;
    case HS__CMS_BY_ECDH:
        st = unwrap_agreement(p, key, cert, i, key_n, out);
        break;
    case HS__CMS_BY_NOTHING:
        break;
    }
    return st;
}

/* ---- writing -------------------------------------------------------------------------------- */

static const hs__oaep our_oaep = {HS__SHA256, HS__SHA256};

bool hs__cms_can_receive(const hs__cert *cert) {
    const bool is_rsa = cert->key.is_known && cert->key.numbers.type == HS__KEY_RSA;
    const bool is_ec = cert->key.is_known && hs__cms_group_of(cert->key.numbers.type) != 0;
    const uint32_t usage = is_rsa ? HS__KU_KEY_ENCIPHERMENT : HS__KU_KEY_AGREEMENT;
    return (is_rsa || is_ec) &&
           ((cert->has & HS__EXT_KEY_USAGE) == 0 || (cert->key_usage & usage) != 0);
}

static hs_status write_transport(const hs_provider *p, const hs__cert *cert, hs_span key,
                                 hs__der_out *o, hs__cms_sealed_for *told) {
    uint8_t ct[HS__RSA_CIPHERTEXT_MAX];
    const uint8_t *end = o->p;
    const hs_status st =
        hs__oaep_encrypt(p, &cert->key.numbers, our_oaep, key, ct, &told->wrapped_n);
    if (st) {
        return st;
    }
    (void)snprintf(told->how, sizeof(told->how), "RSA-OAEP with %s", hs__hash_name(our_oaep.hash));
    hs__der_put_value(o, HS__DER_OCTET_STRING, (hs_span){ct, told->wrapped_n});
    const uint8_t *alg_end = o->p;
    hs__cms_oaep_write(o, our_oaep);
    hs__der_put_oid(o, HS__OID_RSA_OAEP);
    hs__der_wrap(o, HS__DER_SEQUENCE, alg_end);
    hs__cms_id_write(o, cert);
    hs__der_put_small(o, 0);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
    return HS_OK;
}

/* All but the wrapped key, which stands behind. */
static void put_agreement(hs__der_out *o, hs_span share, hs_span wrap_alg, const uint8_t *end) {
    const uint8_t *alg_end = o->p;
    hs__der_put(o, wrap_alg.p, wrap_alg.n);
    hs__der_put_oid(o, HS__OID_ECDH_SHA256);
    hs__der_wrap(o, HS__DER_SEQUENCE, alg_end);
    const uint8_t *key_end = o->p;
    hs__der_put(o, share.p, share.n);
    hs__der_wrap_bits(o, key_end);
    const uint8_t *key_alg_end = o->p;
    hs__der_put_oid(o, HS__OID_EC_KEY); /* its curve is the receiver's (RFC 5753 7.1.2) */
    hs__der_wrap(o, HS__DER_SEQUENCE, key_alg_end);
    hs__der_wrap(o, HS__DER_CONTEXT_OPENED | 1, key_end);
    hs__der_wrap(o, HS__DER_CONTEXT_OPENED | 0, key_end);
    hs__der_put_small(o, 3);
    hs__der_wrap(o, KARI, end);
}

/* A fresh key pair for each receiver: secret = ECDH with the receiver's point. */
static hs_status agree(const hs_provider *p, const hs__cert *cert, uint8_t *share, size_t *share_n,
                       uint8_t *secret, size_t *secret_n) {
    hs__kex *kex = NULL;
    hs_status st =
        p->kex_generate(p, hs__cms_group_of(cert->key.numbers.type), &kex, share, share_n);
    if (st == HS_OK) {
        st = p->kex_agree(p, kex, cert->key.numbers.point, secret, secret_n);
    }
    p->kex_free(p, kex);
    return st;
}

static hs_status write_agreement(const hs_provider *p, const hs__cert *cert, hs_span key,
                                 hs__der_out *o, hs__cms_sealed_for *told) {
    uint8_t share[HS__SHARE_MAX];
    uint8_t secret[HS__KEX_SECRET_MAX];
    uint8_t kek[KEK];
    uint8_t wrapped[HS__KEYWRAP_MAX + HS__KEYWRAP_MORE];
    uint8_t room[32];
    size_t share_n;
    size_t secret_n;
    const uint8_t *end = o->p;
    hs__der_out alg = {.start = room, .p = room + sizeof(room)};
    hs__der_put_oid(&alg, HS__OID_AES256_WRAP);
    hs__der_wrap(&alg, HS__DER_SEQUENCE, room + sizeof(room));
    const hs_span wrap_alg = {alg.p, (size_t)(room + sizeof(room) - alg.p)};
    hs_status st = agree(p, cert, share, &share_n, secret, &secret_n);
    if (st == HS_OK) {
        st = hs__cms_derive_kek(p, HS__SHA256, (hs_span){secret, secret_n}, wrap_alg,
                                (hs_span){NULL, 0}, kek, sizeof(kek));
    }
    if (st == HS_OK) {
        st = hs__key_wrap(p, (hs_span){kek, sizeof(kek)}, key, wrapped);
    }
    if (st == HS_OK) {
        told->wrapped_n = key.n + HS__KEYWRAP_MORE;
        (void)snprintf(told->how, sizeof(told->how), "ECDH %s, KDF with SHA-256, AES-256 key wrap",
                       hs__key_type_name(cert->key.numbers.type));
        hs__der_put_value(o, HS__DER_OCTET_STRING, (hs_span){wrapped, told->wrapped_n});
        hs__cms_id_write(o, cert);
        hs__der_wrap(o, HS__DER_SEQUENCE, end);
        hs__der_wrap(o, HS__DER_SEQUENCE, end);
        put_agreement(o, (hs_span){share, share_n}, wrap_alg, end);
    }
    hs__wipe(secret, sizeof(secret));
    hs__wipe(kek, sizeof(kek));
    return st;
}

hs_status hs__cms_recipient_write(const hs_provider *p, const hs__cert *cert, hs_span key,
                                  hs__der_out *o, hs__cms_sealed_for *told) {
    const bool is_rsa = cert->key.numbers.type == HS__KEY_RSA;
    const hs_status st = (is_rsa ? write_transport : write_agreement)(p, cert, key, o, told);
    return st == HS_OK && o->full ? HS_E_NO_SPACE : st;
}
