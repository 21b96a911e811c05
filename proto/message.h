/* message.h - what all handshake messages have in common (RFC 9846 section 4).
 *
 * Every message has a struct, x_read and x_write:
 *
 *   hs_status hs__x_read(hs_span message, const hs__field_sink *sink, hs__rd_root *root,
 *                        hs__x *out);
 *   void hs__x_write(hs__wr *w, const hs__x *m);
 *
 * `message` is the whole message from msg_type on, so offsets count from there; it must
 * outlive *out, whose spans point into it. The reader looks at nothing else and changes
 * nothing else. On failure *root has the status, the field's path and the problem, and *out
 * is not to be used. With a sink, each byte of the message is told exactly once.
 *
 * x_write writes the whole message, header included; failures stay in the writer. */
#ifndef HS_PROTO_MESSAGE_H
#define HS_PROTO_MESSAGE_H

#include "proto/cursor.h"

enum { HS__HANDSHAKE_HEADER = 4 };

/* Looks at the header of the next message in a stream: false while fewer than 4 bytes are
 * there. *whole: bytes of the message, header included, up to 2^24 + 3; limits are the
 * caller's. */
bool hs__handshake_peek(hs_span stream, uint8_t *msg_type, size_t *whole);

/* For readers: begins with msg_type and length; fails when the message is of another type
 * (HS_E_MISUSE) or length does not fit. */
void hs__handshake_begin(hs__rd *r, hs__rd_root *root, hs_span message, uint8_t msg_type,
                         const char *name, const hs__field_sink *sink);

/* For writers: msg_type and the length, filled in by close. */
HS_MUST_CHECK size_t hs__handshake_open(hs__wr *w, uint8_t msg_type);
void hs__handshake_close(hs__wr *w, size_t mark);

#endif
