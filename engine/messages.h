/* messages.h - inputs and short names of handshake messages. */
#ifndef HS_ENGINE_MESSAGES_H
#define HS_ENGINE_MESSAGES_H

#include "engine/dispatch.h"

/* HS__ON_OTHER for a type without rows. */
hs__input hs__message_input(uint8_t type, hs_span raw);

/* "CH", "SF": for types that hs__message_input knows. */
const char *hs__message_short(uint8_t type, hs_span raw, bool by_server);

#endif
