/* certificate13.h - Certificate of TLS 1.3 (RFC 9846 section 4.5.1).
 *
 * Nothing is copied: the list is checked as a whole and then walked over. Its length is
 * bounded by that of the message only. That a server's list is not empty is the engine's to
 * check. */
#ifndef HS_PROTO_CERTIFICATE13_H
#define HS_PROTO_CERTIFICATE13_H

#include "proto/extensions.h"
#include "proto/message.h"

typedef struct {
    hs_span certificate_request_context;
    size_t count;        /* certificates in the list */
    hs__extensions leaf; /* of the first entry: OCSP response, SCTs */

    hs_span list;        /* read: hs__certificate13_next */
    hs__ext_types types; /* read: the extensions of all entries together, for the check that
                            each was asked for */

    const hs_span *certs; /* written: `count` DER certificates, the sender's own first; the
                             first gets the extensions of `leaf`, the others none */
} hs__certificate13;

HS_MUST_CHECK hs_status hs__certificate13_read(hs_span message, const hs__field_sink *sink,
                                               hs__rd_root *root, hs__certificate13 *out);
void hs__certificate13_write(hs__wr *w, const hs__certificate13 *m);

/* Gives the first certificate of a list that was read, and its raw extension block
 * (hs__extension_next), and moves the list behind it; false at its end. extensions may be
 * NULL. */
bool hs__certificate13_next(hs_span *list, hs_span *cert_data, hs_span *extensions);

#endif
