#include "tests/state/legality.h"

#include <stddef.h>

#define THEN(state) HS__BIT(state)

/* A client waits in WAIT_SH2 where appendix A draws its second WAIT_SH: after a HelloRetryRequest
 * there is no other one (4.2.4). A server waits in WAIT_CH2 where the drawing goes back to START.
 */
const hs__state hs__client_waits[] = {HS__WAIT_SH,       HS__WAIT_SH2,  HS__WAIT_EE,
                                      HS__WAIT_CERT_CR,  HS__WAIT_CERT, HS__WAIT_CV,
                                      HS__WAIT_FINISHED, HS__CONNECTED};
const hs__state hs__server_waits[] = {HS__START,   HS__WAIT_CH2,      HS__WAIT_CERT,
                                      HS__WAIT_CV, HS__WAIT_FINISHED, HS__CONNECTED};
const unsigned hs__n_client_waits = sizeof(hs__client_waits) / sizeof(hs__client_waits[0]);
const unsigned hs__n_server_waits = sizeof(hs__server_waits) / sizeof(hs__server_waits[0]);

/* The columns that are the same in many rows. */
#define HELLO_CLIENT HS__LEGAL_HELLO, false
#define HELLO_SERVER HS__LEGAL_HELLO, true
#define CLIENT_13    HS__LEGAL_13, false
#define SERVER_13    HS__LEGAL_13, true
#define CLIENT_12    HS__LEGAL_12, false
#define SERVER_12    HS__LEGAL_12, true
#define TO_13        HS__LEGAL_13
#define TO_12        HS__LEGAL_12
#define MORE         HS__LEGAL_MORE
#define ENDS         HS__LEGAL_ENDS
#define BY_PHASE     HS__LEGAL_BY_PHASE
#define EITHER       HS__LEGAL_EITHER

/* TLS 1.2: a HelloRequest changes nothing. In the middle of a handshake it is ignored, whatever
 * comes next (5246 7.4: no rule of order binds it); afterwards it is refused (5746 4.2). */
