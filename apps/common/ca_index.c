#include "apps/common/ca_index.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "apps/common/ca.h"
#include "apps/common/json.h"
#include "apps/common/say.h"
#include "apps/common/value.h"
#include "crypto/digest.h"

enum { INDEX_LIMIT = 256 * 1024 * 1024, SHA256_LEN = 32 };

static const char NO_LINE[] = "0000000000000000000000000000000000000000000000000000000000000000";

static hs__exit no_memory(hs__fault *fault) {
    return hs__fault_set(fault, HS__EXIT_INTERNAL, "out of memory");
}

/* ---- events ------------------------------------------------------------------------------ */
json_t *hs__json_names(const hs__cert *cert) {
    json_t *names = json_array();
    hs_span list = cert->names;
    hs__general_name name;
    while (hs__general_name_next(&list, &name)) {
        char text[600];
        hs__general_name_text(&name, text, sizeof text);
        json_array_append_new(names, hs__json_string(text));
    }
    return names;
}

hs__exit hs__index_entry(const hs_provider *provider, const hs__cert *cert, const char *profile,
                         const char *file, json_t **out, hs__fault *fault) {
    char serial[64], subject[HS__NAME_TEXT], issuer[HS__NAME_TEXT], key[HS__KEY_TEXT], sha256[65];
    hs__bytes pem = {0};
    hs__hex(cert->serial, serial, sizeof serial);
    hs__name_text(cert->subject, subject, sizeof subject);
    hs__name_text(cert->issuer, issuer, sizeof issuer);
    hs__spki_text(&cert->key, key, sizeof key);
    hs_status st = hs__cert_sha256(provider, cert, sha256);
    if (st)
        return hs__fail_status(fault, st, "hashing a certificate");
    hs__exit code = hs__certs_add_pem(cert->der, &pem, fault);
    if (code)
        return code;
    *out = json_pack("{s:s, s:o, s:s, s:s, s:s, s:o, s:s, s:s, s:o, s:o, s:I, s:s, s:o, s:s%}",
                     "event", "issued", "made", hs__json_date(hs__now()), "profile", profile,
                     "serial", serial, "subject", subject, "names", hs__json_names(cert), "issuer",
                     issuer, "key", key, "not_before", hs__json_date(cert->not_before), "not_after",
                     hs__json_date(cert->not_after), "not_after_s", (json_int_t)cert->not_after,
                     "sha256", sha256, "file", file ? hs__json_string(file) : json_null(), "pem",
                     (const char *)pem.p, pem.n);
    hs__bytes_free(&pem);
    return *out ? HS__EXIT_OK : no_memory(fault);
}

json_t *hs__index_revocation(const char *serial, const char *reason, int64_t when) {
    return json_pack("{s:s, s:s, s:s, s:o, s:I}", "event", "revoked", "serial", serial, "reason",
                     reason, "at", hs__json_date(when), "at_s", (json_int_t)when);
}

/* ---- looking things up ------------------------------------------------------------------- */
const char *hs__index_text(const json_t *entry, const char *field) {
    const char *text = json_string_value(json_object_get(entry, field));
    return text ? text : "";
}

bool hs__index_is_revoked(const json_t *entry) {
    return json_is_object(json_object_get(entry, "revoked"));
}

static bool is_serial(const char *hex, const char *text) {
    for (; *text; text++) {
        if (*text == ':')
            continue;
        if ((*hex | 0x20) != (*text | 0x20))
            return false;
        hex++;
    }
    return *hex == 0;
}

static bool is_what(const json_t *entry, const char *what) {
    size_t i;
    const json_t *name;
    if (is_serial(hs__index_text(entry, "serial"), what))
        return true;
    json_array_foreach(json_object_get(entry, "names"), i, name) {
        const char *text = json_string_value(name);
        const char *value = text ? strchr(text, ':') : NULL;
        if (value && (strcasecmp(value + 1, what) == 0 || strcasecmp(text, what) == 0))
            return true;
    }
    return strcmp(hs__index_text(entry, "profile"), what) == 0 && strcmp(what, "issuing") == 0;
}

