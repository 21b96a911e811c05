/* end_of_early_data.h - EndOfEarlyData (RFC 9846 section 4.6): a message without content. */
#ifndef HS_PROTO_END_OF_EARLY_DATA_H
#define HS_PROTO_END_OF_EARLY_DATA_H

#include "proto/message.h"

HS_MUST_CHECK hs_status hs__end_of_early_data_read(hs_span message, const hs__field_sink *sink,
                                                   hs__rd_root *root);
void hs__end_of_early_data_write(hs__wr *w);

#endif
