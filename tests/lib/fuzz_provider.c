#include "tests/lib/fuzz_provider.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/ids.h"
#include "crypto/public_numbers.h"
#include "tests/lib/forward_provider.h"

struct hs__aead {
    char unused;
};

struct hs__kex {
    const hs__group_form *form;
};

struct hs__public_key {
    hs__key_type type;
    size_t modulus_len;
};

static hs_status fixed_random(const hs_provider *p, void *out, size_t n) {
    (void)p;
    memset(out, HS__FUZZ_RANDOM, n);
    return HS_OK;
}

static hs_status hash_start(const hs_provider *p, hs__hash *h, hs__hash_id id) {
    (void)p;
    h->room[0] = (uint8_t)id;
    return HS_OK;
}

static hs_status hash_update(const hs_provider *p, hs__hash *h, const void *data, size_t n) {
    (void)p;
    (void)h;
    (void)data;
    (void)n;
    return HS_OK;
}

static hs_status hash_snapshot(const hs_provider *p, const hs__hash *h, uint8_t *out) {
    (void)p;
    memset(out, HS__FUZZ_DIGEST, hs__hash_len((hs__hash_id)h->room[0]));
    return HS_OK;
}

static hs_status hash_clone(const hs_provider *p, hs__hash *dst, const hs__hash *src) {
    (void)p;
    *dst = *src;
    return HS_OK;
}

static void hash_end(const hs_provider *p, hs__hash *h) {
    (void)p;
    (void)h;
}

static hs_status digest(const hs_provider *p, hs__hash_id id, hs_span head, const hs_span *parts,
                        size_t n_parts, uint8_t *out) {
    (void)p;
    (void)head;
    (void)parts;
    (void)n_parts;
    memset(out, HS__FUZZ_DIGEST, hs__hash_len(id));
    return HS_OK;
}

static hs_status aead_new(const hs_provider *p, hs__aead_id id, const uint8_t *key, bool seals,
                          hs__aead **out) {
    (void)p;
    (void)id;
    (void)key;
    (void)seals;
    *out = calloc(1, sizeof **out);
    return *out ? HS_OK : HS_E_NOMEM;
}

static hs_status aead_seal(const hs_provider *p, hs__aead *a, const uint8_t nonce[HS__AEAD_NONCE],
                           hs_span aad, const uint8_t *in, size_t n, const uint8_t *tail,
                           size_t tail_n, uint8_t *out) {
    (void)p;
    (void)a;
    (void)nonce;
    (void)aad;
    if (n && in != out)
        memcpy(out, in, n);
    if (tail_n)
        memcpy(out + n, tail, tail_n);
    memset(out + n + tail_n, HS__FUZZ_TAG, HS__AEAD_TAG);
    return HS_OK;
}

/* A wrong tag still fails, so that the failure paths are fuzzed too. */
static hs_status aead_open(const hs_provider *p, hs__aead *a, const uint8_t nonce[HS__AEAD_NONCE],
                           hs_span aad, uint8_t *buf, size_t n, size_t *len) {
    (void)p;
    (void)a;
    (void)nonce;
    (void)aad;
    uint8_t tag[HS__AEAD_TAG];
    memset(tag, HS__FUZZ_TAG, sizeof tag);
    *len = 0;
    if (n < sizeof tag || memcmp(buf + n - sizeof tag, tag, sizeof tag) != 0) {
        memset(buf, 0, n);
        return HS_E_BAD_RECORD_MAC;
    }
    *len = n - sizeof tag;
    return HS_OK;
}

static void aead_free(const hs_provider *p, hs__aead *a) {
    (void)p;
    free(a);
}

static void fill_share(const hs__group_form *form, size_t n, uint8_t *share, size_t *share_n) {
    memset(share, HS__FUZZ_SHARE, n);
    if (form->is_nist)
        share[0] = 0x04;
    *share_n = n;
}

static hs_status kex_generate(const hs_provider *p, uint16_t group, hs__kex **out, uint8_t *share,
                              size_t *share_n) {
    *out = NULL;
    if (!hs__provider_has_group(p, group))
        return HS_E_UNSUPPORTED;
    *out = calloc(1, sizeof **out);
    if (!*out)
        return HS_E_NOMEM;
    (*out)->form = hs__group_form_of(group);
    fill_share((*out)->form, (*out)->form->client_share, share, share_n);
    return HS_OK;
}

static hs_status kex_agree(const hs_provider *p, hs__kex *k, hs_span peer, uint8_t *secret,
                           size_t *secret_n) {
    (void)p;
    hs_status st = hs__share_check(k->form->id, false, peer);
    if (st)
        return st;
    memset(secret, HS__FUZZ_SECRET, k->form->secret);
    *secret_n = k->form->secret;
    return HS_OK;
}

