/* client_hello.h - ClientHello (RFC 9846 section 4.2.2), of TLS 1.3 and of TLS 1.2.
 *
 * Which version it is for is the engine's decision, so rules that hold for one version only
 * are not checked in reading: legacy_version, and that legacy_compression_methods is exactly
 * {null}. An extension block may be missing or short of 7 bytes: TLS 1.2 allows both, and a
 * hello with supported_versions in it has 7. */
#ifndef HS_PROTO_CLIENT_HELLO_H
#define HS_PROTO_CLIENT_HELLO_H

#include "proto/extensions.h"
#include "proto/message.h"

enum { HS__RANDOM = 32, HS__SESSION_ID_MAX = 32 };

typedef struct {
    uint16_t legacy_version;
    hs_span random; /* 32 bytes */
    hs_span legacy_session_id;
    hs_span cipher_suites;              /* list16 */
    hs_span legacy_compression_methods; /* list8 */
    bool has_extensions;
    hs__extensions extensions;
    /* Read: with a pre_shared_key, offset of its binders with their length, which is where
     * the part that binders cover ends (RFC 9846 4.3.11.2); else 0. */
    size_t binders_off;
} hs__client_hello;

HS_MUST_CHECK hs_status hs__client_hello_read(hs_span message, const hs__field_sink *sink,
                                              hs__rd_root *root, hs__client_hello *out);
void hs__client_hello_write(hs__wr *w, const hs__client_hello *m);

#endif
