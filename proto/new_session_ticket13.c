#include "proto/new_session_ticket13.h"

hs_status hs__new_session_ticket13_read(hs_span message, const hs__field_sink *sink,
                                        hs__rd_root *root, hs__new_session_ticket13 *out) {
    hs__rd r;
    hs__handshake_begin(&r, root, message, HS__HT_new_session_ticket, "NewSessionTicket", sink);
    out->ticket_lifetime = hs__rd_u32(&r, "ticket_lifetime");
    out->ticket_age_add = hs__rd_u32(&r, "ticket_age_add");
    out->ticket_nonce = hs__rd_opaque(&r, "ticket_nonce", 1, 0, 255);
    out->ticket = hs__rd_opaque(&r, "ticket", 2, 1, 0xffff);
    hs__extensions_read(&r, HS__IN_NEW_SESSION_TICKET, &out->extensions);
    return hs__rd_end(&r);
}

void hs__new_session_ticket13_write(hs__wr *w, const hs__new_session_ticket13 *m) {
    size_t mark = hs__handshake_open(w, HS__HT_new_session_ticket);
    hs__wr_u32(w, "ticket_lifetime", m->ticket_lifetime);
    hs__wr_u32(w, "ticket_age_add", m->ticket_age_add);
    hs__wr_opaque(w, "ticket_nonce", 1, m->ticket_nonce);
    hs__wr_opaque(w, "ticket", 2, m->ticket);
    hs__extensions_write(w, HS__IN_NEW_SESSION_TICKET, &m->extensions);
    hs__handshake_close(w, mark);
}
