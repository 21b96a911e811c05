/* signed_content.h - what a CertificateVerify signs (RFC 9846 4.5.2). */
#ifndef HS_ENGINE_SIGNED_CONTENT_H
#define HS_ENGINE_SIGNED_CONTENT_H

#include "engine/connection.h"

enum { HS__SIGNED_CONTENT = 64 + 34 + HS__DIGEST };

/* 64 spaces, the role's text, a zero byte, the transcript hash as it stands; *n: its length. */
HS_MUST_CHECK hs_status hs__signed_content(hs_conn *c, bool by_server,
                                           uint8_t out[HS__SIGNED_CONTENT], size_t *n);

#endif
