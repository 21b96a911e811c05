/* The transcript: RFC 9846 4.1 (its section on the transcript hash), RFC 5246 7.4.9. */
#include <stdio.h>
#include <string.h>

#include "apps/hs-trace/check_state.h"
#include "proto/client_hello.h"
#include "proto/client_key_exchange.h"
#include "proto/server_hello.h"
#include "proto/server_key_exchange.h"

enum { MESSAGE_HASH = 254, HASHED_MAX = 64 }; /* more messages than any handshake has */

/* ---- names ------------------------------------------------------------------------------- */

/* Messages that are hashed, by their short names. Not there: HelloRequest, KeyUpdate, and TLS
 * 1.3's NewSessionTicket. */
static const struct {
    uint8_t type;
    unsigned versions;
    const char *by_client, *by_server;
} hashed[] = {
    {HS__HT_client_hello, HS__TLS12 | HS__TLS13, "CH", "CH"},
    {HS__HT_server_hello, HS__TLS12 | HS__TLS13, "SH", "SH"},
    {HS__HT_encrypted_extensions, HS__TLS13, "EE", "EE"},
    {HS__HT_certificate_request, HS__TLS12 | HS__TLS13, "CR", "CR"},
    {HS__HT_certificate, HS__TLS12 | HS__TLS13, "CCT", "CT"},
    {HS__HT_certificate_status, HS__TLS12, "CS", "CS"},
    {HS__HT_server_key_exchange, HS__TLS12, "SKE", "SKE"},
    {HS__HT_server_hello_done, HS__TLS12, "SHD", "SHD"},
    {HS__HT_client_key_exchange, HS__TLS12, "CKE", "CKE"},
    {HS__HT_certificate_verify, HS__TLS12 | HS__TLS13, "CCV", "CV"},
    {HS__HT_new_session_ticket, HS__TLS12, "NST", "NST"},
    {HS__HT_finished, HS__TLS12 | HS__TLS13, "CF", "SF"},
};

static bool is_retry(const check_message *m) {
    return m->type == HS__HT_server_hello && m->best.n >= 38 &&
           memcmp(m->best.p + 6, hs__hello_retry_random, 32) == 0;
}

/* A HelloRetryRequest whose random was changed on its line still has its name. */
static bool is_called_retry(const check_message *m) {
    return is_retry(m) || strcmp(lines_text(m->o, "name"), "hello_retry_request") == 0;
}

static const char *short_name(const check_conn *c, const check_message *m) {
    const bool is_12 = c->version == HS__VERSION_TLS12;
    const unsigned versions = is_12 ? HS__TLS12 : HS__TLS13;
    if (is_called_retry(m)) {
        return "HRR";
    }
    for (size_t i = 0; i < sizeof hashed / sizeof *hashed; i++) {
        if (hashed[i].type == m->type && (hashed[i].versions & versions) != 0) {
            return m->by_server ? hashed[i].by_server : hashed[i].by_client;
        }
    }
    return NULL;
}

/* Nothing is hashed behind both Finished. */
void check_transcript_names(check_conn *c) {
    unsigned finished = 0;
    c->n_hashed = 0;
    for (size_t i = 0; i < c->n_message; i++) {
        check_message *m = &c->message[i];
        m->short_ = finished < 2 && i < HASHED_MAX ? short_name(c, m) : NULL;
        finished += m->type == HS__HT_finished ? 1 : 0;
        c->n_hashed = m->short_ != NULL ? i + 1 : c->n_hashed;
    }
}

/* The first ClientHello of two is in the transcript as its hash. */
static bool is_hashed_away(const check_conn *c, size_t i, size_t end) {
    const bool is_hello = c->message[i].type == HS__HT_client_hello;
    for (size_t k = i + 1; is_hello && k < end && k < c->n_hashed; k++) {
        if (c->message[k].short_ != NULL && strcmp(c->message[k].short_, "HRR") == 0) {
            return true;
        }
    }
    return false;
}

void check_transcript_list(const check_conn *c, size_t end, char *out, size_t cap) {
    size_t n = 0;
    out[0] = 0;
    for (size_t i = 0; i < end && i < c->n_hashed; i++) {
        const char *name = is_hashed_away(c, i, end) ? "message_hash(CH1)" : c->message[i].short_;
        if (name != NULL && n < cap) {
            n += (size_t)snprintf(out + n, cap - n, "%s%s", n > 0 ? " " : "", name);
        }
    }
}

void check_transcript_range(const char *list, char *out, size_t cap) {
    const char *last = strrchr(list, ' ');
    const int first_n = (int)strcspn(list, " ");
    (void)snprintf(out, cap, "%.*s%s%s", first_n, list, last != NULL ? ".." : "",
                   last != NULL ? last + 1 : "");
}

