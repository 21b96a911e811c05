#include "proto/finished.h"

#include "proto/codepoints.h"

hs_status hs__finished_read(hs_span message, const hs__field_sink *sink, hs__rd_root *root,
                            hs__finished *out) {
    hs__rd r;
    hs__handshake_begin(&r, root, message, HS__HT_finished, "Finished", sink);
    out->verify_data = hs__rd_rest(&r, "verify_data");
    return hs__rd_end(&r);
}

void hs__finished_write(hs__wr *w, const hs__finished *m) {
    size_t mark = hs__handshake_open(w, HS__HT_finished);
    hs__wr_bytes(w, "verify_data", m->verify_data.p, m->verify_data.n);
    hs__handshake_close(w, mark);
}
