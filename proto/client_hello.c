#include "proto/client_hello.h"

static void read_extensions(hs__rd *r, hs_span message, hs__client_hello *out) {
    out->has_extensions = hs__rd_more(r); /* RFC 9846 4.2.2: TLS 1.2 may have none */
    if (!out->has_extensions) {
        return;
    }
    hs__extensions_read(r, HS__IN_CLIENT_HELLO, &out->extensions);
    if (hs__rd_status(r) == HS_OK && hs__ext_has(&out->extensions, HS__EXT_pre_shared_key)) {
        const hs_span binders = out->extensions.offered_psks.binders;
        out->binders_off = (size_t)(binders.p - message.p) - 2;
    }
}

hs_status hs__client_hello_read(hs_span message, const hs__field_sink *sink, hs__rd_root *root,
                                hs__client_hello *out) {
    *out = (hs__client_hello){0};
    hs__rd r;
    hs__handshake_begin(&r, root, message, HS__HT_client_hello, "ClientHello", sink);
    out->legacy_version = hs__rd_code16(&r, "legacy_version", hs__version_name);
    out->random = hs__rd_bytes(&r, "random", HS__RANDOM);
    out->legacy_session_id = hs__rd_opaque(&r, "legacy_session_id", 1, 0, HS__SESSION_ID_MAX);
    out->cipher_suites = hs__rd_list16(&r, "cipher_suites", 2, 2, 0xfffe, hs__cipher_suite_name);
    out->legacy_compression_methods =
        hs__rd_list8(&r, "legacy_compression_methods", 1, 1, 255, hs__compression_name);
    read_extensions(&r, message, out);
    return hs__rd_end(&r);
}

void hs__client_hello_write(hs__wr *w, const hs__client_hello *m) {
    size_t mark = hs__handshake_open(w, HS__HT_client_hello);
    hs__wr_u16(w, "legacy_version", m->legacy_version);
    hs__wr_bytes(w, "random", m->random.p, m->random.n);
    hs__wr_opaque(w, "legacy_session_id", 1, m->legacy_session_id);
    hs__wr_opaque(w, "cipher_suites", 2, m->cipher_suites);
    hs__wr_opaque(w, "legacy_compression_methods", 1, m->legacy_compression_methods);
    if (m->has_extensions) {
        hs__extensions_write(w, HS__IN_CLIENT_HELLO, &m->extensions);
    }
    hs__handshake_close(w, mark);
}
