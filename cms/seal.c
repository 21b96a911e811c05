#include "cms/seal.h"

#include <stdlib.h>
#include <string.h>

#include "cms/armor.h"
#include "cms/buf.h"
#include "cms/frames.h"
#include "cms/recipient.h"
#include "cms/set.h"
#include "cms/signer.h"
#include "crypto/digest.h"
#include "pki/credential.h"

enum {
    KEY = 32,
    PIECE = 16384,      /* encrypted at once, and a part of the string in BER; whole blocks */
    OUTER = 5,          /* frames around the encrypted content */
    INNER = 6,          /* frames around the signed content */
    HEAD = 128,         /* of a frame, apart from the recipients */
    SIGN_TRIES = 200,   /* a length that comes up every second time */
    WHERE_ENVELOPE = 2, /* the frame with the recipients and the tag; the signer's alike */
};

struct hs__cms_seal {
    hs_provider *provider;
    hs_credential *sender;
    hs__cert *certs; /* of the receivers; their bytes are borrowed until begin */
    size_t n_receivers;
    hs__cms_sealed_for *receivers;
    uint64_t size;
    int64_t now;
    bool pem;
    hs__cms_sink out;
    hs__cms_armor armor;
    hs_status failed;
    hs__cms_sealed told;

    uint8_t key[KEY];
    hs__aes *aes;
    uint8_t piece[PIECE];
    size_t piece_n;

    hs__cert signer; /* borrowed from the sender */
    hs__sig_alg alg;
    hs__hash hash;
    hs__cms_buf certificates; /* [0] of SignedData */
    uint8_t tail[HS__CMS_SIGNER_ROOM];
};

/* ---- what goes out -------------------------------------------------------------------------- */

static hs_status put_out(void *ctx, hs_span bytes) {
    hs__cms_seal *s = ctx;
    s->told.total_n += bytes.n;
    return s->pem ? hs__cms_armor_put(&s->armor, bytes) : s->out.write(s->out.ctx, bytes);
}

static hs__cms_sink sink_out(hs__cms_seal *s) {
    return (hs__cms_sink){put_out, s};
}

static bool is_ber(const hs__cms_seal *s) {
    return s->size == HS__CMS_SIZE_UNKNOWN;
}

static hs_status encrypt_piece(hs__cms_seal *s) {
    const hs_status st =
        s->provider->aes_update(s->provider, s->aes, s->piece, s->piece_n, s->piece);
    const hs_span bytes = {s->piece, s->piece_n};
    s->piece_n = 0;
    return st ? st : hs__cms_frames_part(is_ber(s), bytes, sink_out(s));
}

/* What one key and nonce may encrypt (SP 800-38D 5.2.1.1). */
static const uint64_t gcm_max = (UINT64_C(1) << 36) - 32;

/* Takes what is to be encrypted. */
static hs_status put_secret(void *ctx, hs_span bytes) {
    hs__cms_seal *s = ctx;
    hs_status st = HS_OK;
    s->told.signed_n += bytes.n;
    if (s->told.signed_n > gcm_max) {
        return HS_E_CONFIG;
    }
    while (bytes.n > 0 && st == HS_OK) {
        const size_t space = sizeof(s->piece) - s->piece_n;
        const size_t now = bytes.n < space ? bytes.n : space;
        memcpy(s->piece + s->piece_n, bytes.p, now);
        s->piece_n += now;
        bytes = (hs_span){bytes.p + now, bytes.n - now};
        if (s->piece_n == sizeof(s->piece)) {
            st = encrypt_piece(s);
        }
    }
    return st;
}

static hs__cms_sink sink_secret(hs__cms_seal *s) {
    return (hs__cms_sink){put_secret, s};
}

/* ---- making --------------------------------------------------------------------------------- */

static hs_status read_receivers(hs__cms_seal *s, const hs__cms_seal_options *o, size_t *bad) {
    for (size_t i = 0; i < o->n_receivers; i++) {
        hs__rd_root root;
        *bad = i;
        hs_status st = hs__certificate_read(o->receivers[i], NULL, &s->certs[i], &root);
        if (st == HS_OK && !hs__cms_can_receive(&s->certs[i])) {
            st = HS_E_KEY_TYPE;
        }
        if (st == HS_OK) {
            st = hs__digest(o->provider, HS__SHA256, o->receivers[i], s->receivers[i].cert_hash);
        }
        if (st) {
            return st;
        }
        hs__name_text(s->certs[i].subject, s->receivers[i].who, sizeof(s->receivers[i].who));
    }
    return HS_OK;
}

