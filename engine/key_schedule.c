#include "engine/key_schedule.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "crypto/digest.h"
#include "crypto/hkdf.h"
#include "crypto/hmac.h"
#include "engine/key_schedule12.h"
#include "engine/message_in.h"
#include "engine/trace_emit.h"
#include "engine/transcript.h"

/* ---- the schedule as data ---------------------------------------------------------------- */
typedef enum { CONTEXT_NONE, CONTEXT_EMPTY_HASH, CONTEXT_TRANSCRIPT } context_kind;
typedef enum { IKM_ZERO, IKM_ECDHE } ikm_kind;

typedef struct {
    const char *name;
    bool is_extract;
    hs__secret_id from;   /* salt of HKDF-Extract, secret of HKDF-Expand-Label */
    bool from_zero;       /* salt 0 */
    ikm_kind ikm;         /* HKDF-Extract */
    const char *label;    /* HKDF-Expand-Label */
    context_kind context; /* HKDF-Expand-Label */
    const char *keylog;   /* its label in an SSLKEYLOGFILE; NULL: not logged */
} derivation;

#define EXTRACT(secret_name, salt, input)                                                          \
    { .name = secret_name, .is_extract = true, .from = salt, .ikm = input }
#define EXPAND(secret_name, secret, text, hash, log)                                               \
    { .name = secret_name, .from = secret, .label = text, .context = hash, .keylog = log }

/* RFC 9846 7.1's drawing, top to bottom. */
static const derivation schedule[HS__N_SECRETS] = {
    [HS__EARLY_SECRET] = {.name = "early_secret", .is_extract = true, .from_zero = true},
    [HS__DERIVED_1] = EXPAND("derived_1", HS__EARLY_SECRET, "derived", CONTEXT_EMPTY_HASH, NULL),
    [HS__HANDSHAKE_SECRET] = EXTRACT("handshake_secret", HS__DERIVED_1, IKM_ECDHE),
    [HS__CLIENT_HANDSHAKE] =
        EXPAND("client_handshake_traffic_secret", HS__HANDSHAKE_SECRET, "c hs traffic",
               CONTEXT_TRANSCRIPT, "CLIENT_HANDSHAKE_TRAFFIC_SECRET"),
    [HS__SERVER_HANDSHAKE] =
        EXPAND("server_handshake_traffic_secret", HS__HANDSHAKE_SECRET, "s hs traffic",
               CONTEXT_TRANSCRIPT, "SERVER_HANDSHAKE_TRAFFIC_SECRET"),
    [HS__DERIVED_2] =
        EXPAND("derived_2", HS__HANDSHAKE_SECRET, "derived", CONTEXT_EMPTY_HASH, NULL),
    [HS__MAIN_SECRET] = EXTRACT("main_secret", HS__DERIVED_2, IKM_ZERO),
    [HS__CLIENT_APPLICATION] =
        EXPAND("client_application_traffic_secret_0", HS__MAIN_SECRET, "c ap traffic",
               CONTEXT_TRANSCRIPT, "CLIENT_TRAFFIC_SECRET_0"),
    [HS__SERVER_APPLICATION] =
        EXPAND("server_application_traffic_secret_0", HS__MAIN_SECRET, "s ap traffic",
               CONTEXT_TRANSCRIPT, "SERVER_TRAFFIC_SECRET_0"),
    [HS__EXPORTER_SECRET] = EXPAND("exporter_secret", HS__MAIN_SECRET, "exp master",
                                   CONTEXT_TRANSCRIPT, "EXPORTER_SECRET"),
};

/* The names a traffic secret's key goes by. */
static const char *const key_names[HS__N_SECRETS] = {
    [HS__CLIENT_HANDSHAKE] = "client_handshake_key",
    [HS__SERVER_HANDSHAKE] = "server_handshake_key",
    [HS__CLIENT_APPLICATION] = "client_application_key",
    [HS__SERVER_APPLICATION] = "server_application_key",
};

/* ---- running it -------------------------------------------------------------------------- */
typedef struct {
    hs_span ecdhe;
    uint8_t transcript[HS__DIGEST];
    uint8_t empty[HS__DIGEST]; /* Hash("") */
    char range[HS__TRANSCRIPT_NAMES + 4];
} inputs;

static hs_status gather(hs_conn *c, hs_span ecdhe, inputs *in) {
    in->ecdhe = ecdhe;
    hs_status st = hs__transcript_digest(c, in->transcript);
    if (st == HS_OK) {
        st = hs__digest(c->p, c->suite->hash, (hs_span){NULL, 0}, in->empty);
    }
    char range[HS__TRANSCRIPT_NAMES];
    hs__transcript_range(c, range);
    (void)snprintf(in->range, sizeof(in->range), "H(%s)", range);
    return st;
}

