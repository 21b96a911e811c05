/* client_key_exchange.h - ClientKeyExchange of TLS 1.2: the client's share (RFC 8422 section
 * 5.7), or the preliminary secret (older: premaster secret) encrypted to the server's RSA key
 * (RFC 5246 section 7.4.7.1).
 *
 * The message does not tell which of the two it is: the suite does. */
#ifndef HS_PROTO_CLIENT_KEY_EXCHANGE_H
#define HS_PROTO_CLIENT_KEY_EXCHANGE_H

#include "proto/codepoints.h"
#include "proto/message.h"

typedef struct {
    hs__kx kx; /* read: as given; written: decides the form */
    /* ECDHE: ecdh_Yc, at least one byte, its length the engine's to check. RSA: the
     * ciphertext, of any length (S1: a wrong one is no error that a peer may see). */
    hs_span exchange_keys;
} hs__client_key_exchange;

HS_MUST_CHECK hs_status hs__client_key_exchange_read(hs_span message, hs__kx kx,
                                                     const hs__field_sink *sink, hs__rd_root *root,
                                                     hs__client_key_exchange *out);
void hs__client_key_exchange_write(hs__wr *w, const hs__client_key_exchange *m);

#endif