static hs_status read_sender(hs__cms_seal *s, const hs__cms_seal_options *o, size_t *bad) {
    size_t n;
    hs__rd_root root;
    *bad = o->n_receivers;
    if (o->sender == NULL) {
        return HS_OK;
    }
    if (hs__credential_key(o->sender) == NULL) {
        return HS_E_MISUSE;
    }
    const hs_status st =
        hs__certificate_read(hs_credential_chain(o->sender, &n)[0], NULL, &s->signer, &root);
    if (st) {
        return st;
    }
    const hs__key_type type = s->signer.key.numbers.type;
    s->alg = hs__cms_sig_alg_for(type);
    /* A PSS signature is made with keys of either kind (RFC 4056 section 2). */
    return hs__cert_can_sign(&s->signer, type, s->alg) ? HS_OK : HS_E_KEY_TYPE;
}

/* "ECDSA with SHA-256", in the words of who reads it. */
static void tell_signature(hs__cms_seal *s) {
    uint8_t room[HEAD];
    hs__rd r;
    hs__rd_root root;
    hs__sigalg alg;
    hs__der_out o = {.start = room, .p = room + HEAD};
    hs__sigalg_write(&o, s->alg);
    hs__rd_init(&r, &root, (hs_span){o.p, (size_t)(room + HEAD - o.p)}, NULL, NULL);
    hs__sigalg_read(&r, NULL, &alg);
    hs__sigalg_text(&alg, s->told.signature, sizeof(s->told.signature));
}

static hs_status set_up(hs__cms_seal *s, const hs__cms_seal_options *o, size_t *bad) {
    s->certs = calloc(o->n_receivers, sizeof(*s->certs));
    s->receivers = calloc(o->n_receivers, sizeof(*s->receivers));
    s->n_receivers = o->n_receivers;
    s->provider = hs_provider_ref(o->provider);
    s->sender = o->sender != NULL ? hs_credential_ref(o->sender) : NULL;
    if (s->certs == NULL || s->receivers == NULL) {
        return HS_E_NOMEM;
    }
    s->size = o->size;
    s->now = o->now;
    s->pem = o->pem;
    s->out = o->out;
    s->armor.out = o->out;
    s->told = (hs__cms_sealed){.cipher = "AES-256-GCM",
                               .key_n = KEY,
                               .nonce_n = HS__AEAD_NONCE,
                               .tag_n = HS__AEAD_TAG,
                               .receivers = s->receivers,
                               .n_receivers = o->n_receivers,
                               .is_signed = o->sender != NULL,
                               .digest_name = ""};
    const hs_status st = read_receivers(s, o, bad);
    return st ? st : read_sender(s, o, bad);
}

hs_status hs__cms_seal_new(const hs__cms_seal_options *o, size_t *bad, hs__cms_seal **out) {
    size_t unused;
    *out = NULL;
    if (o->n_receivers == 0 || o->n_receivers > HS__CMS_RECEIVERS_MAX) {
        return HS_E_MISUSE;
    }
    if (o->size != HS__CMS_SIZE_UNKNOWN && o->size > gcm_max) {
        return HS_E_CONFIG;
    }
    hs__cms_seal *s = calloc(1, sizeof(*s));
    if (s == NULL) {
        return HS_E_NOMEM;
    }
    const hs_status st = set_up(s, o, bad != NULL ? bad : &unused);
    if (st) {
        hs__cms_seal_free(s);
        return st;
    }
    *out = s;
    return HS_OK;
}

void hs__cms_seal_free(hs__cms_seal *s) {
    if (s == NULL) {
        return;
    }
    s->provider->aes_free(s->provider, s->aes);
    s->provider->hash_end(s->provider, &s->hash);
    hs_provider_unref(s->provider);
    hs_credential_unref(s->sender);
    hs__cms_buf_free(&s->certificates);
    free(s->certs);
    free(s->receivers);
    hs__wipe(s, sizeof(*s));
    free(s);
}

const hs__cms_sealed *hs__cms_seal_told(const hs__cms_seal *s) {
    return &s->told;
}

/* ---- the signed content --------------------------------------------------------------------- */

