#include "trace/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- transcript -------------------------------------------------------------------------- */

/* "CH SH EE" -> "CH..EE" */
static void covers(hs__text *t, const char *messages) {
    const char *first_end = strchr(messages, ' ');
    const char *last = strrchr(messages, ' ');
    if (first_end == NULL) {
        (void)snprintf(t->covers, sizeof t->covers, "%s", messages);
    } else {
        (void)snprintf(t->covers, sizeof t->covers, "%.*s..%s", (int)(first_end - messages),
                       messages, last + 1);
    }
}

void hs__text_transcript(hs__text *t, const hs_trace_transcript *tr) {
    covers(t, hs__str(tr->messages));
    if (t->level < 3) {
        return;
    }
    char name[HS__PATH_MAX + 16];
    (void)snprintf(name, sizeof name, "transcript H(%s)", hs__str(tr->messages));
    hs__text_begin_untimed(t, "##", name);
    hs__text_column(t, HS__COL_TEXT);
    hs__buf_hex(&t->line, tr->value);
    hs__text_end(t, 0);
    if (tr->is_reset) {
        hs__text_begin_at(t, HS__COL_TEXT);
        hs__buf_add(&t->line, "the first ClientHello is replaced by its hash ");
        hs__ref_add(&t->line, "rfc9846#section-4.1");
        hs__text_end(t, HS__COL_TEXT);
    }
    hs__text_explain(t, "transcript");
}

/* ---- secrets that are ready, for levels 1 and 2 ------------------------------------------ */

static const struct {
    const char *name;
    bool is_handshake;
} announced[] = {
    {"client_early_traffic_secret", true},          {"client_handshake_traffic_secret", true},
    {"server_handshake_traffic_secret", true},      {"client_application_traffic_secret_0", false},
    {"server_application_traffic_secret_0", false}, {"exporter_secret", false},
};
enum { N_ANNOUNCED = sizeof announced / sizeof *announced };

static void announce_half(hs__text *t, bool is_handshake) {
    const char *before = "";
    unsigned bits = 0;
    for (unsigned i = 0; i < N_ANNOUNCED; i++) {
        bits |= announced[i].is_handshake == is_handshake ? t->announce & 1u << i : 0;
    }
    if (bits == 0) {
        return;
    }
    hs__text_begin(t, "##", is_handshake ? "handshake keys" : "application keys");
    hs__text_column(t, HS__COL_TEXT);
    for (unsigned i = 0; i < N_ANNOUNCED; i++) {
        if ((bits & 1u << i) != 0) {
            char name[HS__SHORT_NAME];
            hs__short_name(announced[i].name, name);
            hs__buf_fmt(&t->line, "%s%s", before, name);
            before = ", ";
        }
    }
    hs__buf_add(&t->line, " ready");
    if (is_handshake && t->kex[0] != 0) {
        hs__buf_fmt(&t->line, " (%s", t->kex);
        if (t->kex_us > 0 && !t->setup.o.no_time) {
            hs__buf_fmt(&t->line, " %.2f ms", (double)t->kex_us / 1000.0);
        }
        hs__buf_add(&t->line, "); next records are encrypted");
    }
    hs__text_end(t, HS__COL_TEXT);
    hs__text_explain(t, is_handshake ? "handshake keys" : "application keys");
}

void hs__text_announce(hs__text *t) {
    announce_half(t, true);
    announce_half(t, false);
    t->announce = 0;
}

/* ---- key schedule ------------------------------------------------------------------------ */

static const hs_trace_input *input(const hs_trace_derive *d, const char *name) {
    for (size_t i = 0; i < d->n_inputs; i++) {
        if (strcmp(hs__str(d->inputs[i].name), name) == 0) {
            return &d->inputs[i];
        }
    }
    return NULL;
}

static const char *input_ref(const hs_trace_derive *d, const char *name) {
    const hs_trace_input *in = input(d, name);
    return in != NULL ? hs__str(in->ref) : "?";
}

static void add_input(hs__text *t, const hs_trace_derive *d, const char *name) {
    char text[HS__SHORT_NAME];
    hs__short_name(input_ref(d, name), text);
    hs__buf_add(&t->line, text);
}