/* ---- hellos ------------------------------------------------------------------------------ */

void check_hellos(check_conn *c) {
    /* by a value that TLS 1.2 alone has, for when ServerHello cannot be read */
    c->version = c->derives.n == 0                        ? 0
                 : check_value_of(c, "key_block") != NULL ? HS__VERSION_TLS12
                                                          : HS__VERSION_TLS13;
    for (size_t i = 0; i < c->n_message; i++) {
        const check_message *m = &c->message[i];
        if (m->best.n < 38 || is_called_retry(m)) {
            continue;
        }
        if (m->type == HS__HT_client_hello) {
            c->client_random = (hs_span){m->best.p + 6, 32};
        } else if (m->type == HS__HT_server_hello) {
            hs__server_hello sh;
            hs__rd_root root;
            c->server_random = (hs_span){m->best.p + 6, 32};
            if (hs__server_hello_read(m->best, NULL, &root, &sh) == HS_OK) {
                c->suite = check_suite_of(sh.cipher_suite);
                c->version = c->suite != NULL ? c->suite->version : 0;
            }
        }
    }
}

/* ---- hashes ------------------------------------------------------------------------------ */

static hs_status feed(check_conn *c, hs__hash *h, hs__hash_id id, size_t i, size_t end) {
    const hs_provider *p = c->file->p;
    const hs_span bytes = c->message[i].best;
    hs_status st = p->hash_update(p, h, bytes.p, bytes.n);
    if (st == HS_OK && is_hashed_away(c, i, end)) {
        uint8_t digest[HS__HASH_MAX];
        const uint8_t head[4] = {MESSAGE_HASH, 0, 0, (uint8_t)hs__hash_len(id)};
        st = p->hash_snapshot(p, h, digest);
        st = st == HS_OK ? p->hash_start(p, h, id) : st;
        st = st == HS_OK ? p->hash_update(p, h, head, sizeof head) : st;
        st = st == HS_OK ? p->hash_update(p, h, digest, hs__hash_len(id)) : st;
    }
    return st;
}

bool check_transcript_hash(check_conn *c, hs__hash_id id, size_t end, uint8_t *out) {
    const hs_provider *p = c->file->p;
    hs__hash h = {0};
    bool known = true;
    hs_status st = p->hash_start(p, &h, id);
    for (size_t i = 0; i < end && i < c->n_hashed && known && st == HS_OK; i++) {
        if (c->message[i].short_ != NULL) {
            known = c->message[i].is_whole && c->message[i].best.n > 0;
            st = known ? feed(c, &h, id, i, end) : HS_OK;
        }
    }
    st = st == HS_OK ? p->hash_snapshot(p, &h, out) : st;
    p->hash_end(p, &h);
    return known && st == HS_OK;
}

bool check_transcript_bytes(check_conn *c, size_t end, hs_span *out) {
    size_t n = 0;
    for (size_t i = 0; i < end; i++) {
        n += c->message[i].short_ != NULL ? c->message[i].best.n : 0;
    }
    uint8_t *bytes = lines_take(&c->file->pool, n);
    *out = (hs_span){bytes, 0};
    for (size_t i = 0; i < end && bytes != NULL; i++) {
        const check_message *m = &c->message[i];
        if (m->short_ != NULL && !m->is_whole) {
            return false;
        }
        if (m->short_ != NULL && m->best.n > 0) {
            memcpy(bytes + out->n, m->best.p, m->best.n);
            out->n += m->best.n;
        }
    }
    return bytes != NULL;
}

bool check_transcript_told(check_conn *c, const char *list, hs_span *out) {
    for (size_t i = c->transcripts.n; i > 0; i--) {
        const json_t *o = c->transcripts.v[i - 1].o;
        if (strcmp(lines_text(o, "messages"), list) == 0) {
            return lines_hex(&c->file->pool, o, "value", out);
        }
    }
    return false;
}

/* How many messages make this list; 0: none. *reset: it is that of message_hash alone, which
 * takes the place of the first ClientHello before the HelloRetryRequest comes. */
static size_t end_of(const check_conn *c, const char *list, bool *reset) {
    char mine[400];
    *reset = strcmp(list, "message_hash(CH1)") == 0;
    for (size_t end = 1; end <= c->n_hashed; end++) {
        check_transcript_list(c, end, mine, sizeof mine);
        if (c->message[end - 1].short_ != NULL && strcmp(mine, *reset ? "CH" : list) == 0) {
            return end;
        }
    }
    return 0;
}