/* The SET OF attributes, at the end of `room`. */
static hs_span make_attributes(const hs__cms_seal *s, uint8_t *room, size_t room_n) {
    hs__der_out o = {.start = room, .p = room + room_n};
    const hs__cms_attributes a = {.digest = {s->told.digest, hs__hash_len(s->alg.hash)},
                                  .time = s->now,
                                  .serial = s->told.serial,
                                  .receivers = s->receivers,
                                  .n_receivers = s->n_receivers};
    hs__cms_attributes_write(&o, &a);
    return o.full ? (hs_span){NULL, 0} : (hs_span){o.p, (size_t)(room + room_n - o.p)};
}

/* signerInfos, at the end of s->tail; empty: no room. */
static hs_span make_signer_infos(hs__cms_seal *s, hs_span attributes, hs_span signature) {
    const uint8_t *end = s->tail + sizeof(s->tail);
    hs__der_out o = {.start = s->tail, .p = s->tail + sizeof(s->tail)};
    hs__cms_signer_write(&o, &s->signer, s->alg, attributes, signature);
    hs__der_wrap(&o, HS__DER_SET, end);
    return o.full ? (hs_span){NULL, 0} : (hs_span){o.p, (size_t)(end - o.p)};
}

/* The sender's chain, [0] IMPLICIT CertificateSet. */
static hs_status make_certificates(hs__cms_seal *s) {
    enum { CHAIN_MAX = 32 };
    hs_span items[CHAIN_MAX];
    size_t n;
    size_t room_n = HS__DER_HEADER;
    const hs_span *chain = hs_credential_chain(s->sender, &n);
    n = n < CHAIN_MAX ? n : CHAIN_MAX;
    for (size_t i = 0; i < n; i++) {
        items[i] = chain[i];
        room_n += chain[i].n;
    }
    uint8_t *room = malloc(room_n);
    if (room == NULL) {
        return HS_E_NOMEM;
    }
    hs__der_out o = {.start = room, .p = room + room_n};
    hs__cms_set_write(&o, HS__DER_CONTEXT_OPENED | 0, items, n);
    const hs_status st = hs__cms_buf_put(&s->certificates, o.p, (size_t)(room + room_n - o.p));
    free(room);
    return st;
}

/* One OID as the head of a frame. */
static hs_span oid_head(hs__oid id, uint8_t room[HEAD]) {
    hs__der_out o = {.start = room, .p = room + HEAD};
    hs__der_put_oid(&o, id);
    return (hs_span){o.p, (size_t)(room + HEAD - o.p)};
}

/* version and digestAlgorithms of SignedData. */
static hs_span signed_head(const hs__cms_seal *s, uint8_t room[HEAD]) {
    hs__der_out o = {.start = room, .p = room + HEAD};
    hs__cms_digest_alg_write(&o, s->alg.hash);
    hs__der_wrap(&o, HS__DER_SET, room + HEAD);
    hs__der_put_small(&o, 1);
    return (hs_span){o.p, (size_t)(room + HEAD - o.p)};
}

typedef struct {
    uint8_t heads[3][HEAD];
    hs__cms_frame frames[INNER];
} inner_frames;

/* infos_n: length of signerInfos as it will be. */
static void make_inner(const hs__cms_seal *s, uint64_t infos_n, inner_frames *f) {
    f->frames[0] =
        (hs__cms_frame){HS__DER_SEQUENCE, oid_head(HS__OID_CMS_SIGNED_DATA, f->heads[0]), 0};
    f->frames[1] = (hs__cms_frame){HS__DER_CONTEXT_OPENED | 0, {NULL, 0}, 0};
    f->frames[WHERE_ENVELOPE] =
        (hs__cms_frame){HS__DER_SEQUENCE, signed_head(s, f->heads[1]), s->certificates.n + infos_n};
    f->frames[3] = (hs__cms_frame){HS__DER_SEQUENCE, oid_head(HS__OID_CMS_DATA, f->heads[2]), 0};
    f->frames[4] = (hs__cms_frame){HS__DER_CONTEXT_OPENED | 0, {NULL, 0}, 0};
    f->frames[5] = (hs__cms_frame){HS__DER_OCTET_STRING, {NULL, 0}, 0};
}

