#include "proto/end_of_early_data.h"

#include "proto/codepoints.h"

hs_status hs__end_of_early_data_read(hs_span message, const hs__field_sink *sink,
                                     hs__rd_root *root) {
    hs__rd r;
    hs__handshake_begin(&r, root, message, HS__HT_end_of_early_data, "EndOfEarlyData", sink);
    return hs__rd_end(&r);
}

void hs__end_of_early_data_write(hs__wr *w) {
    size_t mark = hs__handshake_open(w, HS__HT_end_of_early_data);
    hs__handshake_close(w, mark);
}
