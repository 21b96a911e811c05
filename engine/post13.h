/* post13.h - KeyUpdate as a sender (RFC 9846 4.7.3). */
#ifndef HS_ENGINE_POST13_H
#define HS_ENGINE_POST13_H

#include "engine/connection.h"

/* Queues a KeyUpdate and takes the next sending key into use. */
HS_MUST_CHECK hs_status hs__send_key_update(hs_conn *c, bool requests);

/* The sending key has sealed as much as it may: a KeyUpdate is due (RFC 9846 5.5). */
bool hs__key_is_used_up(const hs_conn *c);

/* The last update that a sender may make has been made. */
bool hs__key_updates_spent(const hs_conn *c);

#endif
