#include "proto/ext.h"

/* RFC 9846 section 4.3.10: a number in a ticket, else empty. */
void hs__ext_early_data_read(hs__rd *r, hs__ext_in in, hs__extensions *e) {
    if (in == HS__IN_NEW_SESSION_TICKET) {
        e->max_early_data_size = hs__rd_u32(r, "max_early_data_size");
    }
}

void hs__ext_early_data_write(hs__wr *w, hs__ext_in in, const hs__extensions *e) {
    if (in == HS__IN_NEW_SESSION_TICKET) {
        hs__wr_u32(w, "max_early_data_size", e->max_early_data_size);
    }
}
