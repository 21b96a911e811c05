/* certificate_request12.h - CertificateRequest of TLS 1.2 (RFC 5246 section 7.4.4). */
#ifndef HS_PROTO_CERTIFICATE_REQUEST12_H
#define HS_PROTO_CERTIFICATE_REQUEST12_H

#include "proto/message.h"

typedef struct {
    hs_span certificate_types;              /* list8 of HS__CLIENT_CERT_* */
    hs_span supported_signature_algorithms; /* list16 */
    hs_span certificate_authorities;        /* inside of the vector, may be empty:
                                               hs__authority_next, hs__authority_write */
} hs__certificate_request12;

HS_MUST_CHECK hs_status hs__certificate_request12_read(hs_span message, const hs__field_sink *sink,
                                                       hs__rd_root *root,
                                                       hs__certificate_request12 *out);
void hs__certificate_request12_write(hs__wr *w, const hs__certificate_request12 *m);

#endif
