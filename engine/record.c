#include "engine/record.h"

#include <string.h>

#include "engine/fail.h"
#include "engine/trace_emit.h"
#include "proto/codepoints.h"

enum { HEADER = HS__RECORD_HEADER, INNER_TYPE = 1, RECORD_VERSION_FIRST = 0x0301 };

/* ---- receiving: framing ------------------------------------------------------------------ */

/* What people send to a TLS port by mistake deserves its name. */
static hs_status not_tls(hs_conn *c, const uint8_t *h) {
    static const char http[][6] = {"GET /", "HEAD ", "POST ", "PUT /", "OPTIO", "CONNE", "HTTP/"};
    for (size_t i = 0; i < sizeof(http) / sizeof(http[0]); i++) {
        if (memcmp(h, http[i], HEADER) == 0) {
            return hs__fail(c, HS_E_PLAIN_HTTP, "",
                            "the peer speaks plain HTTP: use https:// there");
        }
    }
    if ((h[0] & 0x80) != 0 && h[2] == 1) {
        return hs__fail(c, HS_E_SSL2_HELLO, "", "it begins with %02x %02x %02x", h[0], h[1], h[2]);
    }
    return hs__fail(
        c, HS_E_NOT_TLS, "record.type",
        "it begins with %02x %02x %02x %02x %02x; a TLS record begins with 14 to 17 (hex)", h[0],
        h[1], h[2], h[3], h[4]);
}

static size_t body_length(const uint8_t *h) {
    return (size_t)h[3] << 8 | h[4];
}

/* The version is ignored for all purposes (RFC 9846 5.1). */
static hs_status check_header(hs_conn *c, const uint8_t *h) {
    if (h[0] < HS__CONTENT_change_cipher_spec || h[0] > HS__CONTENT_application_data) {
        return c->in.records == 0 ? not_tls(c, h)
                                  : hs__fail(c, HS_E_UNEXPECTED_RECORD, "record.type",
                                             "%u is no content type", h[0]);
    }
    bool is_protected = h[0] == HS__CONTENT_application_data &&
                        (c->in.aead != NULL || (c->hs != NULL && c->hs->early_left > 0));
    size_t max = is_protected ? (size_t)HS__RECORD_CIPHER_MAX : (size_t)HS__RECORD_PLAIN_MAX;
    if (body_length(h) > max) {
        return hs__fail(c, HS_E_RECORD_OVERFLOW, "record.length", "%zu bytes, allowed are %zu",
                        body_length(h), max);
    }
    return HS_OK;
}

/* Moves up to `want` bytes in all into the cut record. */
static hs_status fill_cut(hs_conn *c, size_t want) {
    hs__rx *rx = &c->rx;
    size_t have = rx->loan_n - rx->loan_off;
    size_t n = want > rx->cut_n ? want - rx->cut_n : 0;
    n = n < have ? n : have;
    if (rx->cut_n + n > rx->cut_cap) {
        size_t cap;
        uint8_t *bigger = hs__spare_take(c->memory, want, &cap);
        if (bigger == NULL) {
            return hs__fail(c, HS_E_NOMEM, "", "a record of %zu bytes", want);
        }
        if (rx->cut_n > 0) {
            memcpy(bigger, rx->cut, rx->cut_n);
        }
        hs__spare_give(c->memory, rx->cut, rx->cut_cap);
        rx->cut = bigger;
        rx->cut_cap = cap;
    }
    if (n > 0) {
        memcpy(rx->cut + rx->cut_n, rx->loan + rx->loan_off, n);
    }
    rx->cut_n += n;
    rx->loan_off += n;
    return HS_OK;
}

/* Finds the next whole record: in the cut buffer if one was begun there, else in the loan. */
static hs_status whole_record(hs_conn *c, uint8_t **record) {
    hs__rx *rx = &c->rx;
    *record = NULL;
    hs_status st;
    size_t have = rx->loan_n - rx->loan_off;
    if (rx->cut_n == 0 && have == 0) {
        return HS_OK;
    }
    if (rx->cut_n == 0) {
        const uint8_t *h = rx->loan + rx->loan_off;
        st = have >= HEADER ? check_header(c, h) : HS_OK;
        if (st == HS_OK && have >= HEADER && have >= HEADER + body_length(h)) {
            *record = rx->loan + rx->loan_off;
            rx->loan_off += HEADER + body_length(h);
        }
        return st;
    }
    st = fill_cut(c, HEADER);
    if (st != HS_OK || rx->cut_n < HEADER) {
        return st;
    }
    st = check_header(c, rx->cut);
    if (st != HS_OK) {
        return st;
    }
    size_t whole = HEADER + body_length(rx->cut);
    st = fill_cut(c, whole);
    if (st == HS_OK && rx->cut_n == whole) {
        *record = rx->cut;
        rx->cut_in_use = true;
    }
    return st;
}

