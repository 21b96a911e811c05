#include "proto/server_hello.h"

#include <string.h>

#include "proto/client_hello.h"

const uint8_t hs__hello_retry_random[32] = {
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};
const uint8_t hs__downgrade_to_12[8] = {'D', 'O', 'W', 'N', 'G', 'R', 'D', 1};
const uint8_t hs__downgrade_below_12[8] = {'D', 'O', 'W', 'N', 'G', 'R', 'D', 0};

static void read_head(hs__rd *r, hs__server_hello *out) {
    out->legacy_version = hs__rd_code16(r, "legacy_version", hs__version_name);
    out->random = hs__rd_bytes(r, "random", HS__RANDOM);
    out->legacy_session_id_echo =
        hs__rd_opaque(r, "legacy_session_id_echo", 1, 0, HS__SESSION_ID_MAX);
    out->cipher_suite = hs__rd_code16(r, "cipher_suite", hs__cipher_suite_name);
    out->legacy_compression_method =
        hs__rd_code8(r, "legacy_compression_method", hs__compression_name);
}

/* Which of the three messages it is, found out with nobody listening and before anything is
 * evaluated (RFC 9846 4.2.3, 4.3.1). A broken message is any: the real reading will tell. */
static hs__ext_in kind_of(hs_span message) {
    hs__rd_root root;
    hs__rd r;
    hs__server_hello m = {.kind = HS__IN_SERVER_HELLO_12};
    hs__handshake_begin(&r, &root, message, HS__HT_server_hello, NULL, NULL);
    read_head(&r, &m);
    if (m.random.n == HS__RANDOM && memcmp(m.random.p, hs__hello_retry_random, HS__RANDOM) == 0) {
        return HS__IN_HELLO_RETRY_REQUEST;
    }
    hs_span block = hs__rd_more(&r) ? hs__rd_opaque(&r, NULL, 2, 0, 0xffff) : (hs_span){NULL, 0};
    uint16_t type;
    while (hs__extension_next(&block, &type, NULL)) {
        if (type == HS__EXT_supported_versions) {
            return HS__IN_SERVER_HELLO;
        }
    }
    return HS__IN_SERVER_HELLO_12;
}

hs_status hs__server_hello_read(hs_span message, const hs__field_sink *sink, hs__rd_root *root,
                                hs__server_hello *out) {
    *out = (hs__server_hello){.kind = kind_of(message)};
    const bool retry = out->kind == HS__IN_HELLO_RETRY_REQUEST;
    hs__rd r;
    hs__handshake_begin(&r, root, message, HS__HT_server_hello,
                        retry ? "HelloRetryRequest" : "ServerHello", sink);
    read_head(&r, out);
    out->has_extensions = hs__rd_more(&r);
    if (out->has_extensions) {
        hs__extensions_read(&r, out->kind, &out->extensions);
    }
    return hs__rd_end(&r);
}

void hs__server_hello_write(hs__wr *w, const hs__server_hello *m) {
    size_t mark = hs__handshake_open(w, HS__HT_server_hello);
    hs__wr_u16(w, "legacy_version", m->legacy_version);
    hs__wr_bytes(w, "random", m->random.p, m->random.n);
    hs__wr_opaque(w, "legacy_session_id_echo", 1, m->legacy_session_id_echo);
    hs__wr_u16(w, "cipher_suite", m->cipher_suite);
    hs__wr_u8(w, "legacy_compression_method", m->legacy_compression_method);
    if (m->has_extensions) {
        hs__extensions_write(w, m->kind, &m->extensions);
    }
    hs__handshake_close(w, mark);
}
