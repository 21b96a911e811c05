#include "trace/redact.h"

#include <stdlib.h>
#include <string.h>

#include "trace/cert_text.h"
#include "trace/jsonl.h"

void hs__redactor_free(hs__redactor *r) {
    hs__redact_names_free(&r->names);
}

/* ---- bytes and texts of a line ----------------------------------------------------------- */

static int digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The bytes behind a key, to be freed; NULL where there are none. */
static uint8_t *hex_of(const json_t *o, const char *key, size_t *n) {
    const char *hex = json_string_value(json_object_get(o, key));
    *n = hex != NULL ? strlen(hex) / 2 : 0;
    uint8_t *bytes = *n > 0 ? malloc(*n) : NULL;
    for (size_t i = 0; bytes != NULL && i < *n; i++) {
        const int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);
        bytes[i] = high < 0 || low < 0 ? 0 : (uint8_t)((unsigned)high << 4 | (unsigned)low);
    }
    *n = bytes != NULL ? *n : 0;
    return bytes;
}

static void redact_string(hs__redactor *r, json_t *o, const char *key) {
    const char *text = json_string_value(json_object_get(o, key));
    hs__strbuf b = {0};
    if (text == NULL) {
        return;
    }
    hs__redact_text(&r->names, text, &b);
    r->names.failed |= b.failed || json_object_set_new(o, key, json_string(hs__buf_str(&b))) != 0;
    hs__buf_free(&b);
}

/* What people wrote, or what speaks of them. Other texts are of our own making. */
static void redact_strings(hs__redactor *r, json_t *o) {
    static const char *const keys[] = {"subject", "issuer", "san",   "summary", "want",
                                       "got",     "fix",    "cause", "text",    "why",
                                       "peer",    "local",  "sni",   "where",   "chosen"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        redact_string(r, o, keys[i]);
    }
}

static void redact_list(hs__redactor *r, json_t *list) {
    for (size_t i = 0; i < json_array_size(list); i++) {
        redact_strings(r, json_array_get(list, i));
    }
}

/* ---- certificates ------------------------------------------------------------------------ */

/* The texts of a certificate, told anew from what its bytes have become; and learnt, since other
 * lines speak of them. */
static void redact_cert(hs__redactor *r, json_t *cert, hs_span der) {
    static const char *const keys[] = {"subject", "issuer", "san", "serial"};
    json_t *now = hs__cert_json(der);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *from = json_string_value(json_object_get(cert, keys[i]));
        const char *to = json_string_value(json_object_get(now, keys[i]));
        if (from == NULL) {
            continue;
        }
        hs__redact_learn(&r->names, from, to != NULL ? to : "");
        hs__json_set(cert, keys[i], json_string(to != NULL ? to : ""));
    }
    (void)json_object_del(cert, "sha256");
    json_decref(now);
}

static void redact_path(hs__redactor *r, json_t *path) {
    for (size_t i = 0; i < json_array_size(path); i++) {
        json_t *cert = json_array_get(path, i);
        size_t n;
        uint8_t *der = hex_of(cert, "der", &n);
        hs__redact_der(&r->names, der, n);
        hs__json_set(cert, "der", hs__json_hex((hs_span){der, n}));
        redact_cert(r, cert, (hs_span){der, n});
        free(der);
    }
}

/* ---- messages ---------------------------------------------------------------------------- */

typedef enum { NAME, DER, FILL } redaction;

/* Fields that tell who it is: where in the message, path without indices. An extension that we do
 * not know may hold anything. */
static const struct {
    const char *message; /* NULL: any */
    const char *path;
    redaction how;
} private_fields[] = {
    {NULL, "extensions[server_name].server_name_list.host_name", NAME},
    {"certificate", "certificate_list.cert_data", DER},
    {"certificate", "certificate_list", DER}, /* TLS 1.2's entries */
    {"certificate", "certificate_list.extensions[status_request].response", DER},
    {"certificate", "certificate_list.extensions[signed_certificate_timestamp].extension_data",
     FILL},
    {"certificate_status", "response", DER},
    {"certificate_request", "certificate_authorities", DER},
    {NULL, "extensions[certificate_authorities].authorities", DER},
    {NULL, "extensions[cookie].cookie", FILL},
    {"certificate_verify", "signature", FILL}, /* of a known key, it would tell whose */
    {"server_key_exchange", "signature", FILL},
};