hs_status hs__record_keep(hs_conn *c) {
    hs__rx *rx = &c->rx;
    size_t have = rx->loan_n - rx->loan_off;
    if (have == 0 || c->state == HS__FAILED || c->read_closed) {
        return HS_OK;
    }
    /* Its own size once known, so that the rest arrives without another buffer. */
    const uint8_t *h = rx->loan + rx->loan_off;
    size_t want = rx->cut_n + have;
    if (rx->cut_n == 0 && have >= HEADER) {
        want = HEADER + body_length(h);
    }
    return fill_cut(c, want);
}

void hs__record_release(hs_conn *c) {
    hs__rx *rx = &c->rx;
    if (rx->cut_in_use) {
        hs__wipe(rx->cut, rx->cut_n);
        hs__spare_give(c->memory, rx->cut, rx->cut_cap);
        rx->cut = NULL;
        rx->cut_n = rx->cut_cap = 0;
        rx->cut_in_use = false;
    }
}

/* ---- receiving: opening ------------------------------------------------------------------ */

static void make_nonce(const hs__direction *d, uint8_t nonce[HS__AEAD_NONCE]) {
    memcpy(nonce, d->iv, HS__AEAD_NONCE);
    for (size_t i = 0; i < 8; i++) {
        nonce[HS__AEAD_NONCE - 1 - i] ^= (uint8_t)(d->seq >> (8 * i));
    }
}

static void trace_wire(hs_conn *c, bool outbound, hs_span raw, bool is_protected) {
    if (!hs__tracing(c, HS_TR_WIRE)) {
        return;
    }
    hs_trace ev = {.kind = HS_TR_WIRE};
    ev.u.wire = (hs_trace_wire){.outbound = outbound,
                                .n = outbound ? c->out.records : c->in.records,
                                .type = raw.p[0],
                                .version = (uint16_t)(raw.p[1] << 8 | raw.p[2]),
                                .is_protected = is_protected,
                                .raw = raw};
    hs__emit(c, &ev);
}

/* `inside` NULL: it did not open. */
static void trace_opened(hs_conn *c, bool outbound, const uint8_t *nonce, hs_span aad, uint8_t type,
                         size_t padding, const hs_span *inside) {
    if (!hs__tracing(c, HS_TR_OPENED)) {
        return;
    }
    const hs__direction *d = outbound ? &c->out : &c->in;
    hs_trace ev = {.kind = HS_TR_OPENED};
    ev.u.opened = (hs_trace_opened){.outbound = outbound,
                                    .n = d->records,
                                    .ok = inside != NULL,
                                    .aead = hs__aead_name(c->suite->aead),
                                    .key = d->key_name,
                                    .seq = d->seq,
                                    .nonce = {nonce, HS__AEAD_NONCE},
                                    .aad = aad};
    if (inside != NULL) {
        bool shown = type != HS__CONTENT_application_data || hs__tracing_secrets(c);
        ev.u.opened.inner_type = type;
        ev.u.opened.padding = padding;
        ev.u.opened.plaintext_n = inside->n;
        ev.u.opened.plaintext = shown ? *inside : (hs_span){NULL, 0};
    }
    hs__emit(c, &ev);
}

/* Empty records and dropped ones in a row are bounded, so that a peer cannot keep us busy for
 * nothing. */
static hs_status count_empty(hs_conn *c) {
    c->rx.empty_records++;
    return c->rx.empty_records > c->first->limits.empty_records
               ? hs__fail(c, HS_E_TOO_MANY_EMPTY, "", "%u in a row", c->rx.empty_records)
               : HS_OK;
}

/* RFC 9846 5: exactly one byte 01, in clear, between the first ClientHello and the peer's
 * Finished: dropped. Anything else is unexpected. */
