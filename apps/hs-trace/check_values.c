/* The key schedule: RFC 9846 7.1 to 7.4, RFC 5246 5, 6.3 and 8.1, RFC 7627 4. */
#include "apps/hs-trace/check_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/digest.h"
#include "crypto/hkdf.h"
#include "crypto/prf12.h"

enum { FINGERPRINT = 4, VALUE_MAX = 255 };

/* A derive line. */
typedef struct {
    check_conn *c;
    size_t line;
    const json_t *o, *inputs, *given;
    const char *name, *fn;
    hs__hash_id hash;
    size_t len;
    hs_span told, id;
    const char *missing; /* an input that nothing tells; NULL: all are known */
} derive;

/* ---- values ------------------------------------------------------------------------------ */

static check_value *value_named(check_conn *c, const char *name) {
    for (size_t i = c->n_values; i > 0; i--) {
        if (strcmp(c->values[i - 1].name, name) == 0 && !c->values[i - 1].is_wrong) {
            return &c->values[i - 1];
        }
    }
    return NULL;
}

const check_value *check_value_of(check_conn *c, const char *name) {
    return value_named(c, name);
}

static void add_value(check_conn *c, const char *name, check_value value) {
    check_value *room = lines_grow(c->values, c->n_values, &c->cap_values, sizeof *room);
    char *copy = lines_take(&c->file->pool, strlen(name) + 1);
    if (room == NULL || copy == NULL) {
        c->file->pool.failed = true;
        return;
    }
    memcpy(copy, name, strlen(name) + 1);
    value.name = copy;
    c->values = room;
    c->values[c->n_values++] = value;
}

/* ---- inputs ------------------------------------------------------------------------------ */

/* "H(CH..SH)" -> the value of the last transcript line with such messages. */
static bool hash_told(const check_conn *c, const char *ref, hs_span *out) {
    for (size_t i = c->transcripts.n; i > 0; i--) {
        const json_t *o = c->transcripts.v[i - 1].o;
        char range[80];
        check_transcript_range(lines_text(o, "messages"), range, sizeof range);
        if (strncmp(ref + 2, range, strlen(range)) == 0 &&
            strcmp(ref + 2 + strlen(range), ")") == 0) {
            return lines_hex(&c->file->pool, o, "value", out);
        }
    }
    return false;
}

static bool random_told(const check_conn *c, bool of_server, hs_span *out) {
    for (size_t i = c->messages.n; i > 0; i--) {
        const json_t *o = c->messages.v[i - 1].o;
        hs_span raw;
        if (lines_uint(o, "type") == (of_server ? HS__HT_server_hello : HS__HT_client_hello) &&
            lines_hex(&c->file->pool, o, "raw", &raw) && raw.n >= 38) {
            *out = (hs_span){raw.p + 6, 32};
            return true;
        }
    }
    return false;
}

/* "server_random + client_random" */
static bool randoms_told(const check_conn *c, bool server_first, hs_span *out) {
    hs_span first, second;
    uint8_t *both = lines_take(&c->file->pool, 64);
    if (both == NULL || !random_told(c, server_first, &first) ||
        !random_told(c, !server_first, &second)) {
        return false;
    }
    memcpy(both, first.p, 32);
    memcpy(both + 32, second.p, 32);
    *out = (hs_span){both, 64};
    return true;
}

/* What an input is, by its name in `inputs`. */
static bool resolve(const derive *d, const char *ref, hs_span *out) {
    lines_pool *pool = &d->c->file->pool;
    *out = (hs_span){lines_take(pool, HS__HASH_MAX), 0};
    if (out->p == NULL || strcmp(ref, "\"\"") == 0) {
        return out->p != NULL;
    }
    if (strcmp(ref, "0") == 0) {
        out->n = hs__hash_len(d->hash);
        return true;
    }
    if (strcmp(ref, "H(\"\")") == 0) {
        uint8_t *digest = lines_take(pool, HS__HASH_MAX);
        *out = (hs_span){digest, hs__hash_len(d->hash)};
        return digest != NULL &&
               hs__digest(d->c->file->p, d->hash, (hs_span){NULL, 0}, digest) == HS_OK;
    }
    if (strcmp(ref, "client_random + server_random") == 0) {
        return randoms_told(d->c, false, out);
    }
    if (strcmp(ref, "server_random + client_random") == 0) {
        return randoms_told(d->c, true, out);
    }
    if (strncmp(ref, "H(", 2) == 0) {
        return hash_told(d->c, ref, out);
    }
    const check_value *v = check_value_of(d->c, ref);
    *out = v != NULL ? v->value : (hs_span){NULL, 0};
    return v != NULL;
}

