/* encrypted_extensions.h - EncryptedExtensions (RFC 9846 section 4.4.1). */
#ifndef HS_PROTO_ENCRYPTED_EXTENSIONS_H
#define HS_PROTO_ENCRYPTED_EXTENSIONS_H

#include "proto/extensions.h"
#include "proto/message.h"

typedef struct {
    hs__extensions extensions;
} hs__encrypted_extensions;

HS_MUST_CHECK hs_status hs__encrypted_extensions_read(hs_span message, const hs__field_sink *sink,
                                                      hs__rd_root *root,
                                                      hs__encrypted_extensions *out);
void hs__encrypted_extensions_write(hs__wr *w, const hs__encrypted_extensions *m);

#endif