#define HELLO_REQUEST(state)                                                                       \
    { CLIENT_12, HS__##state, HS__ON_HELLO_REQUEST, TO_12, THEN(state), MORE, "5246 7.4.1.1" }

const hs__legal hs__legal_rows[] = {
    /* ---- the version is not known ------------------------------------------------------- */

    /* What a server of TLS 1.2 says after its ServerHello: its certificate in a full handshake
     * (all suites we speak have one), NewSessionTicket or ChangeCipherSpec in an abbreviated one.
     */
    {HELLO_CLIENT, HS__WAIT_SH, HS__ON_SERVER_HELLO, TO_13, THEN(WAIT_EE), BY_PHASE,
     "9846 4.2.3, A.1"},
    {HELLO_CLIENT, HS__WAIT_SH, HS__ON_SERVER_HELLO, TO_12,
     THEN(WAIT_CERT) | THEN(WAIT_NST) | THEN(WAIT_CCS), BY_PHASE,
     "5246 7.3 figures 1 and 2, 7.4.2; 5077 3.1 figure 2"},
    {HELLO_CLIENT, HS__WAIT_SH, HS__ON_HELLO_RETRY_REQUEST, TO_13, THEN(WAIT_SH2), ENDS,
     "9846 4.2.4, A.1"},
    {HELLO_SERVER, HS__START, HS__ON_CLIENT_HELLO, TO_13,
     THEN(WAIT_CH2) | THEN(WAIT_CERT) | THEN(WAIT_FINISHED), ENDS, "9846 4.2.2, A.2"},
    {HELLO_SERVER, HS__START, HS__ON_CLIENT_HELLO, TO_12,
     THEN(WAIT_CERT) | THEN(WAIT_CKE) | THEN(WAIT_CCS), ENDS,
     "5246 7.3 figures 1 and 2, 7.4.6, 7.4.7"},

    /* ---- TLS 1.3: RFC 9846 -------------------------------------------------------------- */

    /* client: A.1 */
    {CLIENT_13, HS__WAIT_SH2, HS__ON_SERVER_HELLO, TO_13, THEN(WAIT_EE), ENDS, "4.2.4, A.1"},
    {CLIENT_13, HS__WAIT_EE, HS__ON_ENCRYPTED_EXTENSIONS, TO_13, THEN(WAIT_CERT_CR), MORE,
     "4.4.1, A.1"},
    {CLIENT_13, HS__WAIT_CERT_CR, HS__ON_CERTIFICATE_REQUEST, TO_13, THEN(WAIT_CERT), MORE,
     "4.4.2, A.1"},
    {CLIENT_13, HS__WAIT_CERT_CR, HS__ON_CERTIFICATE, TO_13, THEN(WAIT_CV), MORE, "4.5.1, A.1"},
    {CLIENT_13, HS__WAIT_CERT, HS__ON_CERTIFICATE, TO_13, THEN(WAIT_CV), MORE, "4.5.1, A.1"},
    {CLIENT_13, HS__WAIT_CV, HS__ON_CERTIFICATE_VERIFY, TO_13, THEN(WAIT_FINISHED), MORE,
     "4.5.2, A.1"},
    {CLIENT_13, HS__WAIT_FINISHED, HS__ON_FINISHED, TO_13, THEN(CONNECTED), ENDS, "4.5.3, A.1"},
    /* 4.7.1: any time after the handshake; 4.7.2: no CertificateRequest, as post_handshake_auth
     * is not offered. */
    {CLIENT_13, HS__CONNECTED, HS__ON_NEW_SESSION_TICKET, TO_13, THEN(CONNECTED), MORE, "4.7.1"},
    {CLIENT_13, HS__CONNECTED, HS__ON_KEY_UPDATE, TO_13, THEN(CONNECTED), ENDS, "4.7.3"},

    /* server: A.2 */
    {SERVER_13, HS__WAIT_CH2, HS__ON_CLIENT_HELLO, TO_13, THEN(WAIT_CERT) | THEN(WAIT_FINISHED),
     ENDS, "4.2.2, 4.2.4, A.2"},
    {SERVER_13, HS__WAIT_CERT, HS__ON_CERTIFICATE, TO_13, THEN(WAIT_CV) | THEN(WAIT_FINISHED), MORE,
     "4.5.1, 4.5.1.3, A.2"},
    {SERVER_13, HS__WAIT_CV, HS__ON_CERTIFICATE_VERIFY, TO_13, THEN(WAIT_FINISHED), MORE,
     "4.5.2, A.2"},
    {SERVER_13, HS__WAIT_FINISHED, HS__ON_FINISHED, TO_13, THEN(CONNECTED), ENDS, "4.5.3, A.2"},
    {SERVER_13, HS__CONNECTED, HS__ON_KEY_UPDATE, TO_13, THEN(CONNECTED), ENDS, "4.7.3"},

    /* ---- TLS 1.2: RFC 5246 and what extends it ------------------------------------------- */

    /* client, full handshake. 5246 7.4.3: ServerKeyExchange comes exactly when the key exchange is
     * ephemeral (8422 5.4), so after a Certificate the suite says which state is next; with RSA
     * it must not come. CertificateStatus (6066 8) may come, or not, behind the Certificate of a
     * server that has promised it. */
    {CLIENT_12, HS__WAIT_CERT, HS__ON_CERTIFICATE, TO_12,
     THEN(WAIT_SKE) | THEN(WAIT_CR_SHD) | THEN(WAIT_CS_SKE) | THEN(WAIT_CS_CR_SHD), MORE,
     "5246 7.4.2, 7.4.3; 8422 2 figure 1; 6066 8"},
    {CLIENT_12, HS__WAIT_CS_SKE, HS__ON_CERTIFICATE_STATUS, TO_12, THEN(WAIT_SKE), MORE, "6066 8"},
    {CLIENT_12, HS__WAIT_CS_SKE, HS__ON_SERVER_KEY_EXCHANGE, TO_12, THEN(WAIT_CR_SHD), MORE,
     "6066 8; 5246 7.4.3; 8422 5.4"},
    {CLIENT_12, HS__WAIT_CS_CR_SHD, HS__ON_CERTIFICATE_STATUS, TO_12, THEN(WAIT_CR_SHD), MORE,
     "6066 8"},
    {CLIENT_12, HS__WAIT_CS_CR_SHD, HS__ON_CERTIFICATE_REQUEST, TO_12, THEN(WAIT_SHD), MORE,
     "6066 8; 5246 7.4.4"},
    {CLIENT_12, HS__WAIT_CS_CR_SHD, HS__ON_SERVER_HELLO_DONE, TO_12,
     THEN(WAIT_NST) | THEN(WAIT_CCS), MORE, "6066 8; 5246 7.4.5, 7.3 figure 1; 5077 3.1 figure 1"},
    {CLIENT_12, HS__WAIT_SKE, HS__ON_SERVER_KEY_EXCHANGE, TO_12, THEN(WAIT_CR_SHD), MORE,
     "5246 7.4.3; 8422 5.4"},
    {CLIENT_12, HS__WAIT_CR_SHD, HS__ON_CERTIFICATE_REQUEST, TO_12, THEN(WAIT_SHD), MORE,
     "5246 7.4.4"},
    {CLIENT_12, HS__WAIT_CR_SHD, HS__ON_SERVER_HELLO_DONE, TO_12, THEN(WAIT_NST) | THEN(WAIT_CCS),
     MORE, "5246 7.4.5, 7.3 figure 1; 5077 3.1 figure 1"},
    {CLIENT_12, HS__WAIT_SHD, HS__ON_SERVER_HELLO_DONE, TO_12, THEN(WAIT_NST) | THEN(WAIT_CCS),
     MORE, "5246 7.4.5, 7.3 figure 1; 5077 3.1 figure 1"},
    /* client, both handshakes. 5077 3.3: a ticket comes exactly when ServerHello said so. */
    {CLIENT_12, HS__WAIT_NST, HS__ON_NEW_SESSION_TICKET, TO_12, THEN(WAIT_CCS), MORE, "5077 3.3"},
    {CLIENT_12, HS__WAIT_CCS, HS__ON_CHANGE_CIPHER_SPEC, TO_12, THEN(WAIT_FINISHED), MORE,
     "5246 7.1, 7.4.9"},
    {CLIENT_12, HS__WAIT_FINISHED, HS__ON_FINISHED, TO_12, THEN(CONNECTED), EITHER,
     "5246 7.4.9, 7.3 figures 1 and 2"},
    HELLO_REQUEST(WAIT_CERT),
    HELLO_REQUEST(WAIT_CS_SKE),
    HELLO_REQUEST(WAIT_CS_CR_SHD),
    HELLO_REQUEST(WAIT_SKE),
    HELLO_REQUEST(WAIT_CR_SHD),
    HELLO_REQUEST(WAIT_SHD),
    HELLO_REQUEST(WAIT_NST),
    HELLO_REQUEST(WAIT_CCS),
    HELLO_REQUEST(WAIT_FINISHED),
    HELLO_REQUEST(CONNECTED),

    /* server, full handshake. 5246 7.4.6: a client that was asked sends a Certificate, perhaps an
     * empty one; 7.4.8: CertificateVerify follows ClientKeyExchange exactly when it was not empty.
     */
    {SERVER_12, HS__WAIT_CERT, HS__ON_CERTIFICATE, TO_12, THEN(WAIT_CKE), MORE,
     "5246 7.4.6, 7.4.7"},
    {SERVER_12, HS__WAIT_CKE, HS__ON_CLIENT_KEY_EXCHANGE, TO_12, THEN(WAIT_CV) | THEN(WAIT_CCS),
     MORE, "5246 7.4.7, 7.4.8, 7.3 figure 1"},
    {SERVER_12, HS__WAIT_CV, HS__ON_CERTIFICATE_VERIFY, TO_12, THEN(WAIT_CCS), MORE,
     "5246 7.4.8, 7.3 figure 1"},
    /* server, both handshakes */
    {SERVER_12, HS__WAIT_CCS, HS__ON_CHANGE_CIPHER_SPEC, TO_12, THEN(WAIT_FINISHED), MORE,
     "5246 7.1, 7.4.9"},
    {SERVER_12, HS__WAIT_FINISHED, HS__ON_FINISHED, TO_12, THEN(CONNECTED), EITHER,
     "5246 7.4.9, 7.3 figures 1 and 2"},
    /* a renegotiation, which is refused with a warning and changes nothing */
    {SERVER_12, HS__CONNECTED, HS__ON_CLIENT_HELLO, TO_12, THEN(CONNECTED), MORE,
     "5246 7.2.2, 7.4.1.2; 5746 4.4"},
};
const unsigned hs__n_legal_rows = sizeof(hs__legal_rows) / sizeof(hs__legal_rows[0]);

hs__legal_phase hs__legal_phase_13(bool server, hs__state in) {
    return in == (server ? HS__START : HS__WAIT_SH) ? HS__LEGAL_HELLO : HS__LEGAL_13;
}

static bool is_at(const hs__legal *row, hs__legal_phase phase, bool server, hs__state in,
                  hs__input message) {
    return row->phase == phase && row->server == server && row->in == in && row->message == message;
}

const hs__legal *hs__legal_find(hs__legal_phase phase, bool server, hs__state in,
                                hs__input message) {
    for (unsigned i = 0; i < hs__n_legal_rows; i++) {
        if (is_at(&hs__legal_rows[i], phase, server, in, message)) {
            return &hs__legal_rows[i];
        }
    }
    return NULL;
}

bool hs__legal_leads(hs__legal_phase phase, bool server, hs__state in, hs__input message,
                     hs__legal_phase to, hs__state then) {
    for (unsigned i = 0; i < hs__n_legal_rows; i++) {
        const hs__legal *row = &hs__legal_rows[i];
        if (is_at(row, phase, server, in, message) && row->to == to &&
            (row->then & UINT64_C(1) << then) != 0) {
            return true;
        }
    }
    return false;
}
