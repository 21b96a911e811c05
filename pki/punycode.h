/* punycode.h - names beyond ASCII as DNS and certificates have them (RFC 3492, RFC 5890 2.3.2.1).
 */
#ifndef HS_PKI_PUNYCODE_H
#define HS_PKI_PUNYCODE_H

#include "handshake/types.h"

/* A domain name in UTF-8 to A-labels: "b\u00fccher.example" to "xn--bcher-kva.example"; ASCII
 * labels stay as they are. For names that are in lower case and normalized already. *n: in the
 * room, out the length. False: not UTF-8, or no room. */
bool hs__punycode_domain(hs_span name, uint8_t *out, size_t *n);

#endif
