/* certificate_verify.h - CertificateVerify (RFC 9846 section 4.5.2); of the same format in
 * TLS 1.2 (RFC 5246 section 7.4.8). */
#ifndef HS_PROTO_CERTIFICATE_VERIFY_H
#define HS_PROTO_CERTIFICATE_VERIFY_H

#include "proto/message.h"

typedef struct {
    uint16_t algorithm; /* SignatureScheme; whether it may be used is the engine's to check */
    hs_span signature;
} hs__certificate_verify;

HS_MUST_CHECK hs_status hs__certificate_verify_read(hs_span message, const hs__field_sink *sink,
                                                    hs__rd_root *root, hs__certificate_verify *out);
void hs__certificate_verify_write(hs__wr *w, const hs__certificate_verify *m);

#endif
