#include "tests/lib/peer12_messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/codepoints.h"
#include "tests/lib/edit.h"

static void must(bool ok, const char *what) {
    if (!ok) {
        (void)fprintf(stderr, "a TLS 1.2 peer by hand: %s\n", what);
        abort();
    }
}

/* ---- bytes ------------------------------------------------------------------------------- */

static void add(hs__test_bytes *m, const void *p, size_t n) {
    hs__test_bytes_add(m, p, n);
}

static void add_be(hs__test_bytes *m, size_t n, uint64_t v) {
    uint8_t b[8];
    for (size_t i = 0; i < n; i++) {
        b[i] = (uint8_t)(v >> 8 * (n - 1 - i));
    }
    add(m, b, n);
}

static void add_vector(hs__test_bytes *m, size_t prefix, const void *p, size_t n) {
    add_be(m, prefix, n);
    add(m, p, n);
}

/* Opens a vector; what is added until `close` is inside. */
static size_t open_vector(hs__test_bytes *m, size_t prefix) {
    add_be(m, prefix, 0);
    return m->n;
}

static void close_vector(hs__test_bytes *m, size_t prefix, size_t start) {
    const size_t n = m->n - start;
    for (size_t i = 0; i < prefix; i++) {
        m->p[start - prefix + i] = (uint8_t)(n >> 8 * (prefix - 1 - i));
    }
}

static size_t be(const uint8_t *p, size_t n) {
    size_t v = 0;
    for (size_t i = 0; i < n; i++) {
        v = v << 8 | p[i];
    }
    return v;
}

static void add_ext(hs__test_bytes *m, uint16_t type, const void *body, size_t n) {
    add_be(m, 2, type);
    add_vector(m, 2, body, n);
}

/* ---- keys -------------------------------------------------------------------------------- */

static hs__sig_alg alg_of(uint16_t scheme) {
    static const hs__hash_id hashes[] = {HS__SHA256, HS__SHA384, HS__SHA512};
    if (scheme == 0x0807) {
        return (hs__sig_alg){HS__SIG_ED25519, HS__SHA512, HS__PSS_SALT_HASH};
    }
    if (scheme >> 8 == 8) { /* rsa_pss_rsae_sha256 and on, rsa_pss_pss_sha256 and on */
        const unsigned i = scheme - (scheme < 0x0809 ? 0x0804U : 0x0809U);
        return (hs__sig_alg){HS__SIG_RSA_PSS, hashes[i % 3], HS__PSS_SALT_HASH};
    }
    return (hs__sig_alg){(scheme & 0xff) == 1 ? HS__SIG_RSA_PKCS1 : HS__SIG_ECDSA,
                         hashes[((scheme >> 8) - 4) % 3], HS__PSS_SALT_HASH};
}

void hs__peer12_sign(const hs__peer12 *peer, hs_span content, hs__test_bytes *m) {
    uint8_t sig[HS__SIGNATURE_MAX];
    size_t n = 0;
    must(peer->p->key_sign(peer->p, peer->key, alg_of(peer->scheme), content, sig, &n) == HS_OK,
         "sign");
    add_be(m, 2, peer->scheme);
    add_vector(m, 2, sig, n);
}

/* By the key of the engine's certificate. */
static void check_signature(const hs__peer12 *peer, hs_span content, const uint8_t *p, size_t n) {
    hs__public_numbers numbers;
    hs__public_key *key = NULL;
    must(n >= 4 && be(p + 2, 2) == n - 4, "a signature's length");
    must(peer->p->key_public(peer->p, peer->engine_key, &numbers) == HS_OK &&
             peer->p->public_new(peer->p, &numbers, &key) == HS_OK,
         "public key");
    must(peer->p->public_verify(peer->p, key, alg_of((uint16_t)be(p, 2)), content,
                                (hs_span){p + 4, n - 4}) == HS_OK,
         "the engine's signature is wrong");
    peer->p->public_free(peer->p, key);
}

/* 5246 7.4.3, 8422 5.4: what ServerKeyExchange signs. */
static hs__test_bytes signed_params(const hs__peer12 *peer, const uint8_t *params, size_t n) {
    hs__test_bytes all = {NULL, 0, 0};
    add(&all, peer->client_random, 32);
    add(&all, peer->server_random, 32);
    add(&all, params, n);
    return all;
}

/* ---- making ------------------------------------------------------------------------------ */

