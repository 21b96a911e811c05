/* new_session_ticket13.h - NewSessionTicket of TLS 1.3 (RFC 9846 section 4.7.1). */
#ifndef HS_PROTO_NEW_SESSION_TICKET13_H
#define HS_PROTO_NEW_SESSION_TICKET13_H

#include "proto/extensions.h"
#include "proto/message.h"

enum { HS__TICKET_LIFETIME_MAX = 604800 }; /* seconds; a sender's limit, not checked in reading */

typedef struct {
    uint32_t ticket_lifetime; /* seconds */
    uint32_t ticket_age_add;
    hs_span ticket_nonce;
    hs_span ticket;
    hs__extensions extensions;
} hs__new_session_ticket13;

HS_MUST_CHECK hs_status hs__new_session_ticket13_read(hs_span message, const hs__field_sink *sink,
                                                      hs__rd_root *root,
                                                      hs__new_session_ticket13 *out);
void hs__new_session_ticket13_write(hs__wr *w, const hs__new_session_ticket13 *m);

#endif
