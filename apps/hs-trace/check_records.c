/* Records: RFC 9846 5, RFC 5246 6.2, RFC 5288 3, RFC 7905 2. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/hs-trace/check_state.h"
#include "proto/record_header.h"

enum { EXPLICIT = 8 }; /* bytes of the nonce that records of TLS 1.2 with AES carry */

/* A record line. */
typedef struct {
    check_conn *c;
    check_side *side;
    size_t line;
    const json_t *o, *aead;
    hs_span raw; /* or its header alone */
    size_t whole;
    bool is_12, has_body;
    uint8_t type; /* inner */
    hs_span content;
    bool is_proved;
} record;

/* ---- application data -------------------------------------------------------------------- */

static void ahead_add(check_conn *c, check_side *s, size_t line, hs_span bytes) {
    check_ahead *a = bytes.n > 0 ? malloc(sizeof *a + bytes.n) : NULL;
    if (a == NULL) {
        c->file->pool.failed = c->file->pool.failed || bytes.n > 0;
        return;
    }
    *a = (check_ahead){.line = line, .n = bytes.n};
    memcpy(a->bytes, bytes.p, bytes.n);
    if (s->ahead_last != NULL) {
        s->ahead_last->next = a;
    } else {
        s->ahead = a;
    }
    s->ahead_last = a;
}

static void ahead_drop(check_side *s) {
    check_ahead *a = s->ahead;
    s->ahead = a->next;
    s->ahead_last = s->ahead != NULL ? s->ahead_last : NULL;
    hs__wipe(a->bytes, a->n);
    free(a);
}

/* The same bytes are told twice: in records and in `appdata` lines, which of them first depends
 * on the direction. A record that opened is right. */
static void compare_data(check_conn *c, check_side *s, size_t line, hs_span bytes, bool told) {
    while (bytes.n > 0 && s->ahead != NULL && s->told_ahead != told) {
        check_ahead *a = s->ahead;
        const size_t n = a->n - a->at < bytes.n ? a->n - a->at : bytes.n;
        if (memcmp(a->bytes + a->at, bytes.p, n) != 0) {
            check_wrong(c, told ? line : a->line,
                        "application data is not what the record of line %zu holds",
                        told ? a->line : line);
        } else {
            c->count[CHECK_DATA] += n;
        }
        a->at += n;
        bytes.p += n;
        bytes.n -= n;
        if (a->at == a->n) {
            ahead_drop(s);
        }
    }
    if (bytes.n > 0) {
        s->told_ahead = told;
        ahead_add(c, s, line, bytes);
    }
}

void check_appdata(check_conn *c, size_t line, json_t *o) {
    check_side *s = &c->side[lines_is_sent(o)];
    hs_span bytes;
    const uint64_t n = lines_uint(o, "len");
    s->app_bytes += n;
    if (!lines_has(o, "bytes")) {
        if (n > 0) {
            check_gap_add(c, "application data: hidden");
        }
        return;
    }
    if (!lines_hex(&c->file->line, o, "bytes", &bytes) || bytes.n != n) {
        check_wrong(c, line, "bytes are not %llu bytes in hex", (unsigned long long)n);
        return;
    }
    compare_data(c, s, line, bytes, true);
}

void check_side_end(check_side *s) {
    while (s->ahead != NULL) {
        ahead_drop(s);
    }
    for (size_t i = 0; i < s->n_alert_records; i++) {
        json_decref(s->alert_records[i].o);
    }
    free(s->contents);
    free(s->alert_records);
}

/* The type in the header, and that of the line; where they differ its name tells which is right. */
static uint8_t outer_type(const record *r) {
    const uint8_t told = (uint8_t)lines_uint(r->o, "type");
    const char *name = hs__content_type_name(told);
    return name != NULL && strcmp(name, lines_text(r->o, "name")) == 0 ? told : r->raw.p[0];
}

/* ---- content ----------------------------------------------------------------------------- */

static void keep_content(const record *r, size_t n) {
    check_side *s = r->side;
    check_content *room = lines_grow(s->contents, s->n_contents, &s->cap_contents, sizeof *room);
    uint8_t *copy = r->content.n > 0 ? lines_take(&r->c->file->pool, r->content.n) : NULL;
    if (room == NULL) {
        r->c->file->pool.failed = true;
        return;
    }
    if (copy != NULL) {
        memcpy(copy, r->content.p, r->content.n);
    }
    s->contents = room;
    s->contents[s->n_contents++] = (check_content){.record = r->side->records,
                                                   .line = r->line,
                                                   .n = n,
                                                   .bytes = {copy, copy != NULL ? n : 0},
                                                   .is_proved = r->is_proved};
}

