/* certificate_request13.h - CertificateRequest of TLS 1.3 (RFC 9846 section 4.4.2). */
#ifndef HS_PROTO_CERTIFICATE_REQUEST13_H
#define HS_PROTO_CERTIFICATE_REQUEST13_H

#include "proto/extensions.h"
#include "proto/message.h"

typedef struct {
    hs_span certificate_request_context;
    hs__extensions extensions; /* a missing signature_algorithms is the engine's to refuse */
} hs__certificate_request13;

HS_MUST_CHECK hs_status hs__certificate_request13_read(hs_span message, const hs__field_sink *sink,
                                                       hs__rd_root *root,
                                                       hs__certificate_request13 *out);
void hs__certificate_request13_write(hs__wr *w, const hs__certificate_request13 *m);

#endif
