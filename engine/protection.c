#include "engine/protection.h"

#include <string.h>

#include "engine/fail.h"
#include "engine/record_limit.h"
#include "engine/trace_emit.h"
#include "proto/codepoints.h"

enum { HEADER = HS__RECORD_HEADER, INNER_TYPE = 1, SEQ = 8, ADDITIONAL_DATA_12 = SEQ + HEADER };

static bool is_12(const hs_conn *c) {
    return c->version == HS__VERSION_TLS12;
}

static void put_seq(uint64_t seq, uint8_t out[SEQ]) {
    for (size_t i = 0; i < SEQ; i++) {
        out[i] = (uint8_t)(seq >> (8 * (SEQ - 1 - i)));
    }
}

/* The record number xored into the IV. Where TLS 1.2's nonce is a short IV followed by eight bytes
 * of the sender's choice, the IV has zeros there: the record number is our choice. */
static void make_nonce(const hs__direction *d, uint8_t nonce[HS__AEAD_NONCE]) {
    uint8_t seq[SEQ];
    put_seq(d->seq, seq);
    memcpy(nonce, d->iv, HS__AEAD_NONCE);
    for (size_t i = 0; i < SEQ; i++) {
        nonce[HS__AEAD_NONCE - SEQ + i] ^= seq[i];
    }
}

/* What the tag covers beside the content. TLS 1.3: the record's header. TLS 1.2: record number,
 * type, version and the content's length (RFC 5246 6.2.3.3). */
static hs_span additional_data(const hs__direction *d, const hs_conn *c, const uint8_t *header,
                               size_t content_n, uint8_t room[ADDITIONAL_DATA_12]) {
    if (!is_12(c)) {
        return (hs_span){header, HEADER};
    }
    put_seq(d->seq, room);
    memcpy(room + SEQ, header, 3);
    room[SEQ + 3] = (uint8_t)(content_n >> 8);
    room[SEQ + 4] = (uint8_t)content_n;
    return (hs_span){room, ADDITIONAL_DATA_12};
}

/* ---- sealing ----------------------------------------------------------------------------- */

size_t hs__protected_size(const hs_conn *c, size_t n) {
    return HEADER + hs__explicit_nonce(c->suite) + n + (is_12(c) ? 0 : INNER_TYPE) + HS__AEAD_TAG;
}

hs_status hs__protect(hs_conn *c, uint8_t type, hs_span content, uint8_t *record) {
    hs__direction *d = &c->out;
    const size_t front = hs__explicit_nonce(c->suite);
    const size_t n = hs__protected_size(c, content.n) - HEADER;
    const uint8_t header[HEADER] = {is_12(c) ? type : (uint8_t)HS__CONTENT_application_data, 0x03,
                                    0x03, (uint8_t)(n >> 8), (uint8_t)n};
    memcpy(record, header, HEADER);
    uint8_t nonce[HS__AEAD_NONCE];
    make_nonce(d, nonce);
    memcpy(record + HEADER, nonce + HS__AEAD_NONCE - front, front);
    uint8_t room[ADDITIONAL_DATA_12];
    const hs_span aad = additional_data(d, c, record, content.n, room);
    d->records++;
    hs__trace_opened(c, true, nonce, aad, type, 0, &content);
    hs_status st = c->p->aead_seal(c->p, d->aead, nonce, aad, content.p, content.n, &type,
                                   is_12(c) ? 0 : INNER_TYPE, record + HEADER + front);
    d->seq += st == HS_OK ? 1 : 0;
    return st;
}

/* ---- opening ----------------------------------------------------------------------------- */

static hs_status check_limit(hs_conn *c, size_t n, size_t most) {
    const size_t limit = c->rx_limited ? hs__own_record_limit(c->config, c->version) : most;
    return n > limit
               ? hs__fail(c, HS_E_RECORD_OVERFLOW, is_12(c) ? "TLSPlaintext" : "TLSInnerPlaintext",
                          "%zu bytes, allowed are %zu", n, limit)
               : HS_OK;
}

/* TLSInnerPlaintext: content, type, zeros (RFC 9846 5.4). */
static hs_status open_inner(hs_conn *c, uint8_t *inner, size_t n) {
    hs__rx *rx = &c->rx;
    hs_status st = check_limit(c, n, HS__RECORD_INNER_MAX);
    if (st != HS_OK) {
        return st;
    }
    size_t end = n;
    while (end > 0 && inner[end - 1] == 0) {
        end--;
    }
    if (end == 0) {
        return hs__fail(c, HS_E_UNEXPECTED_RECORD, "TLSInnerPlaintext.type",
                        "the record holds nothing but zeros");
    }
    rx->type = inner[end - 1];
    rx->content = inner;
    rx->content_n = end - INNER_TYPE;
    return HS_OK;
}

static hs_status open_content_12(hs_conn *c, uint8_t type, uint8_t *content, size_t n) {
    c->rx.type = type;
    c->rx.content = content;
    c->rx.content_n = n;
    return check_limit(c, n, HS__RECORD_PLAIN_MAX);
}

hs_status hs__unprotect(hs_conn *c, uint8_t *record, size_t n) {
    const hs__direction *d = &c->in;
    const size_t front = hs__explicit_nonce(c->suite);
    if (n < front + HS__AEAD_TAG) {
        return HS_E_BAD_RECORD_MAC;
    }
    uint8_t nonce[HS__AEAD_NONCE];
    make_nonce(d, nonce);
    memcpy(nonce + HS__AEAD_NONCE - front, record + HEADER, front);
    uint8_t room[ADDITIONAL_DATA_12];
    const hs_span aad = additional_data(d, c, record, n - front - HS__AEAD_TAG, room);
    uint8_t *inside = record + HEADER + front;
    size_t inside_n = 0;
    hs_status st = c->p->aead_open(c->p, d->aead, nonce, aad, inside, n - front, &inside_n);
    if (st != HS_OK) {
        hs__trace_opened(c, false, nonce, aad, 0, 0, NULL);
        return st;
    }
    st = is_12(c) ? open_content_12(c, record[0], inside, inside_n)
                  : open_inner(c, inside, inside_n);
    if (st == HS_OK) {
        const hs_span content = {c->rx.content, c->rx.content_n};
        const size_t padding = inside_n - content.n - (is_12(c) ? 0 : INNER_TYPE);
        hs__trace_opened(c, false, nonce, aad, c->rx.type, padding, &content);
    }
    return st;
}