/* What an alert line must agree with. */
static void keep_alert(const record *r) {
    check_side *s = r->side;
    check_kept *room =
        lines_grow(s->alert_records, s->n_alert_records, &s->cap_alert_records, sizeof *room);
    if (room == NULL) {
        r->c->file->pool.failed = true;
        return;
    }
    s->alert_records = room;
    s->alert_records[s->n_alert_records++] =
        (check_kept){r->line, json_integer(r->content.p[0] << 8 | r->content.p[1])};
}

static void content(const record *r, size_t n) {
    if (r->type == HS__CONTENT_handshake) {
        keep_content(r, n);
    } else if (r->type == HS__CONTENT_alert && r->content.n == 2) {
        keep_alert(r);
    } else if (r->type == HS__CONTENT_application_data && r->content.n > 0) {
        compare_data(r->c, r->side, r->line, r->content, false);
    } else if (r->type == HS__CONTENT_change_cipher_spec && r->has_body && r->c->odd_ccs == 0 &&
               (r->content.n != 1 || r->content.p[0] != 1)) {
        r->c->odd_ccs = r->line;
    }
}

/* ---- protection -------------------------------------------------------------------------- */

static bool has_explicit(const record *r) {
    return r->is_12 && strcmp(lines_text(r->aead, "alg"), "ChaCha20-Poly1305") != 0;
}

/* Header, nonce and tag. */
static size_t overhead(const record *r) {
    return HS__RECORD_HEADER + HS__AEAD_TAG + (size_t)(has_explicit(r) ? EXPLICIT : 0);
}

/* Bytes that are encrypted. */
static size_t inner_room(const record *r) {
    return r->whole > overhead(r) ? r->whole - overhead(r) : 0;
}

static hs_span additional_data(const record *r, uint8_t out[13]) {
    if (!r->is_12) {
        return (hs_span){r->raw.p, HS__RECORD_HEADER};
    }
    for (size_t i = 0; i < 8; i++) {
        out[i] = (uint8_t)(r->side->seq >> (56 - 8 * i));
    }
    memcpy(out + 8, r->raw.p, 3);
    out[11] = (uint8_t)(inner_room(r) >> 8);
    out[12] = (uint8_t)inner_room(r);
    return (hs_span){out, 13};
}

/* "server_handshake_key" -> "server_handshake_iv", "client_write_key" -> "client_write_IV" */
static const check_value *iv_of(const record *r, const char *key) {
    char name[80];
    const size_t n = strlen(key);
    if (n < 4 || n > 64) {
        return NULL;
    }
    (void)snprintf(name, sizeof name, "%.*s%s", (int)(n - 3), key, r->is_12 ? "IV" : "iv");
    return check_value_of(r->c, name);
}

static bool make_nonce(const record *r, uint8_t out[HS__AEAD_NONCE]) {
    const check_value *iv = iv_of(r, lines_text(r->aead, "key"));
    const bool is_short = has_explicit(r);
    if (iv == NULL || iv->value.n != (size_t)(is_short ? 4 : HS__AEAD_NONCE)) {
        return false;
    }
    memcpy(out, iv->value.p, iv->value.n);
    if (is_short) {
        memcpy(out + 4, r->raw.p + HS__RECORD_HEADER, EXPLICIT);
        return true;
    }
    for (size_t i = 0; i < 8; i++) {
        out[HS__AEAD_NONCE - 1 - i] ^= (uint8_t)(r->side->seq >> (8 * i));
    }
    return true;
}

static void check_params(const record *r, const uint8_t *nonce) {
    uint8_t room[13];
    hs_span told;
    const hs_span aad = additional_data(r, room);
    if (!lines_hex(&r->c->file->line, r->aead, "aad", &told) || !lines_same(told, aad)) {
        check_wrong(r->c, r->line,
                    "the additional data is not that of this record: expected %s, got %s",
                    lines_show(aad), lines_show(told));
    }
    const hs_span carried = {r->raw.p + HS__RECORD_HEADER, EXPLICIT};
    if (has_explicit(r) && (!lines_hex(&r->c->file->line, r->aead, "explicit_nonce", &told) ||
                            !lines_same(told, carried))) {
        check_wrong(r->c, r->line, "explicit_nonce is not what stands before the ciphertext");
    }
    const hs_span want = {nonce, HS__AEAD_NONCE};
    if (nonce != NULL && lines_has(r->aead, "nonce") &&
        (!lines_hex(&r->c->file->line, r->aead, "nonce", &told) || !lines_same(told, want))) {
        check_wrong(r->c, r->line,
                    "the nonce is not that of record %llu under this IV: expected %s, got %s",
                    (unsigned long long)r->side->seq, lines_show(want), lines_show(told));
    }
}

