#include "tests/lib/forward_provider.h"

#include <stdlib.h>

#define INNER hs__forward_inner(p)

static hs_status forward_random(const hs_provider *p, void *out, size_t n) {
    return INNER->random(INNER, out, n);
}

static hs_status hash_start(const hs_provider *p, hs__hash *h, hs__hash_id id) {
    return INNER->hash_start(INNER, h, id);
}

static hs_status hash_update(const hs_provider *p, hs__hash *h, const void *data, size_t n) {
    return INNER->hash_update(INNER, h, data, n);
}

static hs_status hash_snapshot(const hs_provider *p, const hs__hash *h, uint8_t *out) {
    return INNER->hash_snapshot(INNER, h, out);
}

static hs_status hash_clone(const hs_provider *p, hs__hash *dst, const hs__hash *src) {
    return INNER->hash_clone(INNER, dst, src);
}

static void hash_end(const hs_provider *p, hs__hash *h) {
    INNER->hash_end(INNER, h);
}

static hs_status digest(const hs_provider *p, hs__hash_id id, hs_span head, const hs_span *parts,
                        size_t n_parts, uint8_t *out) {
    return INNER->digest(INNER, id, head, parts, n_parts, out);
}

static hs_status aead_new(const hs_provider *p, hs__aead_id id, const uint8_t *key, bool seals,
                          hs__aead **out) {
    return INNER->aead_new(INNER, id, key, seals, out);
}

static hs_status aead_seal(const hs_provider *p, hs__aead *a, const uint8_t nonce[HS__AEAD_NONCE],
                           hs_span aad, const uint8_t *in, size_t n, const uint8_t *tail,
                           size_t tail_n, uint8_t *out) {
    return INNER->aead_seal(INNER, a, nonce, aad, in, n, tail, tail_n, out);
}

static hs_status aead_open(const hs_provider *p, hs__aead *a, const uint8_t nonce[HS__AEAD_NONCE],
                           hs_span aad, uint8_t *buf, size_t n, size_t *len) {
    return INNER->aead_open(INNER, a, nonce, aad, buf, n, len);
}

static void aead_free(const hs_provider *p, hs__aead *a) {
    INNER->aead_free(INNER, a);
}

static hs_status kex_generate(const hs_provider *p, uint16_t group, hs__kex **out, uint8_t *share,
                              size_t *share_n) {
    return INNER->kex_generate(INNER, group, out, share, share_n);
}

static hs_status kex_agree(const hs_provider *p, hs__kex *k, hs_span peer, uint8_t *secret,
                           size_t *secret_n) {
    return INNER->kex_agree(INNER, k, peer, secret, secret_n);
}

static hs_status kex_respond(const hs_provider *p, uint16_t group, hs_span peer, uint8_t *share,
                             size_t *share_n, uint8_t *secret, size_t *secret_n, hs__kex **keep) {
    return INNER->kex_respond(INNER, group, peer, share, share_n, secret, secret_n, keep);
}

static hs_status kex_export(const hs_provider *p, const hs__kex *k, uint8_t *priv, size_t *priv_n) {
    return INNER->kex_export(INNER, k, priv, priv_n);
}

static hs_status kex_import(const hs_provider *p, uint16_t group, hs_span priv, hs__kex **out,
                            uint8_t *share, size_t *share_n) {
    return INNER->kex_import(INNER, group, priv, out, share, share_n);
}

static void kex_free(const hs_provider *p, hs__kex *k) {
    INNER->kex_free(INNER, k);
}

static hs_status key_load(const hs_provider *p, hs_span data, hs_span password,
                          hs__private_key **out) {
    return INNER->key_load(INNER, data, password, out);
}

static hs_status key_generate(const hs_provider *p, hs__key_type type, unsigned rsa_bits,
                              hs__private_key **out) {
    return INNER->key_generate(INNER, type, rsa_bits, out);
}

static hs_status key_public(const hs_provider *p, const hs__private_key *k,
                            hs__public_numbers *out) {
    return INNER->key_public(INNER, k, out);
}

static hs_status key_sign(const hs_provider *p, const hs__private_key *k, hs__sig_alg alg,
                          hs_span msg, uint8_t *sig, size_t *sig_n) {
    return INNER->key_sign(INNER, k, alg, msg, sig, sig_n);
}

static hs_status key_write(const hs_provider *p, const hs__private_key *k, hs_span password,
                           char *out, size_t *out_n) {
    return INNER->key_write(INNER, k, password, out, out_n);
}

