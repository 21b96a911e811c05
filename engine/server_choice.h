/* server_choice.h - what a server chose, held against what our ClientHello offered. Both versions
 * of ServerHello and EncryptedExtensions are judged by these. */
#ifndef HS_ENGINE_SERVER_CHOICE_H
#define HS_ENGINE_SERVER_CHOICE_H

#include "engine/connection.h"

/* The suite was offered and is one of that version. */
HS_MUST_CHECK hs_status hs__check_chosen_suite(hs_conn *c, uint16_t id, uint16_t version);

/* Every extension answers one of ours (RFC 9846 4.3). */
HS_MUST_CHECK hs_status hs__check_unasked(hs_conn *c, const char *where, const hs__extensions *e);

void hs__trace_server_choices(hs_conn *c, uint16_t version, uint16_t suite);

#endif
