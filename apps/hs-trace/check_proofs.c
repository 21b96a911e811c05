/* Finished, signatures and certificate paths: RFC 9846 4.5, RFC 5246 7.4.3, 7.4.8 and 7.4.9. */
#include <stdio.h>
#include <string.h>

#include "apps/hs-trace/check_state.h"
#include "crypto/digest.h"
#include "crypto/hmac.h"
#include "pki/certificate.h"
#include "proto/certificate12.h"
#include "proto/certificate13.h"
#include "proto/certificate_verify.h"
#include "proto/server_key_exchange.h"
#include "trace/cert_text.h"

enum { HEADER = 4, VERIFY_12 = 12 };

/* The check line on something of that side's; NULL: none. */
static const check_kept *told_check(const check_conn *c, const char *what, bool of_server) {
    for (size_t i = 0; i < c->checks.n; i++) {
        const json_t *o = c->checks.v[i].o;
        if (strcmp(lines_text(o, "what"), what) == 0 &&
            strcmp(lines_text(o, "side"), of_server ? "server" : "client") == 0) {
            return &c->checks.v[i];
        }
    }
    return NULL;
}

/* ---- Finished ---------------------------------------------------------------------------- */

/* What verify_data must be; false: the trace hides it. */
static bool verify_data(check_conn *c, const check_message *m, uint8_t *out, size_t *n) {
    const size_t at = (size_t)(m - c->message);
    char name[40];
    (void)snprintf(name, sizeof name, "%s_%s", m->by_server ? "server" : "client",
                   c->version == HS__VERSION_TLS12 ? "verify_data" : "finished_key");
    const check_value *v = check_value_of(c, name);
    if (v == NULL || c->suite == NULL) {
        return false;
    }
    if (c->version == HS__VERSION_TLS12) {
        *n = v->value.n < VERIFY_12 ? v->value.n : VERIFY_12;
        memcpy(out, v->value.p, *n);
        return true;
    }
    uint8_t digest[HS__HASH_MAX];
    *n = hs__hash_len(c->suite->hash);
    const hs_span text = {digest, *n};
    return check_transcript_hash(c, c->suite->hash, at, digest) &&
           hs__hmac(c->file->p, c->suite->hash, v->value, &text, 1, out) == HS_OK;
}

/* The line on a Finished that was received. */
static void check_finished_line(check_conn *c, const check_message *m, const check_kept *k,
                                hs_span mine) {
    hs_span got, expected;
    const hs_span body = {m->best.p + HEADER, m->best.n - HEADER};
    const bool ok = lines_true(k->o, "ok");
    if (!lines_hex(&c->file->pool, k->o, "got", &got) || !lines_same(got, body)) {
        check_wrong(c, k->line, "got is not the verify_data of line %zu: expected %s, got %s",
                    m->line, lines_show(body), lines_show(got));
    }
    const hs_span want = mine.n > 0 ? mine : body;
    if (lines_has(k->o, "expected") &&
        (!lines_hex(&c->file->pool, k->o, "expected", &expected) || !lines_same(expected, want))) {
        check_wrong(c, k->line, "expected is not the verify_data of this handshake, which is %s",
                    lines_show(want));
    }
    if (mine.n > 0 && ok != lines_same(mine, body)) {
        check_wrong(c, k->line,
                    ok ? "the Finished of line %zu is not good"
                       : "the Finished of line %zu is good",
                    m->line);
    }
    char list[400], range[80];
    check_transcript_list(c, (size_t)(m - c->message), list, sizeof list);
    check_transcript_range(list, range, sizeof range);
    if (strcmp(lines_text(k->o, "covers"), range) != 0) {
        check_wrong(c, k->line, "it covers %s", range);
    }
}

