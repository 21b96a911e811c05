#include "proto/new_session_ticket12.h"

#include "proto/codepoints.h"

hs_status hs__new_session_ticket12_read(hs_span message, const hs__field_sink *sink,
                                        hs__rd_root *root, hs__new_session_ticket12 *out) {
    hs__rd r;
    hs__handshake_begin(&r, root, message, HS__HT_new_session_ticket, "NewSessionTicket", sink);
    out->ticket_lifetime_hint = hs__rd_u32(&r, "ticket_lifetime_hint");
    out->ticket = hs__rd_opaque(&r, "ticket", 2, 0, 0xffff);
    return hs__rd_end(&r);
}

void hs__new_session_ticket12_write(hs__wr *w, const hs__new_session_ticket12 *m) {
    size_t mark = hs__handshake_open(w, HS__HT_new_session_ticket);
    hs__wr_u32(w, "ticket_lifetime_hint", m->ticket_lifetime_hint);
    hs__wr_opaque(w, "ticket", 2, m->ticket);
    hs__handshake_close(w, mark);
}
