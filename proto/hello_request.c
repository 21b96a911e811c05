#include "proto/hello_request.h"

#include "proto/codepoints.h"

hs_status hs__hello_request_read(hs_span message, const hs__field_sink *sink, hs__rd_root *root) {
    hs__rd r;
    hs__handshake_begin(&r, root, message, HS__HT_hello_request, "HelloRequest", sink);
    return hs__rd_end(&r);
}

void hs__hello_request_write(hs__wr *w) {
    size_t mark = hs__handshake_open(w, HS__HT_hello_request);
    hs__handshake_close(w, mark);
}