static hs_status on_change_cipher_spec(hs_conn *c, const uint8_t *record) {
    if (!c->ccs_ok || body_length(record) != 1 || record[HEADER] != 1) {
        return hs__fail(c, HS_E_UNEXPECTED_RECORD, "change_cipher_spec",
                        c->ccs_ok ? "its content must be the one byte 01"
                                  : "it is allowed only while the handshake is under way");
    }
    return count_empty(c);
}

/* TLSInnerPlaintext: content, type, zeros (RFC 9846 5.4). */
static hs_status open_inner(hs_conn *c, uint8_t *inner, size_t n) {
    hs__rx *rx = &c->rx;
    size_t limit = c->config->record_size_limit != 0 && c->rx_limited
                       ? c->config->record_size_limit
                       : (size_t)HS__RECORD_INNER_MAX;
    if (n > limit) {
        return hs__fail(c, HS_E_RECORD_OVERFLOW, "TLSInnerPlaintext", "%zu bytes, allowed are %zu",
                        n, limit);
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

/* RFC 9846 4.3.10: a server that takes no early data skips it: records that do not open, and after
 * a HelloRetryRequest all protected ones, until the first of the client's next flight. */
static bool skips_early(hs_conn *c, const uint8_t *record) {
    size_t n = HEADER + body_length(record);
    if (c->hs == NULL || c->hs->early_left < n) {
        return false;
    }
    c->hs->early_left -= n;
    hs__trace_note(c, "early data, which this server does not take: skipped",
                   "rfc9846#section-4.3.10");
    return true;
}

static void end_early(hs_conn *c) {
    if (c->hs != NULL) {
        c->hs->early_left = 0;
    }
}

/* *got: false for a record that was skipped. */
static hs_status open_protected(hs_conn *c, uint8_t *record, bool *got) {
    hs__direction *d = &c->in;
    const hs_span aad = {record, HEADER};
    uint8_t nonce[HS__AEAD_NONCE];
    make_nonce(d, nonce);
    size_t n = 0;
    hs_status st =
        c->p->aead_open(c->p, d->aead, nonce, aad, record + HEADER, body_length(record), &n);
    if (st != HS_OK) {
        trace_opened(c, false, nonce, aad, 0, 0, NULL);
        if (st == HS_E_BAD_RECORD_MAC && skips_early(c, record)) {
            *got = false;
            return HS_OK;
        }
        return hs__fail(c, st, "record", "record %llu, under %s, sequence number %llu",
                        (unsigned long long)d->records, d->key_name, (unsigned long long)d->seq);
    }
    end_early(c);
    st = open_inner(c, record + HEADER, n);
    if (st == HS_OK) {
        const hs_span inside = {c->rx.content, c->rx.content_n};
        trace_opened(c, false, nonce, aad, c->rx.type, n - INNER_TYPE - inside.n, &inside);
    }
    d->seq++;
    return st;
}

/* A client that could not read our flight has no key to say so with: its first alert may come
 * in clear. */
static bool is_early_alert(const hs_conn *c, uint8_t type) {
    return c->is_server && c->hs != NULL && c->in.seq == 0 && type == HS__CONTENT_alert;
}

static hs_status open_plain(hs_conn *c, uint8_t *record, bool *got) {
    if (c->in.aead != NULL && !is_early_alert(c, record[0])) {
        return hs__fail(c, HS_E_UNEXPECTED_RECORD, "record.type",
                        "a record in clear came after encryption had begun");
    }
    if (record[0] == HS__CONTENT_application_data) {
        *got = false;
        return skips_early(c, record)
                   ? HS_OK
                   : hs__fail(c, HS_E_UNEXPECTED_RECORD, "record.type",
                              "application data came before there are keys for it");
    }
    end_early(c);
    c->rx.type = record[0];
    c->rx.content = record + HEADER;
    c->rx.content_n = body_length(record);
    return HS_OK;
}

/* Only handshake, alert and application data may be inside, the first two never empty
 * (RFC 9846 5.1, 5.4). */
static hs_status check_content(hs_conn *c) {
    hs__rx *rx = &c->rx;
    if (rx->type < HS__CONTENT_alert || rx->type > HS__CONTENT_application_data) {
        return hs__fail(c, HS_E_UNEXPECTED_RECORD, "TLSInnerPlaintext.type",
                        "%u may not be in a protected record", rx->type);
    }
    if (rx->content_n > 0) {
        rx->empty_records = rx->type == HS__CONTENT_alert ? rx->empty_records : 0;
        return HS_OK;
    }
    return rx->type == HS__CONTENT_application_data
               ? count_empty(c)
               : hs__fail(c, HS_E_UNEXPECTED_RECORD, "record.length",
                          "a handshake or alert record may not be empty");
}

hs_status hs__record_next(hs_conn *c, bool *got) {
    *got = false;
    for (;;) {
        uint8_t *record;
        hs__record_release(c);
        hs_status st = whole_record(c, &record);
        if (st != HS_OK || record == NULL) {
            return st;
        }
        const hs_span raw = {record, HEADER + body_length(record)};
        bool is_protected = c->in.aead != NULL && record[0] == HS__CONTENT_application_data;
        c->in.records++;
        c->in.bytes += raw.n;
        trace_wire(c, false, raw, is_protected);
        if (record[0] == HS__CONTENT_change_cipher_spec) {
            st = on_change_cipher_spec(c, record);
            if (st != HS_OK) {
                return st;
            }
            continue;
        }
        *got = true;
        st = is_protected ? open_protected(c, record, got) : open_plain(c, record, got);
        if (st == HS_OK && !*got) {
            continue;
        }
        st = st == HS_OK ? check_content(c) : st;
        *got = st == HS_OK;
        return st;
    }
}

/* ---- sending ----------------------------------------------------------------------------- */

static void put_header(uint8_t *h, uint8_t type, uint16_t version, size_t n) {
    h[0] = type;
    h[1] = (uint8_t)(version >> 8);
    h[2] = (uint8_t)version;
    h[3] = (uint8_t)(n >> 8);
    h[4] = (uint8_t)n;
}

static hs_status commit_record(hs_conn *c, const uint8_t *record, size_t n, bool is_protected) {
    hs__tx_commit(&c->tx, n);
    c->out.bytes += n;
    trace_wire(c, true, (hs_span){record, n}, is_protected);
    return HS_OK;
}

/* RFC 9846 5.1: 0x0303, and 0x0301 allowed for the first ClientHello, where some servers and
 * middleboxes look for it. */
static hs_status send_plain(hs_conn *c, uint8_t type, hs_span content) {
    uint8_t *record = hs__tx_room(c->memory, &c->tx, HEADER + content.n);
    if (record == NULL) {
        return HS_E_NOMEM;
    }
    bool is_first = !c->is_server && c->out.records == 0;
    put_header(record, type, is_first ? RECORD_VERSION_FIRST : HS__VERSION_TLS12, content.n);
    memcpy(record + HEADER, content.p, content.n);
    c->out.records++;
    return commit_record(c, record, HEADER + content.n, false);
}

static hs_status send_protected(hs_conn *c, uint8_t type, hs_span content) {
    hs__direction *d = &c->out;
    size_t n = content.n + INNER_TYPE + HS__AEAD_TAG;
    uint8_t *record = hs__tx_room(c->memory, &c->tx, HEADER + n);
    if (record == NULL) {
        return HS_E_NOMEM;
    }
    put_header(record, HS__CONTENT_application_data, HS__VERSION_TLS12, n);
    const hs_span aad = {record, HEADER};
    uint8_t nonce[HS__AEAD_NONCE];
    make_nonce(d, nonce);
    d->records++;
    trace_opened(c, true, nonce, aad, type, 0, &content);
    hs_status st = c->p->aead_seal(c->p, d->aead, nonce, aad, content.p, content.n, &type,
                                   INNER_TYPE, record + HEADER);
    if (st != HS_OK) {
        return st;
    }
    d->seq++;
    return commit_record(c, record, HEADER + n, true);
}

hs_status hs__record_send_ccs(hs_conn *c) {
    static const uint8_t one = 1;
    c->ccs_due = false;
    if (c->ccs_sent) {
        return HS_OK;
    }
    c->ccs_sent = true;
    return send_plain(c, HS__CONTENT_change_cipher_spec, (hs_span){&one, 1});
}

hs_status hs__record_send(hs_conn *c, uint8_t type, hs_span content) {
    hs_status st = HS_OK;
    if (c->out.aead != NULL && c->ccs_due) {
        st = hs__record_send_ccs(c);
    }
    while (st == HS_OK && content.n > 0) {
        const hs_span part = {content.p, content.n < c->max_content ? content.n : c->max_content};
        st = c->out.aead != NULL ? send_protected(c, type, part) : send_plain(c, type, part);
        content.p += part.n;
        content.n -= part.n;
    }
    return st;
}
