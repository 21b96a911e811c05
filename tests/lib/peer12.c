#include "tests/lib/peer12.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/prf12.h"
#include "proto/codepoints.h"
#include "proto/message.h"
#include "tests/lib/edit.h"
#include "tests/lib/peer12_messages.h"

static void must(bool ok, const char *what) {
    if (!ok) {
        (void)fprintf(stderr, "a TLS 1.2 peer by hand: %s\n", what);
        abort();
    }
}

/* ---- suites ------------------------------------------------------------------------------ */

static hs__aead_id aead_of(uint16_t suite) {
    switch (suite) {
    case 0xc02b:
    case 0xc02f:
    case 0x009c:
        return HS__AES_128_GCM;
    case 0xc02c:
    case 0xc030:
    case 0x009d:
        return HS__AES_256_GCM;
    default:
        return HS__CHACHA20_POLY1305;
    }
}

hs__hash_id hs__peer12_hash(const hs__peer12 *peer) {
    return aead_of(peer->suite) == HS__AES_256_GCM ? HS__SHA384 : HS__SHA256;
}

static uint16_t pick_suite(unsigned how, bool is_rsa) {
    if ((how & HS__PEER12_RSA) != 0) {
        return 0x009c;
    }
    if ((how & HS__PEER12_CHACHA) != 0) {
        return is_rsa ? 0xcca8 : 0xcca9;
    }
    return is_rsa ? 0xc02f : 0xc02b;
}

/* ---- secrets and keys -------------------------------------------------------------------- */

static void digest(const hs__peer12 *peer, uint8_t *out) {
    const hs_span all = {peer->transcript.p, peer->transcript.n};
    must(peer->p->digest(peer->p, hs__peer12_hash(peer), all, NULL, 0, out) == HS_OK, "digest");
}

/* 5246 8.1; 7627 4: over the hash of everything up to ClientKeyExchange. */
void hs__peer12_make_secret(hs__peer12 *peer) {
    uint8_t hash[HS__HASH_MAX];
    const hs__hash_id id = hs__peer12_hash(peer);
    digest(peer, hash);
    const hs_span session_hash[] = {{hash, hs__hash_len(id)}};
    const hs_span randoms[] = {{peer->client_random, 32}, {peer->server_random, 32}};
    must(hs__prf12(peer->p, id, (hs_span){peer->premaster, peer->premaster_n},
                   peer->ems ? "extended master secret" : "master secret",
                   peer->ems ? session_hash : randoms, peer->ems ? 1 : 2, peer->session.main_secret,
                   HS__PEER12_SECRET) == HS_OK,
         "main secret");
    peer->has_secret = true;
}

/* 5246 7.4.9 */
void hs__peer12_verify_data(const hs__peer12 *peer, bool of_server, uint8_t *out) {
    uint8_t hash[HS__HASH_MAX];
    const hs__hash_id id = hs__peer12_hash(peer);
    digest(peer, hash);
    const hs_span seed[] = {{hash, hs__hash_len(id)}};
    must(hs__prf12(peer->p, id, (hs_span){peer->session.main_secret, HS__PEER12_SECRET},
                   of_server ? "server finished" : "client finished", seed, 1, out,
                   HS__PEER12_VERIFY) == HS_OK,
         "verify_data");
}

/* 5246 6.3; 5288 3: four bytes of IV with GCM; 7905 2: twelve with ChaCha20-Poly1305. */
static void set_key(hs__peer12 *peer, hs__peer12_key *key, bool of_server, bool seals) {
    const hs__aead_id id = aead_of(peer->suite);
    const size_t key_n = hs__aead_key_len(id);
    const size_t iv_n = id == HS__CHACHA20_POLY1305 ? 12 : 4;
    uint8_t block[2 * (HS__AEAD_KEY_MAX + 12)];
    const hs_span seed[] = {{peer->server_random, 32}, {peer->client_random, 32}};
    must(peer->has_secret, "no secret for a key");
    must(hs__prf12(peer->p, hs__peer12_hash(peer),
                   (hs_span){peer->session.main_secret, HS__PEER12_SECRET}, "key expansion", seed,
                   2, block, 2 * (key_n + iv_n)) == HS_OK,
         "key block");
    if (key->aead != NULL) {
        peer->p->aead_free(peer->p, key->aead);
    }
    *key = (hs__peer12_key){.seq = 0};
    memcpy(key->iv, block + 2 * key_n + (of_server ? iv_n : 0), iv_n);
    must(peer->p->aead_new(peer->p, id, block + (of_server ? key_n : 0), seals, &key->aead) ==
             HS_OK,
         "key");
}

