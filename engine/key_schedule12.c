#include "engine/key_schedule12.h"

#include <stdio.h>
#include <string.h>

#include "crypto/prf12.h"
#include "engine/key_schedule.h"
#include "engine/lasting12.h"
#include "engine/trace_emit.h"
#include "engine/transcript.h"

static hs_span main_secret(const hs_conn *c) {
    return (hs_span){c->hs->v12.main_secret, HS__MAIN_SECRET_12};
}

/* One use of the PRF, told to the trace. */
typedef struct {
    const char *name;
    hs_span secret;
    const char *secret_name;
    const char *label;
    const char *seed_name;
    const hs_span *seed;
    size_t n_seed;
} derivation;

static hs_status derive(hs_conn *c, const derivation *d, uint8_t *out, size_t n) {
    const uint64_t started = hs__trace_us(c);
    uint8_t seed[2 * HS__RANDOM + HS__DIGEST];
    size_t seed_n = 0;
    for (size_t i = 0; i < d->n_seed; i++) {
        memcpy(seed + seed_n, d->seed[i].p, d->seed[i].n);
        seed_n += d->seed[i].n;
    }
    hs_status st = hs__prf12(c->p, c->suite->hash, d->secret, d->label, d->seed, d->n_seed, out, n);
    const hs_trace_input parts[] = {{.name = "secret", .ref = d->secret_name},
                                    {.name = "label", .ref = d->label},
                                    {.name = "seed", .ref = d->seed_name, .bytes = {seed, seed_n}}};
    hs__trace_derive(c, d->name, "PRF", parts, 3, (hs_span){out, n}, started);
    return st;
}

/* The transcript's hash as a seed, "H(CH..CKE)". */
typedef struct {
    uint8_t digest[HS__DIGEST];
    hs_span bytes;
    char name[HS__TRANSCRIPT_NAMES + 4];
} hashed;

static hs_status hash_transcript(const hs_conn *c, hashed *out) {
    char range[HS__TRANSCRIPT_NAMES];
    hs__transcript_range(c, range);
    (void)snprintf(out->name, sizeof(out->name), "H(%s)", range);
    out->bytes = (hs_span){out->digest, hs__hash_len(c->suite->hash)};
    return hs__transcript_digest(c, out->digest);
}

hs_status hs__main_secret12(hs_conn *c, hs_span premaster) {
    const hs__handshake *hs = c->hs;
    hashed session_hash;
    hs_status st = hash_transcript(c, &session_hash);
    if (st != HS_OK) {
        return st;
    }
    const hs_span randoms[] = {{hs->client_random, HS__RANDOM},
                               {hs->v12.server_random, HS__RANDOM}};
    const derivation d = {.name = "main_secret",
                          .secret = premaster,
                          .secret_name = "preliminary_secret",
                          .label = c->ems ? "extended master secret" : "master secret",
                          .seed_name = c->ems ? session_hash.name : "client_random + server_random",
                          .seed = c->ems ? &session_hash.bytes : randoms,
                          .n_seed = c->ems ? 1 : 2};
    st = derive(c, &d, c->hs->v12.main_secret, HS__MAIN_SECRET_12);
    return st == HS_OK ? hs__key_block12(c) : st;
}

hs_status hs__key_block12(hs_conn *c) {
    const hs__handshake *hs = c->hs;
    hs__trace_secret(c, "CLIENT_RANDOM", main_secret(c));
    const size_t key_n = hs__aead_key_len(c->suite->aead);
    const size_t iv_n = hs__fixed_iv_12(c->suite);
    const hs_span randoms[] = {{hs->v12.server_random, HS__RANDOM},
                               {hs->client_random, HS__RANDOM}};
    const derivation d = {.name = "key_block",
                          .secret = main_secret(c),
                          .secret_name = "main_secret",
                          .label = "key expansion",
                          .seed_name = "server_random + client_random",
                          .seed = randoms,
                          .n_seed = 2};
    hs_status st = derive(c, &d, c->hs->v12.key_block, 2 * key_n + 2 * iv_n);
    if (st != HS_OK) {
        return st;
    }
    hs__trace_key_block(c, c->hs->v12.key_block, key_n, iv_n);
    return hs__lasting12_new(c);
}

hs_status hs__verify_data12(hs_conn *c, bool of_server, uint8_t out[HS__VERIFY_DATA_12]) {
    hashed messages;
    hs_status st = hash_transcript(c, &messages);
    if (st != HS_OK) {
        return st;
    }
    const derivation d = {.name = of_server ? "server_verify_data" : "client_verify_data",
                          .secret = main_secret(c),
                          .secret_name = "main_secret",
                          .label = of_server ? "server finished" : "client finished",
                          .seed_name = messages.name,
                          .seed = &messages.bytes,
                          .n_seed = 1};
    return derive(c, &d, out, HS__VERIFY_DATA_12);
}

/* ---- keys -------------------------------------------------------------------------------- */

/* RFC 5246 6.3 without MAC keys: client's key, server's key, client's IV, server's IV. A short IV
 * is followed by zeros, where the record number goes. */
hs_status hs__install_key12(hs_conn *c, bool outbound, bool of_server) {
    hs__direction *d = outbound ? &c->out : &c->in;
    const size_t key_n = hs__aead_key_len(c->suite->aead);
    const size_t iv_n = hs__fixed_iv_12(c->suite);
    const uint8_t *block = c->hs->v12.key_block;
    uint8_t iv[HS__AEAD_NONCE] = {0};
    memcpy(iv, block + 2 * key_n + (of_server ? iv_n : 0), iv_n);
    d->secret_name = "key_block";
    d->key_name = of_server ? "server_write_key" : "client_write_key";
    hs_status st = hs__direction_begin(c, outbound, block + (of_server ? key_n : 0), iv);
    hs__wipe(iv, sizeof(iv));
    return st;
}
