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

const hs__legal hs__legal_rows[] = {
    /* client: A.1 */
    {false, HS__WAIT_SH, HS__ON_SERVER_HELLO, THEN(WAIT_EE), true, "4.2.3, A.1"},
    {false, HS__WAIT_SH, HS__ON_HELLO_RETRY_REQUEST, THEN(WAIT_SH2), true, "4.2.4, A.1"},
    {false, HS__WAIT_SH2, HS__ON_SERVER_HELLO, THEN(WAIT_EE), true, "4.2.4, A.1"},
    {false, HS__WAIT_EE, HS__ON_ENCRYPTED_EXTENSIONS, THEN(WAIT_CERT_CR), false, "4.4.1, A.1"},
    {false, HS__WAIT_CERT_CR, HS__ON_CERTIFICATE_REQUEST, THEN(WAIT_CERT), false, "4.4.2, A.1"},
    {false, HS__WAIT_CERT_CR, HS__ON_CERTIFICATE, THEN(WAIT_CV), false, "4.5.1, A.1"},
    {false, HS__WAIT_CERT, HS__ON_CERTIFICATE, THEN(WAIT_CV), false, "4.5.1, A.1"},
    {false, HS__WAIT_CV, HS__ON_CERTIFICATE_VERIFY, THEN(WAIT_FINISHED), false, "4.5.2, A.1"},
    {false, HS__WAIT_FINISHED, HS__ON_FINISHED, THEN(CONNECTED), true, "4.5.3, A.1"},
    /* 4.7.1: any time after the handshake; 4.7.2: no CertificateRequest, as post_handshake_auth
     * is not offered. */
    {false, HS__CONNECTED, HS__ON_NEW_SESSION_TICKET, THEN(CONNECTED), false, "4.7.1"},
    {false, HS__CONNECTED, HS__ON_KEY_UPDATE, THEN(CONNECTED), true, "4.7.3"},

    /* server: A.2 */
    {true, HS__START, HS__ON_CLIENT_HELLO, THEN(WAIT_CH2) | THEN(WAIT_CERT) | THEN(WAIT_FINISHED),
     true, "4.2.2, A.2"},
    {true, HS__WAIT_CH2, HS__ON_CLIENT_HELLO, THEN(WAIT_CERT) | THEN(WAIT_FINISHED), true,
     "4.2.2, 4.2.4, A.2"},
    {true, HS__WAIT_CERT, HS__ON_CERTIFICATE, THEN(WAIT_CV) | THEN(WAIT_FINISHED), false,
     "4.5.1, 4.5.1.3, A.2"},
    {true, HS__WAIT_CV, HS__ON_CERTIFICATE_VERIFY, THEN(WAIT_FINISHED), false, "4.5.2, A.2"},
    {true, HS__WAIT_FINISHED, HS__ON_FINISHED, THEN(CONNECTED), true, "4.5.3, A.2"},
    {true, HS__CONNECTED, HS__ON_KEY_UPDATE, THEN(CONNECTED), true, "4.7.3"},
};
const unsigned hs__n_legal_rows = sizeof(hs__legal_rows) / sizeof(hs__legal_rows[0]);

const hs__legal *hs__legal_find(bool server, hs__state in, hs__input message) {
    for (unsigned i = 0; i < hs__n_legal_rows; i++) {
        const hs__legal *row = &hs__legal_rows[i];
        if (row->server == server && row->in == in && row->message == message) {
            return row;
        }
    }
    return NULL;
}
