/* transcript.h - the hash over all handshake messages (RFC 9846 section 4.5.1). */
#ifndef HS_ENGINE_TRANSCRIPT_H
#define HS_ENGINE_TRANSCRIPT_H

#include "engine/connection.h"

/* Adds a whole message. `name`: its short name for traces, "CH", "SF". Starts the hash when it
 * is the first; the suite must be known. */
HS_MUST_CHECK hs_status hs__transcript_add(hs_conn *c, const char *name, hs_span message);

/* After ClientHello1 and before HelloRetryRequest: what was hashed becomes one synthetic
 * message_hash message. */
HS_MUST_CHECK hs_status hs__transcript_restart(hs_conn *c);

/* The hash so far; out has room for HS__DIGEST. */
HS_MUST_CHECK hs_status hs__transcript_digest(const hs_conn *c, uint8_t *out);

/* TLS 1.2: the messages themselves are not needed (any more). */
void hs__transcript_forget(hs_conn *c);

/* "CH..SH": what the hash covers, for traces; out has room for HS__TRANSCRIPT_NAMES. */
void hs__transcript_range(const hs_conn *c, char *out);

#endif
