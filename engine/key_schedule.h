/* key_schedule.h - from the key exchange to every secret of TLS 1.3 (RFC 9846 section 7.1). */
#ifndef HS_ENGINE_KEY_SCHEDULE_H
#define HS_ENGINE_KEY_SCHEDULE_H

#include "engine/connection.h"

/* After ServerHello is in the transcript: early_secret to both handshake traffic secrets.
 * `ecdhe`: the shared secret. */
HS_MUST_CHECK hs_status hs__schedule_handshake(hs_conn *c, hs_span ecdhe);

/* After the server's Finished is in the transcript: main_secret, application traffic secrets,
 * exporter_secret. */
HS_MUST_CHECK hs_status hs__schedule_application(hs_conn *c);

/* verify_data of the Finished of one side (4.5.3) over the transcript as it stands; out has room
 * for HS__DIGEST. */
HS_MUST_CHECK hs_status hs__finished_mac(hs_conn *c, bool of_server, uint8_t *out);

/* Makes a direction use a secret: key and IV from it (7.3) or, in TLS 1.2, out of the key block.
 * The one place where keys change. */
HS_MUST_CHECK hs_status hs__install_key(hs_conn *c, bool outbound, hs__secret_id id);

/* A direction goes on under this key, with sequence number 0; on failure it goes on under the old
 * one, so that an alert about it can be read. d->secret_name and d->key_name are set before. */
HS_MUST_CHECK hs_status hs__direction_begin(hs_conn *c, bool outbound, const uint8_t *key,
                                            const uint8_t iv[HS__AEAD_NONCE]);

/* The next generation of a direction's traffic secret and its key (7.2). */
HS_MUST_CHECK hs_status hs__next_generation(hs_conn *c, bool outbound);

/* Wipes a direction's key. */
void hs__direction_end(hs_conn *c, hs__direction *d);

#endif
