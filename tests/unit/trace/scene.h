/* scene.h - real handshakes that are rendered: the engine makes the events. */
#ifndef HS_TESTS_TRACE_SCENE_H
#define HS_TESTS_TRACE_SCENE_H

#include "handshake/render.h"

typedef enum {
    SCENE_RFC8448, /* section 3 of RFC 8448 seen by its client; the same bytes every time */
    SCENE_FULL,    /* a fresh handshake, trusted, with ALPN and some data */
    SCENE_RETRY,   /* with HelloRetryRequest and a client certificate */
    SCENE_NAME,    /* the certificate is for another name: fails */
    SCENE_SUITES,  /* no cipher suite in common: fails */
    SCENE_BROKEN,  /* a bit of the server's first protected record is flipped */
    /* TLS 1.2, the same bytes every time but for client12: */
    SCENE_12_ECDHE,   /* full, with ALPN, a ticket and data, by a server that can do TLS 1.3 */
    SCENE_12_RESUMED, /* with that ticket; the server renews it not */
    SCENE_12_CLASSIC, /* RSA key transport, without extended main secret */
    SCENE_12_CLIENT,  /* client certificate, session kept under an id */
    SCENE_12_BROKEN,  /* a bit of the server's signature is flipped: fails */
    N_SCENES
} scene_id;

/* "rfc8448", "full", ...; N_SCENES when unknown. */
scene_id scene_by_name(const char *name);

/* Plays it; `r` gets the events of the client, or of the server. Aborts when something that has
 * nothing to do with the trace goes wrong. */
void scene_play(scene_id id, bool is_server, hs_render *r);

/* RFC 8448's first record with the byte at `at` inverted, given to a traced server. */
enum { SCENE_HELLO = 201 };
void scene_hostile_hello(size_t at, hs_render *r);

/* TLS 1.2, seen by the client: a bit of the server's first flight is flipped, `at` bytes before
 * its end. */
enum { SCENE_FLIGHT_12 = 1268 }; /* without its record header */
void scene_hostile_flight_12(size_t at, hs_render *r);

#endif
