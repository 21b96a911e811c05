/* session_store.h - how a server gives sessions out and takes them back: sealed into tickets,
 * which it need not keep, or under ids in a bounded cache. Any thread may call at any time. */
#ifndef HS_ENGINE_SESSION_STORE_H
#define HS_ENGINE_SESSION_STORE_H

#include "engine/session.h"
#include "engine/session_cache.h"
#include "engine/ticket_keys.h"

enum { HS__TICKET_MAX = HS__SESSION_STATE_MAX + HS__TICKET_OVERHEAD };

/* What was found, with the bytes that its spans point into: not to be copied by assignment.
 * Holds a secret: hs__wipe after use. */
typedef struct {
    const char *why_not; /* NULL: here is the session; else why there is none, static */
    bool renew;          /* sealed with the key before the current one: give out a new ticket */
    hs__session_state state;
    uint8_t bytes[HS__SESSION_STATE_MAX + HS__AEAD_TAG];
} hs__session_found;

/* Each of the two gives the session out at now_ms: it sets s->issued_at_ms and s->lifetime_s, the
 * latter to what is left by the store's life, the seven days and the peer's certificate; it is
 * the hint to send with a ticket. A session that cannot be resumed (no second is left, a name is
 * too long) is not given out: s->lifetime_s = 0, *n = 0.
 * seal: `out` has room for HS__TICKET_MAX. put: where there is no room, another one makes it. */
HS_MUST_CHECK hs_status hs__ticket_seal(hs_session_store *store, uint64_t now_ms,
                                        hs__session_state *s, uint8_t *out, size_t *n);
HS_MUST_CHECK hs_status hs__store_put(hs_session_store *store, uint64_t now_ms,
                                      const uint8_t id[HS__STORE_ID], hs__session_state *s);

/* Each of the two takes any bytes from a peer and finds a session that hs__session_usable says
 * yes to, or tells in out->why_not why there is none, with nothing secret left in *out. open fails
 * for local reasons only; out->why_not is set then, too. Whether the session fits the connection
 * (version, suite, name, context, ...) is for the caller to see. */
HS_MUST_CHECK hs_status hs__ticket_open(hs_session_store *store, uint64_t now_ms, hs_span ticket,
                                        hs__session_found *out);
void hs__store_get(hs_session_store *store, uint64_t now_ms, hs_span id, hs__session_found *out);

/* Forgets the session: RFC 5246 7.2.2, its connection ended with a fatal alert. */
void hs__store_remove(hs_session_store *store, hs_span id);

#endif
