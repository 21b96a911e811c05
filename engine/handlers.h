/* handlers.h - what the tables point at; one file per subject. */
#ifndef HS_ENGINE_HANDLERS_H
#define HS_ENGINE_HANDLERS_H

#include "engine/dispatch.h"

#define HS__HANDLER(name) hs_status name(hs_conn *c, const hs__message *m, hs__state *next)

/* client_hello_out.c: the client's ClientHello, first and second */
HS__HANDLER(hs__client_send_hello);
HS__HANDLER(hs__client_send_hello2);

/* server_choice.c: ServerHello, while the version is not known */
HS__HANDLER(hs__client_on_server_hello);

/* client12_hello.c */
HS__HANDLER(hs__client_on_server_hello12);

/* client13_hello.c: what the server made of our hello */
HS__HANDLER(hs__client_on_retry);
HS__HANDLER(hs__client_on_server_hello13);
HS__HANDLER(hs__client_make_keys);

/* client13_params.c */
HS__HANDLER(hs__client_on_encrypted_extensions);
HS__HANDLER(hs__client_on_certificate_request);

/* staple.c: CertificateStatus */
HS__HANDLER(hs__client_on_certificate_status);

/* client12_exchange.c */
HS__HANDLER(hs__client_send_key_exchange);

/* resume12_client.c, resume12_server.c: tickets */
HS__HANDLER(hs__client_on_new_session_ticket12);
HS__HANDLER(hs__server_send_new_session_ticket12);

/* server_hello.c: ClientHello, the configuration, the version */
HS__HANDLER(hs__server_on_client_hello);
HS__HANDLER(hs__server_on_config);

/* server12_hello.c */
HS__HANDLER(hs__server_send_hello12);

/* server12_exchange.c */
HS__HANDLER(hs__server_send_certificate12);
HS__HANDLER(hs__server_make_key_exchange);
HS__HANDLER(hs__server_send_key_exchange);
HS__HANDLER(hs__server_send_hello_done);
HS__HANDLER(hs__server_on_key_exchange);

/* server13_hello.c: answering ClientHello */
HS__HANDLER(hs__server_on_client_hello2);
HS__HANDLER(hs__server_send_retry);
HS__HANDLER(hs__server_send_hello);

/* server13_params.c */
HS__HANDLER(hs__server_send_params);

/* own_auth.c: our certificate, both sides */
HS__HANDLER(hs__send_certificate);
HS__HANDLER(hs__on_signed);

/* own_auth12.c: the client's */
HS__HANDLER(hs__client_on_certificate_request12);
HS__HANDLER(hs__client_send_certificate12);
HS__HANDLER(hs__client_ask_signature12);
HS__HANDLER(hs__client_on_signed12);

/* peer_auth12.c: the peer's certificate and what proves it */
HS__HANDLER(hs__on_certificate12);
HS__HANDLER(hs__client_on_server_key_exchange);
HS__HANDLER(hs__client_on_server_hello_done);
HS__HANDLER(hs__client_on_verified12);
HS__HANDLER(hs__server_on_certificate_verify12);
HS__HANDLER(hs__server_on_verified12);

/* peer_auth.c: the peer's certificate, both sides */
HS__HANDLER(hs__on_certificate);
HS__HANDLER(hs__on_certificate_verify);
HS__HANDLER(hs__on_verified);

/* finished.c */
HS__HANDLER(hs__on_finished);
HS__HANDLER(hs__client_after_finished);
HS__HANDLER(hs__send_finished);

/* finished12.c: both sides */
HS__HANDLER(hs__send_change_cipher_spec);
HS__HANDLER(hs__on_change_cipher_spec);
HS__HANDLER(hs__send_finished12);
HS__HANDLER(hs__on_finished12);

/* post12.c: renegotiation */
HS__HANDLER(hs__ignore_hello_request);
HS__HANDLER(hs__refuse_renegotiation);

/* post13.c: after the handshake */
HS__HANDLER(hs__on_key_update);
HS__HANDLER(hs__on_new_session_ticket);

#endif