static void key_free(const hs_provider *p, hs__private_key *k) {
    INNER->key_free(INNER, k);
}

static hs_status public_new(const hs_provider *p, const hs__public_numbers *numbers,
                            hs__public_key **out) {
    return INNER->public_new(INNER, numbers, out);
}

static hs_status public_verify(const hs_provider *p, const hs__public_key *k, hs__sig_alg alg,
                               hs_span msg, hs_span sig) {
    return INNER->public_verify(INNER, k, alg, msg, sig);
}

static void public_free(const hs_provider *p, hs__public_key *k) {
    INNER->public_free(INNER, k);
}

static hs_status rsa_encrypt_premaster(const hs_provider *p, const hs__public_key *k,
                                       const uint8_t premaster[HS__PREMASTER], uint8_t *ct,
                                       size_t *ct_n) {
    return INNER->rsa_encrypt_premaster(INNER, k, premaster, ct, ct_n);
}

static hs_status rsa_premaster(const hs_provider *p, const hs__private_key *k, hs_span ct,
                               uint16_t version, const uint8_t fallback[HS__PREMASTER],
                               uint8_t out[HS__PREMASTER]) {
    return INNER->rsa_premaster(INNER, k, ct, version, fallback, out);
}

static hs_status key_agree(const hs_provider *p, const hs__private_key *k, hs_span peer,
                           uint8_t *secret, size_t *secret_n) {
    return INNER->key_agree(INNER, k, peer, secret, secret_n);
}

static hs_status rsa_public(const hs_provider *p, const hs__public_key *k, uint8_t *block) {
    return INNER->rsa_public(INNER, k, block);
}

static hs_status rsa_private(const hs_provider *p, const hs__private_key *k, uint8_t *block) {
    return INNER->rsa_private(INNER, k, block);
}

static hs_status aes_new(const hs_provider *p, hs__aes_mode mode, hs_span key, hs_span iv,
                         bool encrypts, hs__aes **out) {
    return INNER->aes_new(INNER, mode, key, iv, encrypts, out);
}

static hs_status aes_update(const hs_provider *p, hs__aes *a, const uint8_t *in, size_t n,
                            uint8_t *out) {
    return INNER->aes_update(INNER, a, in, n, out);
}

static hs_status aes_end(const hs_provider *p, hs__aes *a, uint8_t *tag, size_t tag_n) {
    return INNER->aes_end(INNER, a, tag, tag_n);
}

static void aes_free(const hs_provider *p, hs__aes *a) {
    INNER->aes_free(INNER, a);
}

static const hs_provider slots = {
    .random = forward_random,
    .hash_start = hash_start,
    .hash_update = hash_update,
    .hash_snapshot = hash_snapshot,
    .hash_clone = hash_clone,
    .hash_end = hash_end,
    .digest = digest,
    .aead_new = aead_new,
    .aead_seal = aead_seal,
    .aead_open = aead_open,
    .aead_free = aead_free,
    .kex_generate = kex_generate,
    .kex_agree = kex_agree,
    .kex_respond = kex_respond,
    .kex_export = kex_export,
    .kex_import = kex_import,
    .kex_free = kex_free,
    .key_load = key_load,
    .key_generate = key_generate,
    .key_public = key_public,
    .key_sign = key_sign,
    .key_write = key_write,
    .key_free = key_free,
    .public_new = public_new,
    .public_verify = public_verify,
    .public_free = public_free,
    .rsa_encrypt_premaster = rsa_encrypt_premaster,
    .rsa_premaster = rsa_premaster,
    .key_agree = key_agree,
    .rsa_public = rsa_public,
    .rsa_private = rsa_private,
    .aes_new = aes_new,
    .aes_update = aes_update,
    .aes_end = aes_end,
    .aes_free = aes_free,
    .destroy = hs__forward_destroy,
};

void hs__forward_destroy(hs_provider *p) {
    hs__forward_provider *f = (hs__forward_provider *)p;
    hs_provider_unref(f->inner);
    free(f);
}

void hs__forward_init(hs__forward_provider *f, hs_provider *inner) {
    f->base = slots;
    f->base.name = inner->name;
    f->base.version = inner->version;
    f->base.groups = inner->groups;
    f->base.key_types = inner->key_types;
    f->base.n_key_types = inner->n_key_types;
    f->base.chacha20_first = inner->chacha20_first;
    f->base.rsa_leak = inner->rsa_leak;
    atomic_init(&f->base.refs, 1);
    f->inner = hs_provider_ref(inner);
}