void hs__peer12_rekey(hs__peer12 *peer) {
    set_key(peer, &peer->out, peer->is_server, true);
}

/* ---- records ----------------------------------------------------------------------------- */

static void put_be(uint8_t *p, size_t n, uint64_t v) {
    for (size_t i = 0; i < n; i++) {
        p[i] = (uint8_t)(v >> 8 * (n - 1 - i));
    }
}

/* 5288 3: salt and eight bytes of the record; 7905 2: IV with the record's number mixed in. */
static void nonce_of(const hs__peer12 *peer, const hs__peer12_key *key, const uint8_t *explicit_n,
                     uint8_t nonce[12]) {
    memcpy(nonce, key->iv, 12);
    if (aead_of(peer->suite) != HS__CHACHA20_POLY1305) {
        memcpy(nonce + 4, explicit_n, 8);
        return;
    }
    uint8_t seq[8];
    put_be(seq, 8, key->seq);
    for (size_t i = 0; i < 8; i++) {
        nonce[4 + i] ^= seq[i];
    }
}

static size_t explicit_len(const hs__peer12 *peer) {
    return aead_of(peer->suite) == HS__CHACHA20_POLY1305 ? 0 : 8;
}

/* 5246 6.2.3.3 */
static void aad_of(const hs__peer12_key *key, uint8_t type, size_t n, uint8_t aad[13]) {
    put_be(aad, 8, key->seq);
    aad[8] = type;
    put_be(aad + 9, 2, 0x0303);
    put_be(aad + 11, 2, n);
}

void hs__peer12_seal(hs__peer12 *peer, uint8_t type, hs_span content, hs__test_bytes *out) {
    hs__peer12_key *key = &peer->out;
    const size_t extra = key->aead == NULL ? 0 : explicit_len(peer) + HS__AEAD_TAG;
    uint8_t header[5] = {type, 3, 3};
    put_be(header + 3, 2, content.n + extra);
    hs__test_bytes_add(out, header, sizeof(header));
    if (key->aead == NULL) {
        hs__test_bytes_add(out, content.p, content.n);
        return;
    }
    uint8_t number[8];
    uint8_t nonce[12];
    uint8_t aad[13];
    put_be(number, 8, key->seq ^ UINT64_C(0x5a5a000000000000)); /* any value that is new will do */
    nonce_of(peer, key, number, nonce);
    aad_of(key, type, content.n, aad);
    hs__test_bytes_add(out, number, explicit_len(peer));
    uint8_t *sealed = malloc(content.n + HS__AEAD_TAG);
    must(sealed != NULL && peer->p->aead_seal(peer->p, key->aead, nonce, (hs_span){aad, 13},
                                              content.p, content.n, NULL, 0, sealed) == HS_OK,
         "sealing");
    hs__test_bytes_add(out, sealed, content.n + HS__AEAD_TAG);
    free(sealed);
    key->seq++;
}

void hs__peer12_send(hs__peer12 *peer, uint8_t type, hs_span content) {
    hs__test_bytes record = {NULL, 0, 0};
    hs__peer12_seal(peer, type, content, &record);
    hs__test_end_feed(peer->end, record.p, record.n);
    hs__test_bytes_free(&record);
}

void hs__peer12_note(hs__peer12 *peer, hs_span message) {
    hs__test_bytes_add(&peer->transcript, message.p, message.n);
    if (message.p[0] == HS__HT_client_key_exchange) {
        hs__peer12_make_secret(peer); /* before the engine's answer can come */
    }
}

void hs__peer12_say(hs__peer12 *peer, hs_span message) {
    hs__peer12_note(peer, message);
    hs__peer12_send(peer, HS__CONTENT_handshake, message);
}

/* ---- hearing ----------------------------------------------------------------------------- */

static hs_span open_record(hs__peer12 *peer, uint8_t *record, size_t n) {
    hs__peer12_key *key = &peer->in;
    uint8_t *body = record + 5;
    size_t body_n = n - 5;
    if (key->aead == NULL) {
        return (hs_span){body, body_n};
    }
    const size_t skip = explicit_len(peer);
    must(body_n >= skip + HS__AEAD_TAG, "a short record came");
    uint8_t nonce[12];
    uint8_t aad[13];
    size_t len = 0;
    nonce_of(peer, key, body, nonce);
    aad_of(key, record[0], body_n - skip - HS__AEAD_TAG, aad);
    must(peer->p->aead_open(peer->p, key->aead, nonce, (hs_span){aad, 13}, body + skip,
                            body_n - skip, &len) == HS_OK,
         "a record did not open");
    key->seq++;
    return (hs_span){body + skip, len};
}

