/* trace.h - what a connection tells about itself while it works, for people and tools.
 *
 * A trace observes: it cannot fail and cannot change what happens. The engine calls the
 * sink of its configuration with one hs_trace per event; everything an event points at is
 * borrowed for that call. Any hs_* call on the same connection from inside the sink returns
 * HS_E_MISUSE. Values of secrets are present only where the mask has HS_TRACE_SECRETS.
 * A library built with -Dtrace=false never calls the sink.
 *
 * The renderers of these events (text, JSON Lines, key log) are in trace/. */
#ifndef HANDSHAKE_TRACE_H
#define HANDSHAKE_TRACE_H

#include "handshake/pki.h"
#include "handshake/status.h"

typedef enum {
    HS_TR_CONN,        /* the transport: made by who owns the socket, not by the engine  */
    HS_TR_STATE,       /* the handshake moved from one state to the next                 */
    HS_TR_WIRE,        /* a record as on the wire                                        */
    HS_TR_OPENED,      /* a protected record's inside: after opening, before sealing     */
    HS_TR_MESSAGE,     /* a handshake message begins; its fields follow                  */
    HS_TR_FIELD,       /* one leaf field of it                                           */
    HS_TR_MESSAGE_END, /* all its fields are told, or reading it failed                  */
    HS_TR_CHOOSE,      /* a parameter was chosen from what was offered                   */
    HS_TR_TRANSCRIPT,  /* the transcript hash after a message                            */
    HS_TR_DERIVE,      /* a value of the key schedule                                    */
    HS_TR_KEY,         /* a traffic key came into use                                    */
    HS_TR_SECRET,      /* a line of the key log                                          */
    HS_TR_CHECK,       /* something was verified                                         */
    HS_TR_ALERT,       /* an alert was sent or received                                  */
    HS_TR_APPDATA,     /* application data went through                                  */
    HS_TR_KEY_UPDATE,  /* traffic keys were replaced                                     */
    HS_TR_TICKET,      /* NewSessionTicket came or went                                  */
    HS_TR_NOTE,        /* something worth a sentence                                     */
    HS_TR_DONE,        /* the handshake is complete                                      */
    HS_TR_CLOSED,      /* nothing more will happen on this connection                    */
    HS_TR_KINDS
} hs_trace_kind;

#define HS_TRACE_MASK(kind) (1u << (kind))
#define HS_TRACE_SECRETS    (1u << 31) /* with values: derive, secret, opened, appdata */
#define HS_TRACE_ALL        (HS_TRACE_SECRETS - 1u) /* every kind, secrets hidden */

typedef enum {
    HS_FIELD_LENGTH,
    HS_FIELD_UINT,
    HS_FIELD_CODE,
    HS_FIELD_BYTES,
    HS_FIELD_TEXT
} hs_field_kind;

typedef struct {
    const char *what; /* "connected", "accepted", "eof", "reset", "closed" */
    const char *peer, *local;
} hs_trace_conn;

typedef struct {
    const char *from, *to; /* "WAIT_SH", "WAIT_EE" */
    const char *cause;     /* "ServerHello" */
} hs_trace_state;

typedef struct {
    bool outbound;
    uint64_t n;       /* 1, 2, 3 ... in this direction */
    uint8_t type;     /* ContentType of the outer record */
    uint16_t version; /* legacy_record_version */
    bool is_protected;
    hs_span raw; /* header and body */
} hs_trace_wire;

typedef struct {
    bool outbound;
    uint64_t n;       /* the record's number, as in its HS_TR_WIRE */
    bool ok;          /* false: it did not open; then the fields below it are empty */
    const char *aead; /* "AES-128-GCM" */
    const char *key;  /* "server_handshake_key" */
    uint64_t seq;     /* sequence number under this key */
    hs_span nonce, aad;
    hs_span explicit_nonce; /* TLS 1.2 with AES: the end of the nonce, in clear in the record */
    uint8_t inner_type;
    size_t padding;
    size_t plaintext_n;
    hs_span plaintext; /* handshake and alerts always; application data with HS_TRACE_SECRETS */
} hs_trace_opened;

typedef struct {
    bool outbound;
    uint8_t type;     /* HandshakeType */
    const char *name; /* "ServerHello", "HelloRetryRequest" */
    hs_span raw;      /* from msg_type on */
    uint64_t record;  /* number of the record with its first byte; 0: not known yet */
} hs_trace_message;

typedef struct {
    const char *path; /* "extensions[key_share].client_shares[0].group"; unique in the message */
    size_t off;       /* from the message's msg_type */
    hs_span bytes;
    hs_field_kind kind;
    uint64_t value;      /* LENGTH, UINT, CODE */
    const char *meaning; /* CODE: the RFC's name, NULL where it has none */
} hs_trace_field;

typedef struct {
    hs_status status;
    const char *where, *problem; /* what broke, when status is not HS_OK */
} hs_trace_message_end;

typedef struct {
    const char *what;   /* "version", "suite", "group", "sigalg", "alpn", "certificate", "hrr" */
    const char *chosen; /* "x25519"; NULL: nothing fits */
    bool by_us;
    hs_span offered;   /* big-endian 16-bit code points, best first; for "alpn" the */
    hs_span supported; /* ProtocolNameList as on the wire; empty where it is not known */
    const char *why;
} hs_trace_choose;

