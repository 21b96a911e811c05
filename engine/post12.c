/* Renegotiation, which TLS 1.2 has and we refuse (RFC 5246 7.4.1.1, RFC 9846 4.2.2). */
#include "engine/fail.h"
#include "engine/handlers.h"
#include "proto/codepoints.h"

static hs_status count(hs_conn *c) {
    c->rx.key_updates++;
    return c->rx.key_updates > c->first->limits.key_updates
               ? hs__fail(c, HS_E_TOO_MANY_RENEGOTIATIONS, "", "%u in a row", c->rx.key_updates)
               : HS_OK;
}

/* A handshake is under way already. */
hs_status hs__ignore_hello_request(hs_conn *c, const hs__message *m, hs__state *next) {
    (void)m;
    (void)next;
    return count(c);
}

/* A HelloRequest of the server's, or a ClientHello of the client's. */
hs_status hs__refuse_renegotiation(hs_conn *c, const hs__message *m, hs__state *next) {
    (void)m;
    (void)next;
    hs_status st = count(c);
    if (st == HS_OK && !c->write_closed) {
        hs__send_alert(c, HS__ALERT_no_renegotiation);
    }
    return st;
}