static void hear_messages(hs__peer12 *peer, hs_span content) {
    hs__test_bytes_add(&peer->stream, content.p, content.n);
    size_t at = 0;
    while (peer->stream.n - at >= 4) {
        const uint8_t *m = peer->stream.p + at;
        const size_t whole = 4 + ((size_t)m[1] << 16 | (size_t)m[2] << 8 | m[3]);
        if (whole > peer->stream.n - at) {
            break;
        }
        must(peer->heard.n < HS__HAND_MESSAGES, "too many messages came");
        hs__test_bytes *kept = &peer->heard.m[peer->heard.n++];
        *kept = (hs__test_bytes){NULL, 0, 0};
        hs__test_bytes_add(kept, m, whole);
        hs__peer12_learn(peer, kept);
        at += whole;
    }
    peer->stream.n -= at;
    memmove(peer->stream.p, peer->stream.p + at, peer->stream.n);
}

static void hear_record(hs__peer12 *peer, uint8_t *record, size_t n) {
    const hs_span content = open_record(peer, record, n);
    switch (record[0]) {
    case HS__CONTENT_change_cipher_spec:
        must(content.n == 1 && content.p[0] == 1 && !peer->heard_ccs, "a bad ChangeCipherSpec");
        peer->heard_ccs = true;
        set_key(peer, &peer->in, !peer->is_server, false);
        break;
    case HS__CONTENT_handshake:
        hear_messages(peer, content);
        break;
    case HS__CONTENT_alert:
        must(content.n == 2, "an alert of another length");
        memcpy(peer->alert, content.p, 2);
        peer->alerts++;
        peer->warnings += content.p[0] == 1 ? 1 : 0;
        break;
    default:
        must(record[0] == HS__CONTENT_application_data && peer->in.aead != NULL, "record type");
        hs__test_bytes_add(&peer->data, content.p, content.n);
        break;
    }
}

void hs__peer12_hear(hs__peer12 *peer) {
    hs__test_end_drain(peer->end);
    hs__test_bytes copy = {NULL, 0, 0};
    if (peer->end->sent.n == peer->taken) {
        return;
    }
    hs__test_bytes_add(&copy, peer->end->sent.p + peer->taken, peer->end->sent.n - peer->taken);
    size_t n;
    for (size_t at = 0; at + 5 <= copy.n; at += n) {
        n = 5 + ((size_t)copy.p[at + 3] << 8 | copy.p[at + 4]);
        must(at + n <= copy.n, "a part of a record came");
        hear_record(peer, copy.p + at, n);
    }
    peer->taken = peer->end->sent.n;
    hs__test_bytes_free(&copy);
}

/* ---- a handshake ------------------------------------------------------------------------- */

static void add_if(int steps[HS__PEER12_STEPS], size_t *n, bool is_due, int step) {
    if (is_due) {
        steps[(*n)++] = step;
    }
}

void hs__peer12_script(const hs__peer12 *peer, int steps[HS__PEER12_STEPS]) {
    const bool is_full = !peer->resumes;
    const bool has_auth = is_full && (peer->how & HS__PEER12_AUTH) != 0;
    const bool has_ske = is_full && (peer->how & HS__PEER12_RSA) == 0;
    const bool has_ticket = (peer->how & HS__PEER12_TICKET) != 0;
    size_t n = 0;
    if (peer->is_server) {
        add_if(steps, &n, true, HS__HT_server_hello);
        add_if(steps, &n, is_full, HS__HT_certificate);
        add_if(steps, &n, is_full && (peer->how & HS__PEER12_STATUS_COMES) != 0,
               HS__HT_certificate_status);
        add_if(steps, &n, has_ske, HS__HT_server_key_exchange);
        add_if(steps, &n, has_auth, HS__HT_certificate_request);
        add_if(steps, &n, is_full, HS__HT_server_hello_done);
        add_if(steps, &n, has_ticket, HS__HT_new_session_ticket);
    } else {
        add_if(steps, &n, true, HS__HT_client_hello);
        add_if(steps, &n, has_auth, HS__HT_certificate);
        add_if(steps, &n, is_full, HS__HT_client_key_exchange);
        add_if(steps, &n, has_auth && (peer->how & HS__PEER12_NO_CERT) == 0,
               HS__HT_certificate_verify);
    }
    steps[n++] = HS__STEP_CCS;
    steps[n++] = HS__HT_finished;
    steps[n] = HS__STEP_END;
}