static void check_finished(check_conn *c, const check_message *m) {
    uint8_t mine[HS__HASH_MAX];
    size_t n = 0;
    const check_kept *k = told_check(c, "finished", m->by_server);
    const bool known = m->best.n > HEADER && verify_data(c, m, mine, &n);
    const hs_span want = {mine, known ? n : 0};
    if (m->best.n <= HEADER) {
        return;
    }
    if (!known) {
        check_gap_add(c, "Finished: its key is hidden");
    } else {
        const hs_span body = {m->best.p + HEADER, m->best.n - HEADER};
        const bool fits = lines_same(want, body);
        if (!fits && (k == NULL || lines_true(k->o, "ok"))) {
            check_wrong(c, m->line,
                        "verify_data is not that of this handshake: expected %s, got %s",
                        lines_show(want), lines_show(body));
        }
        c->count[CHECK_FINISHED] += fits ? 1 : 0;
    }
    if (k != NULL) {
        check_finished_line(c, m, k, want);
    }
}

/* ---- certificates ------------------------------------------------------------------------ */

/* The leaf that a side showed before message[at]; empty: none. */
static hs_span leaf_in(const check_conn *c, bool of_server, size_t at) {
    for (size_t i = at; i > 0; i--) {
        const check_message *m = &c->message[i - 1];
        hs__rd_root root;
        hs_span der;
        if (m->type != HS__HT_certificate || m->by_server != of_server) {
            continue;
        }
        if (c->version == HS__VERSION_TLS12) {
            hs__certificate12 m12;
            if (hs__certificate12_read(m->best, NULL, &root, &m12) == HS_OK &&
                hs__certificate12_next(&m12.list, &der)) {
                return der;
            }
        } else {
            hs__certificate13 m13;
            if (hs__certificate13_read(m->best, NULL, &root, &m13) == HS_OK &&
                hs__certificate13_next(&m13.list, &der, NULL)) {
                return der;
            }
        }
        return (hs_span){NULL, 0};
    }
    return (hs_span){NULL, 0};
}

static bool is_digest_of(check_conn *c, const char *hex, hs_span der) {
    uint8_t digest[HS__HASH_MAX];
    char text[65];
    if (hs__digest(c->file->p, HS__SHA256, der, digest) != HS_OK) {
        return false;
    }
    for (size_t i = 0; i < 32; i++) {
        (void)snprintf(text + 2 * i, 3, "%02x", digest[i]);
    }
    return strcmp(text, hex) == 0;
}

static bool is_signed_by(check_conn *c, const hs__cert *cert, const hs__cert *issuer) {
    const hs_provider *p = c->file->p;
    hs__public_key *key = NULL;
    hs_status st = issuer->key.is_known && cert->signature.is_known
                       ? p->public_new(p, &issuer->key.numbers, &key)
                       : HS_E_UNSUPPORTED;
    if (st == HS_OK) {
        st = p->public_verify(p, key, cert->signature.alg, cert->tbs, cert->signature_value);
    }
    p->public_free(p, key);
    return st == HS_OK || st == HS_E_UNSUPPORTED;
}

static const char *path_member_fault(const json_t *told, hs_span der) {
    static const char *const members[] = {"subject", "issuer",     "san",      "key",
                                          "serial",  "not_before", "not_after"};
    const char *bad = NULL;
    json_t *want = hs__cert_json(der);
    for (size_t i = 0; i < sizeof members / sizeof *members && bad == NULL; i++) {
        const json_t *b = json_object_get(told, members[i]);
        bad = b != NULL && !json_equal(json_object_get(want, members[i]), b) ? members[i] : NULL;
    }
    json_decref(want);
    return bad;
}

/* One certificate of a path; *cert: as read. */
static bool check_path_cert(check_conn *c, const check_kept *k, size_t i, const json_t *o,
                            hs__cert *cert) {
    hs_span der;
    hs__rd_root root;
    if (!lines_hex(&c->file->pool, o, "der", &der) ||
        hs__certificate_read(der, NULL, cert, &root) != HS_OK) {
        check_wrong(c, k->line, "path[%zu]: der is not a certificate", i);
        return false;
    }
    if (!is_digest_of(c, lines_text(o, "sha256"), der)) {
        check_wrong(c, k->line, "path[%zu]: sha256 is not that of der", i);
        return false;
    }
    const char *bad = path_member_fault(o, der);
    if (bad != NULL) {
        check_wrong(c, k->line, "path[%zu]: %s is not what der says", i, bad);
    }
    c->count[CHECK_CERTIFICATES]++;
    return true;
}

