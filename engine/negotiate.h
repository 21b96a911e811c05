/* negotiate.h - how a server chooses among what a client offers. */
#ifndef HS_ENGINE_NEGOTIATE_H
#define HS_ENGINE_NEGOTIATE_H

#include "engine/connection.h"

/* TLS 1.3: the first suite both have, by the configured preference. */
HS_MUST_CHECK hs_status hs__choose_suite(hs_conn *c);

/* TLS 1.3: the group, and *retry: the one to ask for with a HelloRetryRequest, 0 for none. */
HS_MUST_CHECK hs_status hs__choose_group(hs_conn *c, uint16_t *retry);

/* The client's share for a group; empty when it sent none. */
hs_span hs__client_share(const hs_conn *c, uint16_t group);

/* TLS 1.2: the first suite both have for which there is a group and an identity; all three. */
HS_MUST_CHECK hs_status hs__choose_all_12(hs_conn *c);

/* ---- for both versions ------------------------------------------------------------------- */

/* Walks over what both lists have, best first by whose order counts; 0 at the end. */
uint16_t hs__next_common(hs__ids ours, hs_span theirs, hs_preference prefer, size_t *at);
void hs__trace_suite(hs_conn *c, uint16_t id);
hs_status hs__no_common_suite(hs_conn *c);

#endif