static bool find_private(const char *message, const char *path, redaction *out) {
    char plain[HS__PATH_MAX];
    hs__path_plain(path, plain);
    for (size_t i = 0; i < sizeof private_fields / sizeof *private_fields; i++) {
        if (strcmp(plain, private_fields[i].path) == 0 &&
            (private_fields[i].message == NULL ||
             strcmp(message, private_fields[i].message) == 0)) {
            *out = private_fields[i].how;
            return true;
        }
    }
    *out = FILL;
    const char *end = strrchr(plain, '.');
    return end != NULL && strcmp(end, ".extension_data") == 0;
}

static void redact_name(hs__redactor *r, uint8_t *p, size_t n) {
    char *out = malloc(n + 1);
    if (out == NULL) {
        r->names.failed = true;
        return;
    }
    hs__redact_name(&r->names, p, n, out);
    memcpy(p, out, n);
    free(out);
}

static void redact_bytes(hs__redactor *r, redaction how, uint8_t *p, size_t n) {
    switch (how) {
    case NAME:
        redact_name(r, p, n);
        return;
    case DER:
        hs__redact_der(&r->names, p, n);
        return;
    case FILL:
        memset(p, 0, n);
        return;
    }
}

/* The value beside the bytes, cut where it was cut. */
static void tell_value(json_t *field, const uint8_t *p, size_t n) {
    const char *was = json_string_value(json_object_get(field, "val"));
    const char *kind = hs__str(json_string_value(json_object_get(field, "kind")));
    hs__strbuf b = {0};
    if (was == NULL) {
        return;
    }
    if (strcmp(kind, "text") == 0) {
        hs__json_set(field, "val", hs__json_foreign(p, n));
        return;
    }
    hs__buf_hex_cut(&b, (hs_span){p, n}, strlen(was) / 2);
    hs__json_set(field, "val", json_string(hs__buf_str(&b)));
    hs__buf_free(&b);
}

static void redact_field(hs__redactor *r, const char *message, json_t *field, uint8_t *raw,
                         size_t raw_n) {
    const size_t off = (size_t)json_integer_value(json_object_get(field, "off"));
    const size_t n = (size_t)json_integer_value(json_object_get(field, "len"));
    const char *path = json_string_value(json_object_get(field, "path"));
    redaction how;
    if (path == NULL || off > raw_n || n > raw_n - off || !find_private(message, path, &how)) {
        return;
    }
    redact_bytes(r, how, raw + off, n);
    tell_value(field, raw + off, n);
}

static void redact_message(hs__redactor *r, json_t *line) {
    const char *name = hs__str(json_string_value(json_object_get(line, "name")));
    json_t *fields = json_object_get(line, "fields"), *certs = json_object_get(line, "certs");
    size_t n;
    uint8_t *raw = hex_of(line, "raw", &n);
    for (size_t i = 0; i < json_array_size(fields); i++) {
        redact_field(r, name, json_array_get(fields, i), raw, n);
    }
    for (size_t i = 0; i < json_array_size(certs); i++) {
        json_t *cert = json_array_get(certs, i);
        const size_t off = (size_t)json_integer_value(json_object_get(cert, "off"));
        const size_t len = (size_t)json_integer_value(json_object_get(cert, "len"));
        if (off <= n && len <= n - off) {
            redact_cert(r, cert, (hs_span){raw + off, len});
        }
    }
    hs__json_set(line, "raw", hs__json_hex((hs_span){raw, n}));
    free(raw);
}

/* ---- lines ------------------------------------------------------------------------------- */