/* Opens the record into *out; HS_E_UNSUPPORTED: the key is not known. */
static hs_status open_record(const record *r, const uint8_t *nonce, hs_span *out) {
    const hs_provider *p = r->c->file->p;
    const check_value *key = check_value_of(r->c, lines_text(r->aead, "key"));
    hs__aead_id id;
    const size_t at = HS__RECORD_HEADER + (size_t)(has_explicit(r) ? EXPLICIT : 0);
    if (key == NULL || nonce == NULL || !check_aead_by_name(lines_text(r->aead, "alg"), &id) ||
        key->value.n != hs__aead_key_len(id)) {
        return HS_E_UNSUPPORTED;
    }
    uint8_t *buf = lines_take(&r->c->file->line, r->raw.n);
    hs__aead *a = NULL;
    uint8_t room[13];
    size_t n = 0;
    hs_status st = buf != NULL ? p->aead_new(p, id, key->value.p, false, &a) : HS_E_NOMEM;
    if (st == HS_OK) {
        memcpy(buf, r->raw.p + at, r->raw.n - at);
        st = p->aead_open(p, a, nonce, additional_data(r, room), buf, r->raw.n - at, &n);
    }
    p->aead_free(p, a);
    *out = (hs_span){buf, st == HS_OK ? n : 0};
    return st;
}

/* TLSInnerPlaintext: content, type, zeros (RFC 9846 5.2). */
static void check_inner(record *r, hs_span inside) {
    size_t n = inside.n, padding = 0;
    uint8_t type = outer_type(r);
    if (!r->is_12) {
        while (n > 0 && inside.p[n - 1] == 0) {
            n--;
        }
        padding = inside.n - n;
        type = n > 0 ? inside.p[n - 1] : 0;
        n = n > 0 ? n - 1 : 0;
    }
    hs_span told;
    r->content = (hs_span){inside.p, n};
    r->is_proved = true;
    if (lines_uint(r->o, "inner_type") != type) {
        check_wrong(r->c, r->line, "inner_type is %u", type);
    }
    if (lines_uint(r->o, "inner_len") != n || lines_uint(r->o, "padding") != padding) {
        check_wrong(r->c, r->line, "inside are %zu bytes and %zu of padding", n, padding);
    }
    if (lines_has(r->o, "plaintext") && (!lines_hex(&r->c->file->line, r->o, "plaintext", &told) ||
                                         !lines_same(told, r->content))) {
        check_wrong(r->c, r->line,
                    "plaintext is not what the record holds: byte %zu differs, expected %s, got %s",
                    lines_first_difference(told, r->content), lines_show(r->content),
                    lines_show(told));
    }
    r->c->count[CHECK_OPENED]++;
    r->type = type;
}

/* What the line says of the inside, where nothing proves it. */
static void take_told(record *r) {
    r->type = (uint8_t)lines_uint(r->o, "inner_type");
    (void)lines_hex(&r->c->file->line, r->o, "plaintext", &r->content);
}

/* With secrets hidden: the lengths, and the plaintext of alerts, which is told. */
static void check_hidden(record *r) {
    const size_t n = lines_uint(r->o, "inner_len"), padding = lines_uint(r->o, "padding");
    if (n + padding + (r->is_12 ? 0 : 1) != inner_room(r)) {
        check_wrong(r->c, r->line,
                    "%zu bytes inside and %zu of padding do not make a record of %zu", n, padding,
                    r->whole);
    }
    take_told(r);
    check_gap_add(r->c, "records: their keys are hidden");
}

static void check_protected(record *r) {
    check_side *s = r->side;
    const char *key = lines_text(r->aead, "key");
    const bool ok = lines_true(r->aead, "ok");
    if (strcmp(key, s->key) != 0 || strcmp(lines_text(r->aead, "alg"), s->alg) != 0) {
        check_wrong(r->c, r->line, "%s with %s is not the key in use, which is %s with %s", key,
                    lines_text(r->aead, "alg"), s->key, s->alg);
    }
    if (lines_uint(r->aead, "seq") != s->seq) {
        check_wrong(r->c, r->line, "seq is %llu, it must be %llu",
                    (unsigned long long)lines_uint(r->aead, "seq"), (unsigned long long)s->seq);
    }
    if (r->raw.n != r->whole || r->raw.n < overhead(r)) {
        take_told(r);
        s->seq++;
        return;
    }
    uint8_t nonce[HS__AEAD_NONCE];
    const bool has_nonce = make_nonce(r, nonce);
    hs_span inside;
    check_params(r, has_nonce ? nonce : NULL);
    const hs_status st = open_record(r, has_nonce ? nonce : NULL, &inside);
    if (st == HS_E_UNSUPPORTED && ok) {
        check_hidden(r);
    } else if (st == HS_OK && ok) {
        check_inner(r, inside);
    } else if ((st == HS_OK) != ok && st != HS_E_UNSUPPORTED) {
        check_wrong(r->c, r->line,
                    ok ? "the record does not open with %s (line %zu)"
                       : "the record opens with %s (line %zu), the line says it does not",
                    key, check_value_of(r->c, key)->line);
        take_told(r);
    }
    s->seq++;
}

