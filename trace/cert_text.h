/* cert_text.h - a certificate for people and for programs. */
#ifndef HS_TRACE_CERT_TEXT_H
#define HS_TRACE_CERT_TEXT_H

#include <jansson.h>

#include "trace/strbuf.h"

/* "CN=a.test, ECDSA P-256, by CN=My CA, until 2026-11-18"; what is wrong with it when it does
 * not parse. */
void hs__cert_summary(hs__strbuf *b, hs_span der);

/* {subject, issuer, san, key, serial, not_before, not_after}, or {error}. */
json_t *hs__cert_json(hs_span der);

#endif
