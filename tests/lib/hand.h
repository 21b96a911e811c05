/* hand.h - records and messages made by hand: what a peer that breaks the rules would send.
 *
 * They are sealed under the keys of the end that gets them, so that it is the rule that is
 * tested and not the encryption; and what an end has said can be opened and taken apart. */
#ifndef HS_TESTS_HAND_H
#define HS_TESTS_HAND_H

#include "engine/connection.h"
#include "tests/lib/pair.h"

enum { HS__HAND_MESSAGES = 12 };

/* Handshake messages in clear, in the order they were sent. */
typedef struct {
    hs__test_bytes m[HS__HAND_MESSAGES];
    size_t n;
} hs__hand_flight;

void hs__hand_flight_free(hs__hand_flight *f);

/* The first message of that type, or an empty span. `nth` counts from 0. */
hs_span hs__hand_find(const hs__hand_flight *f, uint8_t type, unsigned nth);

/* Takes `wire` apart. `keys`: a connection that is still in its handshake and so has both
 * handshake secrets; `by_server`: whose records these are. Ends at the first record that these
 * keys do not open. */
void hs__hand_open(const hs_conn *keys, bool by_server, hs_span wire, hs__hand_flight *out);

/* How a record differs from an ordinary one. All zero: not at all. */
typedef struct {
    uint64_t ahead;     /* records made before it and not given to `to` yet */
    size_t padding;     /* zeros behind the content type */
    bool no_type;       /* no content type: nothing but content and zeros */
    bool in_clear;      /* although `to` has a key */
    uint16_t version;   /* legacy_record_version; 0: 0x0303 */
    uint8_t outer_type; /* of a protected record; 0: application_data */
} hs__hand_how;

/* Appends the record that `to` would open next. */
void hs__hand_seal(const hs_conn *to, uint8_t type, hs_span content, const hs__hand_how *how,
                   hs__test_bytes *out);

/* Opens the first record of `wire` as `to` would, without giving it to it. *whole: its bytes on the
 * wire; `content` is replaced. False when it does not open. */
bool hs__hand_peek(const hs_conn *to, hs_span wire, size_t *whole, uint8_t *type,
                   hs__test_bytes *content);

/* Seals one ordinary record for an end and gives it to it. */
void hs__hand_give(hs__test_end *to, uint8_t type, hs_span content);

#endif
