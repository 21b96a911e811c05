/* new_session_ticket12.h - NewSessionTicket of TLS 1.2 (RFC 5077 section 3.3). */
#ifndef HS_PROTO_NEW_SESSION_TICKET12_H
#define HS_PROTO_NEW_SESSION_TICKET12_H

#include "proto/message.h"

typedef struct {
    uint32_t ticket_lifetime_hint; /* seconds; 0: the server does not say */
    hs_span ticket;                /* empty: after all there is none */
} hs__new_session_ticket12;

HS_MUST_CHECK hs_status hs__new_session_ticket12_read(hs_span message, const hs__field_sink *sink,
                                                      hs__rd_root *root,
                                                      hs__new_session_ticket12 *out);
void hs__new_session_ticket12_write(hs__wr *w, const hs__new_session_ticket12 *m);

#endif
