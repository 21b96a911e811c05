/* conn.h - one TLS connection: no sockets, no clock, no threads, no globals.
 *
 *   network   bytes in  -> hs_rx -> engine -> hs_next(HS_EV_DATA) -> app
 *             bytes out <- hs_tx_peek/consume <- engine <- hs_write <-
 *
 * Four rules hold everywhere, so the comments below do not repeat them:
 *  CAUSE   what the peer or the crypto did is an EVENT (hs_next); what the caller did
 *          wrong is a RETURN code. Nothing is told twice.
 *  OWNER   arguments are copied before return; spans handed out are borrowed until the
 *          call their comment names; every *_new has one *_free or *_unref.
 *  FAIL    the first failure is final: its alert is queued, HS_EV_FAILED is the last
 *          event, queued bytes still drain. HS_E_MISUSE changes nothing.
 *  THREAD  an hs_config may be shared by threads; an hs_conn has one at a time. */
#ifndef HANDSHAKE_CONN_H
#define HANDSHAKE_CONN_H

#include "handshake/pki.h"
#include "handshake/provider.h"
#include "handshake/session.h"
#include "handshake/status.h"
#include "handshake/trace.h"
#include "handshake/types.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hs_config hs_config; /* immutable once made; ref-counted */
typedef struct hs_conn hs_conn;     /* one connection, client or server */

/* ---- configuration: fill a struct, seal it once, share it -------------------------------- */

/* Questions that a program wants to answer itself; see HS_EV_ASK_*. A session that is resumed
 * brings the answer to HS_ASK_VERIFY of its full handshake along: it is not asked again. */
enum { HS_ASK_CONFIG = 1, HS_ASK_VERIFY = 2, HS_ASK_SIGN = 4 };

typedef enum { HS_CLIENT_AUTH_NONE, HS_CLIENT_AUTH_WANT, HS_CLIENT_AUTH_NEED } hs_client_auth;
typedef enum { HS_VERIFY_ENFORCE, HS_VERIFY_REPORT_ONLY } hs_verify_mode;
typedef enum { HS_PREFER_SERVER, HS_PREFER_CLIENT } hs_preference;
typedef enum { HS_HRR_AUTO, HS_HRR_ALWAYS } hs_hrr_policy;

/* TLS 1.2: is the main secret bound to the whole handshake (RFC 7627's extended master secret)?
 * Without it a session can be spliced into another. OFF is for lessons. */
typedef enum { HS_EMS_REQUIRED, HS_EMS_OPTIONAL, HS_EMS_OFF } hs_extended_main_secret;

/* Bounds on what a peer may make us hold or do. 0 means the default. */
typedef struct {
    size_t message;           /* one handshake message but Certificate; default 64 KiB */
    size_t chain;             /* one Certificate message; default 100 KiB */
    unsigned empty_records;   /* records without content, and warnings, in a row; default 32 */
    unsigned key_updates;     /* KeyUpdates from the peer without application data between; 32. In
                                 TLS 1.2 its attempts to renegotiate, each of which is refused */
    uint64_t records_per_key; /* seal that many, then KeyUpdate; default the AEAD's limit (5.5). In
                                 TLS 1.2, which has none, the connection fails with
                                 HS_E_KEY_USED_UP */
} hs_limits;

