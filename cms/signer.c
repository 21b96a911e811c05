#include "cms/signer.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/public_numbers.h"

/* ---- writing -------------------------------------------------------------------------------- */

hs__sig_alg hs__cms_sig_alg_for(hs__key_type type) {
    return hs__sig_alg_for(type == HS__KEY_RSA ? HS__KEY_RSA_PSS : type);
}

/* Two INTEGERs in a SEQUENCE. With a curve of whole bytes half of the numbers have a zero before
 * them, so one of the two is likely to; of P-521, whose top byte is one bit, most fill all. */
size_t hs__cms_signature_n(const hs__public_numbers *key) {
    const size_t coordinate = hs__key_coordinate_len(key->type);
    if (key->type == HS__KEY_ED25519) {
        return 64;
    }
    if (coordinate == 0) {
        return key->n.n;
    }
    const size_t inside = 2 * (2 + coordinate) + (key->type == HS__KEY_P521 ? 0 : 1);
    return inside + (inside < 0x80 ? 2 : 3);
}

void hs__cms_digest_alg_write(hs__der_out *o, hs__hash_id hash) {
    const uint8_t *end = o->p;
    hs__der_put_oid(o, hs__hash_oid(hash));
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
}

void hs__cms_signer_write(hs__der_out *o, const hs__cert *cert, hs__sig_alg alg, hs_span attributes,
                          hs_span signature) {
    const uint8_t *end = o->p;
    hs__der_put_value(o, HS__DER_OCTET_STRING, signature);
    hs__sigalg_write(o, alg);
    hs__der_put(o, attributes.p, attributes.n);
    if (!o->full) {
        *o->p = HS__DER_CONTEXT_OPENED | 0; /* [0] IMPLICIT in place of the SET's tag */
    }
    hs__cms_digest_alg_write(o, alg.hash);
    hs__cms_id_write(o, cert);
    hs__der_put_small(o, 1);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
}

/* ---- reading -------------------------------------------------------------------------------- */

/* RFC 5652 5.3: with a key identifier the version is 3. */
static void check_version(hs__rd *r, uint32_t version, const hs__cms_id *id) {
    if (hs__rd_status(r) == HS_OK && version != (id->key_id.n > 0 ? 3u : 1u)) {
        hs__rd_fail(r, "version", HS_E_DECODE, "does not go with the kind of sid");
    }
}

/* rsaEncryption leaves the hash to digestAlgorithm (RFC 3370 3.2). */
static void complete(hs__cms_signer *s) {
    static const hs__oid whole[] = {[HS__SHA1] = HS__OID_RSA_SHA1,
                                    [HS__SHA256] = HS__OID_RSA_SHA256,
                                    [HS__SHA384] = HS__OID_RSA_SHA384,
                                    [HS__SHA512] = HS__OID_RSA_SHA512};
    s->alg.id = whole[s->hash];
    s->alg.alg = (hs__sig_alg){HS__SIG_RSA_PKCS1, s->hash, 0};
    s->alg.is_known = s->hash != HS__SHA1;
    s->alg.is_weak = s->hash == HS__SHA1;
}

void hs__cms_signer_read(hs__rd *r, hs__cms_signer *out) {
    hs__rd inside;
    hs__rd attributes;
    uint8_t tag;
    memset(out, 0, sizeof(*out));
    hs__der_open(r, NULL, HS__DER_SEQUENCE, &inside);
    const uint32_t version = hs__der_number(&inside, "version", HS__DER_INTEGER, 3);
    hs__cms_id_read(&inside, "sid", &out->id);
    check_version(&inside, version, &out->id);
    out->has_hash = hs__hashalg_read(&inside, "digestAlgorithm", &out->hash);
    if (hs__der_next_is(&inside, HS__DER_CONTEXT_OPENED | 0)) {
        const uint8_t *from = inside.p;
        hs__der_open(&inside, "signedAttrs", HS__DER_CONTEXT_OPENED | 0, &attributes);
        hs__cms_attributes_read(&attributes, &out->found);
        hs__der_close(&attributes);
        out->attributes = hs__der_since(&inside, from);
    }
    hs__sigalg_read(&inside, "signatureAlgorithm", &out->alg);
    out->signature = hs__der_value(&inside, "signature", HS__DER_OCTET_STRING);
    if (hs__rd_more(&inside)) {
        if (!hs__der_next_is(&inside, HS__DER_CONTEXT_OPENED | 1)) {
            hs__rd_fail(&inside, "unsignedAttrs", HS_E_DECODE, "has another tag");
        }
        (void)hs__der_any(&inside, "unsignedAttrs", &tag);
    }
    hs__der_close(&inside);
    if (out->alg.id == HS__OID_RSA && out->has_hash) {
        complete(out);
    }
}

/* What is signed is the DER of the SET OF, with its own tag in the place of [0] (RFC 5652 5.4). */
static hs_status verify(const hs_provider *p, const hs__cms_signer *s,
                        const hs__public_numbers *numbers) {
    hs__public_key *key = NULL;
    uint8_t *set = malloc(s->attributes.n);
    if (set == NULL) {
        return HS_E_NOMEM;
    }
    memcpy(set, s->attributes.p, s->attributes.n);
    set[0] = HS__DER_SET;
    hs_status st = p->public_new(p, numbers, &key);
    if (st == HS_OK) {
        st = p->public_verify(p, key, s->alg.alg, (hs_span){set, s->attributes.n}, s->signature);
        p->public_free(p, key);
    }
    free(set);
    return st;
}

hs_status hs__cms_signer_verify(const hs_provider *p, const hs__cms_signer *s,
                                const hs__cert *cert) {
    if (s->alg.is_weak || (s->has_hash && s->hash == HS__SHA1)) {
        return HS_E_WEAK_SIGNATURE;
    }
    /* The digest of the content and the one that is signed are the same (RFC 5652 5.3). */
    if (!s->alg.is_known || !s->has_hash || s->alg.alg.hash != s->hash || !cert->key.is_known) {
        return HS_E_UNSUPPORTED_KEY;
    }
    /* digitalSignature or nonRepudiation is for the path's checks to say; here the key's kind. */
    if (hs__signature_check(&cert->key.numbers, s->alg.alg) != HS_OK) {
        return HS_E_UNSUPPORTED_KEY;
    }
    const hs_status st = verify(p, s, &cert->key.numbers);
    return st == HS_E_KEY_TYPE ? HS_E_UNSUPPORTED_KEY : st;
}
