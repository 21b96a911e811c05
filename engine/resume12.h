/* resume12.h - sessions of TLS 1.2: by ticket (RFC 5077) and by id (RFC 5246 F.1.4). */
#ifndef HS_ENGINE_RESUME12_H
#define HS_ENGINE_RESUME12_H

#include "engine/connection.h"
#include "proto/server_hello.h"

static inline uint64_t hs__now_ms(const hs_conn *c) {
    return c->first->now_ms != NULL ? c->first->now_ms(c->first->clock_ctx) : 0;
}

/* ---- client ------------------------------------------------------------------------------ */

/* Is the session that the program gave good for this hello? If not it is let go, with a note. */
void hs__session_check_offer(hs_conn *c);

/* The server's ServerHello takes up the session that was offered: its suite and binding must be
 * what they were (RFC 7627 5.3). Main secret and keys are made. */
HS_MUST_CHECK hs_status hs__client_resume12(hs_conn *c, const hs__server_hello *sh);

/* What to resume with next time becomes c->session. */
HS_MUST_CHECK hs_status hs__client_keep_session12(hs_conn *c);

/* ---- server ------------------------------------------------------------------------------ */

/* Looks for the session that the hello names. If c->resumed, suite and main secret are its. */
HS_MUST_CHECK hs_status hs__server_find_session12(hs_conn *c);

/* Full handshake: a ticket is promised, or an id is given out, or nothing. */
HS_MUST_CHECK hs_status hs__server_plan_session12(hs_conn *c);

/* Full handshake, done: the session that an id was given out for is kept. */
HS_MUST_CHECK hs_status hs__server_keep_session12(hs_conn *c);

#endif