/* All is made once with a signature of zeros, to know how long it will be. */
static hs_status prepare_signing(hs__cms_seal *s, inner_frames *f) {
    static const uint8_t zeros[HS__SIGNATURE_MAX];
    uint8_t room[HS__CMS_ATTRIBUTES_ROOM];
    tell_signature(s);
    s->told.digest_name = hs__hash_name(s->alg.hash);
    s->told.digest_n = hs__hash_len(s->alg.hash);
    s->told.signature_n = hs__cms_signature_n(&s->signer.key.numbers);
    hs_status st = make_certificates(s);
    if (st == HS_OK) {
        st = s->provider->hash_start(s->provider, &s->hash, s->alg.hash);
    }
    if (st) {
        return st;
    }
    const hs_span attributes = make_attributes(s, room, sizeof(room));
    const hs_span infos = make_signer_infos(s, attributes, (hs_span){zeros, s->told.signature_n});
    if (attributes.n == 0 || infos.n == 0) {
        return HS_E_NO_SPACE;
    }
    make_inner(s, infos.n, f);
    return HS_OK;
}

/* Signs with a new serial number until the signature has the length that was promised; in BER
 * nothing was. */
static hs_status sign(hs__cms_seal *s, hs_span *infos) {
    uint8_t room[HS__CMS_ATTRIBUTES_ROOM];
    uint8_t signature[HS__SIGNATURE_MAX];
    const hs_provider *p = hs__credential_provider(s->sender);
    const size_t want = s->told.signature_n;
    for (int i = 0; i < SIGN_TRIES; i++) {
        size_t n = sizeof(signature);
        hs_status st = s->provider->random(s->provider, s->told.serial, HS__CMS_SERIAL);
        if (st) {
            return st;
        }
        const hs_span attributes = make_attributes(s, room, sizeof(room));
        st = p->key_sign(p, hs__credential_key(s->sender), s->alg, attributes, signature, &n);
        if (st) {
            return st;
        }
        if (is_ber(s) || n == want) {
            s->told.signature_n = n;
            s->told.attributes_n = attributes.n;
            *infos = make_signer_infos(s, attributes, (hs_span){signature, n});
            return infos->n > 0 ? HS_OK : HS_E_NO_SPACE;
        }
    }
    return HS_E_CRYPTO;
}

static hs_status end_signed(hs__cms_seal *s) {
    hs_span tails[INNER] = {{NULL, 0}};
    hs_span infos;
    hs_status st = s->provider->hash_snapshot(s->provider, &s->hash, s->told.digest);
    if (st == HS_OK) {
        st = sign(s, &infos);
    }
    if (st == HS_OK) {
        st = hs__cms_buf_put(&s->certificates, infos.p, infos.n);
    }
    if (st) {
        return st;
    }
    tails[WHERE_ENVELOPE] = hs__cms_buf_span(&s->certificates);
    return hs__cms_frames_end(is_ber(s), tails, INNER, sink_secret(s));
}

/* ---- the envelope --------------------------------------------------------------------------- */

/* Wraps the key for everybody: `head` gets version and recipientInfos. */
static hs_status make_recipients(hs__cms_seal *s, hs__cms_buf *head) {
    hs_span items[HS__CMS_RECEIVERS_MAX];
    const size_t room_n = s->n_receivers * HS__CMS_RECIPIENT_ROOM;
    hs_status st = HS_OK;
    uint8_t *each = malloc(room_n);
    uint8_t *set = malloc(room_n + HEAD);
    if (each == NULL || set == NULL) {
        st = HS_E_NOMEM;
        goto out;
    }
    hs__der_out o = {.start = each, .p = each + room_n};
    for (size_t i = 0; i < s->n_receivers && st == HS_OK; i++) {
        const uint8_t *end = o.p;
        st = hs__cms_recipient_write(s->provider, &s->certs[i], (hs_span){s->key, KEY}, &o,
                                     &s->receivers[i]);
        items[i] = (hs_span){o.p, (size_t)(end - o.p)};
    }
    if (st) {
        goto out;
    }
    hs__der_out all = {.start = set, .p = set + room_n + HEAD};
    hs__cms_set_write(&all, HS__DER_SET, items, s->n_receivers);
    hs__der_put_small(&all, 0);
    st = hs__cms_buf_put(head, all.p, (size_t)(set + room_n + HEAD - all.p));
out:
    free(each);
    free(set);
    return st;
}