static hs_status kex_respond(const hs_provider *p, uint16_t group, hs_span peer, uint8_t *share,
                             size_t *share_n, uint8_t *secret, size_t *secret_n, hs__kex **keep) {
    if (keep)
        *keep = NULL;
    if (!hs__provider_has_group(p, group))
        return HS_E_UNSUPPORTED;
    hs_status st = hs__share_check(group, true, peer);
    if (st)
        return st;
    const hs__group_form *form = hs__group_form_of(group);
    fill_share(form, form->server_share, share, share_n);
    memset(secret, HS__FUZZ_SECRET, form->secret);
    *secret_n = form->secret;
    if (!keep)
        return HS_OK;
    *keep = calloc(1, sizeof **keep);
    if (!*keep)
        return HS_E_NOMEM;
    (*keep)->form = form;
    return HS_OK;
}

static hs_status kex_export(const hs_provider *p, const hs__kex *k, uint8_t *priv, size_t *priv_n) {
    (void)p;
    if (!k->form->private_len)
        return HS_E_UNSUPPORTED;
    memset(priv, HS__FUZZ_SECRET, k->form->private_len);
    *priv_n = k->form->private_len;
    return HS_OK;
}

static hs_status kex_import(const hs_provider *p, uint16_t group, hs_span priv, hs__kex **out,
                            uint8_t *share, size_t *share_n) {
    (void)priv;
    return kex_generate(p, group, out, share, share_n);
}

static void kex_free(const hs_provider *p, hs__kex *k) {
    (void)p;
    free(k);
}

enum { FUZZ_SIGNATURE_LEN = 64 };

static hs_status key_sign(const hs_provider *p, const hs__private_key *k, hs__sig_alg alg,
                          hs_span msg, uint8_t *sig, size_t *sig_n) {
    (void)p;
    (void)k;
    (void)alg;
    (void)msg;
    memset(sig, HS__FUZZ_SIGNATURE, FUZZ_SIGNATURE_LEN);
    *sig_n = FUZZ_SIGNATURE_LEN;
    return HS_OK;
}

static hs_status public_new(const hs_provider *p, const hs__public_numbers *numbers,
                            hs__public_key **out) {
    (void)p;
    *out = NULL;
    hs_status st = hs__numbers_check(numbers);
    if (st)
        return st;
    *out = calloc(1, sizeof **out);
    if (!*out)
        return HS_E_NOMEM;
    (*out)->type = numbers->type;
    (*out)->modulus_len = numbers->n.n;
    return HS_OK;
}

static hs_status public_verify(const hs_provider *p, const hs__public_key *k, hs__sig_alg alg,
                               hs_span msg, hs_span sig) {
    (void)p;
    (void)k;
    (void)alg;
    (void)msg;
    (void)sig;
    return HS_OK;
}

static void public_free(const hs_provider *p, hs__public_key *k) {
    (void)p;
    free(k);
}

static hs_status rsa_encrypt_premaster(const hs_provider *p, const hs__public_key *k,
                                       const uint8_t premaster[HS__PREMASTER], uint8_t *ct,
                                       size_t *ct_n) {
    (void)p;
    (void)premaster;
    if (k->type != HS__KEY_RSA)
        return HS_E_KEY_TYPE;
    memset(ct, HS__FUZZ_CIPHERTEXT, k->modulus_len);
    *ct_n = k->modulus_len;
    return HS_OK;
}

/* Any ciphertext holds the same secret, of the version that is wanted. */
static hs_status rsa_premaster(const hs_provider *p, const hs__private_key *k, hs_span ct,
                               uint16_t version, const uint8_t fallback[HS__PREMASTER],
                               uint8_t out[HS__PREMASTER]) {
    const hs_provider *inner = hs__forward_inner(p);
    hs__public_numbers numbers;
    (void)ct;
    (void)fallback;
    hs_status st = inner->key_public(inner, k, &numbers);
    if (!st && numbers.type != HS__KEY_RSA)
        st = HS_E_KEY_TYPE;
    if (st)
        return st;
    memset(out, HS__FUZZ_SECRET, HS__PREMASTER);
    out[0] = (uint8_t)(version >> 8);
    out[1] = (uint8_t)version;
    return HS_OK;
}

static hs_status key_agree(const hs_provider *p, const hs__private_key *k, hs_span peer,
                           uint8_t *secret, size_t *secret_n) {
    const hs_provider *inner = hs__forward_inner(p);
    static const uint16_t nist[] = {[HS__KEY_P256] = HS__GROUP_SECP256R1,
                                    [HS__KEY_P384] = HS__GROUP_SECP384R1,
                                    [HS__KEY_P521] = HS__GROUP_SECP521R1,
                                    [HS__KEY_ED25519] = 0};
    hs__public_numbers numbers;
    hs_status st = inner->key_public(inner, k, &numbers);
    if (!st && nist[numbers.type] == 0)
        st = HS_E_KEY_TYPE;
    if (!st)
        st = hs__share_check(nist[numbers.type], true, peer);
    if (st)
        return st;
    *secret_n = hs__group_form_of(nist[numbers.type])->secret;
    memset(secret, HS__FUZZ_SECRET, *secret_n);
    return HS_OK;
}

