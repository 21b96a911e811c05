/* messages.h - inputs and short names of handshake messages. */
#ifndef HS_ENGINE_MESSAGES_H
#define HS_ENGINE_MESSAGES_H

#include "engine/dispatch.h"

/* HS__ON_OTHER for a type without rows. */
hs__input hs__message_input(uint8_t type, hs_span raw);

/* Reads any message that has a reader, without a connection: in the format of that version (0: not
 * known, only hellos are sure) and, for TLS 1.2's ClientKeyExchange, of the suite's key exchange.
 */
HS_MUST_CHECK hs_status hs__message_read_as(uint16_t version, hs__kx kx, uint8_t type, hs_span raw,
                                            const hs__field_sink *sink, hs__rd_root *root,
                                            hs__message *out);

/* "CH", "SF": for types that hs__message_input knows. */
const char *hs__message_short(uint8_t type, hs_span raw, bool by_server);

#endif
