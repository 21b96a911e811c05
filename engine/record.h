/* record.h - the record layer (RFC 9846 section 5): framing, protection, limits. */
#ifndef HS_ENGINE_RECORD_H
#define HS_ENGINE_RECORD_H

#include "engine/connection.h"

/* Opens the next record of the loan, in place. *got: its content is now in rx.type, rx.content,
 * rx.content_n. False when no whole record is there, or when the record was one to be dropped
 * (ChangeCipherSpec) and nothing more is there. A failure has been through hs__fail. */
HS_MUST_CHECK hs_status hs__record_next(hs_conn *c, bool *got);

/* Keeps what is left of the loan: the beginning of a record. */
HS_MUST_CHECK hs_status hs__record_keep(hs_conn *c);

/* Gives back the buffer of a cut record once its content is used up. */
void hs__record_release(hs_conn *c);

/* Queues `content` in as many records as it takes. Empty content makes no record. */
HS_MUST_CHECK hs_status hs__record_send(hs_conn *c, uint8_t type, hs_span content);

/* ChangeCipherSpec, once a connection: before the keys change (RFC 5246 7.1); in TLS 1.3 for
 * middleboxes (RFC 9846 E.4). */
HS_MUST_CHECK hs_status hs__record_send_ccs(hs_conn *c);

#endif