/* A block is its own power. */
static hs_status rsa_public(const hs_provider *p, const hs__public_key *k, uint8_t *block) {
    (void)p;
    (void)block;
    return k->type == HS__KEY_RSA ? HS_OK : HS_E_KEY_TYPE;
}

static hs_status rsa_private(const hs_provider *p, const hs__private_key *k, uint8_t *block) {
    const hs_provider *inner = hs__forward_inner(p);
    hs__public_numbers numbers;
    (void)block;
    hs_status st = inner->key_public(inner, k, &numbers);
    return !st && numbers.type != HS__KEY_RSA ? HS_E_KEY_TYPE : st;
}

struct hs__aes {
    hs__aes_mode mode;
    bool encrypts;
};

static hs_status aes_new(const hs_provider *p, hs__aes_mode mode, hs_span key, hs_span iv,
                         bool encrypts, hs__aes **out) {
    (void)p;
    (void)key;
    (void)iv;
    *out = calloc(1, sizeof **out);
    if (!*out)
        return HS_E_NOMEM;
    **out = (struct hs__aes){mode, encrypts};
    return HS_OK;
}

static hs_status aes_update(const hs_provider *p, hs__aes *a, const uint8_t *in, size_t n,
                            uint8_t *out) {
    (void)p;
    if (a->mode != HS__AES_GCM && n % HS__AES_BLOCK)
        return HS_E_MISUSE;
    if (n && in != out)
        memcpy(out, in, n);
    return HS_OK;
}

/* A wrong tag still fails, as one of aead_open does. */
static hs_status aes_end(const hs_provider *p, hs__aes *a, uint8_t *tag, size_t tag_n) {
    (void)p;
    uint8_t want[HS__AEAD_TAG];
    memset(want, HS__FUZZ_TAG, sizeof want);
    if (tag_n < HS__AES_TAG_MIN || tag_n > sizeof want)
        return HS_E_MISUSE;
    if (!a->encrypts)
        return memcmp(tag, want, tag_n) == 0 ? HS_OK : HS_E_BAD_RECORD_MAC;
    memcpy(tag, want, tag_n);
    return HS_OK;
}

static void aes_free(const hs_provider *p, hs__aes *a) {
    (void)p;
    free(a);
}

/* The same lists whatever the inner provider: a corpus must not depend on it. */
static const uint16_t groups[] = {HS__GROUP_X25519, HS__GROUP_SECP256R1, HS__GROUP_SECP384R1,
                                  HS__GROUP_SECP521R1, 0};
static const hs__key_type key_types[] = {HS__KEY_P256, HS__KEY_ED25519, HS__KEY_P384,
                                         HS__KEY_P521, HS__KEY_RSA,     HS__KEY_RSA_PSS};

hs_status hs__fuzz_provider_new(hs_provider *inner, hs_provider **out) {
    hs__forward_provider *f = calloc(1, sizeof *f);
    if (!f)
        return HS_E_NOMEM;
    hs__forward_init(f, inner);
    hs_provider *p = &f->base;
    p->name = "fuzz";
    p->groups = groups;
    p->key_types = key_types;
    p->n_key_types = sizeof key_types / sizeof key_types[0];
    p->chacha20_first = false;
    p->rsa_leak = NULL;
    p->random = fixed_random;
    p->hash_start = hash_start;
    p->hash_update = hash_update;
    p->hash_snapshot = hash_snapshot;
    p->hash_clone = hash_clone;
    p->hash_end = hash_end;
    p->digest = digest;
    p->aead_new = aead_new;
    p->aead_seal = aead_seal;
    p->aead_open = aead_open;
    p->aead_free = aead_free;
    p->kex_generate = kex_generate;
    p->kex_agree = kex_agree;
    p->kex_respond = kex_respond;
    p->kex_export = kex_export;
    p->kex_import = kex_import;
    p->kex_free = kex_free;
    p->key_sign = key_sign;
    p->public_new = public_new;
    p->public_verify = public_verify;
    p->public_free = public_free;
    p->rsa_encrypt_premaster = rsa_encrypt_premaster;
    p->rsa_premaster = rsa_premaster;
    p->key_agree = key_agree;
    p->rsa_public = rsa_public;
    p->rsa_private = rsa_private;
    p->aes_new = aes_new;
    p->aes_update = aes_update;
    p->aes_end = aes_end;
    p->aes_free = aes_free;
    *out = p;
    return HS_OK;
}
