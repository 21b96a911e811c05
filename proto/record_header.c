#include "proto/record_header.h"

#include "proto/codepoints.h"

hs_status hs__record_header_read(hs_span bytes, const hs__field_sink *sink, hs__rd_root *root,
                                 hs__record_header *out) {
    hs__rd r;
    hs__rd_init(&r, root, bytes, "record", sink);
    out->type = hs__rd_code8(&r, "type", hs__content_type_name);
    out->legacy_record_version = hs__rd_code16(&r, "legacy_record_version", hs__version_name);
    out->length = hs__rd_u16(&r, "length");
    return hs__rd_end(&r);
}

void hs__record_header_write(hs__wr *w, const hs__record_header *h) {
    hs__wr_u8(w, "type", h->type);
    hs__wr_u16(w, "legacy_record_version", h->legacy_record_version);
    hs__wr_u16(w, "length", h->length);
}
