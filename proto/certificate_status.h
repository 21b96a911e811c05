/* certificate_status.h - CertificateStatus of TLS 1.2 (RFC 6066 section 8): the OCSP response
 * that TLS 1.3 carries in Certificate. */
#ifndef HS_PROTO_CERTIFICATE_STATUS_H
#define HS_PROTO_CERTIFICATE_STATUS_H

#include "proto/message.h"

typedef struct {
    uint8_t status_type; /* HS__STATUS_TYPE_* */
    hs_span response;    /* OCSPResponse, DER; of an unknown type all that follows it */
} hs__certificate_status;

HS_MUST_CHECK hs_status hs__certificate_status_read(hs_span message, const hs__field_sink *sink,
                                                    hs__rd_root *root, hs__certificate_status *out);
void hs__certificate_status_write(hs__wr *w, const hs__certificate_status *m);

#endif
