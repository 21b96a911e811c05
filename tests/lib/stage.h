/* stage.h - connections brought to any point of a handshake, for tests that then misbehave. */
#ifndef HS_TESTS_STAGE_H
#define HS_TESTS_STAGE_H

#include "tests/lib/hand.h"
#include "tests/lib/identity.h"

typedef struct {
    hs_provider *p;
    hs__test_identity id; /* for both sides */
    bool only_tls13;      /* for tests of what an end without TLS 1.2 says; else both versions */
} hs__stage;

/* libcrypto where it is built in: many handshakes are run. Aborts when it cannot be made. The key
 * is on P-256. */
void hs__stage_new(hs__stage *s);
/* With another kind of key than P-256. */
void hs__stage_new_key(hs__stage *s, hs__key_type type);
/* The same on a provider of one's own; the reference is taken over. */
void hs__stage_new_on(hs__stage *s, hs_provider *p);
void hs__stage_free(hs__stage *s);

/* Variants of a handshake, or-ed. CLASSIC: TLS 1.2 with RSA key transport, for a stage with an RSA
 * key. RESUME: TLS 1.2 from a ticket; only hs__stage_open knows it, and makes a connection before.
 */
enum {
    HS__STAGE_RETRY = 1,
    HS__STAGE_AUTH = 2,
    HS__STAGE_TLS12 = 4,
    HS__STAGE_CLASSIC = 4 | 8,
    HS__STAGE_RESUME = 4 | 16
};

/* Options of an ordinary client and server of that variant; to be changed at will.
 * `identity` has room for two and must live as long as the options. */
hs_options hs__stage_client(const hs__stage *s, unsigned how, hs_credential *identity[2]);
hs_options hs__stage_server(const hs__stage *s, unsigned how, hs_credential *identity[2]);

/* Fills size and clock and aborts when the configuration is refused. */
hs_config *hs__stage_config(hs_options o);

/* A fresh pair, named localhost; nothing has moved yet. */
void hs__stage_open(const hs__stage *s, unsigned how, hs__test_pair *pair);
void hs__stage_open_with(const hs_options *client, const hs_options *server, hs__test_pair *pair);

/* Lets the server answer the client and takes its messages apart; the client gets nothing. With
 * HS__STAGE_RETRY the round trip of the HelloRetryRequest is made first. */
void hs__stage_server_flight(hs__test_pair *pair, unsigned how, hs__hand_flight *out);

/* The client's messages, once a server's flight went to it; the server gets nothing. */
void hs__stage_client_flight(hs__test_pair *pair, hs__hand_flight *out);

/* A pair whose client / server waits in that state, as appendix A of RFC 9846 has them. */
void hs__stage_client_in(const hs__stage *s, hs__state state, hs__test_pair *pair);
void hs__stage_server_in(const hs__stage *s, hs__state state, hs__test_pair *pair);

/* Everything an end has sent that was not given to the other one. */
void hs__stage_carry(hs__test_end *from, hs__test_end *to);

#endif
