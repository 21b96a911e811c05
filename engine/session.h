/* session.h - a session as the engine sees it: what both ends must remember to resume, how it
 * is written down, and how long it is good for. Made for TLS 1.2 and 1.3 alike. */
#ifndef HS_ENGINE_SESSION_H
#define HS_ENGINE_SESSION_H

#include "handshake/session.h"
#include "proto/cursor.h"

enum {
    HS__SESSION_SECRET_MIN = 32,
    HS__SESSION_SECRET_MAX = 48,
    HS__SESSION_CONTEXT = 32,
    HS__SESSION_PEER = 32, /* SHA-256 */

    /* The longest one as bytes, without session_id and ticket: 147 of fixed size, two names of up
     * to 255 and a verdict's name. */
    HS__SESSION_STATE_MAX = 704,

    /* Dead that long after its full handshake, however often it was renewed since: RFC 9846 4.7.1
     * has it for tickets, decision S2 for sessions of TLS 1.2 as well. */
    HS__SESSION_AGE_MAX_S = 7 * 24 * 3600,

    /* The life of one whose server named none: RFC 5246 F.1.4. */
    HS__SESSION_LIFE_UNSTATED_S = 24 * 3600,

    /* How far ahead of our clock a session may be made before the clock counts as set back. */
    HS__SESSION_CLOCK_STEP_MS = 60 * 1000
};

/* Spans are borrowed from whoever filled it in. Holds a secret: hs__wipe after use. */
typedef struct {
    uint16_t version, suite;
    bool extended_main_secret;
    uint8_t secret[HS__SESSION_SECRET_MAX]; /* TLS 1.2: the main secret */
    size_t secret_n;
    uint64_t full_at_ms;   /* Unix time of the last full handshake */
    uint64_t issued_at_ms; /* when this ticket or id was given out; at or after full_at_ms */
    uint32_t lifetime_s;   /* from issued_at_ms; 0: the server named none */
    hs_span alpn;          /* up to 255 bytes; n = 0: none */
    hs_span server_name;   /* up to 255 bytes, none of them NUL; n = 0: none */
    uint8_t context[HS__SESSION_CONTEXT]; /* of the configuration it was made under */

    bool has_peer; /* the peer showed a certificate; the rest is all zero without */
    uint8_t peer_sha256[HS__SESSION_PEER]; /* of the leaf's DER */
    int64_t peer_not_after;                /* of the leaf; Unix seconds, still good then */
    hs_status peer_verdict;                /* of its chain */

    hs_span session_id, ticket; /* client only: up to 32 and 65,535 bytes; n = 0: none */
} hs__session_state;

/* All but session_id and ticket, to bytes and back. The reader is strict: what it takes, the
 * writer gives again byte by byte. Its spans point into what is read. HS_E_NO_SPACE from the
 * writer also where a name is longer than 255 bytes, HS_E_MISUSE for a secret of wrong length. */
void hs__session_state_write(hs__wr *w, const hs__session_state *s);
void hs__session_state_read(hs__rd *r, hs__session_state *out);

/* Whether it may be resumed as far as time goes; if not, *why is a reason for people, static:
 * "its lifetime has run out". */
bool hs__session_usable(const hs__session_state *s, uint64_t now_ms, const char **why);

/* When it stops to be: the first of what bounds it. */
uint64_t hs__session_expires_ms(const hs__session_state *s);

/* A client's session with a copy of all that `s` has. */
HS_MUST_CHECK hs_status hs__session_new(const hs__session_state *s, hs_session **out);

/* Borrowed from the session. */
const hs__session_state *hs__session_state_of(const hs_session *session);

/* A connection with it has failed: it is not offered any more. */
void hs__session_retire(hs_session *session);
bool hs__session_is_retired(const hs_session *session);

#endif