/* message_hash(CH1) alone: the hash of a header and of the hash of ClientHello. */
static bool reset_hash(check_conn *c, hs__hash_id id, size_t end, uint8_t *out) {
    const hs_provider *p = c->file->p;
    uint8_t message[4 + HS__HASH_MAX] = {MESSAGE_HASH, 0, 0, (uint8_t)hs__hash_len(id)};
    return check_transcript_hash(c, id, end, message + 4) &&
           p->digest(p, id, (hs_span){message, 4 + hs__hash_len(id)}, NULL, 0, out) == HS_OK;
}

static void check_transcript(check_conn *c, size_t line, const json_t *o) {
    const char *list = lines_text(o, "messages"), *last = strrchr(list, ' ');
    uint8_t digest[HS__HASH_MAX];
    hs__hash_id id;
    hs_span told;
    bool reset;
    const size_t end = end_of(c, list, &reset);
    if (end == 0) {
        check_wrong(c, line, "'%s' are not the messages so far", list);
        return;
    }
    if (strcmp(lines_text(o, "through"), last != NULL ? last + 1 : list) != 0) {
        check_wrong(c, line, "'%s' is not the last of %s", lines_text(o, "through"), list);
    }
    if (!check_hash_by_name(lines_text(o, "hash"), &id) ||
        (c->suite != NULL && c->suite->hash != id) || reset != lines_true(o, "reset")) {
        check_wrong(c, line, "%s is not the hash of the cipher suite", lines_text(o, "hash"));
        return;
    }
    const bool known =
        reset ? reset_hash(c, id, end, digest) : check_transcript_hash(c, id, end, digest);
    if (!known) {
        check_gap_add(c, "transcript hashes: messages with hidden bytes");
        return;
    }
    const hs_span want = {digest, hs__hash_len(id)};
    if (!lines_hex(&c->file->pool, o, "value", &told) || !lines_same(told, want)) {
        check_wrong(c, line,
                    "the transcript hash of %s is not that of its messages: expected %s, got %s",
                    list, lines_show(want), lines_show(told));
        return;
    }
    c->count[CHECK_HASHES]++;
}

void check_transcripts(check_conn *c) {
    for (size_t i = 0; i < c->transcripts.n; i++) {
        check_transcript(c, c->transcripts.v[i].line, c->transcripts.v[i].o);
    }
}

/* ---- what values were derived from ------------------------------------------------------- */

static const check_message *last_of(const check_conn *c, uint8_t type) {
    for (size_t i = c->n_message; i > 0; i--) {
        if (c->message[i - 1].type == type && !is_called_retry(&c->message[i - 1])) {
            return &c->message[i - 1];
        }
    }
    return NULL;
}

static hs_span client_share(const check_conn *c, uint16_t group) {
    const check_message *m = last_of(c, HS__HT_client_hello);
    hs__client_hello ch;
    hs__rd_root root;
    if (m != NULL && hs__client_hello_read(m->best, NULL, &root, &ch) == HS_OK) {
        hs_span list = ch.extensions.client_shares;
        hs__key_share share;
        while (hs__key_share_next(&list, &share)) {
            if (share.group == group) {
                return share.key_exchange;
            }
        }
    }
    return (hs_span){NULL, 0};
}

static hs_span server_share(const check_conn *c, uint16_t group) {
    const check_message *m = last_of(c, HS__HT_server_hello);
    hs__server_hello sh;
    hs__rd_root root;
    if (m != NULL && hs__server_hello_read(m->best, NULL, &root, &sh) == HS_OK &&
        sh.extensions.server_share.group == group) {
        return sh.extensions.server_share.key_exchange;
    }
    return (hs_span){NULL, 0};
}

static hs_span server_keys(const check_conn *c, uint16_t group) {
    const check_message *m = last_of(c, HS__HT_server_key_exchange);
    hs__server_key_exchange ske;
    hs__rd_root root;
    if (m != NULL && hs__server_key_exchange_read(m->best, NULL, &root, &ske) == HS_OK &&
        ske.params.group == group) {
        return ske.params.point;
    }
    return (hs_span){NULL, 0};
}

static hs_span client_keys(const check_conn *c, uint16_t group) {
    const check_message *m = last_of(c, HS__HT_client_key_exchange);
    hs__client_key_exchange cke;
    hs__rd_root root;
    if (m != NULL && hs__client_key_exchange_read(m->best, group != 0 ? HS__KX_ECDHE : HS__KX_RSA,
                                                  NULL, &root, &cke) == HS_OK) {
        return cke.exchange_keys;
    }
    return (hs_span){NULL, 0};
}

