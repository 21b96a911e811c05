/* finished.h - Finished (RFC 9846 section 4.5.3); of the same format in TLS 1.2
 * (RFC 5246 section 7.4.9).
 *
 * verify_data has the length of the hash, in TLS 1.2 that below, which the message does not
 * tell: any length is read, and another one than expected is HS_E_DECODE of the engine. */
#ifndef HS_PROTO_FINISHED_H
#define HS_PROTO_FINISHED_H

#include "proto/message.h"

enum { HS__VERIFY_DATA_12 = 12 }; /* bytes, with all suites we speak */

typedef struct {
    hs_span verify_data;
} hs__finished;

HS_MUST_CHECK hs_status hs__finished_read(hs_span message, const hs__field_sink *sink,
                                          hs__rd_root *root, hs__finished *out);
void hs__finished_write(hs__wr *w, const hs__finished *m);

#endif
