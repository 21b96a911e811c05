/* protection.h - what is done to a record under a key (RFC 9846 5.2 to 5.4; RFC 5246 6.2.3.3). */
#ifndef HS_ENGINE_PROTECTION_H
#define HS_ENGINE_PROTECTION_H

#include "engine/connection.h"

/* Bytes of a whole protected record, header included, with `n` bytes of content. */
size_t hs__protected_size(const hs_conn *c, size_t n);

/* Fills `record`, of that size: header and sealed content. */
HS_MUST_CHECK hs_status hs__protect(hs_conn *c, uint8_t type, hs_span content, uint8_t *record);

/* Opens a record with a body of n bytes in place: rx.type, rx.content and rx.content_n.
 * HS_E_BAD_RECORD_MAC has not been through hs__fail: early data may be skipped. */
HS_MUST_CHECK hs_status hs__unprotect(hs_conn *c, uint8_t *record, size_t n);

#endif
