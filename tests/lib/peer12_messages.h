/* peer12_messages.h - the messages of a TLS 1.2 peer made by hand; for peer12.c only. */
#ifndef HS_TESTS_PEER12_MESSAGES_H
#define HS_TESTS_PEER12_MESSAGES_H

#include "tests/lib/peer12.h"

/* Checks a message of the engine, learns from it, puts it into the transcript. */
void hs__peer12_learn(hs__peer12 *peer, const hs__test_bytes *message);

/* peer12.c: the hash of the suite; the main secret out of premaster and transcript; verify_data
 * over the transcript so far. */
hs__hash_id hs__peer12_hash(const hs__peer12 *peer);
void hs__peer12_make_secret(hs__peer12 *peer);
void hs__peer12_verify_data(const hs__peer12 *peer, bool of_server, uint8_t *out);

#endif
