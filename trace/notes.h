/* notes.h - what fields are for and what alerts mean, in a few words each. */
#ifndef HS_TRACE_NOTES_H
#define HS_TRACE_NOTES_H

#include "handshake/trace.h"

typedef struct {
    const char *note;
    const char *rule; /* "rfc9846#section-4.3.8"; "" for none */
} hs__note;

/* Where a field is. */
typedef struct {
    const char *message; /* "ClientHello" */
    uint16_t version;    /* 0x0303 where TLS 1.2 gives it its meaning */
} hs__note_place;

/* The version that gives a message its meaning: `known` if there is one, else what the hello
 * itself says; 0: still open. */
uint16_t hs__message_version(const hs_trace_message *m, uint16_t known);

/* The note for a field of a message; that of an extension as a whole stands at
 * its extension_type, that of a list at its first item. False when there is none. */
bool hs__note_field(const hs__note_place *at, const hs_trace_field *f, hs__note *out);

/* The note for all that a path without its end stands for: "cipher_suites",
 * "extensions[key_share]". `content` is for notes that look at the value. */
bool hs__note_group(const hs__note_place *at, const char *path, hs_span content, hs__note *out);

/* The note of an extension by its number, for those that no message has a note of its own for. */
bool hs__note_extension(uint16_t type, hs__note *out);

/* What the receiver of an alert can do about it; "" for nothing. For the client's or the
 * server's eyes. */
const char *hs__alert_advice(uint8_t description, bool to_server);

#endif
