#include "proto/key_update.h"

#include "proto/codepoints.h"

hs_status hs__key_update_read(hs_span message, const hs__field_sink *sink, hs__rd_root *root,
                              hs__key_update *out) {
    hs__rd r;
    hs__handshake_begin(&r, root, message, HS__HT_key_update, "KeyUpdate", sink);
    const uint8_t request = hs__rd_code8(&r, "request_update", hs__key_update_name);
    if (hs__key_update_name(request) == NULL) {
        hs__rd_fail(&r, "request_update", HS_E_ILLEGAL_VALUE, "is %u, allowed are 0 and 1",
                    request);
    }
    out->update_requested = request == HS__UPDATE_update_requested;
    return hs__rd_end(&r);
}

void hs__key_update_write(hs__wr *w, const hs__key_update *m) {
    size_t mark = hs__handshake_open(w, HS__HT_key_update);
    hs__wr_u8(w, "request_update",
              m->update_requested ? HS__UPDATE_update_requested : HS__UPDATE_update_not_requested);
    hs__handshake_close(w, mark);
}