static hs_span exchange(const check_conn *c, const char *ref, uint16_t group) {
    static const struct {
        const char *ref;
        hs_span (*get)(const check_conn *c, uint16_t group);
    } rows[] = {{"client key_share", client_share},
                {"server key_share", server_share},
                {"ServerKeyExchange", server_keys},
                {"ClientKeyExchange", client_keys}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].ref, ref) == 0) {
            return rows[i].get(c, group);
        }
    }
    return (hs_span){NULL, 0};
}

/* "H(CH..SH)" -> its hash, made anew; else what its line tells. */
static bool range_hash(check_conn *c, const char *ref, hs__hash_id id, hs_span *out) {
    char list[400], range[80];
    uint8_t *digest = lines_take(&c->file->pool, HS__HASH_MAX);
    for (size_t end = 1; digest != NULL && end <= c->n_hashed; end++) {
        check_transcript_list(c, end, list, sizeof list);
        check_transcript_range(list, range, sizeof range);
        const size_t n = strlen(range);
        if (c->message[end - 1].short_ != NULL && strncmp(ref + 2, range, n) == 0 &&
            strcmp(ref + 2 + n, ")") == 0) {
            *out = (hs_span){digest, hs__hash_len(id)};
            return check_transcript_hash(c, id, end, digest) || check_transcript_told(c, list, out);
        }
    }
    return false;
}

static bool both_randoms(check_conn *c, bool server_first, hs_span *out) {
    const hs_span first = server_first ? c->server_random : c->client_random;
    const hs_span second = server_first ? c->client_random : c->server_random;
    uint8_t *both = lines_take(&c->file->pool, 64);
    if (both == NULL || first.n != 32 || second.n != 32) {
        return false;
    }
    memcpy(both, first.p, 32);
    memcpy(both + 32, second.p, 32);
    *out = (hs_span){both, 64};
    return true;
}

static bool input_of(check_conn *c, const json_t *o, const char *ref, hs_span *out) {
    hs__hash_id id = HS__SHA256;
    const char *fn = lines_text(o, "fn");
    const hs__code *group = hs__code_by_name(&hs__groups, fn, strlen(fn));
    (void)check_hash_by_name(lines_text(o, "hash"), &id);
    if (strcmp(ref, "H(\"\")") == 0) {
        uint8_t *digest = lines_take(&c->file->pool, HS__HASH_MAX);
        *out = (hs_span){digest, hs__hash_len(id)};
        return digest != NULL && check_transcript_hash(c, id, 0, digest);
    }
    if (strncmp(ref, "H(", 2) == 0) {
        return range_hash(c, ref, id, out);
    }
    if (strstr(ref, "_random + ") != NULL) {
        return both_randoms(c, strncmp(ref, "server", 6) == 0, out);
    }
    *out = exchange(c, ref, group != NULL ? group->code : 0);
    return out->n > 0;
}

/* A private value belongs to the share that was sent. That of X25519 is written as it is used:
 * bits that the function sets itself (RFC 7748 5) are set. */
static void check_private(check_conn *c, size_t line, const json_t *o, const char *ref) {
    hs_span own, sent, priv;
    (void)lines_hex(&c->file->pool, json_object_get(o, "input_values"), "private", &priv);
    own = check_own_share(c, o);
    if (own.n > 0 && input_of(c, o, ref, &sent) && !lines_same(own, sent)) {
        check_wrong(c, line, "the private value does not make the share in %s", ref);
    } else if (strcmp(lines_text(o, "fn"), "x25519") == 0 && priv.n == 32 &&
               ((priv.p[0] & 7) != 0 || (priv.p[31] & 0xc0) != 0x40)) {
        check_wrong(c, line, "the private value has bits that X25519 does not use");
    }
}

void check_inputs(check_conn *c) {
    for (size_t i = 0; i < c->derives.n; i++) {
        const size_t line = c->derives.v[i].line;
        const json_t *o = c->derives.v[i].o, *given = json_object_get(o, "input_values");
        const char *name;
        json_t *unused;
        json_object_foreach((json_t *)given, name, unused) {
            const char *ref = lines_text(json_object_get(o, "inputs"), name);
            hs_span told, want;
            if (strcmp(name, "private") == 0) {
                check_private(c, line, o, ref);
            } else if (!lines_hex(&c->file->pool, given, name, &told)) {
                check_wrong(c, line, "%s of %s is not hex", name, lines_text(o, "name"));
            } else if (input_of(c, o, ref, &want) && !lines_same(told, want)) {
                check_wrong(c, line, "%s of %s is not %s: expected %s, got %s", name,
                            lines_text(o, "name"), ref, lines_show(want), lines_show(told));
            }
        }
    }
}
