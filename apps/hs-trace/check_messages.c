/* Messages: their bytes in the records, their fields, the certificates in them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/hs-trace/check_state.h"
#include "proto/certificate12.h"
#include "proto/certificate13.h"
#include "trace/cert_text.h"
#include "trace/jsonl.h"

enum { VALUE_MAX = 64, CODE_BYTES = 8 };

/* ---- where the bytes lie ----------------------------------------------------------------- */

/* How far the handshake bytes of a direction have gone into messages. */
typedef struct {
    size_t at, off;
} place;

static bool is_part(const json_t *part, uint64_t record, size_t off, size_t n) {
    return lines_uint(part, "record") == record && lines_uint(part, "off") == off &&
           lines_uint(part, "len") == n;
}

/* Takes the message's bytes from the records: into *bytes, if all of them are known. *line: a
 * record that has some of them; *proved: all of them opened. False: `parts` say something else. */
static bool take_parts(check_conn *c, const check_message *m, place *p, hs_span *bytes,
                       size_t *line, bool *proved) {
    const check_side *s = &c->side[m->outbound];
    const json_t *parts = json_object_get(m->o, "parts");
    const size_t whole = m->told.n; /* which `len` must be */
    uint8_t *room = lines_take(&c->file->pool, whole);
    bool known = room != NULL, fits = true;
    size_t n = 0, k = 0;
    *line = 0;
    *proved = true;
    while (n < whole && p->at < s->n_contents) {
        const check_content *r = &s->contents[p->at];
        const size_t take = r->n - p->off < whole - n ? r->n - p->off : whole - n;
        fits = fits && is_part(json_array_get(parts, k), r->record, p->off, take);
        fits = fits && (k > 0 || (lines_uint(m->o, "record") == r->record &&
                                  lines_uint(m->o, "record_off") == p->off));
        known = known && r->bytes.n == r->n;
        if (known) {
            memcpy(room + n, r->bytes.p + p->off, take);
        }
        *line = *line == 0 ? r->line : *line;
        *proved = *proved && r->is_proved;
        n += take;
        p->off += take;
        k++;
        if (p->off == r->n) {
            p->at++;
            p->off = 0;
        }
    }
    *bytes = (hs_span){room, known && n == whole ? whole : 0};
    return fits && n == whole && k == json_array_size(parts);
}

/* ---- fields ------------------------------------------------------------------------------ */

static uint64_t number(hs_span bytes) {
    uint64_t v = 0;
    for (size_t i = 0; i < bytes.n; i++) {
        v = v << 8 | bytes.p[i];
    }
    return v;
}

static bool is_zero(hs_span bytes) {
    size_t i = 0;
    while (i < bytes.n && bytes.p[i] == 0) {
        i++;
    }
    return i == bytes.n;
}

static bool is_hidden(const check_message *m, size_t off, size_t n) {
    const json_t *ranges = json_object_get(m->o, "hidden");
    for (size_t i = 0; i < json_array_size(ranges); i++) {
        const json_t *r = json_array_get(ranges, i);
        if (lines_uint(r, "off") == off && lines_uint(r, "len") == n) {
            return true;
        }
    }
    return false;
}

/* What `val` must be. NULL where memory runs out, or for no field that has one. */
static json_t *value_of(const char *kind, hs_span bytes) {
    if (strcmp(kind, "text") == 0) {
        return hs__json_foreign(bytes.p, bytes.n);
    }
    if (strcmp(kind, "bytes") == 0) {
        hs__strbuf b = {0};
        hs__buf_hex_cut(&b, bytes, VALUE_MAX);
        json_t *v = json_string(hs__buf_str(&b));
        hs__buf_free(&b);
        return v;
    }
    return bytes.n <= CODE_BYTES ? hs__json_uint(number(bytes)) : NULL;
}

static bool field_fits(const check_message *m, const json_t *f, hs_span bytes) {
    if (lines_true(f, "hidden")) {
        return is_zero(bytes) && (bytes.n == 0 || is_hidden(m, lines_uint(f, "off"), bytes.n));
    }
    json_t *want = value_of(lines_text(f, "kind"), bytes);
    const bool fits = want != NULL && json_equal(want, json_object_get(f, "val"));
    json_decref(want);
    return fits;
}

/* Whether fields, in order and each byte once, are those of these bytes; *bad: the first that is
 * not. A message that could not be read has fields up to where it broke. */
static bool fields_fit(const check_message *m, hs_span raw, const char **bad) {
    const json_t *fields = json_object_get(m->o, "fields");
    size_t at = 0;
    *bad = "the end";
    for (size_t i = 0; i < json_array_size(fields); i++) {
        const json_t *f = json_array_get(fields, i);
        const size_t n = lines_uint(f, "len");
        if (lines_uint(f, "off") != at || n > raw.n - at ||
            !field_fits(m, f, (hs_span){raw.p + at, n})) {
            *bad = lines_text(f, "path");
            return false;
        }
        at += n;
    }
    return at == raw.n || lines_has(m->o, "error");
}

/* ---- which bytes are right --------------------------------------------------------------- */