static hs_status extract(hs_conn *c, const derivation *d, const inputs *in, uint8_t *out) {
    static const uint8_t zeros[HS__DIGEST];
    size_t n = hs__hash_len(c->suite->hash);
    uint64_t started = hs__trace_us(c);
    const hs_span zero = {zeros, n};
    const hs_span salt = d->from_zero ? zero : (hs_span){c->hs->secret[d->from], n};
    const hs_span ikm = d->ikm == IKM_ECDHE ? in->ecdhe : zero;
    hs_status st = hs__hkdf_extract(c->p, c->suite->hash, salt, ikm, out);
    const hs_trace_input parts[] = {
        {.name = "salt", .ref = d->from_zero ? "0" : schedule[d->from].name},
        {.name = "ikm", .ref = d->ikm == IKM_ECDHE ? "ecdhe" : "0"}};
    hs__trace_derive(c, d->name, "HKDF-Extract", parts, 2, (hs_span){out, n}, started);
    return st;
}

static hs_status expand(hs_conn *c, const derivation *d, const inputs *in, uint8_t *out) {
    size_t n = hs__hash_len(c->suite->hash);
    uint64_t started = hs__trace_us(c);
    const bool is_empty = d->context == CONTEXT_EMPTY_HASH;
    const hs_span context = {is_empty ? in->empty : in->transcript, n};
    hs_status st = hs__hkdf_expand_label(c->p, c->suite->hash, (hs_span){c->hs->secret[d->from], n},
                                         d->label, context, out, n);
    const hs_trace_input parts[] = {
        {.name = "secret", .ref = schedule[d->from].name},
        {.name = "label", .ref = d->label},
        {.name = "context", .ref = is_empty ? "H(\"\")" : in->range, .bytes = context}};
    hs__trace_derive(c, d->name, "HKDF-Expand-Label", parts, 3, (hs_span){out, n}, started);
    if (d->keylog != NULL) {
        hs__trace_secret(c, d->keylog, (hs_span){out, n});
    }
    return st;
}

static hs_status run(hs_conn *c, hs__secret_id first, hs__secret_id last, hs_span ecdhe) {
    inputs in;
    hs_status st = gather(c, ecdhe, &in);
    for (unsigned id = first; st == HS_OK && id <= (unsigned)last; id++) {
        const derivation *d = &schedule[id];
        st = d->is_extract ? extract(c, d, &in, c->hs->secret[id])
                           : expand(c, d, &in, c->hs->secret[id]);
    }
    return st;
}

hs_status hs__schedule_handshake(hs_conn *c, hs_span ecdhe) {
    return run(c, HS__EARLY_SECRET, HS__SERVER_HANDSHAKE, ecdhe);
}

hs_status hs__schedule_application(hs_conn *c) {
    hs_status st = run(c, HS__DERIVED_2, HS__EXPORTER_SECRET, (hs_span){NULL, 0});
    if (st == HS_OK) {
        memcpy(c->exporter_secret, c->hs->secret[HS__EXPORTER_SECRET], HS__DIGEST);
    }
    return st;
}

/* ---- Finished ---------------------------------------------------------------------------- */

hs_status hs__finished_mac(hs_conn *c, bool of_server, uint8_t *out) {
    const hs__hash_id hash = c->suite->hash;
    const size_t n = hs__hash_len(hash);
    const hs__secret_id base = of_server ? HS__SERVER_HANDSHAKE : HS__CLIENT_HANDSHAKE;
    uint8_t key[HS__DIGEST];
    uint8_t digest[HS__DIGEST];
    uint64_t started = hs__trace_us(c);
    hs_status st = hs__hkdf_expand_label(c->p, hash, (hs_span){c->hs->secret[base], n}, "finished",
                                         (hs_span){NULL, 0}, key, n);
    if (st == HS_OK) {
        const hs_trace_input parts[] = {{.name = "secret", .ref = schedule[base].name},
                                        {.name = "label", .ref = "finished"},
                                        {.name = "context", .ref = "\"\""}};
        hs__trace_derive(c, of_server ? "server_finished_key" : "client_finished_key",
                         "HKDF-Expand-Label", parts, 3, (hs_span){key, n}, started);
        st = hs__transcript_digest(c, digest);
    }
    if (st == HS_OK) {
        const hs_span text = {digest, n};
        st = hs__hmac(c->p, hash, (hs_span){key, n}, &text, 1, out);
    }
    hs__wipe(key, sizeof(key));
    return st;
}

/* ---- traffic keys ------------------------------------------------------------------------ */

void hs__direction_end(hs_conn *c, hs__direction *d) {
    c->p->aead_free(c->p, d->aead);
    d->aead = NULL;
    hs__wipe(d->iv, sizeof(d->iv));
    hs__wipe(d->secret, sizeof(d->secret));
}

/* "client_application_traffic_secret_2": the name carries the generation. */
static void name_generation(const hs__direction *d, uint64_t generation, char *out, size_t cap) {
    if (generation == 0) {
        (void)snprintf(out, cap, "%s", d->secret_name);
    } else {
        (void)snprintf(out, cap, "%.*s%llu", (int)(strlen(d->secret_name) - 1), d->secret_name,
                       (unsigned long long)generation);
    }
}

