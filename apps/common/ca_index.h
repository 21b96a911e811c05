/* ca_index.h - index.jsonl: what a CA has done, one JSON object a line, oldest first.
 *
 *   {"prev": HEX, "event": "issued", "made": TIME, "profile": "root|issuing|server|client|both",
 *    "serial": HEX, "subject": TEXT, "names": ["DNS:a.test", ...], "issuer": TEXT, "key": TEXT,
 *    "not_before": TIME, "not_after": TIME, "not_after_s": SECONDS, "sha256": HEX,
 *    "file": PATH or null, "pem": TEXT}
 *   {"prev": HEX, "event": "revoked", "serial": HEX, "reason": TEXT, "at": TIME, "at_s": SECONDS}
 *   {"prev": HEX, "event": "crl", "issuer": TEXT, "number": N, "this_update": TIME,
 *    "next_update": TIME}
 *
 * "prev" is the SHA-256 of the line before, zeros in the first line: a line that is changed or
 * taken out breaks the chain behind it. Lines are added by ca_store.h only. */
#ifndef HS_APPS_CA_INDEX_H
#define HS_APPS_CA_INDEX_H

#include <jansson.h>

#include "apps/common/certs.h"

enum { HS__INDEX_HASH = 65 };

typedef struct {
    hs__bytes text;            /* the file as it is */
    json_t *certificates;      /* array of "issued" lines, each with "revoked": its line, or null */
    json_t *faults;            /* array of texts: what is wrong, and in which line */
    char last[HS__INDEX_HASH]; /* hash of the last line, what the next one's "prev" is */
    json_int_t crl_number;     /* the highest */
} hs__index;

/* Reads all of it; no index is an empty one. `provider` NULL: the chain is not checked and `last`
 * is empty. What is wrong inside of it is told in `faults`. */
HS_MUST_CHECK hs__exit hs__index_read(const hs_provider *provider, const char *folder,
                                      hs__index *out, hs__fault *fault);
void hs__index_free(hs__index *index);

/* The certificates alone, as an array that is the caller's; each fault is a warning on stderr. */
HS_MUST_CHECK hs__exit hs__index_load(const char *folder, json_t **out, hs__fault *fault);

/* The whole text with these events (objects without "prev") behind it. */
HS_MUST_CHECK hs__exit hs__index_extend(const hs_provider *provider, const hs__index *index,
                                        const json_t *events, hs__bytes *out, hs__fault *fault);

/* ---- events ------------------------------------------------------------------------------ */
/* "issued"; `file` NULL: the certificate is in no file. Its caller owns it. */
HS_MUST_CHECK hs__exit hs__index_entry(const hs_provider *provider, const hs__cert *cert,
                                       const char *profile, const char *file, json_t **out,
                                       hs__fault *fault);
json_t *hs__index_revocation(const char *serial, const char *reason, int64_t when);

/* ---- looking things up ------------------------------------------------------------------- */
/* The latest certificate with that serial number ("ab:cd", any case) or name; NULL: none. */
json_t *hs__index_find(const json_t *certificates, const char *what);

/* Exactly that serial number. */
json_t *hs__index_find_serial(const json_t *certificates, const char *hex);

/* A text of an entry, "" if it has none. */
const char *hs__index_text(const json_t *entry, const char *field);

bool hs__index_is_revoked(const json_t *entry);

/* The names of a certificate: ["DNS:a.test", "IP:127.0.0.1"]. */
json_t *hs__json_names(const hs__cert *cert);

#endif
