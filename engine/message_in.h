/* message_in.h - from records to whole handshake messages (RFC 9846 5.1). */
#ifndef HS_ENGINE_MESSAGE_IN_H
#define HS_ENGINE_MESSAGE_IN_H

#include "engine/connection.h"

/* Takes the next whole message out of the current record's content; a part is kept until the rest
 * comes. *got: *raw is the message, borrowed until hs__message_done. */
HS_MUST_CHECK hs_status hs__message_next(hs_conn *c, bool *got, uint8_t *type, hs_span *raw);
void hs__message_done(hs_conn *c);

/* The beginning of a message waits for its rest. */
bool hs__message_is_cut(const hs_conn *c);

#endif
