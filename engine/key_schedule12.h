/* key_schedule12.h - from the preliminary secret to every key of TLS 1.2 (RFC 5246 8.1 and 6.3).
 * What RFC 9846 calls preliminary and main secret, RFC 5246 calls premaster and master secret. */
#ifndef HS_ENGINE_KEY_SCHEDULE12_H
#define HS_ENGINE_KEY_SCHEDULE12_H

#include "engine/connection.h"
#include "proto/finished.h"

/* When ClientKeyExchange is in the transcript: main secret, then the key block. With c->ems the
 * transcript goes into the main secret (RFC 7627 4), else both randoms do. */
HS_MUST_CHECK hs_status hs__main_secret12(hs_conn *c, hs_span premaster);

/* The key block for the main secret that is known already: of a session that is resumed. */
HS_MUST_CHECK hs_status hs__key_block12(hs_conn *c);

/* verify_data of one side's Finished over the transcript as it stands (RFC 5246 7.4.9). */
HS_MUST_CHECK hs_status hs__verify_data12(hs_conn *c, bool of_server,
                                          uint8_t out[HS__VERIFY_DATA_12]);

/* A direction gets its key out of the key block; through hs__install_key only. */
HS_MUST_CHECK hs_status hs__install_key12(hs_conn *c, bool outbound, bool of_server);

#endif
