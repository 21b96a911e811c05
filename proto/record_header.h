/* record_header.h - the five bytes before every record (RFC 9846 sections 5.1, 5.2). */
#ifndef HS_PROTO_RECORD_HEADER_H
#define HS_PROTO_RECORD_HEADER_H

#include "proto/cursor.h"

enum {
    HS__RECORD_HEADER = 5,
    HS__RECORD_PLAIN_MAX = 1 << 14,                        /* TLSPlaintext.length */
    HS__RECORD_INNER_MAX = HS__RECORD_PLAIN_MAX + 1,       /* content, type and padding */
    HS__RECORD_CIPHER_MAX = HS__RECORD_PLAIN_MAX + 256,    /* TLSCiphertext.length */
    HS__RECORD_CIPHER_MAX_12 = HS__RECORD_PLAIN_MAX + 2048 /* of TLS 1.2 (RFC 5246 6.2.3) */
};

typedef struct {
    uint8_t type;
    uint16_t legacy_record_version; /* to be ignored (RFC 9846 5.1) */
    uint16_t length;                /* bytes that follow; the limits are the caller's to check */
} hs__record_header;

/* `bytes`: exactly five. */
HS_MUST_CHECK hs_status hs__record_header_read(hs_span bytes, const hs__field_sink *sink,
                                               hs__rd_root *root, hs__record_header *out);
void hs__record_header_write(hs__wr *w, const hs__record_header *h);

#endif
