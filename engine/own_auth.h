/* own_auth.h - what both versions share in showing our own certificate. */
#ifndef HS_ENGINE_OWN_AUTH_H
#define HS_ENGINE_OWN_AUTH_H

#include "engine/dispatch.h"

/* The client's choice comes late: the server has said which schemes it takes. */
void hs__choose_client_identity(hs_conn *c);

/* CertificateVerify with the signature that was answered. */
HS_MUST_CHECK hs_status hs__send_certificate_verify(hs_conn *c, const hs__message *answer);

#endif