/* One of key and iv; RFC 9846 7.3. */
static hs_status traffic_value(hs_conn *c, const hs__direction *d, const char *label, uint8_t *out,
                               size_t n) {
    uint64_t started = hs__trace_us(c);
    const hs_span secret = {d->secret, hs__hash_len(c->suite->hash)};
    hs_status st =
        hs__hkdf_expand_label(c->p, c->suite->hash, secret, label, (hs_span){NULL, 0}, out, n);
    if (hs__tracing(c, HS_TR_DERIVE)) {
        char name[48];
        (void)snprintf(name, sizeof(name), "%.*s_%s", (int)(strlen(d->key_name) - strlen("_key")),
                       d->key_name, label);
        char from[64];
        name_generation(d, d->generation, from, sizeof(from));
        const hs_trace_input parts[] = {{.name = "secret", .ref = from},
                                        {.name = "label", .ref = label},
                                        {.name = "context", .ref = "\"\""}};
        hs__trace_derive(c, name, "HKDF-Expand-Label", parts, 3, (hs_span){out, n}, started);
    }
    return st;
}

hs_status hs__direction_begin(hs_conn *c, bool outbound, const uint8_t *key,
                              const uint8_t iv[HS__AEAD_NONCE]) {
    hs__direction *d = outbound ? &c->out : &c->in;
    hs__aead *aead = NULL;
    hs_status st = c->p->aead_new(c->p, c->suite->aead, key, outbound, &aead);
    if (st != HS_OK) {
        return st;
    }
    memcpy(d->iv, iv, sizeof(d->iv));
    c->p->aead_free(c->p, d->aead);
    d->aead = aead;
    d->seq = 0;
    if (hs__tracing(c, HS_TR_KEY)) {
        char secret[64];
        name_generation(d, d->generation, secret, sizeof(secret));
        hs__trace_key(c, outbound, secret);
    }
    return HS_OK;
}

/* Key and IV from the direction's secret. */
static hs_status use_secret(hs_conn *c, bool outbound) {
    hs__direction *d = outbound ? &c->out : &c->in;
    uint8_t key[HS__AEAD_KEY_MAX];
    uint8_t iv[HS__AEAD_NONCE];
    hs_status st = traffic_value(c, d, "key", key, hs__aead_key_len(c->suite->aead));
    if (st == HS_OK) {
        st = traffic_value(c, d, "iv", iv, sizeof(iv));
    }
    if (st == HS_OK) {
        st = hs__direction_begin(c, outbound, key, iv);
    }
    hs__wipe(key, sizeof(key));
    hs__wipe(iv, sizeof(iv));
    return st;
}

hs_status hs__install_key(hs_conn *c, bool outbound, hs__secret_id id) {
    hs__direction *d = outbound ? &c->out : &c->in;
    /* RFC 9846 5.1: no handshake message may lie across a change of keys. The dispatcher has
     * refused such input; nothing of ours may be waiting unsealed either. */
    assert(outbound ? c->hs->flight.n == 0 : !hs__message_is_cut(c) && c->rx.content_n == 0);
    if (c->version == HS__VERSION_TLS12) {
        return hs__install_key12(c, outbound, id == HS__SERVER_WRITE);
    }
    memcpy(d->secret, c->hs->secret[id], HS__DIGEST);
    d->secret_name = schedule[id].name;
    d->key_name = key_names[id];
    return use_secret(c, outbound);
}

static void trace_generation(hs_conn *c, const hs__direction *d, hs_span next, uint64_t started) {
    if (!hs__tracing(c, HS_TR_DERIVE)) {
        return;
    }
    char from[64];
    char to[64];
    name_generation(d, d->generation, from, sizeof(from));
    name_generation(d, d->generation + 1, to, sizeof(to));
    const hs_trace_input parts[] = {{.name = "secret", .ref = from},
                                    {.name = "label", .ref = "traffic upd"},
                                    {.name = "context", .ref = "\"\""}};
    hs__trace_derive(c, to, "HKDF-Expand-Label", parts, 3, next, started);
}

hs_status hs__next_generation(hs_conn *c, bool outbound) {
    hs__direction *d = outbound ? &c->out : &c->in;
    const size_t n = hs__hash_len(c->suite->hash);
    uint8_t next[HS__DIGEST];
    uint64_t started = hs__trace_us(c);
    hs_status st = hs__hkdf_expand_label(c->p, c->suite->hash, (hs_span){d->secret, n},
                                         "traffic upd", (hs_span){NULL, 0}, next, n);
    if (st == HS_OK) {
        trace_generation(c, d, (hs_span){next, n}, started);
        memcpy(d->secret, next, n);
        d->generation++;
        st = use_secret(c, outbound);
    }
    hs__wipe(next, sizeof(next));
    return st;
}
