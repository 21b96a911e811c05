/* what.h - WHAT on the command line: a certificate of this CA, by serial number, name or file. */
#ifndef HS_MINI_CA_WHAT_H
#define HS_MINI_CA_WHAT_H

#include <jansson.h>

#include "apps/mini-ca/mini_ca.h"

/* The entry of the index, borrowed from `certificates`. By name it is the latest one. */
HS_MUST_CHECK hs__exit mini_ca_what(const json_t *certificates, const char *folder,
                                    const char *what, json_t **entry, hs__fault *fault);

/* The certificate of an entry, parsed. */
HS_MUST_CHECK hs__exit mini_ca_entry_cert(const json_t *entry, hs__certs *out, hs__fault *fault);

/* "78f2e0... (DNS:a.test)" for people; `out` has room for MINI_CA_ENTRY. */
enum { MINI_CA_ENTRY = 400 };
const char *mini_ca_entry_text(const json_t *entry, char *out);

#endif
