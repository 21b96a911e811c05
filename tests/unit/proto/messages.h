/* messages.h - every kind of handshake message behind one signature, every message of RFC 8448,
 * and messages of TLS 1.2 that other libraries sent; for the tests and the fuzzers. */
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
/* By type: where TLS 1.2 has a format of its own that of TLS 1.3, and the ECDHE form of
 * ClientKeyExchange. */
const pt_kind *pt_kind_of(uint8_t msg_type);
const pt_kind *pt_kind_named(const char *name);

typedef struct {
    const char *name;
    hs_span message;
    const char *kind; /* NULL: that of its type */
} pt_message;

/* Every handshake message of RFC 8448. */
extern const pt_message pt_rfc8448[];
extern const size_t pt_rfc8448_count;

/* Every message in vectors/tls12_peers.h. */
extern const pt_message pt_tls12[];
extern const size_t pt_tls12_count;

const pt_kind *pt_kind_of_message(const pt_message *m);

#endif