static hs_status begin_envelope(hs__cms_seal *s, uint64_t secret_n, hs_span recipients,
                                const uint8_t nonce[HS__AEAD_NONCE]) {
    uint8_t kind[HEAD];
    uint8_t content[HEAD];
    hs__der_out o = {.start = content, .p = content + HEAD};
    hs__cms_gcm_write(&o, nonce);
    hs__der_put_oid(&o, HS__OID_CMS_DATA);
    const hs__cms_frame frames[OUTER] = {
        {HS__DER_SEQUENCE, oid_head(HS__OID_CMS_AUTH_ENVELOPED_DATA, kind), 0},
        {HS__DER_CONTEXT_OPENED | 0, {NULL, 0}, 0},
        {HS__DER_SEQUENCE, recipients, 2 + HS__AEAD_TAG},
        {HS__DER_SEQUENCE, {o.p, (size_t)(content + HEAD - o.p)}, 0},
        {HS__DER_CONTEXT | 0, {NULL, 0}, 0}};
    return hs__cms_frames_begin(frames, OUTER, secret_n, sink_out(s));
}

static hs_status begin(hs__cms_seal *s) {
    inner_frames inner;
    uint8_t nonce[HS__AEAD_NONCE];
    hs__cms_buf recipients = {NULL, 0, 0};
    const hs_provider *p = s->provider;
    uint64_t secret_n = s->size;
    hs_status st = p->random(p, s->key, KEY);
    if (st == HS_OK) {
        st = p->random(p, nonce, sizeof(nonce));
    }
    if (st == HS_OK) {
        st = p->aes_new(p, HS__AES_GCM, (hs_span){s->key, KEY}, (hs_span){nonce, sizeof(nonce)},
                        true, &s->aes);
    }
    if (st == HS_OK) {
        st = make_recipients(s, &recipients);
    }
    hs__wipe(s->key, KEY);
    if (st == HS_OK && s->sender != NULL) {
        st = prepare_signing(s, &inner);
    }
    if (st == HS_OK && s->sender != NULL) {
        secret_n = hs__cms_frames_size(inner.frames, INNER, s->size);
    }
    if (st == HS_OK) {
        st = begin_envelope(s, secret_n, hs__cms_buf_span(&recipients), nonce);
    }
    if (st == HS_OK && s->sender != NULL) {
        st = hs__cms_frames_begin(inner.frames, INNER, s->size, sink_secret(s));
    }
    hs__cms_buf_free(&recipients);
    return st;
}

static hs_status end(hs__cms_seal *s) {
    uint8_t mac[2 + HS__AEAD_TAG] = {HS__DER_OCTET_STRING, HS__AEAD_TAG};
    hs_span tails[OUTER] = {{NULL, 0}};
    hs_status st = HS_OK;
    if (s->size != HS__CMS_SIZE_UNKNOWN && s->told.content_n != s->size) {
        return HS_E_CONFIG;
    }
    if (s->sender != NULL) {
        st = end_signed(s);
    }
    if (st == HS_OK && s->piece_n > 0) {
        st = encrypt_piece(s);
    }
    if (st == HS_OK) {
        st = s->provider->aes_end(s->provider, s->aes, mac + 2, HS__AEAD_TAG);
    }
    if (st == HS_OK) {
        tails[WHERE_ENVELOPE] = (hs_span){mac, sizeof(mac)};
        st = hs__cms_frames_end(is_ber(s), tails, OUTER, sink_out(s));
    }
    return st == HS_OK && s->pem ? hs__cms_armor_end(&s->armor) : st;
}

/* ---- the calls ------------------------------------------------------------------------------ */

hs_status hs__cms_seal_begin(hs__cms_seal *s) {
    if (s->failed == HS_OK) {
        s->failed = s->aes != NULL ? HS_E_MISUSE : begin(s);
    }
    return s->failed;
}

static hs_status put_content(hs__cms_seal *s, hs_span content) {
    if (s->aes == NULL) {
        return HS_E_MISUSE;
    }
    s->told.content_n += content.n;
    if (s->size != HS__CMS_SIZE_UNKNOWN && s->told.content_n > s->size) {
        return HS_E_CONFIG;
    }
    if (s->sender == NULL) {
        return put_secret(s, content);
    }
    const hs_status st = s->provider->hash_update(s->provider, &s->hash, content.p, content.n);
    return st ? st : hs__cms_frames_part(is_ber(s), content, sink_secret(s));
}

hs_status hs__cms_seal_write(hs__cms_seal *s, hs_span content) {
    if (s->failed == HS_OK && content.n > 0) {
        s->failed = put_content(s, content);
    }
    return s->failed;
}

hs_status hs__cms_seal_end(hs__cms_seal *s) {
    if (s->failed) {
        return s->failed;
    }
    hs_status st = s->aes != NULL ? end(s) : HS_E_MISUSE;
    s->failed = st ? st : HS_E_MISUSE; /* whatever comes now */
    return st;
}
