#include "apps/common/ca_index.h"

#include <stdlib.h>
#include <string.h>

#include "apps/common/ca.h"
#include "apps/common/json.h"
#include "apps/common/say.h"
#include "apps/common/value.h"

enum { INDEX_LIMIT = 256 * 1024 * 1024 };

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
    *out = json_pack("{s:o, s:s, s:s, s:s, s:o, s:s, s:s, s:o, s:o, s:I, s:s, s:o, s:s%}", "made",
                     hs__json_date(hs__now()), "profile", profile, "serial", serial, "subject",
                     subject, "names", hs__json_names(cert), "issuer", issuer, "key", key,
                     "not_before", hs__json_date(cert->not_before), "not_after",
                     hs__json_date(cert->not_after), "not_after_s", (json_int_t)cert->not_after,
                     "sha256", sha256, "file", file ? hs__json_string(file) : json_null(), "pem",
                     (const char *)pem.p, pem.n);
    hs__bytes_free(&pem);
    return *out ? HS__EXIT_OK : hs__fault_set(fault, HS__EXIT_INTERNAL, "out of memory");
}

hs__exit hs__index_add(const char *folder, json_t *entry, hs__fault *fault) {
    char path[HS__FILE_PATH];
    char *line = json_dumps(entry, JSON_COMPACT);
    json_decref(entry);
    if (!line)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "out of memory");
    hs__exit code = hs__file_append_line(hs__ca_path(folder, "index.jsonl", path), line, fault);
    free(line);
    return code;
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

hs__exit hs__index_load(const char *folder, json_t **out, hs__fault *fault) {
    char path[HS__FILE_PATH];
    hs__bytes text = {0};
    hs__ca_path(folder, "index.jsonl", path);
    *out = json_array();
    if (!*out)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "out of memory");
    if (!hs__file_exists(path))
        return HS__EXIT_OK;
    hs__exit code = hs__file_read(path, INDEX_LIMIT, &text, fault);
    if (code) {
        json_decref(*out);
        return code;
    }
    const char *p = (const char *)text.p;
    for (size_t number = 1, left = text.n; left > 0; number++) {
        const char *end = memchr(p, '\n', left);
        size_t n = end ? (size_t)(end - p) : left;
        json_t *entry = json_loadb(p, n, JSON_REJECT_DUPLICATES, NULL);
        if (is_entry(entry))
            json_array_append(*out, entry);
        else if (n > 0)
            hs__say_warning("%s:%zu: not an entry of the index, left out", hs__safe(path), number);
        json_decref(entry);
        p += n + (end != NULL);
        left -= n + (end != NULL);
    }
    hs__bytes_free(&text);
    return HS__EXIT_OK;
}