static void add_formula(hs__text *t, const hs_trace_derive *d) {
    if (strcmp(hs__str(d->fn), "PRF") == 0) {
        hs__buf_fmt(&t->line, "PRF(%s, \"%s\", %s)[0..%zu]", input_ref(d, "secret"),
                    input_ref(d, "label"), input_ref(d, "seed"), d->len - 1);
        return;
    }
    if (strcmp(hs__str(d->fn), "part") == 0) {
        const unsigned long off = strtoul(input_ref(d, "offset"), NULL, 10);
        hs__buf_fmt(&t->line, "%s[%lu..%lu]", input_ref(d, "from"), off, off + d->len - 1);
        return;
    }
    if (strcmp(hs__str(d->fn), "HKDF-Extract") == 0) {
        hs__buf_add(&t->line, "HKDF-Extract(salt=");
        add_input(t, d, "salt");
        hs__buf_add(&t->line, ", ikm=");
        add_input(t, d, "ikm");
        hs__buf_add(&t->line, ")");
        return;
    }
    if (strcmp(hs__str(d->fn), "HKDF-Expand-Label") == 0) {
        hs__buf_add(&t->line, "HKDF-Expand-Label(");
        add_input(t, d, "secret");
        hs__buf_fmt(&t->line, ", \"%s\", %s, %zu)", input_ref(d, "label"), input_ref(d, "context"),
                    d->len);
        return;
    }
    hs__buf_fmt(&t->line, "%s(", hs__str(d->fn));
    for (size_t i = 0; i < d->n_inputs; i++) {
        hs__buf_fmt(&t->line, "%s%s %s", i > 0 ? ", " : "", hs__str(d->inputs[i].name),
                    hs__str(d->inputs[i].ref));
    }
    hs__buf_add(&t->line, ")");
}

/* Public inputs that the formula only names are worth their bytes: a peer's share. */
static void add_public(hs__text *t, const hs_trace_derive *d) {
    const hs_trace_input *in = input(d, "public");
    if (in == NULL || in->bytes.n == 0) {
        return;
    }
    hs__text_begin_at(t, HS__COL_NAME);
    hs__buf_add(&t->line, "public ");
    hs__buf_hex_cut(&t->line, in->bytes, 32);
    hs__text_end(t, 0);
}

/* ---- the same with openssl, for those who learn ------------------------------------------ */

static bool has_commands(const hs__text *t) {
    return t->setup.o.explain && t->secrets == HS_SECRETS_SHOW;
}

static void remember(hs__text *t, const hs_trace_derive *d) {
    if (!has_commands(t) || t->n_known == HS__KNOWN_SECRETS ||
        d->value.n > sizeof t->known[0].value || d->value.n == 0) {
        return;
    }
    hs__text_secret_value *k = &t->known[t->n_known++];
    (void)snprintf(k->name, sizeof k->name, "%s", hs__str(d->name));
    memcpy(k->value, d->value.p, d->value.n);
    k->n = d->value.n;
}

static hs_span recall(const hs__text *t, const char *name) {
    for (size_t i = 0; i < t->n_known; i++) {
        if (strcmp(t->known[i].name, name) == 0) {
            return (hs_span){t->known[i].value, t->known[i].n};
        }
    }
    return (hs_span){NULL, 0};
}

/* TLS 1.2: the seed of `openssl kdf` is our label and seed, one after the other. */
static void add_prf_command(hs__text *t, const hs_trace_derive *d) {
    const hs_trace_input *seed = input(d, "seed");
    hs_span secret = recall(t, input_ref(d, "secret"));
    if (secret.n == 0 || seed == NULL || seed->bytes.n == 0) {
        return;
    }
    hs__text_begin_at(t, HS__COL_NAME);
    hs__buf_fmt(&t->line, "$ openssl kdf -keylen %zu -kdfopt digest:%s", d->len, d->hash);
    hs__buf_add(&t->line, " -kdfopt hexsecret:");
    hs__buf_hex(&t->line, secret);
    hs__buf_fmt(&t->line, " -kdfopt \"seed:%s\" -kdfopt hexseed:", input_ref(d, "label"));
    hs__buf_hex(&t->line, seed->bytes);
    hs__buf_add(&t->line, " TLS1-PRF");
    hs__text_end(t, 0);
}

static void add_command(hs__text *t, const hs_trace_derive *d) {
    if (has_commands(t) && d->hash != NULL && strcmp(hs__str(d->fn), "PRF") == 0) {
        add_prf_command(t, d);
        return;
    }
    const hs_trace_input *context = input(d, "context");
    hs_span secret = recall(t, input_ref(d, "secret"));
    if (!has_commands(t) || d->hash == NULL || secret.n == 0 || context == NULL) {
        return;
    }
    hs__text_begin_at(t, HS__COL_NAME);
    hs__buf_fmt(&t->line, "$ openssl kdf -keylen %zu -kdfopt digest:%s", d->len, d->hash);
    hs__buf_add(&t->line, " -kdfopt mode:EXPAND_ONLY -kdfopt hexkey:");
    hs__buf_hex(&t->line, secret);
    hs__buf_fmt(&t->line, " -kdfopt \"prefix:tls13 \" -kdfopt \"label:%s\"", input_ref(d, "label"));
    if (context->bytes.n > 0) {
        hs__buf_add(&t->line, " -kdfopt hexdata:");
        hs__buf_hex(&t->line, context->bytes);
    }
    hs__buf_add(&t->line, " TLS13-KDF");
    hs__text_end(t, 0);
}

/* ---- lines of the key schedule ----------------------------------------------------------- */

