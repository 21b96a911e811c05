/* handlers.h - what the tables point at; one file per subject. */
#ifndef HS_ENGINE_HANDLERS_H
#define HS_ENGINE_HANDLERS_H

#include "engine/dispatch.h"

#define HS__HANDLER(name) hs_status name(hs_conn *c, const hs__message *m, hs__state *next)

/* client_hello_out.c: the client's ClientHello, first and second */
HS__HANDLER(hs__client_send_hello);
HS__HANDLER(hs__client_send_hello2);

/* client13_hello.c: what the server made of it */
HS__HANDLER(hs__client_on_retry);
HS__HANDLER(hs__client_on_server_hello);
HS__HANDLER(hs__client_make_keys);

/* client13_params.c */
HS__HANDLER(hs__client_on_encrypted_extensions);
HS__HANDLER(hs__client_on_certificate_request);
/* The peer's record_size_limit, on both sides. */
void hs__limit_records(hs_conn *c, const hs__extensions *e);

/* server13_hello.c: reading ClientHello, answering it */
HS__HANDLER(hs__server_on_client_hello);
HS__HANDLER(hs__server_on_config);
HS__HANDLER(hs__server_on_client_hello2);
HS__HANDLER(hs__server_send_retry);
HS__HANDLER(hs__server_send_hello);

/* server13_params.c */
HS__HANDLER(hs__server_send_params);

/* own_auth.c: our certificate, both sides */
HS__HANDLER(hs__send_certificate);
HS__HANDLER(hs__on_signed);

/* peer_auth.c: the peer's certificate, both sides */
HS__HANDLER(hs__on_certificate);
HS__HANDLER(hs__on_certificate_verify);
HS__HANDLER(hs__on_verified);

/* finished.c */
HS__HANDLER(hs__on_finished);
HS__HANDLER(hs__client_after_finished);
HS__HANDLER(hs__send_finished);

/* post13.c: after the handshake */
HS__HANDLER(hs__on_key_update);
HS__HANDLER(hs__on_new_session_ticket);

#endif
