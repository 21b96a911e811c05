/* record_limit.h - record_size_limit (RFC 8449), both versions. */
#ifndef HS_ENGINE_RECORD_LIMIT_H
#define HS_ENGINE_RECORD_LIMIT_H

#include "engine/connection.h"

/* What we tell a peer in that version: RFC 8449 4 forbids more than the version has. */
uint16_t hs__own_record_limit(const hs_config *config, uint16_t version);

/* The peer's limit binds our records, and ours, if there is one, the peer's from now on. */
void hs__limit_records(hs_conn *c, const hs__extensions *e);

/* Server: our limit in the answer to a client that has told its own. */
void hs__record_limit_answer(const hs_conn *c, hs__extensions *e);

#endif
