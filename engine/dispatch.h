/* dispatch.h - the handshake as tables (E3, E4).
 *
 * A row says what one input does in one state: its handler, the states it may lead to, how the
 * message enters the transcript, and which keys come into use. Only the dispatcher moves the
 * state. Handlers get a complete, well-formed message and decide; they never see a message that
 * no row allows. */
#ifndef HS_ENGINE_DISPATCH_H
#define HS_ENGINE_DISPATCH_H

#include <assert.h>

#include "engine/connection.h"
#include "proto/certificate12.h"
#include "proto/certificate13.h"
#include "proto/certificate_request12.h"
#include "proto/certificate_request13.h"
#include "proto/certificate_status.h"
#include "proto/certificate_verify.h"
#include "proto/client_key_exchange.h"
#include "proto/encrypted_extensions.h"
#include "proto/finished.h"
#include "proto/hello_request.h"
#include "proto/key_update.h"
#include "proto/new_session_ticket12.h"
#include "proto/new_session_ticket13.h"
#include "proto/server_hello.h"
#include "proto/server_key_exchange.h"

typedef enum {
    HS__ON_CLIENT_HELLO,
    HS__ON_SERVER_HELLO,
    HS__ON_HELLO_RETRY_REQUEST,
    HS__ON_ENCRYPTED_EXTENSIONS,
    HS__ON_CERTIFICATE_REQUEST,
    HS__ON_CERTIFICATE,
    HS__ON_CERTIFICATE_VERIFY,
    HS__ON_FINISHED,
    HS__ON_NEW_SESSION_TICKET,
    HS__ON_KEY_UPDATE,
    HS__ON_HELLO_REQUEST, /* of TLS 1.2 only */
    HS__ON_CERTIFICATE_STATUS,
    HS__ON_SERVER_KEY_EXCHANGE,
    HS__ON_SERVER_HELLO_DONE,
    HS__ON_CLIENT_KEY_EXCHANGE,
    HS__ON_CHANGE_CIPHER_SPEC, /* TLS 1.2; a record of its own, not a handshake message */
    HS__ON_OTHER,              /* a message that no row allows */
    HS__ON_CONFIG,             /* answers */
    HS__ON_VERIFIED,
    HS__ON_SIGNED,
    HS__ON_GO /* no input: what is due in this state is done at once */
} hs__input;

/* A message, read or to be written, or an answer. */
typedef struct {
    uint8_t type; /* HandshakeType; not for answers */
    hs_span raw;  /* read: the whole message */
    union {
        hs__client_hello client_hello;
        hs__server_hello server_hello;
        hs__encrypted_extensions encrypted_extensions;
        hs__certificate_request13 certificate_request;
        hs__certificate13 certificate;
        hs__certificate_verify certificate_verify;
        hs__finished finished;
        hs__new_session_ticket13 new_session_ticket;
        hs__key_update key_update;
        hs__certificate12 certificate12;
        hs__certificate_request12 certificate_request12;
        hs__certificate_status certificate_status;
        hs__client_key_exchange client_key_exchange;
        hs__new_session_ticket12 new_session_ticket12;
        hs__server_key_exchange server_key_exchange;
        hs_config *config; /* HS__ON_CONFIG; NULL: the first one */
        hs_status verdict; /* HS__ON_VERIFIED; the report is in the connection */
        struct {
            hs_span bytes;
            hs_status refused; /* why there is none, when bytes.n is 0 */
        } signature;           /* HS__ON_SIGNED */
    } u;
} hs__message;

typedef enum {
    HS__TRANSCRIPT_NONE,   /* not hashed, or its handler does it */
    HS__TRANSCRIPT_BEFORE, /* hashed, then handled               */
    HS__TRANSCRIPT_AFTER   /* handled, then hashed               */
} hs__transcript_rule;

enum {
    HS__ENDS_RECORD = 1, /* keys change behind it: it must be the last of its record (5.1) */
    HS__LAST_ROW = 2
};

/* Handles one input; *next is the state to go to, preset to the present one. A failure that is
 * the peer's has been through hs__fail; a local one may be returned as it is. */
typedef hs_status (*hs__handler)(hs_conn *c, const hs__message *m, hs__state *next);

typedef struct hs__row {
    hs__state state;
    hs__input input;
    hs__handler handler;
    uint64_t next; /* bits of HS__BIT(state): where the handler may lead */
    hs__transcript_rule transcript;
    int key_in, key_out; /* hs__secret_id to install when the handler is done; 0: none */
    unsigned flags;
} hs__row;

#define HS__BIT(state) (UINT64_C(1) << HS__##state)

static_assert(HS__EARLY_SECRET == 0, "0 in a row's key columns means none");
static_assert(HS__N_STATES <= 64, "a row's next states are a 64-bit set");

/* A connection begins in a hello table; the handler that learns the version moves it to another. */
extern const hs__row hs__hello_client[]; /* engine/hello_tables.c */
extern const hs__row hs__hello_server[];
extern const hs__row hs__client_12[]; /* engine/client12.c */
extern const hs__row hs__server_12[]; /* engine/server12.c */
extern const hs__row hs__client_13[]; /* engine/client13.c */
extern const hs__row hs__server_13[]; /* engine/server13.c */

/* Runs a message that came in / an answer / what is due, then whatever follows from it without
 * more input. Returns once the engine waits for something. */
HS_MUST_CHECK hs_status hs__dispatch_message(hs_conn *c, uint8_t type, hs_span raw);
HS_MUST_CHECK hs_status hs__dispatch(hs_conn *c, hs__input input, const hs__message *m);

/* A ChangeCipherSpec record of TLS 1.2. */
HS_MUST_CHECK hs_status hs__dispatch_ccs(hs_conn *c, hs_span content);

/* RFC 9846 5.1: a message before a change of keys ends its record. */
HS_MUST_CHECK hs_status hs__check_ends_record(hs_conn *c, const char *name);

/* Seals everything written so far under the present key. */
HS_MUST_CHECK hs_status hs__flush(hs_conn *c);

/* Reads any message that has a reader, in the format of the connection's version and suite;
 * HS_E_UNEXPECTED_MESSAGE for others. */
HS_MUST_CHECK hs_status hs__message_read(const hs_conn *c, uint8_t type, hs_span raw,
                                         const hs__field_sink *sink, hs__rd_root *root,
                                         hs__message *out);

/* Writes m->type into the flight and the transcript. The flight is sealed when keys change or
 * the engine waits. *raw (may be NULL): where the message stands, until the next call. */
HS_MUST_CHECK hs_status hs__send(hs_conn *c, const hs__message *m, hs_span *raw);

/* "ServerHello"; "HelloRetryRequest" by its random. */
const char *hs__message_name(uint8_t type, hs_span raw);

/* Is there a row for a message or answer in this state? For the "expected one of" of errors,
 * the state graphs and the legality test. */
const hs__row *hs__row_find(const hs__row *table, hs__state state, hs__input input);
const char *hs__input_name(hs__input input);

#endif
