#include "tests/lib/hand.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hkdf.h"
#include "proto/codepoints.h"
#include "proto/message.h"

static void must(bool ok) {
    if (!ok) {
        abort();
    }
}

void hs__hand_flight_free(hs__hand_flight *f) {
    for (size_t i = 0; i < f->n; i++) {
        hs__test_bytes_free(&f->m[i]);
    }
    f->n = 0;
}

hs_span hs__hand_find(const hs__hand_flight *f, uint8_t type, unsigned nth) {
    for (size_t i = 0; i < f->n; i++) {
        if (f->m[i].p[0] == type && nth-- == 0) {
            return (hs_span){f->m[i].p, f->m[i].n};
        }
    }
    return (hs_span){NULL, 0};
}

/* ---- keys -------------------------------------------------------------------------------- */

typedef struct {
    const hs_provider *p;
    hs__aead *aead;
    uint8_t iv[HS__AEAD_NONCE];
} key;

static key key_of(const hs_conn *c, const uint8_t *secret, bool seals) {
    key k = {.p = c->p};
    const hs__hash_id hash = c->suite->hash;
    const hs_span from = {secret, hs__hash_len(hash)};
    const hs_span none = {NULL, 0};
    uint8_t bytes[HS__AEAD_KEY_MAX];
    must(hs__hkdf_expand_label(c->p, hash, from, "key", none, bytes,
                               hs__aead_key_len(c->suite->aead)) == HS_OK);
    must(hs__hkdf_expand_label(c->p, hash, from, "iv", none, k.iv, sizeof(k.iv)) == HS_OK);
    must(c->p->aead_new(c->p, c->suite->aead, bytes, seals, &k.aead) == HS_OK);
    return k;
}

static void nonce_of(const key *k, uint64_t seq, uint8_t nonce[HS__AEAD_NONCE]) {
    memcpy(nonce, k->iv, HS__AEAD_NONCE);
    for (size_t i = 0; i < 8; i++) {
        nonce[HS__AEAD_NONCE - 1 - i] ^= (uint8_t)(seq >> (8 * i));
    }
}

/* ---- taking apart ------------------------------------------------------------------------ */

/* A record's content, in place; false when the key does not open it. */
static bool open_record(const key *k, uint64_t seq, uint8_t *record, size_t n, uint8_t *type,
                        hs_span *content) {
    uint8_t nonce[HS__AEAD_NONCE];
    nonce_of(k, seq, nonce);
    size_t len = 0;
    const hs_span aad = {record, HS__RECORD_HEADER};
    if (k->p->aead_open(k->p, k->aead, nonce, aad, record + HS__RECORD_HEADER,
                        n - HS__RECORD_HEADER, &len) != HS_OK) {
        return false;
    }
    while (len > 0 && record[HS__RECORD_HEADER + len - 1] == 0) {
        len--;
    }
    must(len > 0);
    *type = record[HS__RECORD_HEADER + len - 1];
    *content = (hs_span){record + HS__RECORD_HEADER, len - 1};
    return true;
}

static void split(const hs__test_bytes *stream, hs__hand_flight *out) {
    size_t at = 0;
    uint8_t type;
    size_t whole;
    while (at < stream->n &&
           hs__handshake_peek((hs_span){stream->p + at, stream->n - at}, &type, &whole)) {
        must(at + whole <= stream->n && out->n < HS__HAND_MESSAGES);
        hs__test_bytes_add(&out->m[out->n++], stream->p + at, whole);
        at += whole;
    }
}

void hs__hand_open(const hs_conn *keys, bool by_server, hs_span wire, hs__hand_flight *out) {
    *out = (hs__hand_flight){.n = 0};
    hs__test_bytes copy = {NULL, 0, 0};
    hs__test_bytes stream = {NULL, 0, 0};
    hs__test_bytes_add(&copy, wire.p, wire.n);
    key k = {.p = NULL};
    if (keys->suite != NULL) {
        k = key_of(keys, keys->hs->secret[by_server ? HS__SERVER_HANDSHAKE : HS__CLIENT_HANDSHAKE],
                   false);
    }
    uint64_t seq = 0;
    size_t n;
    for (size_t at = 0; at + HS__RECORD_HEADER <= copy.n; at += n) {
        uint8_t *record = copy.p + at;
        n = HS__RECORD_HEADER + ((size_t)record[3] << 8 | record[4]);
        uint8_t type = record[0];
        hs_span content = {record + HS__RECORD_HEADER, n - HS__RECORD_HEADER};
        if (type == HS__CONTENT_application_data &&
            (k.aead == NULL || !open_record(&k, seq++, record, n, &type, &content))) {
            break;
        }
        if (type == HS__CONTENT_handshake) {
            hs__test_bytes_add(&stream, content.p, content.n);
        }
    }
    split(&stream, out);
    if (k.aead != NULL) {
        k.p->aead_free(k.p, k.aead);
    }
    hs__test_bytes_free(&stream);
    hs__test_bytes_free(&copy);
}