void hs__peer12_step(hs__peer12 *peer, int step) {
    hs__test_bytes m = {NULL, 0, 0};
    hs__peer12_make(peer, step, &m);
    if (step == HS__STEP_CCS) {
        hs__peer12_send(peer, HS__CONTENT_change_cipher_spec, (hs_span){m.p, m.n});
        hs__peer12_rekey(peer);
    } else {
        hs__peer12_say(peer, (hs_span){m.p, m.n});
    }
    hs__test_bytes_free(&m);
    hs__peer12_hear(peer);
}

void hs__peer12_run(hs__peer12 *peer, size_t n) {
    int steps[HS__PEER12_STEPS];
    hs__peer12_hear(peer);
    hs__peer12_script(peer, steps);
    for (size_t i = 0; i < n && steps[i] != HS__STEP_END; i++) {
        hs__peer12_step(peer, steps[i]);
    }
}

void hs__peer12_connect(hs__peer12 *peer) {
    hs__peer12_run(peer, HS__PEER12_STEPS);
    if (peer->end->failed) {
        (void)fprintf(stderr, "%s\n", peer->end->error.text);
    }
    must(peer->end->connected && peer->heard_finished, "not connected");
}

void hs__peer12_open(hs__peer12 *peer, const hs__stage *s, unsigned how, hs__test_end *end,
                     bool is_server, const hs__peer12_session *session) {
    *peer = (hs__peer12){.stage = s, .p = s->p, .end = end, .is_server = is_server, .how = how};
    const hs_span pem = {(const uint8_t *)s->id.key_pem, s->id.key_pem_n};
    must(s->p->key_load(s->p, pem, (hs_span){NULL, 0}, &peer->key) == HS_OK &&
             s->p->key_load(s->p, pem, (hs_span){NULL, 0}, &peer->engine_key) == HS_OK,
         "key");
    hs__public_numbers numbers;
    must(s->p->key_public(s->p, peer->key, &numbers) == HS_OK, "public key");
    static const uint16_t schemes[] = {
        [HS__KEY_RSA] = 0x0401,  [HS__KEY_RSA_PSS] = 0x0809, [HS__KEY_P256] = 0x0403,
        [HS__KEY_P384] = 0x0503, [HS__KEY_P521] = 0x0603,    [HS__KEY_ED25519] = 0x0807};
    peer->suite = pick_suite(how, numbers.type == HS__KEY_RSA || numbers.type == HS__KEY_RSA_PSS);
    peer->scheme = schemes[numbers.type];
    peer->group = (how & HS__PEER12_P256) != 0 ? HS__GROUP_SECP256R1 : HS__GROUP_X25519;
    peer->ems = (how & HS__PEER12_NO_EMS) == 0;
    peer->has_ticket = (how & HS__PEER12_TICKET) != 0;
    uint8_t *own = is_server ? peer->server_random : peer->client_random;
    must(s->p->random(s->p, own, 32) == HS_OK, "random");
    if (session != NULL) {
        peer->resumes = true;
        peer->session = *session;
        peer->session.ticket = (hs__test_bytes){NULL, 0, 0};
        hs__test_bytes_add(&peer->session.ticket, session->ticket.p, session->ticket.n);
        peer->suite = session->suite;
        peer->has_secret = true;
        if (!is_server && session->ticket.n > 0) { /* 5077 3.4: an id tells that it is accepted */
            peer->session.id_n = 32;
            must(s->p->random(s->p, peer->session.id, 32) == HS_OK, "random");
        }
    }
}

void hs__peer12_session_free(hs__peer12_session *session) {
    hs__test_bytes_free(&session->ticket);
}

void hs__peer12_free(hs__peer12 *peer) {
    const hs_provider *p = peer->p;
    p->key_free(p, peer->key);
    p->key_free(p, peer->engine_key);
    if (peer->kex != NULL) {
        p->kex_free(p, peer->kex);
    }
    if (peer->in.aead != NULL) {
        p->aead_free(p, peer->in.aead);
    }
    if (peer->out.aead != NULL) {
        p->aead_free(p, peer->out.aead);
    }
    hs__test_bytes_free(&peer->engine_point);
    hs__test_bytes_free(&peer->transcript);
    hs__test_bytes_free(&peer->stream);
    hs__test_bytes_free(&peer->data);
    hs__peer12_session_free(&peer->session);
    hs__hand_flight_free(&peer->heard);
}