/* The value of an input: the one that the line gives, if it does and that is wanted. */
static hs_span input(derive *d, const char *name, bool as_given) {
    hs_span bytes;
    const char *ref = lines_text(d->inputs, name);
    if (as_given && lines_hex(&d->c->file->pool, d->given, name, &bytes)) {
        return bytes;
    }
    if (!resolve(d, ref, &bytes)) {
        d->missing = ref;
        return (hs_span){NULL, 0};
    }
    return bytes;
}

/* ---- formulas ---------------------------------------------------------------------------- */

static hs_status extract(derive *d, bool as_given, uint8_t *out) {
    const hs_span salt = input(d, "salt", as_given), ikm = input(d, "ikm", as_given);
    return d->missing ? HS_E_NO_SPACE : hs__hkdf_extract(d->c->file->p, d->hash, salt, ikm, out);
}

static hs_status expand(derive *d, bool as_given, uint8_t *out) {
    const hs_span secret = input(d, "secret", as_given), context = input(d, "context", as_given);
    return d->missing ? HS_E_NO_SPACE
                      : hs__hkdf_expand_label(d->c->file->p, d->hash, secret,
                                              lines_text(d->inputs, "label"), context, out, d->len);
}

static hs_status prf(derive *d, bool as_given, uint8_t *out) {
    const hs_span secret = input(d, "secret", as_given), seed = input(d, "seed", as_given);
    return d->missing ? HS_E_NO_SPACE
                      : hs__prf12(d->c->file->p, d->hash, secret, lines_text(d->inputs, "label"),
                                  &seed, 1, out, d->len);
}

/* Bytes of the key block (RFC 5246 6.3). */
static hs_status part(derive *d, bool as_given, uint8_t *out) {
    const hs_span from = input(d, "from", as_given);
    const size_t at = strtoul(lines_text(d->inputs, "offset"), NULL, 10);
    if (d->missing || at > from.n || d->len > from.n - at) {
        return HS_E_NO_SPACE;
    }
    memcpy(out, from.p + at, d->len);
    return HS_OK;
}

static uint16_t group_by_name(const char *name) {
    const hs__code *row = hs__code_by_name(&hs__groups, name, strlen(name));
    return row != NULL ? row->code : 0;
}

static hs_status agree(derive *d, bool as_given, uint8_t *out) {
    (void)as_given;
    const hs_provider *p = d->c->file->p;
    hs_span priv, peer;
    if (!lines_hex(&d->c->file->pool, d->given, "private", &priv) ||
        !lines_hex(&d->c->file->pool, d->given, "public", &peer)) {
        d->missing = "the private value";
        return HS_E_NO_SPACE;
    }
    hs__kex *k = NULL;
    uint8_t share[HS__SHARE_MAX], secret[HS__KEX_SECRET_MAX];
    size_t share_n, secret_n = 0;
    hs_status st = p->kex_import(p, group_by_name(d->fn), priv, &k, share, &share_n);
    if (st == HS_OK) {
        st = p->kex_agree(p, k, peer, secret, &secret_n);
    }
    if (st == HS_E_UNSUPPORTED) {
        d->missing = "a group that this provider lacks";
    }
    if (st == HS_OK && secret_n == d->len) {
        memcpy(out, secret, secret_n);
    }
    st = st == HS_OK && secret_n != d->len ? HS_E_BAD_POINT : st;
    p->kex_free(p, k);
    hs__wipe(secret, sizeof secret);
    return st;
}

/* The padding of RSAES-PKCS1-v1_5 is random and not told, so the ciphertext cannot be made again;
 * who has the server's key can open it. */