/* With their length: what a ClientHello and a CertificateRequest name. */
static const uint8_t schemes[] = {0, 26, 4, 3, 8, 4, 4, 1, 5, 3, 8, 5,  5, 1,
                                  6, 3,  8, 6, 6, 1, 8, 7, 8, 9, 8, 10, 8, 11};

static void make_client_hello(hs__peer12 *peer, hs__test_bytes *m) {
    /* The curves of certificates' keys must be there, too (8422 5.1). */
    const uint8_t groups[] = {0, 8, (uint8_t)(peer->group >> 8), (uint8_t)peer->group, 0, 23, 0, 24,
                              0, 25};
    add_be(m, 2, 0x0303);
    add(m, peer->client_random, 32);
    add_vector(m, 1, peer->session.id, peer->resumes ? peer->session.id_n : 0);
    add_be(m, 2, 2);
    add_be(m, 2, peer->suite);
    add(m, "\x01\x00", 2);
    const size_t block = open_vector(m, 2);
    add_ext(m, 10, groups, sizeof(groups));
    add_ext(m, 11, "\x01\x00", 2);
    add_ext(m, 13, schemes, sizeof(schemes));
    add_ext(m, 0xff01, "\x00", 1);
    if (peer->ems) {
        add_ext(m, 23, "", 0);
    }
    if (peer->has_ticket || peer->session.ticket.n > 0) {
        add_ext(m, 35, peer->session.ticket.p, peer->session.ticket.n);
    }
    close_vector(m, 2, block);
}

static void make_server_hello(const hs__peer12 *peer, hs__test_bytes *m) {
    add_be(m, 2, 0x0303);
    add(m, peer->server_random, 32);
    add_vector(m, 1, peer->session_id, peer->session_id_n);
    add_be(m, 2, peer->suite);
    add_be(m, 1, 0);
    const size_t block = open_vector(m, 2);
    add_ext(m, 0xff01, "\x00", 1);
    if (peer->ems) {
        add_ext(m, 23, "", 0);
    }
    if (peer->has_ticket) {
        add_ext(m, 35, "", 0);
    }
    if ((peer->how & HS__PEER12_STATUS) != 0) {
        add_ext(m, 5, "", 0);
    }
    close_vector(m, 2, block);
}

static void make_certificate(const hs__peer12 *peer, hs__test_bytes *m) {
    const size_t list = open_vector(m, 3);
    if (peer->is_server || (peer->how & HS__PEER12_NO_CERT) == 0) {
        add_vector(m, 3, peer->stage->id.leaf, peer->stage->id.leaf_n);
    }
    close_vector(m, 3, list);
}

/* Our new share; with the other side's, also the premaster secret. */
static size_t make_share(hs__peer12 *peer, uint8_t share[HS__SHARE_MAX]) {
    size_t n = 0;
    if (peer->kex != NULL) {
        peer->p->kex_free(peer->p, peer->kex);
        peer->kex = NULL;
    }
    must(peer->p->kex_generate(peer->p, peer->group, &peer->kex, share, &n) == HS_OK, "share");
    return n;
}

static void agree(hs__peer12 *peer) {
    if (peer->kex != NULL && peer->engine_point.n > 0) {
        must(peer->p->kex_agree(peer->p, peer->kex,
                                (hs_span){peer->engine_point.p, peer->engine_point.n},
                                peer->premaster, &peer->premaster_n) == HS_OK,
             "no common secret");
    }
}

static void make_server_key_exchange(hs__peer12 *peer, hs__test_bytes *m) {
    uint8_t share[HS__SHARE_MAX];
    const size_t n = make_share(peer, share);
    const size_t start = m->n;
    add_be(m, 1, 3); /* named_curve */
    add_be(m, 2, peer->group);
    add_vector(m, 1, share, n);
    hs__test_bytes all = signed_params(peer, m->p + start, m->n - start);
    hs__peer12_sign(peer, (hs_span){all.p, all.n}, m);
    hs__test_bytes_free(&all);
}

static void make_client_key_exchange(hs__peer12 *peer, hs__test_bytes *m) {
    if ((peer->how & HS__PEER12_RSA) == 0) {
        uint8_t share[HS__SHARE_MAX];
        add_vector(m, 1, share, make_share(peer, share));
        agree(peer);
        return;
    }
    uint8_t ct[HS__RSA_CIPHERTEXT_MAX];
    size_t n = 0;
    hs__public_numbers numbers;
    hs__public_key *key = NULL;
    peer->premaster_n = HS__PREMASTER;
    must(peer->p->random(peer->p, peer->premaster, HS__PREMASTER) == HS_OK, "random");
    peer->premaster[0] = peer->premaster[1] = 3;
    must(peer->p->key_public(peer->p, peer->engine_key, &numbers) == HS_OK &&
             peer->p->public_new(peer->p, &numbers, &key) == HS_OK &&
             peer->p->rsa_encrypt_premaster(peer->p, key, peer->premaster, ct, &n) == HS_OK,
         "encrypting");
    peer->p->public_free(peer->p, key);
    add_vector(m, 2, ct, n);
}

