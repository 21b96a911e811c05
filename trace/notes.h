/* notes.h - what fields are for and what alerts mean, in a few words each. */
#ifndef HS_TRACE_NOTES_H
#define HS_TRACE_NOTES_H

#include "handshake/types.h"

typedef struct {
    const char *note;
    const char *rule; /* "rfc9846#section-4.3.8"; "" for none */
} hs__note;

/* The note for a field of a message ("ClientHello") by its path; an extension as a whole is
 * "extensions[key_share]". `content` is what notes that look at the value are given. False when
 * there is none. */
bool hs__note_find(const char *message, const char *path, hs_span content, hs__note *out);

/* The note of an extension by its number, for those without a row of their own. */
bool hs__note_extension(uint16_t type, hs__note *out);

/* What the receiver of an alert can do about it; "" for nothing. For the client's or the
 * server's eyes. */
const char *hs__alert_advice(uint8_t description, bool to_server);

#endif