static hs_status encrypted(derive *d, bool as_given, uint8_t *out) {
    static const uint8_t nothing[HS__PREMASTER];
    const check *k = d->c->file;
    (void)as_given;
    hs_span ciphertext;
    if (k->key == NULL || d->len != HS__PREMASTER ||
        !lines_hex(&d->c->file->pool, d->given, "ciphertext", &ciphertext)) {
        d->missing = "the padding of RSAES-PKCS1-v1_5";
        return HS_E_NO_SPACE;
    }
    return k->p->rsa_premaster(k->p, k->key, ciphertext, HS__VERSION_TLS12, nothing, out);
}

static const struct {
    const char *fn;
    hs_status (*run)(derive *d, bool as_given, uint8_t *out);
} formulas[] = {
    {"HKDF-Extract", extract},       {"HKDF-Expand-Label", expand}, {"PRF", prf}, {"part", part},
    {"RSAES-PKCS1-v1_5", encrypted},
};

static hs_status run(derive *d, bool as_given, uint8_t *out) {
    d->missing = NULL;
    for (size_t i = 0; i < sizeof formulas / sizeof *formulas; i++) {
        if (strcmp(formulas[i].fn, d->fn) == 0) {
            return formulas[i].run(d, as_given, out);
        }
    }
    if (group_by_name(d->fn) != 0) {
        return agree(d, as_given, out);
    }
    d->missing = "a function that is not known here";
    return HS_E_UNSUPPORTED;
}

/* ---- a line ------------------------------------------------------------------------------ */

static bool fits_id(const derive *d, hs_span value) {
    uint8_t digest[HS__HASH_MAX];
    return hs__digest(d->c->file->p, HS__SHA256, value, digest) == HS_OK &&
           d->id.n == FINGERPRINT && memcmp(digest, d->id.p, FINGERPRINT) == 0;
}

/* "HKDF-Expand-Label of handshake_secret (line 17)" */
static void formula_text(const derive *d, char *out, size_t cap) {
    static const char *const sources[] = {"secret", "salt", "from", "private", "ikm"};
    size_t n = (size_t)snprintf(out, cap, "%s", d->fn);
    const char *glue = " of ";
    for (size_t i = 0; i < sizeof sources / sizeof *sources && n < cap; i++) {
        const char *ref = lines_text(d->inputs, sources[i]);
        const check_value *v = check_value_of(d->c, ref);
        if (v != NULL) {
            n += (size_t)snprintf(out + n, cap - n, "%s%s (line %zu)", glue, ref, v->line);
            glue = " and ";
        }
    }
}

static void does_not_fit(const derive *d, hs_status st, const uint8_t *made) {
    char formula[200];
    formula_text(d, formula, sizeof formula);
    check_wrong(d->c, d->line, "%s is not what %s gives: expected %s, got %s", d->name, formula,
                st == HS_OK ? lines_show((hs_span){made, d->len}) : hs_status_text(st),
                lines_show(d->told));
}

/* A secret that nothing was derived to is proved by what comes of it: if that does not, and bears
 * its fingerprint, the secret is wrong. */
static bool blame_source(const derive *d, bool told_fits) {
    check_value *v = value_named(d->c, lines_text(d->inputs, "secret"));
    if (v == NULL || !v->is_unproved || !told_fits) {
        return false;
    }
    check_wrong(d->c, v->line, "%s does not make the %s of line %zu", v->name, d->name, d->line);
    v->is_wrong = true;
    return true;
}

/* The value to go on with, as it was told or as it must have been; complains. */
static hs_span judge(derive *d) {
    check_conn *c = d->c;
    uint8_t *made = lines_take(&c->file->pool, VALUE_MAX);
    if (made == NULL) {
        return d->told;
    }
    hs_status st = run(d, true, made);
    bool fits = st == HS_OK && lines_same((hs_span){made, d->len}, d->told);
    if (!fits && d->missing == NULL) { /* an input given wrongly is found at the end */
        st = run(d, false, made);
        fits = st == HS_OK && lines_same((hs_span){made, d->len}, d->told);
    }
    const bool has_id = lines_has(d->o, "id"), told_fits = fits_id(d, d->told);
    if (fits) {
        c->count[CHECK_VALUES]++;
    } else if (d->missing != NULL) {
        check_gap_add(c, strncmp(d->missing, "a group", 7) == 0
                             ? "key exchange: this provider does not have the group (--provider)"
                         : strstr(d->missing, "RSAES") != NULL
                             ? "the encrypted secret: only the server's key opens it (--key)"
                             : "values with an input that the trace does not tell");
    } else if (!blame_source(d, told_fits)) {
        does_not_fit(d, st, made);
    }
    if (has_id && told_fits) {
        c->count[CHECK_FINGERPRINTS]++;
    } else if (has_id && (fits || d->missing != NULL)) {
        check_wrong(c, d->line, "the fingerprint %s is not that of %s", lines_show(d->id), d->name);
    }
    const bool is_made = st == HS_OK && !fits && fits_id(d, (hs_span){made, d->len});
    return is_made || (st == HS_OK && !told_fits) ? (hs_span){made, d->len} : d->told;
}