static void make_certificate_request(hs__test_bytes *m) {
    add(m, "\x02\x01\x40", 3); /* rsa_sign, ecdsa_sign */
    add(m, schemes, sizeof(schemes));
    add_be(m, 2, 0);
}

static void make_ticket(hs__peer12 *peer, hs__test_bytes *m) {
    static const char text[] = "a ticket, for one who can read it";
    peer->session.ticket.n = 0;
    add(&peer->session.ticket, text, sizeof(text) - 1);
    add_be(m, 4, 3600);
    add_vector(m, 2, text, sizeof(text) - 1);
}

void hs__peer12_make(hs__peer12 *peer, int step, hs__test_bytes *out) {
    uint8_t verify[HS__PEER12_VERIFY] = {0};
    if (step == HS__STEP_CCS) {
        add(out, "\x01", 1);
        return;
    }
    add_be(out, 1, (uint64_t)step);
    const size_t body = open_vector(out, 3);
    switch (step) {
    case HS__HT_client_hello:
        make_client_hello(peer, out);
        break;
    case HS__HT_server_hello:
        make_server_hello(peer, out);
        break;
    case HS__HT_certificate:
        make_certificate(peer, out);
        break;
    case HS__HT_certificate_status:
        add(out, "\x01\x00\x00\x01\x30", 5);
        break;
    case HS__HT_server_key_exchange:
        make_server_key_exchange(peer, out);
        break;
    case HS__HT_certificate_request:
        make_certificate_request(out);
        break;
    case HS__HT_client_key_exchange:
        make_client_key_exchange(peer, out);
        break;
    case HS__HT_certificate_verify:
        hs__peer12_sign(peer, (hs_span){peer->transcript.p, peer->transcript.n}, out);
        break;
    case HS__HT_new_session_ticket:
        make_ticket(peer, out);
        break;
    case HS__HT_finished:
        if (peer->has_secret) {
            hs__peer12_verify_data(peer, peer->is_server, verify);
        }
        add(out, verify, sizeof(verify));
        break;
    default: /* HelloRequest, ServerHelloDone, and what no one knows: empty */
        break;
    }
    close_vector(out, 3, body);
}

/* ---- learning ---------------------------------------------------------------------------- */

static bool has(const hs__test_bytes *m, uint16_t ext) {
    return hs__edit_ext(m, ext).p != NULL;
}

/* The engine resumes what the peer offers it only if it offers that session: the same ticket, or
 * the same id. */
static bool offers_session(const hs__peer12 *peer, const hs__test_bytes *hello) {
    const hs_span ticket = hs__edit_ext(hello, 35);
    const uint8_t *id = hello->p + HS__EDIT_SESSION_ID;
    const hs__peer12_session *s = &peer->session;
    if (s->ticket.n > 0) {
        return ticket.n == s->ticket.n && memcmp(ticket.p, s->ticket.p, ticket.n) == 0;
    }
    return id[0] == s->id_n && s->id_n > 0 && memcmp(id + 1, s->id, s->id_n) == 0;
}

static void learn_client_hello(hs__peer12 *peer, const hs__test_bytes *m) {
    memcpy(peer->client_random, m->p + HS__EDIT_RANDOM, 32);
    peer->ems = peer->ems && has(m, 23);
    const uint8_t *id = m->p + HS__EDIT_SESSION_ID;
    if (peer->resumes) {
        must(offers_session(peer, m), "the engine does not offer the session");
        peer->session_id_n = id[0]; /* 5077 3.4: accepted by the same id */
        memcpy(peer->session_id, id + 1, id[0]);
        return;
    }
    if (!peer->has_ticket) {
        peer->session_id_n = 32;
        must(peer->p->random(peer->p, peer->session_id, 32) == HS_OK, "random");
    }
    memcpy(peer->session.id, peer->session_id, 32);
    peer->session.id_n = peer->session_id_n;
}

