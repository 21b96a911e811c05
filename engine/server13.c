/* The server's TLS 1.3 handshake from its choices on, RFC 9846 appendix A.2, row by row. */
#include "engine/handlers.h"

#define B HS__BIT

const hs__row hs__server_13[] = {
    {HS__SEND_HRR, HS__ON_GO, hs__server_send_retry, B(WAIT_CH2), HS__TRANSCRIPT_NONE, 0, 0, 0},
    {HS__WAIT_CH2, HS__ON_CLIENT_HELLO, hs__server_on_client_hello2, B(SEND_SH),
     HS__TRANSCRIPT_AFTER, 0, 0, HS__ENDS_RECORD},
    {HS__SEND_SH, HS__ON_GO, hs__server_send_hello, B(SEND_EE), HS__TRANSCRIPT_NONE,
     HS__CLIENT_HANDSHAKE, HS__SERVER_HANDSHAKE, 0},
    {HS__SEND_EE, HS__ON_GO, hs__server_send_params, B(SEND_CERT), HS__TRANSCRIPT_NONE, 0, 0, 0},
    {HS__SEND_CERT, HS__ON_GO, hs__send_certificate, B(WAIT_SIGNED), HS__TRANSCRIPT_NONE, 0, 0, 0},
    {HS__WAIT_SIGNED, HS__ON_SIGNED, hs__on_signed, B(SEND_FINISHED), HS__TRANSCRIPT_NONE, 0, 0, 0},
    {HS__SEND_FINISHED, HS__ON_GO, hs__send_finished, B(WAIT_CERT) | B(WAIT_FINISHED),
     HS__TRANSCRIPT_NONE, 0, HS__SERVER_APPLICATION, 0},

    {HS__WAIT_CERT, HS__ON_CERTIFICATE, hs__on_certificate, B(WAIT_CV) | B(WAIT_FINISHED),
     HS__TRANSCRIPT_BEFORE, 0, 0, 0},
    {HS__WAIT_CV, HS__ON_CERTIFICATE_VERIFY, hs__on_certificate_verify, B(WAIT_VERIFIED),
     HS__TRANSCRIPT_AFTER, 0, 0, 0},
    {HS__WAIT_VERIFIED, HS__ON_VERIFIED, hs__on_verified, B(WAIT_FINISHED), HS__TRANSCRIPT_NONE, 0,
     0, 0},
    {HS__WAIT_FINISHED, HS__ON_FINISHED, hs__on_finished, B(CONNECTED), HS__TRANSCRIPT_NONE,
     HS__CLIENT_APPLICATION, 0, HS__ENDS_RECORD},

    {HS__CONNECTED, HS__ON_KEY_UPDATE, hs__on_key_update, B(CONNECTED), HS__TRANSCRIPT_NONE, 0, 0,
     HS__ENDS_RECORD},
    {.flags = HS__LAST_ROW},
};