/* Addresses and the name that is asked for come first, before anybody speaks of them. */
static void learn(hs__redactor *r, const json_t *line) {
    hs__redact_learn_peer(&r->names, hs__str(json_string_value(json_object_get(line, "peer"))));
    hs__redact_learn_peer(&r->names, hs__str(json_string_value(json_object_get(line, "local"))));
    const char *sni = hs__str(json_string_value(json_object_get(line, "sni")));
    char *copy = strdup(sni);
    if (copy != NULL) {
        redact_name(r, (uint8_t *)copy, strlen(copy));
    }
    r->names.failed |= copy == NULL;
    free(copy);
}

/* A file of the user's says where he keeps his things; the system's are everybody's. */
static void redact_source(hs__redactor *r, json_t *line) {
    const char *source = hs__str(json_string_value(json_object_get(line, "anchor_source")));
    if (strncmp(source, "system bundle", 13) != 0 && strncmp(source, "default mini-ca", 15) != 0) {
        hs__redact_learn(&r->names, source, "a file");
    }
    redact_string(r, line, "anchor_source");
}

static void redact_check(hs__redactor *r, json_t *line) {
    redact_source(r, line);
    redact_path(r, json_object_get(line, "path"));
    redact_list(r, json_object_get(line, "tests"));
    json_t *ends = json_object_get(line, "dead_ends");
    for (size_t i = 0; i < json_array_size(ends); i++) {
        redact_string(r, json_array_get(ends, i), "path");
        redact_string(r, json_array_get(ends, i), "why");
    }
}

/* In clear it holds the messages, whose own lines have what may be told. */
static void redact_record(json_t *line) {
    enum { HEADER = 5 };
    if (json_is_true(json_object_get(line, "protected"))) {
        return;
    }
    size_t n;
    uint8_t *raw = hex_of(line, "raw", &n);
    (void)json_object_del(line, "raw");
    if (n > HEADER) {
        memset(raw + HEADER, 0, n - HEADER);
        json_t *ranges = json_array();
        (void)json_array_append_new(ranges, hs__json_range(HEADER, n - HEADER));
        hs__json_set(line, "hidden", ranges);
    }
    if (raw != NULL) {
        hs__json_set(line, "raw", hs__json_hex((hs_span){raw, n}));
    }
    free(raw);
}

/* Keys, what they protect, and hashes that a guess could be tried against. What a line must have
 * is told empty. */
static void redact_values(json_t *line) {
    static const struct {
        const char *ev, *key;
        bool required;
    } rows[] = {
        {"derive", "value", false},    {"derive", "input_values", false},
        {"derive", "id", false},       {"record", "plaintext", false},
        {"appdata", "bytes", false},   {"check", "expected", false},
        {"check", "got", false},       {"check", "signed_content", false},
        {"transcript", "value", true}, {"ticket", "nonce", true},
        {"secret", "value", true},
    };
    const char *ev = hs__str(json_string_value(json_object_get(line, "ev")));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(ev, rows[i].ev) != 0) {
            continue;
        }
        (void)json_object_del(line, rows[i].key);
        if (rows[i].required) {
            hs__json_set(line, rows[i].key, json_string(""));
        }
    }
    (void)json_object_del(json_object_get(line, "aead"), "nonce");
}

static void redact_head(json_t *line) {
    hs__json_set(line, "secrets", json_string("hide"));
    hs__json_set(line, "redacted", json_true());
}

bool hs__redact_line(hs__redactor *r, json_t *line) {
    const char *ev = hs__str(json_string_value(json_object_get(line, "ev")));
    learn(r, line);
    if (strcmp(ev, "trace") == 0) {
        redact_head(line);
    } else if (strcmp(ev, "record") == 0) {
        redact_record(line);
    } else if (strcmp(ev, "msg") == 0) {
        redact_message(r, line);
    } else if (strcmp(ev, "check") == 0) {
        redact_check(r, line);
    }
    redact_values(line);
    redact_strings(r, line);
    return !r->names.failed;
}
