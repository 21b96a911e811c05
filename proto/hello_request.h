/* hello_request.h - HelloRequest of TLS 1.2 (RFC 5246 section 7.4.1.1): a message without
 * content. It is never part of the transcript. */
#ifndef HS_PROTO_HELLO_REQUEST_H
#define HS_PROTO_HELLO_REQUEST_H

#include "proto/message.h"

HS_MUST_CHECK hs_status hs__hello_request_read(hs_span message, const hs__field_sink *sink,
                                               hs__rd_root *root);
void hs__hello_request_write(hs__wr *w);

#endif