bool hs__hand_peek(const hs_conn *to, hs_span wire, size_t *whole, uint8_t *type,
                   hs__test_bytes *content) {
    must(wire.n >= HS__RECORD_HEADER);
    *whole = HS__RECORD_HEADER + ((size_t)wire.p[3] << 8 | wire.p[4]);
    must(*whole <= wire.n);
    hs__test_bytes copy = {NULL, 0, 0};
    hs__test_bytes_add(&copy, wire.p, *whole);
    *type = wire.p[0];
    hs_span inside = {copy.p + HS__RECORD_HEADER, *whole - HS__RECORD_HEADER};
    bool ok = true;
    if (to->in.aead != NULL && *type == HS__CONTENT_application_data) {
        key k = key_of(to, to->in.secret, false);
        ok = open_record(&k, to->in.seq, copy.p, *whole, type, &inside);
        k.p->aead_free(k.p, k.aead);
    }
    content->n = 0;
    if (ok) {
        hs__test_bytes_add(content, inside.p, inside.n);
    }
    hs__test_bytes_free(&copy);
    return ok;
}

/* ---- putting together -------------------------------------------------------------------- */

static void add_header(hs__test_bytes *out, uint8_t type, const hs__hand_how *how, size_t n) {
    const uint16_t version = how->version != 0 ? how->version : HS__VERSION_TLS12;
    const uint8_t header[] = {type, (uint8_t)(version >> 8), (uint8_t)version, (uint8_t)(n >> 8),
                              (uint8_t)n};
    hs__test_bytes_add(out, header, sizeof(header));
}

static void seal(const hs_conn *to, uint8_t type, hs_span content, const hs__hand_how *how,
                 hs__test_bytes *out) {
    hs__test_bytes inner = {NULL, 0, 0};
    static const uint8_t zero;
    hs__test_bytes_add(&inner, content.p, content.n);
    if (!how->no_type) {
        hs__test_bytes_add(&inner, &type, 1);
    }
    for (size_t i = 0; i < how->padding; i++) {
        hs__test_bytes_add(&inner, &zero, 1);
    }
    const uint8_t outer = how->outer_type != 0 ? how->outer_type : HS__CONTENT_application_data;
    add_header(out, outer, how, inner.n + HS__AEAD_TAG);
    uint8_t aad[HS__RECORD_HEADER];
    memcpy(aad, out->p + out->n - sizeof(aad), sizeof(aad));
    key k = key_of(to, to->in.secret, true);
    uint8_t nonce[HS__AEAD_NONCE];
    nonce_of(&k, to->in.seq + how->ahead, nonce);
    uint8_t *sealed = malloc(inner.n + HS__AEAD_TAG);
    must(sealed != NULL);
    must(k.p->aead_seal(k.p, k.aead, nonce, (hs_span){aad, sizeof(aad)}, inner.p, inner.n, NULL, 0,
                        sealed) == HS_OK);
    hs__test_bytes_add(out, sealed, inner.n + HS__AEAD_TAG);
    k.p->aead_free(k.p, k.aead);
    free(sealed);
    hs__test_bytes_free(&inner);
}

void hs__hand_seal(const hs_conn *to, uint8_t type, hs_span content, const hs__hand_how *how,
                   hs__test_bytes *out) {
    static const hs__hand_how ordinary;
    how = how != NULL ? how : &ordinary;
    if (to->in.aead != NULL && !how->in_clear) {
        seal(to, type, content, how, out);
        return;
    }
    add_header(out, type, how, content.n);
    hs__test_bytes_add(out, content.p, content.n);
}

void hs__hand_give(hs__test_end *to, uint8_t type, hs_span content) {
    hs__test_bytes record = {NULL, 0, 0};
    hs__hand_seal(to->conn, type, content, NULL, &record);
    hs__test_end_feed(to, record.p, record.n);
    hs__test_bytes_free(&record);
}
