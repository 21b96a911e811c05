/* alert.h - Alert (RFC 9846 section 6): the content of an alert record, always two bytes. */
#ifndef HS_PROTO_ALERT_H
#define HS_PROTO_ALERT_H

#include "proto/cursor.h"

typedef struct {
    uint8_t level; /* without meaning when received: the description decides */
    uint8_t description;
} hs__alert;

/* More or less than two bytes fail: an alert is not split, and two do not share a record
 * (RFC 9846 5.1). */
HS_MUST_CHECK hs_status hs__alert_read(hs_span content, const hs__field_sink *sink,
                                       hs__rd_root *root, hs__alert *out);
void hs__alert_write(hs__wr *w, const hs__alert *a);

/* The level to send it with: warning for close_notify, user_canceled (RFC 9846 6.1) and
 * no_renegotiation (RFC 5246 7.2.2), else fatal. */
uint8_t hs__alert_level_of(uint8_t description);

#endif
