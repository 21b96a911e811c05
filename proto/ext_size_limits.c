#include "proto/ext.h"

/* RFC 6066 section 4: one of four codes. */
void hs__ext_max_fragment_length_read(hs__rd *r, hs__ext_in in, hs__extensions *e) {
    (void)in;
    e->max_fragment_length = hs__rd_code8(r, "max_fragment_length", hs__max_fragment_name);
    if (hs__max_fragment_name(e->max_fragment_length) == NULL) {
        hs__rd_fail(r, "max_fragment_length", HS_E_ILLEGAL_VALUE, "is %u, allowed are 1 to 4",
                    e->max_fragment_length);
    }
}

void hs__ext_max_fragment_length_write(hs__wr *w, hs__ext_in in, const hs__extensions *e) {
    (void)in;
    hs__wr_u8(w, "max_fragment_length", e->max_fragment_length);
}

/* RFC 8449 section 4: not below 64; a value above the protocol's limit is no error. */
void hs__ext_record_size_limit_read(hs__rd *r, hs__ext_in in, hs__extensions *e) {
    (void)in;
    e->record_size_limit = hs__rd_u16(r, "record_size_limit");
    if (e->record_size_limit < 64) {
        hs__rd_fail(r, "record_size_limit", HS_E_ILLEGAL_VALUE, "is %u, the least is 64",
                    e->record_size_limit);
    }
}

void hs__ext_record_size_limit_write(hs__wr *w, hs__ext_in in, const hs__extensions *e) {
    (void)in;
    hs__wr_u16(w, "record_size_limit", e->record_size_limit);
}