typedef struct {
    const char *messages; /* "CH SH EE" */
    const char *through;  /* "EE" */
    const char *hash;     /* "SHA-256" */
    hs_span value;
    bool is_reset; /* message_hash took the place of ClientHello1 (RFC 9846 4.5.1) */
} hs_trace_transcript;

typedef struct {
    /* "salt", "ikm", "secret", "label", "context", "private", "public"; in TLS 1.2 "seed",
     * "ciphertext", "from" and "offset" as well */
    const char *name;
    const char *ref; /* what it is: "early_secret", "c hs traffic", "H(CH..SH)", "0" */
    hs_span bytes;   /* its value where that is public, or secrets were asked for */
} hs_trace_input;

typedef struct {
    const char *name; /* RFC 9846's: "client_handshake_traffic_secret" */
    /* "HKDF-Extract", "HKDF-Expand-Label", "x25519", "secp256r1"; in TLS 1.2 "PRF",
     * "RSAES-PKCS1-v1_5" and, for a part of the key block, "part" */
    const char *fn;
    const char *hash; /* "SHA-256"; NULL for a key exchange */
    const hs_trace_input *inputs;
    size_t n_inputs;
    size_t len;
    hs_span value; /* only with HS_TRACE_SECRETS */
    hs_span id;    /* 4 bytes: the start of the value's SHA-256; lets two ends compare */
    uint64_t us;   /* time it took; 0 where it is not worth measuring */
} hs_trace_derive;

typedef struct {
    bool outbound;
    const char *name; /* "server_handshake_key" */
    const char *aead;
    const char *secret; /* the traffic secret it comes from */
} hs_trace_key;

typedef struct {
    const char *label; /* "CLIENT_HANDSHAKE_TRAFFIC_SECRET" (SSLKEYLOGFILE format) */
    hs_span client_random, secret;
} hs_trace_secret;

typedef struct {
    const char *what; /* "certificate_verify", "server_key_exchange", "finished", "chain" */
    const char *side; /* whose: "server", "client" */
    bool ok, enforced;
    const char *covers; /* "CH..CT" */
    const char *scheme; /* signature scheme; NULL if none */
    hs_span signed_content, expected, got;
    const hs_report *report; /* chain: each rule by name */
    uint64_t us;
} hs_trace_check;

/* `cause`, `where`, `fix` are empty for an alert that was received. */
typedef struct {
    bool outbound;
    uint8_t level, description;
    const char *cause, *where, *rule, *detail;
    const char *after; /* the last message before it, "Certificate" */
} hs_trace_alert;

typedef struct {
    bool outbound;
    size_t n;
    hs_span bytes; /* only with HS_TRACE_SECRETS */
} hs_trace_appdata;

typedef struct {
    bool outbound;
    bool requested;      /* update_requested */
    uint64_t generation; /* 1 for the first update in this direction */
} hs_trace_key_update;

typedef struct {
    bool outbound;
    uint32_t lifetime, age_add;
    hs_span nonce;
    size_t ticket_n;
    uint32_t early_max;
} hs_trace_ticket;

typedef struct {
    const char *text;
    const char *rule;
} hs_trace_note;

typedef struct {
    const char *version, *suite, *group, *scheme; /* NULL: not used */
    const char *mode;                             /* "full", "resumed" */
    hs_span alpn;
    bool hrr, client_authenticated;
    bool resumed;
    bool extended_main_secret; /* keys are bound to the handshake: TLS 1.2 with RFC 7627, and 1.3 */
    unsigned rtts;
    bool verified, verify_enforced; /* the peer's certificate */
    hs_status verdict;
    uint64_t bytes_tx, bytes_rx, records_tx, records_rx;
    uint64_t us_total, us_crypto;
    struct {
        unsigned sign, verify, kex;
    } ops;
} hs_trace_done;

typedef struct {
    bool clean; /* close_notify both ways */
    uint64_t bytes_tx, bytes_rx, records_tx, records_rx, app_tx, app_rx;
} hs_trace_closed;

typedef struct hs_trace {
    hs_trace_kind kind;
    bool is_server;
    bool is_observer; /* neither end, but between them: what the client sends is outbound */
    uint16_t version; /* 0x0303 or 0x0304, 0 while it is not agreed on */
    bool resumed;     /* a session is resumed, as far as is known now */
    uint64_t t_us;    /* hs_options.mono_us at the event, since hs_*_new; 0 without a clock */
    union {
        hs_trace_conn conn;
        hs_trace_state state;
        hs_trace_wire wire;
        hs_trace_opened opened;
        hs_trace_message message;
        hs_trace_field field;
        hs_trace_message_end message_end;
        hs_trace_choose choose;
        hs_trace_transcript transcript;
        hs_trace_derive derive;
        hs_trace_key key;
        hs_trace_secret secret;
        hs_trace_check check;
        hs_trace_alert alert;
        hs_trace_appdata appdata;
        hs_trace_key_update key_update;
        hs_trace_ticket ticket;
        hs_trace_note note;
        hs_trace_done done;
        hs_trace_closed closed;
    } u;
} hs_trace;

#endif
