/* The extensions that are one run of bytes, or nothing. */
#include "proto/ext.h"

/* RFC 9846 4.3.2: at least one byte. */
void hs__ext_cookie_read(hs__rd *r, hs__ext_in in, hs__extensions *e) {
    (void)in;
    e->cookie = hs__rd_opaque(r, "cookie", 2, 1, 0xffff);
}

void hs__ext_cookie_write(hs__wr *w, hs__ext_in in, const hs__extensions *e) {
    (void)in;
    hs__wr_opaque(w, "cookie", 2, e->cookie);
}

/* RFC 5077 section 3.2: the whole body, without a length of its own. A server's is empty: the
 * ticket comes in NewSessionTicket. */
void hs__ext_session_ticket_read(hs__rd *r, hs__ext_in in, hs__extensions *e) {
    if (in == HS__IN_CLIENT_HELLO) {
        e->session_ticket = hs__rd_rest(r, "ticket");
    }
}

void hs__ext_session_ticket_write(hs__wr *w, hs__ext_in in, const hs__extensions *e) {
    if (in == HS__IN_CLIENT_HELLO) {
        hs__wr_bytes(w, "ticket", e->session_ticket.p, e->session_ticket.n);
    }
}

/* RFC 5746 section 3.2. */
void hs__ext_renegotiation_info_read(hs__rd *r, hs__ext_in in, hs__extensions *e) {
    (void)in;
    e->renegotiated_connection = hs__rd_opaque(r, "renegotiated_connection", 1, 0, 255);
}

void hs__ext_renegotiation_info_write(hs__wr *w, hs__ext_in in, const hs__extensions *e) {
    (void)in;
    hs__wr_opaque(w, "renegotiated_connection", 1, e->renegotiated_connection);
}

/* RFC 7685 section 3: a client fills it with zeros; what is in it is not looked at. */
void hs__ext_padding_read(hs__rd *r, hs__ext_in in, hs__extensions *e) {
    (void)in;
    e->padding = hs__rd_rest(r, "padding").n;
}

void hs__ext_padding_write(hs__wr *w, hs__ext_in in, const hs__extensions *e) {
    (void)in;
    for (size_t i = 0; i < e->padding && w->status == HS_OK; i++) {
        hs__wr_u8(w, "padding", 0);
    }
}

/* RFC 9846 4.3.6 and RFC 7627 section 5.1: being there is all they say. */
void hs__ext_post_handshake_auth_read(hs__rd *r, hs__ext_in in, hs__extensions *e) {
    (void)r, (void)in, (void)e;
}

void hs__ext_post_handshake_auth_write(hs__wr *w, hs__ext_in in, const hs__extensions *e) {
    (void)w, (void)in, (void)e;
}

void hs__ext_extended_main_secret_read(hs__rd *r, hs__ext_in in, hs__extensions *e) {
    (void)r, (void)in, (void)e;
}

void hs__ext_extended_main_secret_write(hs__wr *w, hs__ext_in in, const hs__extensions *e) {
    (void)w, (void)in, (void)e;
}
