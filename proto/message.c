#include "proto/message.h"

#include "proto/codepoints.h"

bool hs__handshake_peek(hs_span stream, uint8_t *msg_type, size_t *whole) {
    if (stream.n < HS__HANDSHAKE_HEADER) {
        return false;
    }
    *msg_type = stream.p[0];
    *whole = HS__HANDSHAKE_HEADER +
             ((size_t)stream.p[1] << 16 | (size_t)stream.p[2] << 8 | (size_t)stream.p[3]);
    return true;
}

void hs__handshake_begin(hs__rd *r, hs__rd_root *root, hs_span message, uint8_t msg_type,
                         const char *name, const hs__field_sink *sink) {
    hs__rd_init(r, root, message, name, sink);
    const uint8_t type = hs__rd_code8(r, "msg_type", hs__handshake_type_name);
    if (type != msg_type) {
        hs__rd_fail(r, "msg_type", HS_E_MISUSE, "is %u, the reader is for %u", type, msg_type);
    }
    const uint32_t length = hs__rd_u24(r, "length");
    if (length != hs__rd_left(r)) {
        hs__rd_fail(r, "length", HS_E_DECODE, "says %u bytes, %zu follow", (unsigned)length,
                    hs__rd_left(r));
    }
}

size_t hs__handshake_open(hs__wr *w, uint8_t msg_type) {
    hs__wr_u8(w, "msg_type", msg_type);
    return hs__wr_open(w, "length", 3);
}

void hs__handshake_close(hs__wr *w, size_t mark) {
    hs__wr_close(w, "length", 3, mark);
}
