/* certificate12.h - Certificate of TLS 1.2 (RFC 5246 sections 7.4.2 and 7.4.6).
 *
 * Nothing is copied: the list is checked as a whole and then walked over. That a server's list
 * is not empty is the engine's to check. */
#ifndef HS_PROTO_CERTIFICATE12_H
#define HS_PROTO_CERTIFICATE12_H

#include "proto/message.h"

typedef struct {
    size_t count;         /* certificates in the list */
    hs_span list;         /* read: hs__certificate12_next */
    const hs_span *certs; /* written: `count` DER certificates, the sender's own first */
} hs__certificate12;

HS_MUST_CHECK hs_status hs__certificate12_read(hs_span message, const hs__field_sink *sink,
                                               hs__rd_root *root, hs__certificate12 *out);
void hs__certificate12_write(hs__wr *w, const hs__certificate12 *m);

/* Gives the first certificate of a list that was read and moves the list behind it; false at
 * its end. */
bool hs__certificate12_next(hs_span *list, hs_span *cert);

#endif
