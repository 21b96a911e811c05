/* messages.h - every kind of handshake message behind one signature, and every message of
 * RFC 8448; for the tests and the fuzzers. */
#ifndef HS_TEST_MESSAGES_H
#define HS_TEST_MESSAGES_H

#include "proto/message.h"

/* Reads a message of this kind and, with w, writes it again in its own order. */
typedef hs_status (*pt_run)(hs_span message, const hs__field_sink *sink, hs__rd_root *root,
                            hs__wr *w);

typedef struct {
    uint8_t msg_type;
    const char *name;
    pt_run run;
} pt_kind;

extern const pt_kind pt_kinds[]; /* ends with name NULL */
const pt_kind *pt_kind_of(uint8_t msg_type);

typedef struct {
    const char *name;
    hs_span message;
} pt_message;

/* Every handshake message of RFC 8448. */
extern const pt_message pt_rfc8448[];
extern const size_t pt_rfc8448_count;

#endif