/* All-zero but `size` and `provider` is a safe client that trusts nobody. */
typedef struct {
    size_t size;                       /* sizeof(hs_options) */
    hs_provider *provider;             /* required; the config keeps a reference       */
    uint16_t min_version, max_version; /* 0: 0x0303 and 0x0304                         */
    const uint16_t *suites;            /* 0-terminated, best first; NULL: all. A version
                                          that has none among them is not spoken       */
    bool classic;                      /* TLS 1.2's RSA key transport, too: no forward
                                          secrecy. An RSA identity of a server whose
                                          keyUsage lets it decrypt then does nothing else;
                                          to have the same key sign in another one is
                                          HS_E_CONFIG (RFC 9846 F.10)                  */
    const uint16_t *groups;            /* 0-terminated, best first; NULL: the provider's */
    const uint16_t *shares;            /* client: groups to send a key share for; NULL: the
                                          first of `groups`; an empty list asks for HRR */
    const uint16_t *schemes;           /* signature schemes, best first, for what we sign
                                          and what we take; NULL: all */
    const char *const *alpn;           /* NULL-terminated, best first                  */
    hs_trust *trust;                   /* whom we believe; NULL: nobody                */
    hs_verify_mode verify;             /* REPORT_ONLY: go on when a check fails (-k)   */
    hs_revocation revocation;          /* client: how revoked certificates are found; unless
                                          it is OFF the server is asked for a staple   */
    hs_credential *const *identity;    /* who we are; NULL-terminated, best first      */
    hs_client_auth client_auth;        /* server: ask the client for a certificate     */
    hs_preference prefer;              /* server: whose order of suites and groups     */
    hs_hrr_policy hrr;                 /* server: ALWAYS sends one HelloRetryRequest   */
    bool strict_sni;                   /* server: unrecognized_name when no identity fits */
    bool no_compat;                    /* client: no legacy_session_id, so no CCS (E.4) */
    uint16_t record_size_limit;        /* largest plaintext record we take (8449), 64 to 16385, of
                                          which TLS 1.2 has 16384 at most; 0: off      */
    hs_session_store *sessions;        /* server: resume from here; NULL: no resumption */
    bool no_tickets;                   /* server: they stay in `sessions`, under an id */
    bool sessions_wanted;              /* client: resume what hs_client_options brings, and
                                          ask for something to resume with next time, which
                                          comes as HS_EV_SESSION                       */
    unsigned ask;                      /* HS_ASK_*: decide these yourself              */
    hs_extended_main_secret extended_main_secret; /* TLS 1.2 */
    hs_limits limits;
    uint64_t (*now_ms)(void *ctx);  /* Unix time; required to verify certificates   */
    uint64_t (*mono_us)(void *ctx); /* for the trace's times; NULL: no times        */
    void *clock_ctx;                /* for now_ms and mono_us                       */
    void (*trace)(void *trace_ctx, const hs_trace *event);
    unsigned trace_mask;   /* HS_TRACE_MASK(kind)s, HS_TRACE_SECRETS       */
    const hs_alloc *alloc; /* NULL: calloc and free; outlives the config   */
} hs_options;

/* Checks and copies `o`. On HS_E_CONFIG, *why is a static sentence to print. */
HS_MUST_CHECK hs_status hs_config_new(const hs_options *o, hs_config **out, const char **why);
hs_config *hs_config_ref(hs_config *config);
void hs_config_unref(hs_config *config); /* NULL is allowed */

/* ---- connection -------------------------------------------------------------------------- */
typedef struct {
    size_t size;
    const char *server_name; /* goes out as SNI if it is a DNS name; NULL: no SNI           */
    const char *verify_name; /* what the certificate must be for; NULL: server_name         */
    hs_session *session;     /* to resume, if it still fits name, trust and policy (else the
                                handshake is full); NULL: none                              */
    void *trace_ctx;         /* first argument of hs_options.trace                          */
} hs_client_options;

typedef struct {
    size_t size;
    void *trace_ctx;
} hs_server_options;

/* The ClientHello is in hs_tx_peek at once. */
HS_MUST_CHECK hs_status hs_client_new(hs_config *config, const hs_client_options *o, hs_conn **out);
HS_MUST_CHECK hs_status hs_server_new(hs_config *config, const hs_server_options *o, hs_conn **out);
void hs_conn_free(hs_conn *c); /* wipes secrets; NULL is allowed */

/* Lends n bytes from the network. They are decrypted in place and stay lent until hs_rx_done:
 * call hs_next until it returns HS_EV_NONE, then hs_rx_done, which keeps a copy of an
 * incomplete last record only. One loan at a time: else HS_E_MISUSE. While a question waits
 * for its answer, or hs_wants_write() says that output is in the way, the loan goes on. */
