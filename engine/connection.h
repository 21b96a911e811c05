/* connection.h - what a connection holds, and for how long.
 *
 * hs_conn lives as long as the connection and is kept small; hs__handshake is one allocation
 * that is wiped and freed when the handshake is over. */
#ifndef HS_ENGINE_CONNECTION_H
#define HS_ENGINE_CONNECTION_H

#include "crypto/provider.h"
#include "engine/config.h"
#include "engine/session.h"
#include "engine/suites.h"
#include "engine/tx.h"
#include "handshake/conn.h"
#include "pki/certificate.h"
#include "proto/client_hello.h"
#include "proto/record_header.h"

/* ---- states: RFC 9846 appendix A, RFC 5246 7.3, and where we wait for an answer ---------- */
#define HS__STATES(X)                                                                              \
    X(START)         /* client: nothing sent yet; server: no ClientHello yet     */                \
    X(WAIT_SH)       /* client                                                   */                \
    X(SEND_CH2)      /* client: after HelloRetryRequest                          */                \
    X(WAIT_SH2)      /* client: ClientHello2 is out                              */                \
    X(HAVE_SH)       /* client: ServerHello is good, keys are due                */                \
    X(WAIT_EE)       /* client                                                   */                \
    X(WAIT_CERT_CR)  /* client                                                   */                \
    X(WAIT_CERT)     /* both: the peer's Certificate must come next              */                \
    X(WAIT_CV)       /* both                                                     */                \
    X(WAIT_VERIFIED) /* both: ASK_VERIFY is open                                 */                \
    X(WAIT_FINISHED) /* both                                                     */                \
    X(HAVE_FINISHED) /* client: the server's Finished is good, keys are due      */                \
    X(SEND_CERT)     /* both: our Certificate and CertificateVerify are due      */                \
    X(WAIT_SIGNED)   /* both: ASK_SIGN is open                                   */                \
    X(SEND_FINISHED) /* both                                                     */                \
    X(WAIT_CONFIG)   /* server: ASK_CONFIG is open                               */                \
    X(SEND_HRR)      /* server                                                   */                \
    X(WAIT_CH2)      /* server                                                   */                \
    X(SEND_SH)       /* server                                                   */                \
    X(SEND_EE)       /* server: EncryptedExtensions, CertificateRequest          */                \
    /* TLS 1.2 */                                                                                  \
    X(WAIT_CS_SKE)    /* client: CertificateStatus may come before it            */                \
    X(WAIT_CS_CR_SHD) /* client: the same, without a ServerKeyExchange           */                \
    X(WAIT_SKE)       /* client: ServerKeyExchange must come next                */                \
    X(WAIT_CR_SHD)    /* client                                                  */                \
    X(WAIT_SHD)       /* client: after CertificateRequest                        */                \
    X(SEND_CKE)       /* client: ClientKeyExchange                               */                \
    X(SEND_CV)        /* client: CertificateVerify                               */                \
    X(WAIT_NST)       /* client: a ticket was promised                           */                \
    X(WAIT_CCS)       /* both                                                    */                \
    X(SEND_CCS)       /* both                                                    */                \
    X(SEND_SKE)       /* server: ServerKeyExchange                               */                \
    X(SEND_SHD)       /* server: CertificateRequest, ServerHelloDone             */                \
    X(WAIT_CKE)       /* server                                                  */                \
    X(SEND_NST)       /* server                                                  */                \
    X(CONNECTED)                                                                                   \
    X(FAILED)

typedef enum {
#define X(name) HS__##name,
    HS__STATES(X)
#undef X
        HS__N_STATES
} hs__state;

const char *hs__state_name(hs__state s);

enum { HS__DIGEST = 48 }; /* SHA-384, the longest hash of a suite */

/* ---- one direction of the record layer --------------------------------------------------- */
typedef struct {
    hs__aead *aead; /* NULL: in clear */
    uint8_t iv[HS__AEAD_NONCE];
    uint64_t seq;     /* of the next record under this key */
    uint64_t records; /* all records of this direction, with those in clear */
    uint64_t bytes;
    uint64_t app_bytes;
    uint64_t generation;        /* KeyUpdates */
    uint8_t secret[HS__DIGEST]; /* the traffic secret the key comes from */
    const char *secret_name, *key_name;
} hs__direction;

