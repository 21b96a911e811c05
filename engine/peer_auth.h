/* peer_auth.h - what both versions share in judging the peer's certificate. */
#ifndef HS_ENGINE_PEER_AUTH_H
#define HS_ENGINE_PEER_AUTH_H

#include "engine/connection.h"

/* Makes c->peer with room for `count` spans and a copy of the list, which outlives its message:
 * *copy. */
HS_MUST_CHECK hs_status hs__peer_new(hs_conn *c, hs_span list, size_t count, hs_span *copy);

/* Reads the first certificate and loads its key. */
HS_MUST_CHECK hs_status hs__peer_leaf_load(hs_conn *c);

/* An empty list: a fault of a server's, and of a client's where a certificate is needed. */
HS_MUST_CHECK hs_status hs__peer_shows_none(hs_conn *c);

/* A scheme that we offered, that the version allows, in TLS 1.2 for suites of this `auth` (0: any),
 * and that is for the leaf's kind of key. `where`: the field that names it. */
HS_MUST_CHECK hs_status hs__check_scheme(hs_conn *c, uint16_t id, hs__auth auth, const char *where);

/* A signature that proves the peer's key. */
typedef struct {
    const char *what, *where, *covers; /* for the trace, the error, the trace */
    uint16_t scheme;                   /* checked */
    hs_span content, signature;
} hs__proof;
HS_MUST_CHECK hs_status hs__check_proof(hs_conn *c, const hs__proof *proof);

/* TLS 1.2: client_random + server_random + ServerECDHParams, what ServerKeyExchange signs
 * (RFC 8422 5.4), at the end of `out`. */
HS_MUST_CHECK hs_status hs__signed_params12(hs_conn *c, hs_span params, hs__buffer *out);

/* The chain's verdict: fails the connection where it is enforced. */
HS_MUST_CHECK hs_status hs__take_verdict(hs_conn *c, hs_status verdict);

#endif
