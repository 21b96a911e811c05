#include "proto/encrypted_extensions.h"

hs_status hs__encrypted_extensions_read(hs_span message, const hs__field_sink *sink,
                                        hs__rd_root *root, hs__encrypted_extensions *out) {
    hs__rd r;
    hs__handshake_begin(&r, root, message, HS__HT_encrypted_extensions, "EncryptedExtensions",
                        sink);
    hs__extensions_read(&r, HS__IN_ENCRYPTED_EXTENSIONS, &out->extensions);
    return hs__rd_end(&r);
}

void hs__encrypted_extensions_write(hs__wr *w, const hs__encrypted_extensions *m) {
    size_t mark = hs__handshake_open(w, HS__HT_encrypted_extensions);
    hs__extensions_write(w, HS__IN_ENCRYPTED_EXTENSIONS, &m->extensions);
    hs__handshake_close(w, mark);
}