json_t *hs__index_find(const json_t *certificates, const char *what) {
    for (size_t i = json_array_size(certificates); i-- > 0;)
        if (is_what(json_array_get(certificates, i), what))
            return json_array_get(certificates, i);
    return NULL;
}

json_t *hs__index_find_serial(const json_t *certificates, const char *hex) {
    for (size_t i = json_array_size(certificates); i-- > 0;)
        if (strcmp(hs__index_text(json_array_get(certificates, i), "serial"), hex) == 0)
            return json_array_get(certificates, i);
    return NULL;
}

/* ---- reading ----------------------------------------------------------------------------- */
static void note(hs__index *index, size_t line, const char *what) {
    json_array_append_new(index->faults, json_sprintf("line %zu: %s", line, what));
}

/* Has all that is read from entries later. */
static bool is_entry(const json_t *entry) {
    static const char *const TEXTS[] = {"profile", "serial",    "subject", "issuer",
                                        "key",     "not_after", "pem"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        if (!json_is_string(json_object_get(entry, TEXTS[i])))
            return false;
    return json_is_array(json_object_get(entry, "names")) &&
           json_is_integer(json_object_get(entry, "not_after_s"));
}

static void take_issued(hs__index *index, json_t *line, size_t number) {
    if (!is_entry(line)) {
        note(index, number, "not an entry of the index, left out");
        return;
    }
    json_object_set_new(line, "revoked", json_null());
    json_array_append(index->certificates, line);
}

static void take_revoked(hs__index *index, json_t *line, size_t number) {
    json_t *entry = hs__index_find_serial(index->certificates, hs__index_text(line, "serial"));
    if (!entry || !json_is_integer(json_object_get(line, "at_s")))
        note(index, number, "revokes a certificate that is not in the index");
    else if (!hs__index_is_revoked(entry))
        json_object_set(entry, "revoked", line);
}

static void take_crl(hs__index *index, json_t *line, size_t number) {
    json_int_t n = json_integer_value(json_object_get(line, "number"));
    (void)number;
    index->crl_number = n > index->crl_number ? n : index->crl_number;
}

static const struct {
    const char *event;
    void (*take)(hs__index *index, json_t *line, size_t number);
} EVENTS[] = {{"issued", take_issued}, {"revoked", take_revoked}, {"crl", take_crl}};

static void take_line(hs__index *index, json_t *line, size_t number) {
    const char *event = hs__index_text(line, "event");
    size_t i = 0;
    while (i < sizeof EVENTS / sizeof *EVENTS && strcmp(EVENTS[i].event, event) != 0)
        i++;
    if (i < sizeof EVENTS / sizeof *EVENTS)
        EVENTS[i].take(index, line, number);
    else
        note(index, number, "not an entry of the index, left out");
}

static hs__exit hash_line(const hs_provider *p, const char *line, size_t n, char out[],
                          hs__fault *fault) {
    uint8_t digest[HS__HASH_MAX];
    hs_status st = hs__digest(p, HS__SHA256, (hs_span){(const uint8_t *)line, n}, digest);
    if (st)
        return hs__fail_status(fault, st, "hashing a line of the index");
    hs__hex((hs_span){digest, SHA256_LEN}, out, HS__INDEX_HASH);
    return HS__EXIT_OK;
}

/* Whether the line names the one before. */
static void check_chain(hs__index *index, const json_t *line, size_t number) {
    if (line && strcmp(hs__index_text(line, "prev"), index->last) != 0)
        note(index, number,
             "the chain is broken: this line, or the one before, is not as it was written");
}

static hs__exit read_line(const hs_provider *provider, hs__index *index, const char *p, size_t n,
                          size_t number, hs__fault *fault) {
    hs__exit code = HS__EXIT_OK;
    if (n == 0)
        return code;
    json_t *line = json_loadb(p, n, JSON_REJECT_DUPLICATES, NULL);
    take_line(index, line, number);
    if (provider) {
        check_chain(index, line, number);
        code = hash_line(provider, p, n, index->last, fault);
    }
    json_decref(line);
    return code;
}

static hs__exit read_lines(const hs_provider *provider, hs__index *index, hs__fault *fault) {
    const char *p = (const char *)index->text.p;
    hs__exit code = HS__EXIT_OK;
    for (size_t number = 1, left = index->text.n; left > 0 && !code; number++) {
        const char *end = memchr(p, '\n', left);
        size_t n = end ? (size_t)(end - p) : left;
        code = read_line(provider, index, p, n, number, fault);
        p += n + (end != NULL);
        left -= n + (end != NULL);
    }
    return code;
}

hs__exit hs__index_read(const hs_provider *provider, const char *folder, hs__index *out,
                        hs__fault *fault) {
    char path[HS__FILE_PATH];
    hs__ca_path(folder, "index.jsonl", path);
    *out = (hs__index){.certificates = json_array(), .faults = json_array()};
    if (provider)
        memcpy(out->last, NO_LINE, sizeof out->last);
    if (!out->certificates || !out->faults)
        return no_memory(fault);
    if (!hs__file_exists(path))
        return HS__EXIT_OK;
    hs__exit code = hs__file_read(path, INDEX_LIMIT, &out->text, fault);
    return code ? code : read_lines(provider, out, fault);
}

void hs__index_free(hs__index *index) {
    hs__bytes_free(&index->text);
    json_decref(index->certificates);
    json_decref(index->faults);
    *index = (hs__index){0};
}

hs__exit hs__index_load(const char *folder, json_t **out, hs__fault *fault) {
    hs__index index;
    size_t i;
    const json_t *text;
    *out = NULL;
    hs__exit code = hs__index_read(NULL, folder, &index, fault);
    json_array_foreach(index.faults, i, text)
        hs__say_warning("%s/index.jsonl: %s", hs__safe(folder), json_string_value(text));
    if (code == HS__EXIT_OK)
        *out = json_incref(index.certificates);
    hs__index_free(&index);
    return code;
}

/* ---- adding ------------------------------------------------------------------------------ */
/* The event as a line, with the hash of the line before, which becomes this line's. */
static hs__exit make_line(const hs_provider *provider, const json_t *event, char hash[],
                          hs__bytes *text, hs__fault *fault) {
    json_t *whole = json_pack("{s:s}", "prev", hash);
    char *line = NULL;
    if (whole && json_object_update(whole, (json_t *)event) == 0)
        line = json_dumps(whole, JSON_COMPACT);
    json_decref(whole);
    size_t n = line ? strlen(line) : 0;
    uint8_t *p = line ? realloc(text->p, text->n + n + 2) : NULL;
    if (!p) {
        free(line);
        return no_memory(fault);
    }
    memcpy(p + text->n, line, n);
    memcpy(p + text->n + n, "\n", 2);
    text->p = p;
    text->n += n + 1;
    hs__exit code = hash_line(provider, line, n, hash, fault);
    free(line);
    return code;
}

hs__exit hs__index_extend(const hs_provider *provider, const hs__index *index, const json_t *events,
                          hs__bytes *out, hs__fault *fault) {
    char hash[HS__INDEX_HASH];
    size_t i, n = index->text.n;
    const json_t *event;
    memcpy(hash, index->last, sizeof hash);
    *out = (hs__bytes){.p = malloc(n + 2)};
    if (!out->p)
        return no_memory(fault);
    if (n > 0)
        memcpy(out->p, index->text.p, n);
    if (n > 0 && out->p[n - 1] != '\n')
        out->p[n++] = '\n';
    out->p[n] = 0;
    out->n = n;
    hs__exit code = HS__EXIT_OK;
    json_array_foreach(events, i, event) {
        if (code == HS__EXIT_OK)
            code = make_line(provider, event, hash, out, fault);
    }
    if (code)
        hs__bytes_free(out);
    return code;
}
