/* ca_index.h - index.jsonl: one JSON object for each certificate that a CA made.
 *
 *   {"made": TIME, "profile": "root|issuing|server|client|both", "serial": HEX, "subject": TEXT,
 *    "names": ["DNS:a.test", ...], "issuer": TEXT, "key": TEXT, "not_before": TIME, "not_after":
 * TIME, "not_after_s": SECONDS, "sha256": HEX, "file": PATH or null, "pem": TEXT} */
#ifndef HS_APPS_CA_INDEX_H
#define HS_APPS_CA_INDEX_H

#include <jansson.h>

#include "apps/common/certs.h"

/* The names of a certificate: ["DNS:a.test", "IP:127.0.0.1"]. */
json_t *hs__json_names(const hs__cert *cert);

/* The entry for a certificate; `file` NULL: it is in no file. Its caller owns it. */
HS_MUST_CHECK hs__exit hs__index_entry(const hs_provider *provider, const hs__cert *cert,
                                       const char *profile, const char *file, json_t **out,
                                       hs__fault *fault);

/* Adds the entry to FOLDER/index.jsonl and lets go of it. */
HS_MUST_CHECK hs__exit hs__index_add(const char *folder, json_t *entry, hs__fault *fault);

/* All entries, oldest first, as an array that is the caller's. Lines that are no such entry are
 * warned of and left out. No index is an empty array. */
HS_MUST_CHECK hs__exit hs__index_load(const char *folder, json_t **out, hs__fault *fault);

#endif
