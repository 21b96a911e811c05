/* server_key_exchange.h - ServerKeyExchange of TLS 1.2 (RFC 8422 section 5.4): the server's
 * signed ECDHE share. With RSA key transport the message does not occur, so it has this one
 * form. */
#ifndef HS_PROTO_SERVER_KEY_EXCHANGE_H
#define HS_PROTO_SERVER_KEY_EXCHANGE_H

#include "proto/message.h"

/* ServerECDHParams. */
typedef struct {
    uint16_t group; /* namedcurve */
    hs_span point;  /* public; the length that fits the group is the engine's to check */
} hs__server_ecdh_params;

typedef struct {
    hs__server_ecdh_params params;
    uint16_t algorithm; /* SignatureScheme; whether it may be used is the engine's to check */
    hs_span signature;
    hs_span signed_params; /* read: ServerECDHParams as they came, which the signature covers
                              behind both randoms */
} hs__server_key_exchange;

/* Another curve_type than named_curve is HS_E_ILLEGAL_VALUE. */
HS_MUST_CHECK hs_status hs__server_key_exchange_read(hs_span message, const hs__field_sink *sink,
                                                     hs__rd_root *root,
                                                     hs__server_key_exchange *out);
void hs__server_key_exchange_write(hs__wr *w, const hs__server_key_exchange *m);

/* The params alone: what is to be signed behind both randoms. */
void hs__server_ecdh_params_write(hs__wr *w, const hs__server_ecdh_params *params);

#endif