static void schedule_line(hs__text *t, const hs_trace_derive *d) {
    if (!t->schedule_head) {
        t->schedule_head = true;
        hs__text_line(t, "##", "key schedule",
                      t->version == HS__VERSION_TLS12
                          ? "each value is on the line below its formula; preliminary and main "
                            "secret are the premaster and master secret of older texts "
                            "[RFC 5246 8.1]"
                          : "each value is on the line below its formula [7.1]");
        hs__text_explain(t, "key schedule");
    }
    char name[HS__SHORT_NAME];
    hs__short_name(d->name, name);
    hs__text_begin_untimed(t, "##", name);
    hs__text_column(t, HS__COL_NAME + 20);
    hs__buf_add(&t->line, "= ");
    add_formula(t, d);
    hs__text_end(t, 0);
    add_public(t, d);
    hs__text_begin_at(t, HS__COL_NAME);
    hs__text_secret(t, d->value, d->id, d->len);
    hs__text_end(t, 0);
    add_command(t, d);
    remember(t, d);
}

/* ---- TLS 1.2, for all levels ------------------------------------------------------------- */

/* "x25519", with its time. */
static void add_kex(hs__text *t) {
    hs__buf_add(&t->line, t->kex);
    if (t->kex_us > 0 && !t->setup.o.no_time) {
        hs__buf_fmt(&t->line, " %.2f ms", (double)t->kex_us / 1000.0);
    }
}

static void main_secret12(hs__text *t, const hs_trace_derive *d) {
    const bool extended = strcmp(input_ref(d, "label"), "extended master secret") == 0;
    hs__text_begin(t, "##", "main secret");
    hs__text_column(t, HS__COL_TEXT);
    hs__buf_add(&t->line, "(older: master secret) from the preliminary secret (");
    add_kex(t);
    hs__buf_fmt(&t->line, ") and %s",
                extended ? "the hash of all messages so far: the extended one, of this handshake "
                           "alone"
                         : "both randoms: not the extended one, so not tied to the certificate");
    hs__text_end(t, HS__COL_TEXT);
    hs__text_explain(t, extended ? "main secret, extended" : "main secret, of randoms");
}

static void keys12(hs__text *t, const hs_trace_derive *d) {
    (void)d;
    hs__text_line(t, "##", "keys",
                  "client_write_key, server_write_key, client_write_IV, server_write_IV are cut "
                  "from the key block; each side uses its own from its ChangeCipherSpec on");
    hs__text_explain(t, "keys");
}

static void tell12(hs__text *t, const hs_trace_derive *d) {
    static const struct {
        const char *name; /* the last of what the line tells */
        void (*tell)(hs__text *t, const hs_trace_derive *d);
    } rows[] = {{"main_secret", main_secret12}, {"server_write_IV", keys12}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(hs__str(d->name), rows[i].name) == 0) {
            rows[i].tell(t, d);
        }
    }
}

/* ---- both -------------------------------------------------------------------------------- */

void hs__text_derive(hs__text *t, const hs_trace_derive *d) {
    for (unsigned i = 0; i < N_ANNOUNCED; i++) {
        if (strcmp(hs__str(d->name), announced[i].name) == 0) {
            t->announce |= 1u << i;
        }
    }
    if (d->hash == NULL || strcmp(hs__str(d->name), "ecdhe") == 0 ||
        strcmp(hs__str(d->name), "preliminary_secret") == 0) {
        (void)snprintf(t->kex, sizeof t->kex, "%s", hs__str(d->fn));
        t->kex_us = d->us;
    }
    if (t->level >= 3) {
        schedule_line(t, d);
    }
    if (t->version == HS__VERSION_TLS12) {
        tell12(t, d);
    }
}

/* ---- keys in use ------------------------------------------------------------------------- */

void hs__text_key(hs__text *t, const hs_trace_key *k) {
    hs__text_side *s = &t->side[k->outbound];
    hs__key_tag(k->name, s->tag);
    s->is_used = false;
    if (t->level < 2) {
        return;
    }
    char secret[HS__SHORT_NAME];
    hs__short_name(k->secret, secret);
    hs__text_begin(t, "##", k->outbound ? "key for sending" : "key for receiving");
    hs__text_column(t, HS__COL_TEXT);
    hs__buf_fmt(&t->line, "%s from now on: %s, from %s", s->tag, hs__str(k->aead), secret);
    hs__text_end(t, HS__COL_TEXT);
}

void hs__text_key_update(hs__text *t, const hs_trace_key_update *k) {
    hs__text_begin(t, "##", "key update");
    hs__text_column(t, HS__COL_TEXT);
    hs__buf_fmt(&t->line, "the key for %s was replaced, generation %llu",
                k->outbound ? "sending" : "receiving", (unsigned long long)k->generation);
    hs__text_end(t, HS__COL_TEXT);
    hs__text_explain(t, "key update");
}