/* ---- reading ----------------------------------------------------------------------------- */
typedef struct {
    uint8_t *loan; /* the caller's slab (E1), NULL: none */
    size_t loan_n, loan_off;
    bool lent;
    bool exhausted; /* no whole record is left in the loan */
    uint8_t *cut;   /* an incomplete record, copied; becomes the current one when whole */
    size_t cut_n, cut_cap;
    bool cut_in_use; /* `content` lies in it */
    bool eof;
    uint8_t type;     /* of the current record's content */
    uint8_t *content; /* what of the current record is not used yet */
    size_t content_n;
    uint8_t *message; /* a handshake message cut over records */
    size_t message_n, message_cap;
    bool message_whole;
    uint8_t header[4];                   /* its first bytes, until its length is known */
    uint64_t message_record;             /* number of the record where it began */
    unsigned empty_records, key_updates; /* in a row; the latter also asks to renegotiate */
} hs__rx;

/* ---- the handshake ----------------------------------------------------------------------- */
typedef enum {
    HS__EARLY_SECRET,
    HS__DERIVED_1,
    HS__HANDSHAKE_SECRET,
    HS__CLIENT_HANDSHAKE,
    HS__SERVER_HANDSHAKE,
    HS__DERIVED_2,
    HS__MAIN_SECRET,
    HS__CLIENT_APPLICATION,
    HS__SERVER_APPLICATION,
    HS__EXPORTER_SECRET,
    HS__N_SECRETS,
    HS__CLIENT_WRITE = HS__N_SECRETS, /* TLS 1.2: keys out of the key block */
    HS__SERVER_WRITE
} hs__secret_id;

/* HS__EARLY_SKIPPED: of early data, which is for the server that gave the ticket: twice what most
 * allow, since records have an overhead. */
enum { HS__TRANSCRIPT_NAMES = 96, HS__EARLY_SKIPPED = 32 * 1024 };

enum { HS__MAIN_SECRET_12 = 48, HS__KEY_BLOCK_MAX = 2 * HS__AEAD_KEY_MAX + 2 * HS__AEAD_NONCE };

/* A buffer that grows; wiped when it goes. */
typedef struct {
    uint8_t *p;
    size_t n, cap;
} hs__buffer;

typedef struct {
    uint16_t group;
    hs__kex *kex;
} hs__own_share;

typedef struct {
    hs__hash hash; /* runs once the suite is known */
    bool started;
    bool keeps;                       /* TLS 1.2: `messages` is wanted for a CertificateVerify */
    hs__buffer messages;              /* all of them, since its scheme may have another hash */
    char names[HS__TRANSCRIPT_NAMES]; /* "CH SH EE", for traces */
} hs__transcript;

/* What only TLS 1.2 needs until Finished. */
typedef struct {
    uint8_t premaster[HS__PREMASTER]; /* RSA key transport: the preliminary secret */
    uint8_t main_secret[HS__MAIN_SECRET_12];
    uint8_t key_block[HS__KEY_BLOCK_MAX];
    uint8_t server_random[HS__RANDOM];
    hs__buffer params; /* the point of ServerECDHParams */

    uint8_t
        session_id[HS__SESSION_ID_MAX]; /* that the server gave out, or resumes from its store */
    size_t session_id_n;
    bool ticket_due;   /* a NewSessionTicket was promised */
    hs__buffer ticket; /* client: that came */
    hs__buffer staple; /* client: the CertificateStatus */
    bool status_due;   /* client: a CertificateStatus may come */
    uint32_t ticket_life;

    /* server: of the session that is resumed, for its renewal */
    uint64_t full_at_ms;
    bool has_peer;
    int64_t peer_not_after;
    uint8_t peer_sha256[HS__SESSION_PEER];
} hs__handshake12;

typedef struct {
    hs__transcript transcript;
    union {                                        /* by version */
        uint8_t secret[HS__N_SECRETS][HS__DIGEST]; /* TLS 1.3 */
        hs__handshake12 v12;
    };
    uint8_t client_random[HS__RANDOM];

    /* The ClientHello in force: the one sent or the one received; `hello` points into `raw`. */
    hs__buffer raw_hello;
    hs__client_hello hello;
    uint8_t hello_digest[32]; /* of ClientHello1 without what ClientHello2 may change (4.2.2) */

    /* client */
    hs_session *session;    /* to be resumed; NULL: none */
    hs__buffer verify_name; /* what the server's certificate must be for; NUL-terminated */
    uint8_t random[HS__RANDOM], session_id[HS__SESSION_ID_MAX];
    size_t session_id_n;
    hs__own_share shares[HS__MAX_SHARES];
    size_t n_shares;
    hs__buffer cookie;
    bool client_cert_wanted;
    hs__buffer schemes_wanted; /* signature_algorithms of the CertificateRequest */

    /* both */
    uint16_t retry_group; /* asked for with a HelloRetryRequest; 0: none */
    uint8_t ecdhe[HS__KEX_SECRET_MAX];
    size_t ecdhe_n;
    bool sni_used;     /* server: the name chose the certificate */
    size_t early_left; /* server: bytes of early data that may still be skipped */

    /* both: who we are in this handshake */
    hs_credential *credential;
    uint16_t own_scheme;

    /* both: the peer's certificate */
    hs__cert peer_leaf; /* a view on peer_certs */
    hs__public_key *peer_key;

    hs__buffer flight; /* messages that are written but not sealed yet */
    hs__buffer to_sign, signature;

    uint64_t us_crypto;
    struct {
        unsigned sign, verify, kex;
    } ops;
} hs__handshake;