/* The certificates of a path, each signed by the next if all is well. */
static void check_chain(check_conn *c, const check_kept *k) {
    const json_t *path = json_object_get(k->o, "path");
    const bool of_server = strcmp(lines_text(k->o, "side"), "server") == 0;
    hs__cert cert[2];
    bool has_before = false;
    for (size_t i = 0; i < json_array_size(path); i++) {
        hs__cert *now = &cert[i % 2], *before = &cert[(i + 1) % 2];
        const bool is_read = check_path_cert(c, k, i, json_array_get(path, i), now);
        if (is_read && has_before && lines_true(k->o, "ok")) {
            if (is_signed_by(c, before, now)) {
                c->count[CHECK_SIGNATURES]++;
            } else {
                check_wrong(c, k->line, "path[%zu] is not signed by path[%zu]", i - 1, i);
            }
        }
        const hs_span leaf = leaf_in(c, of_server, c->n_message);
        if (i == 0 && is_read && leaf.n > 0 && !lines_same(leaf, now->der)) {
            check_wrong(c, k->line, "path[0] is not the certificate that the %s showed",
                        of_server ? "server" : "client");
        }
        has_before = is_read;
    }
}

/* ---- signatures -------------------------------------------------------------------------- */

/* Schemes by number (RFC 9846 4.3.3). */
static bool scheme_of(uint16_t code, hs__sig_alg *out) {
    static const struct {
        uint16_t code;
        hs__sig_alg alg;
    } schemes[] = {
#define HS__SCHEME_ROW(code, name, kind, key, hash, uses, section, note)                           \
    {code, {HS__SIG_##kind, HS__##hash, HS__PSS_SALT_HASH}},
#include "proto/schemes.def"
    };
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (schemes[i].code == code) {
            *out = schemes[i].alg;
            return true;
        }
    }
    return false;
}

/* 64 spaces, a sentence, a zero byte, the hash (RFC 9846 4.5.2). */
static bool content13(check_conn *c, const check_message *m, hs_span *out) {
    static const char server[] = "TLS 1.3, server CertificateVerify";
    static const char client[] = "TLS 1.3, client CertificateVerify";
    enum { SPACES = 64 };
    const size_t at = (size_t)(m - c->message),
                 hash_n = c->suite ? hs__hash_len(c->suite->hash) : 0;
    uint8_t *content = lines_take(&c->file->pool, SPACES + sizeof server + HS__HASH_MAX);
    char list[400];
    hs_span told;
    if (content == NULL || hash_n == 0) {
        return false;
    }
    memset(content, ' ', SPACES);
    memcpy(content + SPACES, m->by_server ? server : client, sizeof server);
    uint8_t *hash = content + SPACES + sizeof server;
    *out = (hs_span){content, SPACES + sizeof server + hash_n};
    if (check_transcript_hash(c, c->suite->hash, at, hash)) {
        return true;
    }
    check_transcript_list(c, at, list, sizeof list);
    const bool known = check_transcript_told(c, list, &told) && told.n == hash_n;
    if (known) {
        memcpy(hash, told.p, hash_n);
    }
    return known;
}

/* What a message signs, the scheme and the signature. */
typedef struct {
    hs_span content, signature;
    uint16_t scheme;
} proof;

static bool certificate_verify(check_conn *c, const check_message *m, proof *out) {
    hs__certificate_verify cv;
    hs__rd_root root;
    if (hs__certificate_verify_read(m->best, NULL, &root, &cv) != HS_OK) {
        return false;
    }
    out->signature = cv.signature;
    out->scheme = cv.algorithm;
    return c->version == HS__VERSION_TLS12
               ? check_transcript_bytes(c, (size_t)(m - c->message), &out->content)
               : content13(c, m, &out->content);
}

/* client_random, server_random, params (RFC 5246 7.4.3). */
static bool server_key_exchange(check_conn *c, const check_message *m, proof *out) {
    hs__server_key_exchange ske;
    hs__rd_root root;
    if (hs__server_key_exchange_read(m->best, NULL, &root, &ske) != HS_OK ||
        c->client_random.n != 32 || c->server_random.n != 32) {
        return false;
    }
    uint8_t *content = lines_take(&c->file->pool, 64 + ske.signed_params.n);
    if (content == NULL) {
        return false;
    }
    memcpy(content, c->client_random.p, 32);
    memcpy(content + 32, c->server_random.p, 32);
    memcpy(content + 64, ske.signed_params.p, ske.signed_params.n);
    *out = (proof){{content, 64 + ske.signed_params.n}, ske.signature, ske.algorithm};
    return true;
}

/* HS_OK, HS_E_BAD_SIGNATURE; something else: cannot tell. */
static hs_status verify(check_conn *c, const check_message *m, const proof *made) {
    const hs_provider *p = c->file->p;
    hs__cert cert;
    hs__rd_root root;
    hs__sig_alg alg;
    hs__public_key *key = NULL;
    const hs_span leaf = leaf_in(c, m->by_server, (size_t)(m - c->message));
    if (leaf.n == 0 || hs__certificate_read(leaf, NULL, &cert, &root) != HS_OK ||
        !cert.key.is_known || !scheme_of(made->scheme, &alg)) {
        return HS_E_UNSUPPORTED;
    }
    hs_status st = p->public_new(p, &cert.key.numbers, &key);
    if (st == HS_OK) {
        st = p->public_verify(p, key, alg, made->content, made->signature);
    }
    p->public_free(p, key);
    return st;
}

static void check_signature_line(check_conn *c, const check_message *m, const check_kept *k,
                                 const proof *made, bool is_good) {
    hs_span told;
    const char *scheme = hs__scheme_name(made->scheme);
    const bool ok = lines_true(k->o, "ok");
    if (lines_has(k->o, "signed_content") &&
        (!lines_hex(&c->file->pool, k->o, "signed_content", &told) ||
         !lines_same(told, made->content))) {
        check_wrong(c, k->line, "signed_content is not what is signed: byte %zu differs",
                    lines_first_difference(told, made->content));
    }
    if (scheme != NULL && lines_has(k->o, "scheme") &&
        strcmp(scheme, lines_text(k->o, "scheme")) != 0) {
        check_wrong(c, k->line, "the scheme of line %zu is %s", m->line, scheme);
    }
    if (ok && !is_good) {
        check_wrong(c, m->line, "the signature is not one over %s by the key of the certificate",
                    lines_text(k->o, "covers"));
    } else if (!ok && is_good) {
        check_wrong(c, k->line, "the signature of line %zu is good", m->line);
    }
}

static void check_signature(check_conn *c, const check_message *m) {
    const bool is_verify = m->type == HS__HT_certificate_verify;
    proof made = {0};
    if (!(is_verify ? certificate_verify(c, m, &made) : server_key_exchange(c, m, &made))) {
        check_gap_add(c, "signatures: what is signed is hidden or not well formed");
        return;
    }
    const check_kept *k =
        told_check(c, is_verify ? "certificate_verify" : "server_key_exchange", m->by_server);
    const hs_status st = verify(c, m, &made);
    if (st != HS_OK && st != HS_E_BAD_SIGNATURE) {
        check_gap_add(c, "signatures: this provider lacks the algorithm (--provider)");
        return;
    }
    c->count[CHECK_SIGNATURES] += st == HS_OK ? 1 : 0;
    if (k != NULL) {
        check_signature_line(c, m, k, &made, st == HS_OK);
    } else if (st != HS_OK && m->outbound && !c->is_observer) {
        check_wrong(c, m->line, "the signature does not fit the key of the certificate");
    }
}

/* ---- all --------------------------------------------------------------------------------- */

void check_proofs(check_conn *c) {
    for (size_t i = 0; i < c->n_message; i++) {
        const check_message *m = &c->message[i];
        if (lines_has(m->o, "error")) {
            continue;
        }
        if (m->type == HS__HT_finished) {
            check_finished(c, m);
        } else if (m->type == HS__HT_certificate_verify || m->type == HS__HT_server_key_exchange) {
            check_signature(c, m);
        }
    }
    for (size_t i = 0; i < c->checks.n; i++) {
        if (strcmp(lines_text(c->checks.v[i].o, "what"), "chain") == 0) {
            check_chain(c, &c->checks.v[i]);
        }
    }
}
