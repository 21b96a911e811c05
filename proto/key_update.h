/* key_update.h - KeyUpdate (RFC 9846 section 4.7.3). */
#ifndef HS_PROTO_KEY_UPDATE_H
#define HS_PROTO_KEY_UPDATE_H

#include "proto/message.h"

typedef struct {
    bool update_requested;
} hs__key_update;

/* Another value than 0 and 1 is HS_E_ILLEGAL_VALUE. */
HS_MUST_CHECK hs_status hs__key_update_read(hs_span message, const hs__field_sink *sink,
                                            hs__rd_root *root, hs__key_update *out);
void hs__key_update_write(hs__wr *w, const hs__key_update *m);

#endif
