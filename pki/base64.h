/* base64.h - the letters of base64 (RFC 4648 section 4). */
#ifndef HS_PKI_BASE64_H
#define HS_PKI_BASE64_H

#include "handshake/types.h"

/* The 6 bits of a letter, or NONE; '=' is none. */
enum { HS__BASE64_NONE = 64 };
unsigned hs__base64_value(uint8_t letter);

/* What RFC 7468 section 3 lets stand between letters. */
bool hs__base64_is_space(uint8_t c);

/* n bytes, 1 to 3, as 4 letters, padded. */
void hs__base64_group(const uint8_t *p, size_t n, char out[4]);

#endif
