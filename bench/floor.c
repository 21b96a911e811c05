/* What a handshake cannot do without: its primitives, through the same seam, and nothing else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "engine/suites.h"
#include "pki/certificate.h"
#include "pki/credential.h"

static void must(hs_status st) {
    if (st != HS_OK) {
        (void)fprintf(stderr, "floor: %s\n", hs_status_name(st));
        abort();
    }
}

typedef struct {
    hs_provider *p;
    const hs__private_key *key;
    hs__sig_alg sign, issued;
    hs__public_numbers leaf;
    hs__public_key *issuer; /* kept with its trust anchor */
    hs_span tbs, tbs_signature;
} primitives;

static void key_exchange(const hs_provider *p) {
    hs__kex *client;
    uint8_t share[HS__SHARE_MAX];
    uint8_t answer[HS__SHARE_MAX];
    uint8_t a[HS__KEX_SECRET_MAX];
    uint8_t b[HS__KEX_SECRET_MAX];
    size_t share_n;
    size_t answer_n;
    size_t a_n;
    size_t b_n;
    must(p->kex_generate(p, HS__GROUP_X25519, &client, share, &share_n));
    must(p->kex_respond(p, HS__GROUP_X25519, (hs_span){share, share_n}, answer, &answer_n, b, &b_n,
                        NULL));
    must(p->kex_agree(p, client, (hs_span){answer, answer_n}, a, &a_n));
    p->kex_free(p, client);
    if (a_n != b_n || memcmp(a, b, a_n) != 0) {
        abort();
    }
}

static void chain(const primitives *f) {
    must(f->p->public_verify(f->p, f->issuer, f->issued, f->tbs, f->tbs_signature));
}

static void signatures(const primitives *f) {
    static const uint8_t content[130];
    uint8_t sig[HS__SIGNATURE_MAX];
    size_t sig_n;
    hs__public_key *leaf;
    must(f->p->key_sign(f->p, f->key, f->sign, (hs_span){content, sizeof(content)}, sig, &sig_n));
    must(f->p->public_new(f->p, &f->leaf, &leaf));
    must(f->p->public_verify(f->p, leaf, f->sign, (hs_span){content, sizeof(content)},
                             (hs_span){sig, sig_n}));
    f->p->public_free(f->p, leaf);
}

static void key_transport(const primitives *f) {
    static const uint8_t secret[HS__PREMASTER] = {3, 3};
    static const uint8_t fallback[HS__PREMASTER];
    uint8_t ct[HS__RSA_CIPHERTEXT_MAX];
    uint8_t out[HS__PREMASTER];
    size_t ct_n;
    hs__public_key *leaf;
    must(f->p->public_new(f->p, &f->leaf, &leaf));
    must(f->p->rsa_encrypt_premaster(f->p, leaf, secret, ct, &ct_n));
    must(f->p->rsa_premaster(f->p, f->key, (hs_span){ct, ct_n}, 0x0303, fallback, out));
    f->p->public_free(f->p, leaf);
    if (memcmp(out, secret, sizeof(out)) != 0) {
        abort();
    }
}

