/* finish.h - the end of the handshake. */
#ifndef HS_ENGINE_FINISH_H
#define HS_ENGINE_FINISH_H

#include "engine/connection.h"

/* CONNECTED was reached: tells the trace, makes HS_EV_CONNECTED pending, wipes and frees what only
 * the handshake needed. */
void hs__finish_handshake(hs_conn *c);

#endif
