/* server_hello.h - ServerHello and HelloRetryRequest (RFC 9846 sections 4.2.3 and 4.2.4).
 *
 * Reading looks at the random first, then for supported_versions, before it evaluates
 * anything else (4.2.3, 4.3.1), and so knows which of three messages it has. legacy_version,
 * session id echo and compression byte are the engine's to check. */
#ifndef HS_PROTO_SERVER_HELLO_H
#define HS_PROTO_SERVER_HELLO_H

#include "proto/extensions.h"
#include "proto/message.h"

typedef struct {
    hs__ext_in kind; /* HS__IN_SERVER_HELLO, _HELLO_RETRY_REQUEST or _SERVER_HELLO_12 (no
                        supported_versions); decides how extensions are read and written */
    uint16_t legacy_version;
    hs_span random; /* 32 bytes; written as it is, also for a HelloRetryRequest */
    hs_span legacy_session_id_echo;
    uint16_t cipher_suite;
    uint8_t legacy_compression_method;
    bool has_extensions;
    hs__extensions extensions;
} hs__server_hello;

HS_MUST_CHECK hs_status hs__server_hello_read(hs_span message, const hs__field_sink *sink,
                                              hs__rd_root *root, hs__server_hello *out);
void hs__server_hello_write(hs__wr *w, const hs__server_hello *m);

/* SHA-256 of "HelloRetryRequest": the random that makes a ServerHello one. */
extern const uint8_t hs__hello_retry_random[32];

/* The last 8 bytes of the random of a server that could do TLS 1.3 and answers with TLS 1.2 /
 * with something older (RFC 9846 4.2.3). */
extern const uint8_t hs__downgrade_to_12[8];
extern const uint8_t hs__downgrade_below_12[8];

#endif