/* Two copies differ: does the first transcript hash behind the message fit with these bytes? */
static bool hash_fits(check_conn *c, check_message *m, hs_span bytes) {
    char list[400], told[400];
    uint8_t digest[HS__HASH_MAX];
    hs__hash_id id;
    const size_t at = (size_t)(m - c->message);
    const hs_span before = m->best;
    bool fits = false;
    check_transcript_list(c, at + 1, list, sizeof list);
    for (size_t i = 0; i < c->transcripts.n && !fits; i++) {
        const json_t *o = c->transcripts.v[i].o;
        hs_span value;
        (void)snprintf(told, sizeof told, "%s", lines_text(o, "messages"));
        m->best = bytes;
        fits = strcmp(told, list) == 0 && check_hash_by_name(lines_text(o, "hash"), &id) &&
               lines_hex(&c->file->pool, o, "value", &value) &&
               check_transcript_hash(c, id, at + 1, digest) && value.n == hs__hash_len(id) &&
               memcmp(digest, value.p, value.n) == 0;
        m->best = before;
    }
    return fits;
}

static void settle(check_conn *c, check_message *m, hs_span bytes, size_t line, bool proved) {
    const char *bad;
    const size_t at = lines_first_difference(m->told, bytes);
    if (bytes.n == 0 || lines_same(m->told, bytes)) {
        return;
    }
    if (proved ||
        (!hash_fits(c, m, m->told) && (hash_fits(c, m, bytes) || !fields_fit(m, m->told, &bad)))) {
        check_wrong(c, m->line,
                    "raw is not what the record of line %zu holds: byte %zu of %s differs", line,
                    at, lines_text(m->o, "name"));
        m->best = bytes;
    } else {
        check_wrong(c, line, "raw is not what line %zu says of %s: its byte %zu differs", m->line,
                    lines_text(m->o, "name"), at);
    }
}

/* ---- certificates ------------------------------------------------------------------------ */

/* Members of a certificate that follow from its bytes. */
static const char *certificate_fault(const json_t *told, hs_span der) {
    static const char *const members[] = {"subject", "issuer",     "san",       "key",
                                          "serial",  "not_before", "not_after", "error"};
    const char *bad = NULL;
    json_t *want = hs__cert_json(der);
    for (size_t i = 0; i < sizeof members / sizeof *members && bad == NULL; i++) {
        const json_t *a = json_object_get(want, members[i]), *b = json_object_get(told, members[i]);
        if ((a == NULL) != (b == NULL) || (a != NULL && !json_equal(a, b))) {
            bad = members[i];
        }
    }
    json_decref(want);
    return bad;
}

static void check_certificates(check_conn *c, const check_message *m) {
    const json_t *certs = json_object_get(m->o, "certs");
    for (size_t i = 0; i < json_array_size(certs); i++) {
        const json_t *o = json_array_get(certs, i);
        const size_t off = lines_uint(o, "off"), n = lines_uint(o, "len");
        if (off > m->best.n || n > m->best.n - off) {
            check_wrong(c, m->line, "certificate %zu is not at byte %zu", i, off);
            continue;
        }
        const char *bad = certificate_fault(o, (hs_span){m->best.p + off, n});
        if (bad != NULL) {
            check_wrong(c, m->line, "certificate %zu: %s is not what its bytes say", i, bad);
        }
        c->count[CHECK_CERTIFICATES]++;
    }
}

/* ---- all --------------------------------------------------------------------------------- */

static void load(check_conn *c) {
    c->message = lines_take(&c->file->pool, c->messages.n * sizeof *c->message);
    for (size_t i = 0; c->message != NULL && i < c->messages.n; i++) {
        json_t *o = c->messages.v[i].o;
        check_message *m = &c->message[c->n_message++];
        *m = (check_message){.line = c->messages.v[i].line,
                             .o = o,
                             .outbound = lines_is_sent(o),
                             .type = (uint8_t)lines_uint(o, "type"),
                             .is_whole = !lines_has(o, "hidden")};
        m->by_server = m->outbound == c->is_server;
        if (lines_has(o, "raw") && !lines_hex(&c->file->pool, o, "raw", &m->told)) {
            check_wrong(c, m->line, "raw is not hex");
        }
        m->best = m->told;
        c->count[CHECK_MESSAGES]++;
    }
}

static void check_message_line(check_conn *c, check_message *m) {
    const char *bad;
    if (m->told.n != lines_uint(m->o, "len") || m->told.n == 0) {
        check_wrong(c, m->line, "raw has %zu bytes, len says %llu", m->told.n,
                    (unsigned long long)lines_uint(m->o, "len"));
        return;
    }
    /* bytes that differ from their record are a fault already */
    if (!fields_fit(m, m->told, &bad) && lines_same(m->told, m->best)) {
        check_wrong(c, m->line, "%s: the field %s is not what raw has there",
                    lines_text(m->o, "name"), bad);
    }
    if (m->told.p[0] != m->type) {
        check_wrong(c, m->line, "type is %u, raw begins with %02x", m->type, m->told.p[0]);
    }
    c->count[CHECK_FIELDS] += json_array_size(json_object_get(m->o, "fields"));
    check_certificates(c, m);
}

void check_messages(check_conn *c) {
    place at[2] = {{0, 0}, {0, 0}};
    load(c);
    check_hellos(c);
    check_transcript_names(c);
    for (size_t i = 0; i < c->n_message; i++) {
        check_message *m = &c->message[i];
        hs_span bytes;
        size_t line;
        bool proved;
        /* what we sent may have stayed with us when the connection broke */
        if (!lines_has(m->o, "parts")) {
            continue;
        }
        if (!take_parts(c, m, &at[m->outbound], &bytes, &line, &proved)) {
            check_wrong(c, m->line, "parts do not say where the bytes of %s lie in the records",
                        lines_text(m->o, "name"));
        }
        settle(c, m, bytes, line, proved);
    }
    check_hellos(c);
    check_transcript_names(c);
    for (size_t i = 0; i < c->n_message; i++) {
        check_message_line(c, &c->message[i]);
    }
}
