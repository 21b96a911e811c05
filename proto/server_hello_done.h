/* server_hello_done.h - ServerHelloDone of TLS 1.2 (RFC 5246 section 7.4.5): a message without
 * content. */
#ifndef HS_PROTO_SERVER_HELLO_DONE_H
#define HS_PROTO_SERVER_HELLO_DONE_H

#include "proto/message.h"

HS_MUST_CHECK hs_status hs__server_hello_done_read(hs_span message, const hs__field_sink *sink,
                                                   hs__rd_root *root);
void hs__server_hello_done_write(hs__wr *w);

#endif