double bench_floor(const char *provider, const bench_setup *setup, unsigned n) {
    const hs__test_identity *id = setup->identity;
    primitives f = {.p = NULL};
    must(hs_provider_new(provider, &f.p));
    hs_credential *own;
    must(hs_credential_new(f.p, (hs_span){id->leaf, id->leaf_n},
                           (hs_span){(const uint8_t *)id->key_pem, id->key_pem_n},
                           (hs_span){NULL, 0}, &own));
    hs__rd_root err = {.status = HS_OK};
    hs__cert leaf;
    hs__cert root;
    must(hs__certificate_read((hs_span){id->leaf, id->leaf_n}, NULL, &leaf, &err));
    must(hs__certificate_read((hs_span){id->root, id->root_n}, NULL, &root, &err));
    must(f.p->public_new(f.p, &root.key.numbers, &f.issuer));
    f.key = hs__credential_key(own);
    bool is_rsa = hs__credential_key_type(own) == HS__KEY_RSA;
    f.sign = hs__scheme_of(is_rsa ? 0x0804 : 0x0403)->alg;
    f.issued = hs__scheme_of(is_rsa ? 0x0401 : 0x0403)->alg;
    f.leaf = leaf.key.numbers;
    f.tbs = leaf.tbs;
    f.tbs_signature = leaf.signature_value;
    double start = bench_cpu_seconds();
    for (unsigned i = 0; i < n; i++) {
        chain(&f);
        if (bench_is_classic(setup)) {
            key_transport(&f);
        } else {
            key_exchange(f.p);
            signatures(&f);
        }
    }
    double took = bench_cpu_seconds() - start;
    f.p->public_free(f.p, f.issuer);
    hs_credential_unref(own);
    hs_provider_unref(f.p);
    return took;
}

/* ---- bulk
 * ---------------------------------------------------------------------------------------- */
enum { BATCH = 64 * 1024, ROOM = BATCH + BATCH / 1024 * 64 };

typedef struct {
    const hs_provider *p;
    hs__aead *seal, *open;
    uint64_t seq;
} channel;

static void nonce_of(uint64_t seq, uint8_t nonce[HS__AEAD_NONCE]) {
    memset(nonce, 0, HS__AEAD_NONCE);
    memcpy(nonce, &seq, sizeof(seq));
}

/* What any TLS does with 64 KiB: seal them record by record, hand them over as one run of bytes,
 * open and compare. */
static void carry_batch(channel *ch, const uint8_t *text, size_t record) {
    static uint8_t sealed[ROOM];
    static uint8_t slab[ROOM];
    static const uint8_t header[5] = {23, 3, 3, 0, 0};
    const uint8_t type = 23;
    const hs_span aad = {header, sizeof(header)};
    const size_t whole = sizeof(header) + record + 1 + HS__AEAD_TAG;
    uint8_t nonce[HS__AEAD_NONCE];
    for (size_t i = 0; i < BATCH / record; i++) {
        uint8_t *at = sealed + i * whole;
        memcpy(at, header, sizeof(header));
        nonce_of(ch->seq + i, nonce);
        must(ch->p->aead_seal(ch->p, ch->seal, nonce, aad, text + i * record, record, &type, 1,
                              at + sizeof(header)));
    }
    memcpy(slab, sealed, BATCH / record * whole);
    for (size_t i = 0; i < BATCH / record; i++) {
        uint8_t *at = slab + i * whole + sizeof(header);
        size_t len;
        nonce_of(ch->seq + i, nonce);
        must(ch->p->aead_open(ch->p, ch->open, nonce, aad, at, whole - sizeof(header), &len));
        if (memcmp(at, text + i * record, record) != 0) {
            abort();
        }
    }
    ch->seq += BATCH / record;
}

double bench_floor_bulk(const char *provider, uint16_t suite, size_t record, hs_span text,
                        size_t bytes) {
    static const uint8_t key[HS__AEAD_KEY_MAX] = {1};
    hs_provider *p;
    must(hs_provider_new(provider, &p));
    channel ch = {.p = p};
    must(p->aead_new(p, hs__suite_of(suite)->aead, key, true, &ch.seal));
    must(p->aead_new(p, hs__suite_of(suite)->aead, key, false, &ch.open));
    for (size_t at = 0; at < 16 * BATCH; at += BATCH) {
        carry_batch(&ch, text.p + at, record); /* pages and caches warm, as with the others */
    }
    double start = bench_cpu_seconds();
    for (size_t at = 0; at < bytes; at += BATCH) {
        carry_batch(&ch, text.p + at % text.n, record);
    }
    double took = bench_cpu_seconds() - start;
    p->aead_free(p, ch.seal);
    p->aead_free(p, ch.open);
    hs_provider_unref(p);
    return took;
}