HS_MUST_CHECK hs_status hs_rx(hs_conn *c, uint8_t *p, size_t n);

/* Ends the loan. HS_E_NOT_YET while hs_next has not come to the end of it. */
hs_status hs_rx_done(hs_conn *c);

/* The transport has ended. Without close_notify before it the connection fails with
 * HS_E_TRUNCATED. */
void hs_rx_eof(hs_conn *c);

/* Bytes for the network, oldest first, at most `max` runs in v; returns how many. They do not
 * move until consumed, whatever is called meanwhile, so an asynchronous write may hold them. */
size_t hs_tx_peek(const hs_conn *c, hs_span *v, size_t max);
void hs_tx_consume(hs_conn *c, size_t n);

/* More than 64 KiB wait for the network: hs_next parses nothing until some are consumed. */
bool hs_wants_write(const hs_conn *c);

/* Seals plaintext; *taken < n: the output is full, drain it and go on. HS_E_NOT_YET before
 * HS_EV_CONNECTED; HS_E_CLOSED after hs_close or a failure. */
HS_MUST_CHECK hs_status hs_write(hs_conn *c, const void *p, size_t n, size_t *taken);

/* Sends close_notify; reading goes on (half-close, RFC 9846 6.1). In TLS 1.2 a peer may drop what
 * it still had to say (RFC 5246 7.2.1). */
hs_status hs_close(hs_conn *c);

/* Replaces our sending key; ask_peer: and asks the peer for the same (RFC 9846 4.7.3).
 * HS_E_UNSUPPORTED in TLS 1.2, which has no way to do so but renegotiation.
 * HS_E_NOT_YET before HS_EV_CONNECTED and while an earlier request of ours is unanswered;
 * HS_E_CLOSED after hs_close and when no further update is allowed (2^48 - 1). */
HS_MUST_CHECK hs_status hs_key_update(hs_conn *c, bool ask_peer);

/* ---- events: everything the engine has to say, in order ---------------------------------- */
typedef enum {
    HS_EV_NONE,        /* nothing left: feed me                                             */
    HS_EV_ASK_CONFIG,  /* ClientHello is in: server_name, alpn, bytes  -> hs_answer_config  */
    HS_EV_ASK_VERIFY,  /* chain[n_chain], purpose, name                -> hs_answer_verify  */
    HS_EV_ASK_SIGN,    /* credential, scheme, bytes to sign            -> hs_answer_sign    */
    HS_EV_CONNECTED,   /* the peer's Finished is verified and ours is queued                */
    HS_EV_SESSION,     /* client: session, for hs_client_options another time; hs_session_ref
                          to keep it                                                        */
    HS_EV_DATA,        /* bytes: plaintext, decrypted in place                              */
    HS_EV_PEER_CLOSED, /* close_notify came: no data was lost                               */
    HS_EV_FAILED       /* error; its alert, if any, is already in hs_tx_peek                */
} hs_event_kind;

typedef struct {
    hs_status status; /* a row of errors.def                                               */
    int alert;        /* sent by us, or received (from_peer); HS_NO_ALERT                  */
    bool from_peer;
    const char *where; /* "ServerHello.extensions[key_share].group"; "" where not in a field */
    const char *rule;  /* "rfc9846#section-4.3.8"                                           */
    char text[256];    /* what failed, expected, got, what to do                            */
    const hs_report *report; /* the chain's checks when it failed there, else NULL          */
} hs_error;

