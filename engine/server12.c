/* The server's TLS 1.2 handshake from ServerHello on, RFC 5246 7.3 and RFC 5077 3.1, row by row. */
#include "engine/handlers.h"

#define B HS__BIT

const hs__row hs__server_12[] = {
    {HS__SEND_SH, HS__ON_GO, hs__server_send_hello12, B(SEND_CERT) | B(SEND_NST) | B(SEND_CCS),
     HS__TRANSCRIPT_NONE, 0, 0, 0},
    {HS__SEND_CERT, HS__ON_GO, hs__server_send_certificate12, B(SEND_SKE) | B(SEND_SHD),
     HS__TRANSCRIPT_NONE, 0, 0, 0},
    {HS__SEND_SKE, HS__ON_GO, hs__server_make_key_exchange, B(WAIT_SIGNED), HS__TRANSCRIPT_NONE, 0,
     0, 0},
    {HS__WAIT_SIGNED, HS__ON_SIGNED, hs__server_send_key_exchange, B(SEND_SHD), HS__TRANSCRIPT_NONE,
     0, 0, 0},
    {HS__SEND_SHD, HS__ON_GO, hs__server_send_hello_done, B(WAIT_CERT) | B(WAIT_CKE),
     HS__TRANSCRIPT_NONE, 0, 0, 0},

    {HS__WAIT_CERT, HS__ON_CERTIFICATE, hs__on_certificate12, B(WAIT_CKE), HS__TRANSCRIPT_BEFORE, 0,
     0, 0},
    {HS__WAIT_CKE, HS__ON_CLIENT_KEY_EXCHANGE, hs__server_on_key_exchange, B(WAIT_CV) | B(WAIT_CCS),
     HS__TRANSCRIPT_BEFORE, 0, 0, 0},
    {HS__WAIT_CV, HS__ON_CERTIFICATE_VERIFY, hs__server_on_certificate_verify12, B(WAIT_VERIFIED),
     HS__TRANSCRIPT_AFTER, 0, 0, 0},
    {HS__WAIT_VERIFIED, HS__ON_VERIFIED, hs__server_on_verified12, B(WAIT_CCS), HS__TRANSCRIPT_NONE,
     0, 0, 0},
    {HS__WAIT_CCS, HS__ON_CHANGE_CIPHER_SPEC, hs__on_change_cipher_spec, B(WAIT_FINISHED),
     HS__TRANSCRIPT_NONE, HS__CLIENT_WRITE, 0, 0},
    {HS__WAIT_FINISHED, HS__ON_FINISHED, hs__on_finished12,
     B(SEND_NST) | B(SEND_CCS) | B(CONNECTED), HS__TRANSCRIPT_AFTER, 0, 0, HS__ENDS_RECORD},

    {HS__SEND_NST, HS__ON_GO, hs__server_send_new_session_ticket12, B(SEND_CCS),
     HS__TRANSCRIPT_NONE, 0, 0, 0},
    {HS__SEND_CCS, HS__ON_GO, hs__send_change_cipher_spec, B(SEND_FINISHED), HS__TRANSCRIPT_NONE, 0,
     HS__SERVER_WRITE, 0},
    {HS__SEND_FINISHED, HS__ON_GO, hs__send_finished12, B(WAIT_CCS) | B(CONNECTED),
     HS__TRANSCRIPT_NONE, 0, 0, 0},

    {HS__CONNECTED, HS__ON_CLIENT_HELLO, hs__refuse_renegotiation, B(CONNECTED),
     HS__TRANSCRIPT_NONE, 0, 0, 0},
    {.flags = HS__LAST_ROW},
};
