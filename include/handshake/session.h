/* session.h - what both ends keep to skip the certificates next time: a client an hs_session, a
 * server an hs_session_store.
 *
 * The four rules of conn.h hold. Both objects are ref-counted and may be used by threads at once.
 * Both hold secrets, which are wiped when they go. */
#ifndef HANDSHAKE_SESSION_H
#define HANDSHAKE_SESSION_H

#include "handshake/provider.h"
#include "handshake/status.h"
#include "handshake/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the client's side ------------------------------------------------------------------- */

/* One session with one server. Whoever has it can take the client's part in it. One of TLS 1.2
 * also opens the recorded traffic of all its connections, the first one included. It does not
 * change but for one thing: when a connection with it ends with a fatal alert, it is not offered
 * any more (RFC 5246 7.2.2). */
typedef struct hs_session hs_session;

hs_session *hs_session_ref(hs_session *session);
void hs_session_unref(hs_session *session); /* NULL is allowed */

typedef struct {
    uint16_t version, suite;
    bool extended_main_secret; /* TLS 1.2: RFC 7627, "extended master secret" */
    bool has_ticket;           /* else the server keeps the session, under an id */
    const char *server_name;   /* SNI of the full handshake; NULL: none */
    hs_span alpn;              /* what was agreed on; n = 0: nothing */
    uint64_t made_at_ms;       /* Unix time of the last full handshake */
    uint64_t expires_at_ms;    /* from then on it is of no use: its lifetime, seven days, or the
                                  end of the peer's certificate; 0 once a connection failed */
} hs_session_info;

/* Spans and texts are borrowed until the last hs_session_unref. */
void hs_session_get_info(const hs_session *session, hs_session_info *out);

/* To bytes and back, to keep a session in a file. The bytes hold its secret and ticket in clear,
 * and nothing protects them against change: the file is for its owner alone (mode 0600).
 * write: *n in: room at `out`, which may be NULL with 0; out: length. HS_E_NO_SPACE when it does
 * not fit; *n then says what is needed.
 * read: HS_E_SESSION_FORMAT for all that is not a session as this library writes it. */
HS_MUST_CHECK hs_status hs_session_write(const hs_session *session, uint8_t *out, size_t *n);
HS_MUST_CHECK hs_status hs_session_read(hs_span bytes, hs_session **out);

/* ---- the server's side ------------------------------------------------------------------- */

/* Keys that tickets are sealed with, and the sessions of clients that take no tickets. Shared by
 * configurations: a session that one of them gave out can be resumed at all of them that have the
 * same identities, trust and policy. */
typedef struct hs_session_store hs_session_store;

/* All-zero but `size` and `provider` is a good store. */
typedef struct {
    size_t size;             /* sizeof(hs_session_store_options) */
    hs_provider *provider;   /* required; makes and uses the keys */
    size_t cache_entries;    /* sessions kept under an id, most; rounded up to a multiple of 8; 0:
                                1024. Each takes 768 bytes, all taken at once. */
    uint32_t key_life_s;     /* a ticket key seals that long; 0: 12 hours, or session_life_s where
                                that is longer. Then the next one does, and the old one opens
                                tickets for session_life_s more before it is wiped. */
    uint32_t session_life_s; /* how long a session can be resumed; 0: 2 hours */
    const hs_alloc *alloc;   /* NULL: calloc and free; outlives the store */
} hs_session_store_options;

/* HS_E_CONFIG: a wrong size, no provider, session_life_s above seven days (RFC 9846 4.7.1), above
 * key_life_s, or more than 2^20 entries. Times come with the connections: the store has no
 * clock, and a key whose time is over is wiped at the next use of the store. */
HS_MUST_CHECK hs_status hs_session_store_new(const hs_session_store_options *o,
                                             hs_session_store **out);
hs_session_store *hs_session_store_ref(hs_session_store *store);
void hs_session_store_unref(hs_session_store *store); /* NULL is allowed */

#ifdef __cplusplus
}
#endif

#endif