typedef struct {
    hs_event_kind kind;
    hs_span bytes;             /* DATA; ASK_SIGN: what to sign; ASK_CONFIG: ClientHello      */
    uint16_t scheme;           /* ASK_SIGN: SignatureScheme                                  */
    hs_credential *credential; /* ASK_SIGN: whose key                                       */
    const hs_span *chain;      /* ASK_VERIFY: DER, leaf first                                */
    size_t n_chain;
    hs_span staple;     /* ASK_VERIFY: OCSP response, DER; n = 0: none came             */
    hs_purpose purpose; /* ASK_VERIFY                                                 */
    const char
        *server_name;    /* ASK_CONFIG: what SNI asks for; ASK_VERIFY: the name to check; or NULL */
    hs_span alpn;        /* ASK_CONFIG: ProtocolNameList as on the wire                */
    hs_session *session; /* SESSION                                                    */
    const hs_error *error; /* FAILED                                                     */
} hs_event;

/* Takes the oldest event. What *ev points at is borrowed until the next hs_next; of a question
 * until its answer. After HS_EV_ASK_* hs_next returns HS_EV_NONE until the answer. */
hs_event_kind hs_next(hs_conn *c, hs_event *ev);

/* Each answer: HS_E_MISUSE when that question is not open, HS_E_CLOSED after hs_close; both
 * change nothing, and what was to be handed over stays the caller's. */

/* The configuration for this connection; NULL: go on with the first one. Provider, clock, trace,
 * allocator and limits stay the first one's. */
HS_MUST_CHECK hs_status hs_answer_config(hs_conn *c, hs_config *config);

/* HS_OK: trusted; else the status whose alert is to be sent. `report` (NULL: none) is handed over
 * and freed by the connection. */
HS_MUST_CHECK hs_status hs_answer_verify(hs_conn *c, hs_status verdict, hs_report *report);

/* The signature; n = 0: refuse. */
HS_MUST_CHECK hs_status hs_answer_sign(hs_conn *c, const void *sig, size_t n);

/* ---- what is known of a connection ------------------------------------------------------- */
typedef struct {
    const char *state; /* the row we are in, "WAIT_SH"                         */
    bool is_server, is_connected, hrr;
    bool resumed;                   /* a session was: no certificates in this handshake         */
    bool extended_main_secret;      /* TLS 1.2: RFC 7627; true in TLS 1.3 (RFC 9846 E)          */
    uint16_t version, suite, group; /* 0: not known yet; no group: RSA key transport, or a session
                                       of TLS 1.2 that was resumed                          */
    uint16_t scheme;                /* of the peer's CertificateVerify, or its ServerKeyExchange
                                       in TLS 1.2; 0: none                                  */
    uint16_t own_scheme;            /* of ours                                              */
    hs_span alpn;
    const char *server_name; /* SNI sent or received; NULL: none                     */
    bool peer_authenticated; /* its certificate and proof of key are verified, here or in the
                                full handshake of the session                        */
    hs_status verdict;       /* of its chain; with REPORT_ONLY it may have failed    */
    uint64_t bytes_tx, bytes_rx, records_tx, records_rx, app_tx, app_rx;
    uint64_t key_updates_tx, key_updates_rx;
} hs_info;
void hs_conn_info(const hs_conn *c, hs_info *out); /* spans: until hs_conn_free */

/* The peer's certificates, DER, leaf first, and what hs_verify found; from ASK_VERIFY or
 * HS_EV_CONNECTED until the hs_next after HS_EV_CONNECTED. NULL and 0 outside that, and
 * when a session was resumed. */
const hs_span *hs_peer_chain(const hs_conn *c, size_t *n);
const hs_report *hs_peer_report(const hs_conn *c);

/* The connection's own configuration (after hs_answer_config: the answered one); borrowed. */
hs_config *hs_conn_config(const hs_conn *c);

/* RFC 9846 7.5; in TLS 1.2 RFC 5705. HS_E_NOT_YET before HS_EV_CONNECTED. No context (context.p
 * NULL) and an empty one are the same in TLS 1.3, and different in TLS 1.2. HS_E_UNSUPPORTED in TLS
 * 1.2 without the extended main secret (RFC 7627 5.4). */
HS_MUST_CHECK hs_status hs_export(const hs_conn *c, const char *label, hs_span context,
                                  uint8_t *out, size_t n);

#ifdef __cplusplus
}
#endif

#endif