typedef struct {
    hs_error error;
    char where[HS__PATH_MAX];
} hs__kept_error;

/* What the peer has shown, in one allocation: behind the spans come the bytes they point into. */
typedef struct {
    hs_report *report; /* NULL until the chain is judged */
    hs_span staple;    /* an OCSP response that came with it; n = 0: none */
    size_t size, n;
    hs_span chain[]; /* DER, leaf first */
} hs__peer;

/* What TLS 1.2 needs as long as the connection lives: lasting12.h. */
typedef struct {
    uint8_t main_secret[HS__MAIN_SECRET_12];
    uint8_t randoms[2 * HS__RANDOM];        /* client's, server's */
    uint8_t session_id[HS__SESSION_ID_MAX]; /* server: in its store */
    size_t session_id_n;                    /* 0: in none */
    hs_session *session;                    /* client; NULL: none */
} hs__lasting12;

/* ---- the connection ---------------------------------------------------------------------- */
struct hs_conn {
    hs_config *config; /* in force */
    hs_config *first;  /* provider, clock, trace, memory, limits */
    const hs_provider *p;
    hs__memory *memory;
    bool is_server;
    hs__state state;
    const struct hs__row *table;
    const hs__suite *suite;
    uint16_t version, group, peer_scheme, own_scheme;

    hs__rx rx;
    hs__direction in, out;
    hs__tx tx;
    size_t answer_waits; /* bytes of tx up to our answer to a KeyUpdate, while nothing but it is
                            behind them: no second one is needed until it has gone; 0: none */
    size_t max_content;  /* largest content of a record that the peer takes */

    hs__handshake *hs;                   /* NULL once the handshake is over */
    uint8_t exporter_secret[HS__DIGEST]; /* TLS 1.3 */
    hs__lasting12 *lasting12;            /* TLS 1.2 */

    /* flags */
    bool hrr, ccs_due, ccs_sent, ccs_ok;
    bool resumed, ems; /* ems: the main secret is the extended one */
    bool rx_limited;   /* our record_size_limit was negotiated: the peer must keep to it */
    bool write_closed, read_closed;
    bool update_requested; /* our request to update is not answered yet */
    bool peer_authenticated;
    bool in_trace;
    hs_event_kind pending; /* an event to hand out next; HS_EV_NONE: none */
    hs_event_kind lent;    /* the one handed out last, whose spans are borrowed */
    hs_status verdict;

    hs__peer *peer;    /* until the hs_next after CONNECTED; NULL: it has shown no certificate */
    char *server_name; /* SNI sent or received */
    size_t server_name_n;
    hs_span alpn;             /* the protocol agreed on: in the configuration's list */
    hs_session *session;      /* client: to be told after CONNECTED */
    const hs_error *error;    /* once failed */
    hs__kept_error *kept;     /* owns it, unless memory had run out */
    const char *last_message; /* name of the last message that was received */
    void *trace_ctx;
    uint64_t started_us;
    struct hs__lab_state *lab; /* lab.h; NULL: nothing breaks */
};

/* ---- small helpers ----------------------------------------------------------------------- */
void hs__buffer_free(hs_conn *c, hs__buffer *b);
/* Room for n more bytes at b->p + b->n. */
HS_MUST_CHECK hs_status hs__buffer_room(hs_conn *c, hs__buffer *b, size_t n);
HS_MUST_CHECK hs_status hs__buffer_add(hs_conn *c, hs__buffer *b, hs_span bytes);

static inline hs_span hs__buffer_span(const hs__buffer *b) {
    return (hs_span){b->p, b->n};
}

/* Ends the handshake's allocation: everything in it is wiped. */
void hs__handshake_free(hs_conn *c);

/* Frees what is kept of the peer's certificates and their report. */
void hs__peer_free(hs_conn *c);

#endif
