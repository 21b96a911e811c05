/* staple.h - OCSP responses in the handshake (RFC 6066 8, RFC 9846 4.5.1.1). */
#ifndef HS_ENGINE_STAPLE_H
#define HS_ENGINE_STAPLE_H

#include "engine/connection.h"

/* Client: asks for a response about the server's certificate, unless revocation is off. */
void hs__staple_ask(const hs_conn *c, hs__extensions *e);
bool hs__staple_asked(const hs_conn *c);

/* Server: the response to send, if the client asks and the credential has one; else empty. */
hs_span hs__staple_to_send(const hs_conn *c);

#endif
