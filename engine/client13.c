/* The client's TLS 1.3 handshake from the server's answer on, RFC 9846 appendix A.1, row by row. */
#include "engine/handlers.h"

#define B HS__BIT

const hs__row hs__client_13[] = {
    {HS__SEND_CH2, HS__ON_GO, hs__client_send_hello2, B(WAIT_SH2), HS__TRANSCRIPT_NONE, 0, 0, 0},
    {HS__WAIT_SH2, HS__ON_SERVER_HELLO, hs__client_on_server_hello13, B(HAVE_SH),
     HS__TRANSCRIPT_AFTER, 0, 0, HS__ENDS_RECORD},
    {HS__HAVE_SH, HS__ON_GO, hs__client_make_keys, B(WAIT_EE), HS__TRANSCRIPT_NONE,
     HS__SERVER_HANDSHAKE, HS__CLIENT_HANDSHAKE, 0},

    {HS__WAIT_EE, HS__ON_ENCRYPTED_EXTENSIONS, hs__client_on_encrypted_extensions, B(WAIT_CERT_CR),
     HS__TRANSCRIPT_BEFORE, 0, 0, 0},
    {HS__WAIT_CERT_CR, HS__ON_CERTIFICATE_REQUEST, hs__client_on_certificate_request, B(WAIT_CERT),
     HS__TRANSCRIPT_BEFORE, 0, 0, 0},
    {HS__WAIT_CERT_CR, HS__ON_CERTIFICATE, hs__on_certificate, B(WAIT_CV), HS__TRANSCRIPT_BEFORE, 0,
     0, 0},
    {HS__WAIT_CERT, HS__ON_CERTIFICATE, hs__on_certificate, B(WAIT_CV), HS__TRANSCRIPT_BEFORE, 0, 0,
     0},
    {HS__WAIT_CV, HS__ON_CERTIFICATE_VERIFY, hs__on_certificate_verify, B(WAIT_VERIFIED),
     HS__TRANSCRIPT_AFTER, 0, 0, 0},
    {HS__WAIT_VERIFIED, HS__ON_VERIFIED, hs__on_verified, B(WAIT_FINISHED), HS__TRANSCRIPT_NONE, 0,
     0, 0},
    {HS__WAIT_FINISHED, HS__ON_FINISHED, hs__on_finished, B(HAVE_FINISHED), HS__TRANSCRIPT_AFTER, 0,
     0, HS__ENDS_RECORD},

    {HS__HAVE_FINISHED, HS__ON_GO, hs__client_after_finished, B(SEND_CERT) | B(SEND_FINISHED),
     HS__TRANSCRIPT_NONE, HS__SERVER_APPLICATION, 0, 0},
    {HS__SEND_CERT, HS__ON_GO, hs__send_certificate, B(WAIT_SIGNED) | B(SEND_FINISHED),
     HS__TRANSCRIPT_NONE, 0, 0, 0},
    {HS__WAIT_SIGNED, HS__ON_SIGNED, hs__on_signed, B(SEND_FINISHED), HS__TRANSCRIPT_NONE, 0, 0, 0},
    {HS__SEND_FINISHED, HS__ON_GO, hs__send_finished, B(CONNECTED), HS__TRANSCRIPT_NONE, 0,
     HS__CLIENT_APPLICATION, 0},

    {HS__CONNECTED, HS__ON_NEW_SESSION_TICKET, hs__on_new_session_ticket, B(CONNECTED),
     HS__TRANSCRIPT_NONE, 0, 0, 0},
    {HS__CONNECTED, HS__ON_KEY_UPDATE, hs__on_key_update, B(CONNECTED), HS__TRANSCRIPT_NONE, 0, 0,
     HS__ENDS_RECORD},
    {.flags = HS__LAST_ROW},
};
