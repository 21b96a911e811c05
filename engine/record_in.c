/* Records that come in: found, judged by their kind, opened. */
#include "engine/record.h"

#include <string.h>

#include "engine/fail.h"
#include "engine/protection.h"
#include "engine/trace_emit.h"
#include "proto/codepoints.h"

enum { HEADER = HS__RECORD_HEADER };

/* ---- framing ----------------------------------------------------------------------------- */

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

/* In TLS 1.2 all records are protected once there is a key; in TLS 1.3 those that say so. */
static bool is_protected(const hs_conn *c, const uint8_t *h) {
    return c->in.aead != NULL &&
           (c->version == HS__VERSION_TLS12 || h[0] == HS__CONTENT_application_data);
}

static size_t length_limit(const hs_conn *c, const uint8_t *h) {
    const bool is_early =
        h[0] == HS__CONTENT_application_data && c->hs != NULL && c->hs->early_left > 0;
    if (!is_protected(c, h) && !is_early) {
        return HS__RECORD_PLAIN_MAX;
    }
    return c->version == HS__VERSION_TLS12 ? HS__RECORD_CIPHER_MAX_12 : HS__RECORD_CIPHER_MAX;
}

/* The version is ignored for all purposes (RFC 9846 5.1). */
static hs_status check_header(hs_conn *c, const uint8_t *h) {
    if (h[0] < HS__CONTENT_change_cipher_spec || h[0] > HS__CONTENT_application_data) {
        return c->in.records == 0 ? not_tls(c, h)
                                  : hs__fail(c, HS_E_UNEXPECTED_RECORD, "record.type",
                                             "%u is no content type", h[0]);
    }
    const size_t max = length_limit(c, h);
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

/* ---- opening ----------------------------------------------------------------------------- */

/* Empty records and dropped ones in a row are bounded, so that a peer cannot keep us busy for
 * nothing. */
static hs_status count_empty(hs_conn *c) {
    c->rx.empty_records++;
    return c->rx.empty_records > c->first->limits.empty_records
               ? hs__fail(c, HS_E_TOO_MANY_EMPTY, "", "%u in a row", c->rx.empty_records)
               : HS_OK;
}

/* In TLS 1.3, RFC 9846 5: exactly one byte 01, in clear, between the first ClientHello and the
 * peer's Finished: dropped. Anything else is unexpected. */
static hs_status on_change_cipher_spec(hs_conn *c, const uint8_t *record) {
    if (!c->ccs_ok || body_length(record) != 1 || record[HEADER] != 1) {
        return hs__fail(c, HS_E_UNEXPECTED_RECORD, "change_cipher_spec",
                        c->ccs_ok ? "its content must be the one byte 01"
                                  : "it is allowed only while the handshake is under way");
    }
    return count_empty(c);
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
    hs_status st = hs__unprotect(c, record, body_length(record));
    if (st == HS_E_BAD_RECORD_MAC && skips_early(c, record)) {
        *got = false;
        return HS_OK;
    }
    if (st != HS_OK) {
        return hs__fail(c, st, "record", "record %llu, under %s, sequence number %llu",
                        (unsigned long long)d->records, d->key_name, (unsigned long long)d->seq);
    }
    end_early(c);
    d->seq++;
    return HS_OK;
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

/* Only handshake, alert and application data may be inside, in TLS 1.2 ChangeCipherSpec, too; none
 * but application data is ever empty (RFC 9846 5.1, 5.4; RFC 5246 6.2.1). */
static hs_status check_content(hs_conn *c) {
    hs__rx *rx = &c->rx;
    const bool is_12_ccs =
        c->version == HS__VERSION_TLS12 && rx->type == HS__CONTENT_change_cipher_spec;
    if ((rx->type < HS__CONTENT_alert && !is_12_ccs) || rx->type > HS__CONTENT_application_data) {
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
                          "only a record of application data may be empty");
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
        const bool opens = is_protected(c, record);
        c->in.records++;
        c->in.bytes += raw.n;
        hs__trace_wire(c, false, raw, opens);
        if (record[0] == HS__CONTENT_change_cipher_spec && c->version != HS__VERSION_TLS12) {
            st = on_change_cipher_spec(c, record);
            if (st != HS_OK) {
                return st;
            }
            continue;
        }
        *got = true;
        st = opens ? open_protected(c, record, got) : open_plain(c, record, got);
        if (st == HS_OK && !*got) {
            continue;
        }
        st = st == HS_OK ? check_content(c) : st;
        *got = st == HS_OK;
        return st;
    }
}
