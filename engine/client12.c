/* The client's TLS 1.2 handshake from ServerHello on, RFC 5246 7.3, RFC 5077 3.1 and RFC 6066
 * 8, row by row.
 * A HelloRequest on the way is ignored (RFC 5246 7.4.1.1), afterwards it is refused. */
#include "engine/handlers.h"

#define B HS__BIT
#define IGNORES_HELLO_REQUEST(state)                                                               \
    {                                                                                              \
        HS__##state, HS__ON_HELLO_REQUEST, hs__ignore_hello_request, B(state),                     \
            HS__TRANSCRIPT_NONE, 0, 0, 0                                                           \
    }

const hs__row hs__client_12[] = {
    {HS__WAIT_CERT, HS__ON_CERTIFICATE, hs__on_certificate12,
     B(WAIT_SKE) | B(WAIT_CR_SHD) | B(WAIT_CS_SKE) | B(WAIT_CS_CR_SHD), HS__TRANSCRIPT_BEFORE, 0, 0,
     0},
    {HS__WAIT_CS_SKE, HS__ON_CERTIFICATE_STATUS, hs__client_on_certificate_status, B(WAIT_SKE),
     HS__TRANSCRIPT_BEFORE, 0, 0, 0},
    {HS__WAIT_CS_SKE, HS__ON_SERVER_KEY_EXCHANGE, hs__client_on_server_key_exchange, B(WAIT_CR_SHD),
     HS__TRANSCRIPT_BEFORE, 0, 0, 0},
    {HS__WAIT_CS_CR_SHD, HS__ON_CERTIFICATE_STATUS, hs__client_on_certificate_status,
     B(WAIT_CR_SHD), HS__TRANSCRIPT_BEFORE, 0, 0, 0},
    {HS__WAIT_CS_CR_SHD, HS__ON_CERTIFICATE_REQUEST, hs__client_on_certificate_request12,
     B(WAIT_SHD), HS__TRANSCRIPT_BEFORE, 0, 0, 0},
    {HS__WAIT_CS_CR_SHD, HS__ON_SERVER_HELLO_DONE, hs__client_on_server_hello_done,
     B(WAIT_VERIFIED), HS__TRANSCRIPT_BEFORE, 0, 0, 0},
    {HS__WAIT_SKE, HS__ON_SERVER_KEY_EXCHANGE, hs__client_on_server_key_exchange, B(WAIT_CR_SHD),
     HS__TRANSCRIPT_BEFORE, 0, 0, 0},
    {HS__WAIT_CR_SHD, HS__ON_CERTIFICATE_REQUEST, hs__client_on_certificate_request12, B(WAIT_SHD),
     HS__TRANSCRIPT_BEFORE, 0, 0, 0},
    {HS__WAIT_CR_SHD, HS__ON_SERVER_HELLO_DONE, hs__client_on_server_hello_done, B(WAIT_VERIFIED),
     HS__TRANSCRIPT_BEFORE, 0, 0, 0},
    {HS__WAIT_SHD, HS__ON_SERVER_HELLO_DONE, hs__client_on_server_hello_done, B(WAIT_VERIFIED),
     HS__TRANSCRIPT_BEFORE, 0, 0, 0},
    {HS__WAIT_VERIFIED, HS__ON_VERIFIED, hs__client_on_verified12, B(SEND_CERT) | B(SEND_CKE),
     HS__TRANSCRIPT_NONE, 0, 0, 0},

    {HS__SEND_CERT, HS__ON_GO, hs__client_send_certificate12, B(SEND_CKE), HS__TRANSCRIPT_NONE, 0,
     0, 0},
    {HS__SEND_CKE, HS__ON_GO, hs__client_send_key_exchange, B(SEND_CV) | B(SEND_CCS),
     HS__TRANSCRIPT_NONE, 0, 0, 0},
    {HS__SEND_CV, HS__ON_GO, hs__client_ask_signature12, B(WAIT_SIGNED), HS__TRANSCRIPT_NONE, 0, 0,
     0},
    {HS__WAIT_SIGNED, HS__ON_SIGNED, hs__client_on_signed12, B(SEND_CCS), HS__TRANSCRIPT_NONE, 0, 0,
     0},
    {HS__SEND_CCS, HS__ON_GO, hs__send_change_cipher_spec, B(SEND_FINISHED), HS__TRANSCRIPT_NONE, 0,
     HS__CLIENT_WRITE, 0},
    {HS__SEND_FINISHED, HS__ON_GO, hs__send_finished12, B(WAIT_NST) | B(WAIT_CCS) | B(CONNECTED),
     HS__TRANSCRIPT_NONE, 0, 0, 0},

    {HS__WAIT_NST, HS__ON_NEW_SESSION_TICKET, hs__client_on_new_session_ticket12, B(WAIT_CCS),
     HS__TRANSCRIPT_BEFORE, 0, 0, 0},
    {HS__WAIT_CCS, HS__ON_CHANGE_CIPHER_SPEC, hs__on_change_cipher_spec, B(WAIT_FINISHED),
     HS__TRANSCRIPT_NONE, HS__SERVER_WRITE, 0, 0},
    {HS__WAIT_FINISHED, HS__ON_FINISHED, hs__on_finished12, B(CONNECTED) | B(SEND_CCS),
     HS__TRANSCRIPT_AFTER, 0, 0, HS__ENDS_RECORD},

    IGNORES_HELLO_REQUEST(WAIT_CERT),
    IGNORES_HELLO_REQUEST(WAIT_CS_SKE),
    IGNORES_HELLO_REQUEST(WAIT_CS_CR_SHD),
    IGNORES_HELLO_REQUEST(WAIT_SKE),
    IGNORES_HELLO_REQUEST(WAIT_CR_SHD),
    IGNORES_HELLO_REQUEST(WAIT_SHD),
    IGNORES_HELLO_REQUEST(WAIT_NST),
    IGNORES_HELLO_REQUEST(WAIT_CCS),
    IGNORES_HELLO_REQUEST(WAIT_FINISHED),
    {HS__CONNECTED, HS__ON_HELLO_REQUEST, hs__refuse_renegotiation, B(CONNECTED),
     HS__TRANSCRIPT_NONE, 0, 0, 0},
    {.flags = HS__LAST_ROW},
};
