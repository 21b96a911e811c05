/* notes.h - what fields are for and what alerts mean, in a few words each. */
#ifndef HS_TRACE_NOTES_H
#define HS_TRACE_NOTES_H

#include "handshake/trace.h"

typedef struct {
    const char *note;
    const char *rule; /* "rfc9846#section-4.3.8"; "" for none */
} hs__note;

/* The note for a field of a message ("ClientHello"); that of an extension as a whole stands at
 * its extension_type, that of a list at its first item. False when there is none. */
bool hs__note_field(const char *message, const hs_trace_field *f, hs__note *out);

/* The note for all that a path without its end stands for: "cipher_suites",
 * "extensions[key_share]". `content` is for notes that look at the value. */
bool hs__note_group(const char *message, const char *path, hs_span content, hs__note *out);

/* The note of an extension by its number, for those that no message has a note of its own for. */
bool hs__note_extension(uint16_t type, hs__note *out);

/* What the receiver of an alert can do about it; "" for nothing. For the client's or the
 * server's eyes. */
const char *hs__alert_advice(uint8_t description, bool to_server);

#endif