/* ---- a line ------------------------------------------------------------------------------ */

static void check_header(record *r) {
    const json_t *o = r->o;
    check_side *s = r->side;
    char version[8] = "";
    if (r->raw.n >= HS__RECORD_HEADER) {
        (void)snprintf(version, sizeof version, "0x%02x%02x", r->raw.p[1], r->raw.p[2]);
    }
    const size_t body = r->whole >= HS__RECORD_HEADER ? r->whole - HS__RECORD_HEADER : 0;
    const bool is_short = r->raw.n < HS__RECORD_HEADER;
    const size_t length = is_short ? 0 : (size_t)(r->raw.p[3] << 8 | r->raw.p[4]);
    if (is_short || r->raw.p[0] != lines_uint(o, "type") ||
        strcmp(version, lines_text(o, "version")) != 0 || length != lines_uint(o, "len") ||
        length != body) {
        check_wrong(r->c, r->line,
                    "type, version and len are not those of the header %s of %zu bytes",
                    lines_show((hs_span){r->raw.p, is_short ? 0 : HS__RECORD_HEADER}), r->whole);
    }
    if (lines_uint(o, "n") != s->records + 1) {
        check_wrong(r->c, r->line, "this is record %llu of its direction",
                    (unsigned long long)s->records + 1);
    }
    if (lines_uint(o, "stream_off") != s->bytes) {
        check_wrong(r->c, r->line, "stream_off is %llu, it must be %llu",
                    (unsigned long long)lines_uint(o, "stream_off"), (unsigned long long)s->bytes);
    }
    s->records++;
    s->bytes += r->whole;
    r->c->count[CHECK_RECORDS]++;
}

static void in_clear(record *r) {
    r->type = outer_type(r);
    if (r->has_body) {
        r->content = (hs_span){r->raw.p + HS__RECORD_HEADER, r->raw.n - HS__RECORD_HEADER};
    }
}

void check_record(check_conn *c, size_t line, json_t *o) {
    record r = {.c = c, .line = line, .o = o, .aead = json_object_get(o, "aead")};
    r.side = &c->side[lines_is_sent(o)];
    if (!lines_has(o, "raw")) { /* it was sealed, and went out as something else */
        check_gap_add(c, "records: their bytes on the wire are not told");
        take_told(&r);
        content(&r, r.content.n);
        return;
    }
    if (!lines_hex(&c->file->line, o, "raw", &r.raw)) {
        check_wrong(c, line, "raw is not hex");
        return;
    }
    r.whole = lines_has(o, "raw_len") ? lines_uint(o, "raw_len") : r.raw.n;
    r.has_body = r.raw.n == r.whole && r.raw.n > HS__RECORD_HEADER;
    /* TLS 1.2's keys are called write keys */
    r.is_12 = strstr(lines_text(r.aead, "key"), "_write_key") != NULL;
    check_header(&r);
    if (r.aead != NULL && r.raw.n >= HS__RECORD_HEADER) {
        check_protected(&r);
    } else if (!lines_true(o, "protected") && r.whole >= HS__RECORD_HEADER) {
        in_clear(&r);
    } else {
        check_gap_add(c, "records: encrypted, and the trace does not open them");
        return;
    }
    const size_t hidden = r.aead != NULL ? lines_uint(o, "inner_len") : r.whole - HS__RECORD_HEADER;
    content(&r, r.content.n > 0 ? r.content.n : hidden);
}

void check_key(check_conn *c, size_t line, json_t *o) {
    check_side *s = &c->side[lines_is_sent(o)];
    hs__aead_id id;
    if (!check_aead_by_name(lines_text(o, "aead"), &id)) {
        check_wrong(c, line, "there is no cipher '%s'", lines_text(o, "aead"));
    }
    (void)snprintf(s->key, sizeof s->key, "%s", lines_text(o, "name"));
    (void)snprintf(s->alg, sizeof s->alg, "%s", lines_text(o, "aead"));
    s->seq = 0;
}
