/* negotiate.h - what the server chooses from a ClientHello: suite, group, identity. */
#ifndef HS_ENGINE_NEGOTIATE_H
#define HS_ENGINE_NEGOTIATE_H

#include "engine/connection.h"

/* Sets c->suite. */
HS_MUST_CHECK hs_status hs__choose_suite(hs_conn *c);

/* Sets c->group; *retry is 0, or the group to ask for with a HelloRetryRequest. */
HS_MUST_CHECK hs_status hs__choose_group(hs_conn *c, uint16_t *retry);

/* Sets hs->credential and hs->own_scheme by server name and signature schemes. */
HS_MUST_CHECK hs_status hs__choose_identity(hs_conn *c);

/* The first of `identity` that can sign with one of `schemes` (list16, the peer's), and is for
 * `name` unless that is NULL; and the scheme, the best by our own order. NULL: none. */
hs_credential *hs__identity_for(const hs_conn *c, hs_span schemes, const char *name,
                                uint16_t *scheme);

/* The client's share for a group; empty if it sent none. */
hs_span hs__client_share(const hs_conn *c, uint16_t group);

#endif