static void learn_server_hello(hs__peer12 *peer, const hs__test_bytes *m) {
    const size_t suite = hs__edit_suites(m);
    must(be(m->p + HS__EDIT_VERSION, 2) == 0x0303 && be(m->p + suite, 2) == peer->suite,
         "another version or suite");
    must(has(m, 23) == peer->ems, "extended_main_secret answered wrongly");
    must(has(m, 0xff01) != peer->no_renegotiation_info &&
             (!has(m, 0xff01) || hs__edit_ext(m, 0xff01).n == 1),
         "renegotiation_info answered wrongly");
    must(!has(m, 35) || hs__edit_ext(m, 35).n == 0, "session_ticket answered wrongly");
    memcpy(peer->server_random, m->p + HS__EDIT_RANDOM, 32);
    const uint8_t *id = m->p + HS__EDIT_SESSION_ID;
    peer->session_id_n = id[0];
    memcpy(peer->session_id, id + 1, id[0]);
    peer->has_ticket = has(m, 35);
    if (peer->resumes) {
        must(id[0] == peer->session.id_n && memcmp(id + 1, peer->session.id, id[0]) == 0,
             "the engine does not resume");
        return;
    }
    peer->session.id_n = id[0];
    memcpy(peer->session.id, id + 1, id[0]);
}

static void learn_server_key_exchange(hs__peer12 *peer, const hs__test_bytes *m) {
    must(m->n > 8 && m->p[4] == 3, "ServerKeyExchange without a named curve");
    peer->group = (uint16_t)be(m->p + 5, 2);
    const size_t n = m->p[7];
    must(8 + n < m->n, "ServerKeyExchange is short");
    add(&peer->engine_point, m->p + 8, n);
    hs__test_bytes all = signed_params(peer, m->p + 4, 4 + n);
    check_signature(peer, (hs_span){all.p, all.n}, m->p + 8 + n, m->n - 8 - n);
    hs__test_bytes_free(&all);
}

static void learn_client_key_exchange(hs__peer12 *peer, const hs__test_bytes *m) {
    static const uint8_t fallback[HS__PREMASTER] = {0};
    if ((peer->how & HS__PEER12_RSA) != 0) {
        must(m->n > 6 && be(m->p + 4, 2) == m->n - 6, "ClientKeyExchange's length");
        peer->premaster_n = HS__PREMASTER;
        must(peer->p->rsa_premaster(peer->p, peer->key, (hs_span){m->p + 6, m->n - 6}, 0x0303,
                                    fallback, peer->premaster) == HS_OK,
             "decrypting");
        return;
    }
    must(m->n > 5 && m->p[4] == m->n - 5, "ClientKeyExchange's length");
    add(&peer->engine_point, m->p + 5, m->n - 5);
    agree(peer);
}

static void learn_finished(hs__peer12 *peer, const hs__test_bytes *m) {
    uint8_t verify[HS__PEER12_VERIFY];
    must(peer->heard_ccs && peer->has_secret && m->n == 4 + sizeof(verify), "Finished");
    hs__peer12_verify_data(peer, !peer->is_server, verify);
    must(memcmp(m->p + 4, verify, sizeof(verify)) == 0, "the engine's Finished is wrong");
    peer->heard_finished = true;
}

/* What has to be read before the message is in the transcript. */
static void learn_before(hs__peer12 *peer, const hs__test_bytes *m) {
    switch (m->p[0]) {
    case HS__HT_client_hello:
        learn_client_hello(peer, m);
        break;
    case HS__HT_server_hello:
        learn_server_hello(peer, m);
        break;
    case HS__HT_server_key_exchange:
        learn_server_key_exchange(peer, m);
        break;
    case HS__HT_client_key_exchange:
        learn_client_key_exchange(peer, m);
        break;
    case HS__HT_certificate_verify:
        check_signature(peer, (hs_span){peer->transcript.p, peer->transcript.n}, m->p + 4,
                        m->n - 4);
        break;
    case HS__HT_finished:
        learn_finished(peer, m);
        break;
    case HS__HT_new_session_ticket:
        peer->session.ticket.n = 0;
        add(&peer->session.ticket, m->p + 10, be(m->p + 8, 2));
        break;
    default: /* Certificate, CertificateRequest, ServerHelloDone: nothing to learn */
        break;
    }
}

void hs__peer12_learn(hs__peer12 *peer, const hs__test_bytes *message) {
    learn_before(peer, message);
    add(&peer->transcript, message->p, message->n);
    if (message->p[0] == HS__HT_client_key_exchange) {
        hs__peer12_make_secret(peer);
    }
    peer->session.suite = peer->suite;
}