void check_derive(check_conn *c, size_t line, json_t *o) {
    check_keep(c, &c->derives, line, o);
    derive d = {.c = c,
                .line = line,
                .o = o,
                .inputs = json_object_get(o, "inputs"),
                .given = json_object_get(o, "input_values"),
                .name = lines_text(o, "name"),
                .fn = lines_text(o, "fn"),
                .hash = HS__SHA256,
                .len = lines_uint(o, "len")};
    (void)lines_hex(&c->file->pool, o, "id", &d.id);
    if (lines_has(o, "hash") && !check_hash_by_name(lines_text(o, "hash"), &d.hash)) {
        check_wrong(c, line, "there is no hash function '%s'", lines_text(o, "hash"));
        return;
    }
    if (!lines_has(o, "value")) {
        check_gap_add(c, "values: secrets are hidden");
        return;
    }
    if (!lines_hex(&c->file->pool, o, "value", &d.told) || d.told.n != d.len || d.len > VALUE_MAX) {
        check_wrong(c, line, "%s is not %zu bytes in hex", d.name, d.len);
        return;
    }
    const hs_span value = judge(&d);
    /* what has no formula to make it and not its fingerprint is not to be gone on with */
    const bool is_wrong = d.missing != NULL && lines_has(o, "id") && !fits_id(&d, value);
    add_value(c, d.name, (check_value){.value = value, .line = line, .is_wrong = is_wrong});
}

/* ---- lines of the key log ---------------------------------------------------------------- */

void check_secret(check_conn *c, size_t line, json_t *o) {
    static const struct {
        const char *label, *name;
    } rows[] = {
        {"CLIENT_RANDOM", "main_secret"},
        {"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "client_handshake_traffic_secret"},
        {"SERVER_HANDSHAKE_TRAFFIC_SECRET", "server_handshake_traffic_secret"},
        {"CLIENT_TRAFFIC_SECRET_0", "client_application_traffic_secret_0"},
        {"SERVER_TRAFFIC_SECRET_0", "server_application_traffic_secret_0"},
        {"EXPORTER_SECRET", "exporter_secret"},
    };
    const char *name = NULL;
    hs_span value;
    check_keep(c, &c->secrets, line, o);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        name = strcmp(rows[i].label, lines_text(o, "label")) == 0 ? rows[i].name : name;
    }
    if (name == NULL) {
        check_wrong(c, line, "a key log has no label %s", lines_text(o, "label"));
        return;
    }
    if (!lines_hex(&c->file->pool, o, "value", &value)) {
        check_wrong(c, line, "the value is not hex");
        return;
    }
    const check_value *v = check_value_of(c, name);
    if (v == NULL) { /* the main secret of a session that is resumed in TLS 1.2 */
        add_value(c, name, (check_value){.value = value, .line = line, .is_unproved = true});
    } else if (!lines_same(v->value, value)) {
        check_wrong(c, line, "the value is not the %s of line %zu: expected %s, got %s", name,
                    v->line, lines_show(v->value), lines_show(value));
    }
}

/* ---- shares ------------------------------------------------------------------------------ */

hs_span check_own_share(check_conn *c, const json_t *o) {
    const hs_provider *p = c->file->p;
    hs_span priv;
    hs__kex *k = NULL;
    uint8_t *share = lines_take(&c->file->pool, HS__SHARE_MAX);
    size_t n = 0;
    if (share == NULL ||
        !lines_hex(&c->file->pool, json_object_get(o, "input_values"), "private", &priv) ||
        p->kex_import(p, group_by_name(lines_text(o, "fn")), priv, &k, share, &n) != HS_OK) {
        n = 0;
    }
    p->kex_free(p, k);
    return (hs_span){share, n};
}
